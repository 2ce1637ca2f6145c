//! Conditions, limits and environments of a job.

use super::condition::{Start, conjuncts, rule, start};
use super::documents::Documents;
use super::expression::{Expr, parse_condition};
use super::facts::assumed;
use super::new_job::Upload;
use super::notes::{Notes, Part};
use super::possible::is_possible;
use super::scope::Scope;
use super::shell::test;
use super::text::{keyword, shown, why_unknown};
use super::told::tell;
use crate::import::all_of;
use nestling::Origin;
use nestling_gitlab::pipeline::parent_source::PARENT_SOURCE;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeMap;

/// The parts of a workflow that all of its jobs have.
pub(super) struct Workflow<'a> {
    pub defaults: Option<&'a Node>,
    pub files: &'a Documents<'a>,
    /// The artifacts of the jobs that are needed.
    pub uploads: &'a [Upload],
}

/// The condition of a job.
#[derive(Debug, Default, Clone)]
pub(super) struct JobCondition {
    pub start: Option<Start>,
    /// The parts that GitLab knows when it creates the pipeline.
    pub rules: Vec<String>,
    /// The parts that the job itself has to ask for.
    pub tests: Vec<String>,
    /// True if it never holds.
    pub is_never: bool,
    pub origin: Option<Origin>,
}

impl JobCondition {
    /// Adds an `if`.
    pub(super) fn add(&mut self, node: &Node, scope: &Scope, notes: &mut Notes) {
        self.origin = Some(node.origin);
        let text = node.text().unwrap_or_default();
        let Some(parsed) = parse_condition(text) else {
            notes.add(Part::Lost, node.origin, format!("`if: {}`: the job always runs", shown(text)));
            return;
        };
        tell(&parsed, scope, node.origin, notes);
        if let Some(line) = assumed(&parsed) {
            notes.add(Part::Decided, node.origin, line);
        }
        let (found, rest) = start(&scope.resolve(&parsed));
        self.start = found.or(self.start);
        if found == Some(Start::Cancelled) {
            notes.add(
                Part::Lost,
                node.origin,
                "`if` asks for a canceled pipeline: no job of GitLab starts in one",
            );
            self.is_never = true;
        }
        for part in conjuncts(&rest) {
            if part == Expr::Bool(false) {
                notes.add(Part::Rewritten, node.origin, format!("`if: {}` never holds here", shown(text)));
                self.is_never = true;
            } else if let Some(expression) = rule(&part) {
                self.rules.push(expression);
            } else if let Some(test) = test(&part) {
                let text =
                    format!("`if: {}`: the job starts, and ends at once where it does not hold", shown(text));
                notes.add(Part::Rewritten, node.origin, text);
                self.tests.push(if matches!(part, Expr::Any(_)) { format!("{{ {test}; }}") } else { test });
            } else {
                let text =
                    format!("`if: {}`: the job runs more often, since {}", shown(text), why_unknown(&part));
                notes.add(Part::Lost, node.origin, text);
            }
        }
    }

    /// Returns `true` if it waits for success: a job that it needs and that does not run keeps it from running.
    pub(super) fn waits_for_success(&self) -> bool {
        matches!(self.start, None | Some(Start::Success))
    }
}

/// Returns the condition of a job where a trigger starts the workflow.
fn joined(condition: &JobCondition, needed: &[String], trigger: Option<&String>) -> Option<String> {
    all_of(trigger.into_iter().chain(needed).chain(&condition.rules).cloned())
}

/// Returns `true` if a trigger starts a pipeline in which the condition of a job can hold.
fn can_hold(condition: &JobCondition, needed: &[String], trigger: &String) -> bool {
    // Other pipelines meet the condition of a push as well, but on GitHub, a push alone starts the job by it.
    let of_push = trigger.starts_with("$CI_COMMIT_BRANCH");
    let of_push = of_push.then(|| format!("${PARENT_SOURCE} == \"push\""));
    let condition = joined(condition, needed, Some(trigger));
    all_of(condition.into_iter().chain(of_push)).is_none_or(|condition| is_possible(&condition))
}

/// Returns `true` if no trigger starts a pipeline in which the condition of a job holds.
pub(super) fn never_holds(condition: &JobCondition, needed: &[String], triggers: &[String]) -> bool {
    !triggers.is_empty() && !triggers.iter().any(|trigger| can_hold(condition, needed, trigger))
}

