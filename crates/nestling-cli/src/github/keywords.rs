//! Conditions, limits and environments of a job.

use super::condition::condition;
use super::context::translated;
use super::notes::{Notes, Part};
use crate::import::all_of;
use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};

/// The parts of a workflow that all of its jobs have.
pub(super) struct Workflow<'a> {
    pub conditions: &'a [String],
    pub env: Vec<(String, String)>,
    pub defaults: Option<&'a Node>,
}

/// Sets the rules of a job: one for each trigger, with its own condition.
pub(super) fn set_rules(written: &Map, workflow: &Workflow<'_>, body: &mut Map, notes: &mut Notes) {
    let mut own = None;
    let mut when = None;
    let mut origin = Origin::generated();
    if let Some(node) = written.get("if") {
        origin = node.origin;
        let text = node.text().unwrap_or_default();
        match condition(text) {
            Some(found) => (own, when) = (found.expression, found.when),
            None => {
                let text = format!(
                    "`if: {}`: GitLab cannot ask for it before the pipeline exists: the job always runs",
                    text.trim()
                );
                notes.add(Part::Lost, node.origin, text.replace("${{", "$ {{"));
            }
        }
    }
    let rule = |trigger: Option<&String>| {
        let mut rule = Map::default();
        if let Some(condition) = all_of([trigger, own.as_ref()].into_iter().flatten().cloned()) {
            rule.set("if", Node::string(origin, condition));
        }
        if let Some(when) = when {
            rule.set("when", Node::string(origin, when));
        }
        Node::map(origin, rule)
    };
    let mut rules: Vec<Node> = workflow.conditions.iter().map(|trigger| rule(Some(trigger))).collect();
    if rules.is_empty() && (own.is_some() || when.is_some()) {
        // No trigger has a counterpart: the condition of the job counts in all pipelines.
        rules.push(rule(None));
    }
    if !rules.is_empty() {
        body.set("rules", Node::seq(origin, rules));
    }
}

/// Sets the keywords that have a counterpart of the same kind.
pub(super) fn set_others(written: &Map, body: &mut Map, notes: &mut Notes) {
    if let Some(node) = written.get("timeout-minutes") {
        match node.text().filter(|minutes| minutes.parse::<u32>().is_ok()) {
            Some(minutes) => body.set("timeout", Node::string(node.origin, format!("{minutes} minutes"))),
            None => notes.add(Part::Lost, node.origin, "`timeout-minutes` is computed: set `timeout`"),
        }
    }
    if let Some(node) = written.get("continue-on-error") {
        match node.as_bool() {
            Some(true) => body.set("allow_failure", Node::plain(Origin::generated(), "true")),
            Some(false) => {}
            None => {
                notes.add(Part::Lost, node.origin, "`continue-on-error` is computed: set `allow_failure`");
            }
        }
    }
    if let Some(environment) = written.get("environment") {
        let name = environment.get("name").unwrap_or(environment);
        let mut map = Map::default();
        map.set(
            "name",
            Node::string(name.origin, translated(name.text().unwrap_or_default(), name.origin, notes)),
        );
        if let Some(url) = environment.get("url") {
            map.set(
                "url",
                Node::string(url.origin, translated(url.text().unwrap_or_default(), url.origin, notes)),
            );
        }
        body.set("environment", Node::map(environment.origin, map));
        notes.add(
            Part::Decided,
            environment.origin,
            "rules of protection and reviewers of the environment are settings of the project",
        );
    }
    if let Some(permissions) = written.get("permissions") {
        notes.add(
            Part::Lost,
            permissions.origin,
            "`permissions`: the job token has those that the project's settings give",
        );
    }
    if let Some(outputs) = written.get("outputs") {
        notes.add(Part::Lost, outputs.origin, "`outputs`: write them to a dotenv report of the job");
    }
    if let Some(concurrency) = written.get("concurrency") {
        set_concurrency(concurrency, body, notes);
    }
}

fn set_concurrency(concurrency: &Node, body: &mut Map, notes: &mut Notes) {
    let group = concurrency.get("group").unwrap_or(concurrency);
    if concurrency.get("cancel-in-progress").and_then(Node::as_bool) == Some(true) {
        body.set("interruptible", Node::plain(concurrency.origin, "true"));
        return;
    }
    let name = translated(group.text().unwrap_or_default(), group.origin, notes);
    body.set("resource_group", Node::string(group.origin, name));
}
