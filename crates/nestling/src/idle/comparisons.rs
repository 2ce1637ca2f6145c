//! Comparisons in templates that never hold: the value is never the string that it is compared with.

use super::inputs::bodies;
use crate::template::rules::TEMPLATE_COMPARISON;
use crate::template::span;
use crate::template_syntax::{Comparison, comparisons};
use crate::workspace::{Body, Templates, Workspace};
use nestling_gitlab::diagnostic::{Diagnostic, Sources, Suggestion, number};
use nestling_gitlab::facts::{PipelineKind, PipelineSource};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::environment::TIERS;
use nestling_gitlab::yaml::Node;
use std::collections::BTreeSet;

/// Warns of each in the files of units and in the templates that these use.
pub(super) fn never_true(
    workspace: &Workspace,
    templates: &Templates<'_>,
    sources: &Sources,
) -> Vec<Diagnostic> {
    let mut search = Search { workspace, sources, checked: BTreeSet::new(), problems: Vec::new() };
    let own = workspace.body.iter().chain(workspace.units.iter().filter_map(|unit| unit.fragment.as_ref()));
    own.for_each(|body| search.check(body, None));
    let used: BTreeSet<&str> =
        workspace.units.iter().flat_map(|unit| &unit.uses).map(|used| used.template.as_str()).collect();
    // What cannot be read is reported where it is rendered.
    let used: Vec<_> = used.into_iter().filter_map(|name| templates.find(name).ok().flatten()).collect();
    // A template that others read has their inputs as well.
    let read: Vec<Body> = used.iter().filter_map(|template| bodies(template, templates)).flatten().collect();
    read.iter().for_each(|body| search.check(body, None));
    used.iter().for_each(|template| search.check(&template.body, template.inputs.as_ref()));
    search.problems
}

struct Search<'w> {
    workspace: &'w Workspace,
    sources: &'w Sources,
    /// The paths of files: one that is read by two names is one.
    checked: BTreeSet<String>,
    problems: Vec<Diagnostic>,
}

impl Search<'_> {
    fn check(&mut self, body: &Body, inputs: Option<&Node>) {
        if body.is_plain || !self.checked.insert(self.sources.path(body.file)) {
            return;
        }
        for comparison in comparisons(&body.text) {
            let Some(values) = values(&comparison, inputs, self.workspace) else { continue };
            let is_value = values.iter().any(|value| *value == comparison.text);
            if !is_value {
                self.problems.extend(problem(&comparison, &values, body));
            }
        }
    }
}

/// Returns all values that can be on the other side; `None` where they are not known.
fn values<'v>(
    comparison: &Comparison<'_>,
    inputs: Option<&'v Node>,
    workspace: &'v Workspace,
) -> Option<Vec<&'v str>> {
    match (comparison.root, comparison.key) {
        ("pipeline", "kind") => Some(PipelineKind::ALL.iter().map(|kind| kind.as_str()).collect()),
        ("pipeline", "source") => Some(PipelineSource::names().chain(["local"]).collect()),
        ("environment", "tier") => Some(TIERS.to_vec()),
        ("environment", "name") => Some(workspace.environments.names().collect()),
        ("unit", "name") => Some(workspace.unit_names().map(UnitName::as_str).collect()),
        ("inputs", name) => {
            let options = inputs?.get(name)?.get("options")?.as_seq()?;
            options.iter().map(Node::text).collect()
        }
        _ => None,
    }
    .filter(|values| !values.is_empty())
}

fn problem(comparison: &Comparison<'_>, values: &[&str], body: &Body) -> Option<Diagnostic> {
    let Comparison { root, key, text, offset, length } = comparison;
    let near = Suggestion::among(text, values.iter().copied());
    let is_source = (*root, *key) == ("pipeline", "source");
    // GitLab has more sources than those with a name here.
    if is_source && near.word().is_none() {
        return None;
    }
    let is_source_of_kind = *key == "kind" && PipelineSource::names().any(|source| source == text);
    let help = match is_source_of_kind {
        true => format!("write `pipeline.source == \"{text}\"`"),
        false => near.help_or(values_in_words(values)),
    };
    let width = body.text.get(*offset..offset + length)?.chars().count();
    let origin = span(body.file, &body.text, *offset, number(width));
    let message = format!("`{root}.{key}` is never `{text}`");
    Some(Diagnostic::warning(&TEMPLATE_COMPARISON, origin, message).with_help(help))
}

fn values_in_words(values: &[&str]) -> String {
    const LISTED: usize = 6;
    let mut listed: Vec<String> = values.iter().take(LISTED).map(|value| format!("`{value}`")).collect();
    if values.len() > LISTED {
        listed.push("…".to_owned());
    }
    format!("its values are {}", listed.join(", "))
}
