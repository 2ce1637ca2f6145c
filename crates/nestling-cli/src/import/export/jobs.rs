//! The jobs of a child as jobs of a static pipeline.

use super::conditions::{Gate, gated};
use super::loss::Losses;
use crate::import::forwarded::Forwarded;
use crate::import::strings::{replace, replace_in_values, strings_of_values};
use nestling::{Job, Origin};
use nestling_gitlab::pipeline::need::{NeedSource, needs};
use nestling_gitlab::pipeline::rule::is_manual;
use nestling_gitlab::yaml::{Kind, Map, Node};

/// GitLab's limit of `needs` (<https://docs.gitlab.com/ci/yaml/#needs>).
const MOST_NEEDS: usize = 50;

/// The source of every child pipeline.
const SOURCE_OF_CHILD: &str = "\"parent_pipeline\"";

/// The parent whose child is written out.
pub(super) struct Parent<'a> {
    /// The variables that its trigger job forwards.
    pub variables: &'a Map,
    /// The variables among them that hold values of the parent's pipeline.
    pub forwarded: &'a Forwarded,
    /// True if `default` or `variables` of its file would change the jobs.
    pub has_defaults: bool,
}

impl Parent<'_> {
    /// Returns everything that is written of a job.
    pub(super) fn body(&self, job: &Job, gate: &Gate, losses: &mut Losses) -> Map {
        let name = job.name.as_str();
        let mut body = job.body.clone();
        self.add_variables(&mut body);
        if body.contains("only") || body.contains("except") {
            losses.less(name, "`only` and `except` ask for the parent's pipeline here, not for a child's");
        }
        if strings_of_values(&body).iter().any(|text| text.contains("CI_PIPELINE_")) {
            losses.other(
                name,
                "`CI_PIPELINE_…` variables are those of the whole pipeline, no longer of a child",
            );
        }
        if let Some(rules) = body.get_mut("rules") {
            let items = if let Kind::Seq(items) = &mut rules.kind { items.as_mut_slice() } else { &mut [] };
            let conditions = items.iter_mut().filter_map(|rule| rule.as_map_mut()?.get_mut("if"));
            conditions.for_each(|condition| replace(condition, &condition_of_parent));
        }
        // A manual job without rules may fail, one with rules blocks.
        if is_manual(&body) && !body.contains("rules") && !body.contains("allow_failure") {
            body.set("allow_failure", Node::plain(Origin::generated(), "true"));
        }
        let gated = gated(&body, gate);
        if gated.has_own_changes {
            losses.more(name, "a rule with `changes` of its own counts even where its unit is not selected");
        }
        if let Some(rules) = gated.rules {
            body.set("rules", Node::seq(Origin::generated(), rules));
        }
        replace_in_values(&mut body, &|text| self.forwarded.restored(text));
        Self::check_needs(&body, name, losses);
        if self.has_defaults {
            let mut inherit = Map::default();
            inherit.set("default", Node::plain(Origin::generated(), "false"));
            inherit.set("variables", Node::plain(Origin::generated(), "false"));
            body.set("inherit", Node::map(Origin::generated(), inherit));
        }
        body
    }

    /// Adds the variables that the trigger job forwards: they take precedence over those of a job.
    fn add_variables(&self, body: &mut Map) {
        let is_own = |name: &str| self.forwarded.names().any(|(_, parent_name)| parent_name == name);
        let mut variables = body.get("variables").and_then(Node::as_map).cloned().unwrap_or_default();
        let further = self.variables.iter().filter(|(name, _)| !is_own(name));
        further.for_each(|(name, value)| variables.set(name, value.clone()));
        if !variables.is_empty() {
            body.set("variables", Node::map(Origin::generated(), variables));
        }
    }

    /// A need of a job of the parent names a pipeline that is no other one here.
    fn check_needs(body: &Map, name: &str, losses: &mut Losses) {
        let known = needs(body).unwrap_or_default();
        let is_too_many = known.len() > MOST_NEEDS;
        let is_of_parent = known.iter().any(|need| matches!(need.source, NeedSource::Pipeline { .. }));
        if is_too_many {
            losses.less(name, "it has more than 50 `needs`, the limit of GitLab.com for a job");
        }
        if is_of_parent {
            losses.less(
                name,
                "it needs a job of the parent by the id of its pipeline: rewrite the need yourself",
            );
        }
    }
}

/// Returns a condition of a child as one of its parent.
fn condition_of_parent(text: &str) -> String {
    let source = "$CI_PIPELINE_SOURCE";
    let mut condition = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(source) {
        let behind = &rest[start + source.len()..];
        let is_longer = behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        condition.push_str(&rest[..start]);
        condition.push_str(if is_longer { source } else { SOURCE_OF_CHILD });
        rest = behind;
    }
    condition + rest
}