/// Sets the rules of a job: one for each trigger, with its own condition. A rule that can never hold is left out.
pub(super) fn set_rules(condition: &JobCondition, needed: &[String], triggers: &[String], body: &mut Map) {
    let origin = condition.origin.unwrap_or_else(Origin::generated);
    let when = match condition.start {
        Some(Start::Always) => Some("always"),
        Some(Start::Failure) => Some("on_failure"),
        _ => None,
    };
    let rule = |trigger: Option<&String>| {
        let mut rule = Map::default();
        if let Some(condition) = joined(condition, needed, trigger) {
            rule.set("if", Node::string(origin, condition));
        }
        if let Some(when) = when {
            rule.set("when", Node::string(origin, when));
        }
        rule
    };
    let mut rules: Vec<Map> = match triggers {
        _ if condition.is_never => Vec::new(),
        // Nothing starts the job by itself.
        [] => vec![manual(rule(None))],
        triggers => {
            let can_hold = |trigger: &&String| can_hold(condition, needed, trigger);
            triggers.iter().filter(can_hold).map(|trigger| rule(Some(trigger))).collect()
        }
    };
    if rules.is_empty() {
        let mut never = Map::default();
        never.set("when", Node::string(origin, "never"));
        rules.push(never);
    }
    rules.retain(|rule| !rule.is_empty());
    if !rules.is_empty() {
        body.set("rules", Node::seq(origin, rules.into_iter().map(|rule| Node::map(origin, rule)).collect()));
    }
}

/// Sets the keywords that have a counterpart of the same kind.
pub(super) fn set_others(written: &Map, scope: &Scope, body: &mut Map, notes: &mut Notes) {
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
                let text = "`continue-on-error` is computed: set `allow_failure`";
                notes.add(Part::Lost, node.origin, text);
            }
        }
    }
    if let Some(environment) = written.get("environment") {
        set_environment(environment, scope, body, notes);
    }
    if let Some(permissions) = written.get("permissions") {
        tell_permissions(permissions, notes);
    }
    if let Some(concurrency) = written.get("concurrency") {
        set_concurrency(concurrency, scope, body, notes);
    }
}

/// Makes a rule one of a manual job that blocks no pipeline.
fn manual(mut rule: Map) -> Map {
    rule.set("when", Node::string(Origin::generated(), "manual"));
    rule.set("allow_failure", Node::plain(Origin::generated(), "true"));
    rule
}

/// Adds the line about `permissions`.
pub(super) fn tell_permissions(permissions: &Node, notes: &mut Notes) {
    let text = "`permissions`: the job token has those that the project's settings give";
    notes.add(Part::Lost, permissions.origin, text);
}

fn set_environment(environment: &Node, scope: &Scope, body: &mut Map, notes: &mut Notes) {
    if let Some(map) = environment.as_map() {
        notes.others(map, &["name", "url"], "of the environment");
    }
    let name = environment.get("name").unwrap_or(environment);
    let text = |node: &Node, notes: &mut Notes| {
        Node::string(node.origin, keyword(node.text().unwrap_or_default(), scope, node.origin, notes))
    };
    let mut map = Map::default();
    map.set("name", text(name, notes));
    if let Some(url) = environment.get("url") {
        map.set("url", text(url, notes));
    }
    body.set("environment", Node::map(environment.origin, map));
    let text = "rules of protection and reviewers of the environment are settings of the project";
    notes.add(Part::Decided, environment.origin, text);
}

fn set_concurrency(concurrency: &Node, scope: &Scope, body: &mut Map, notes: &mut Notes) {
    if let Some(map) = concurrency.as_map() {
        notes.others(map, &["group", "cancel-in-progress"], "of `concurrency`");
    }
    let cancels = concurrency.get("cancel-in-progress");
    match cancels.map(Node::as_bool) {
        Some(Some(true)) => {
            body.set("interruptible", Node::plain(concurrency.origin, "true"));
            return;
        }
        Some(None) => {
            let text =
                "`cancel-in-progress` is computed: no job is canceled. `interruptible: true` cancels all";
            notes.add(Part::Lost, concurrency.origin, text);
            return;
        }
        _ => {}
    }
    let group = concurrency.get("group").unwrap_or(concurrency);
    let name = keyword(group.text().unwrap_or_default(), scope, group.origin, notes);
    body.set("resource_group", Node::string(group.origin, name));
}

/// Returns the conditions of the jobs that a job needs, which keep it from running as well.
pub(super) fn of_needed(needed: &[String], known: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    needed.iter().filter_map(|name| known.get(name)).flatten().cloned().collect()
}
