//! The steps of a job, with those of composite actions in their places.

use super::actions;
use super::condition::{Start, conjuncts, start};
use super::context::variable_name;
use super::expression::{Expr, parse_condition};
use super::facts::assumed;
use super::keywords::Workflow;
use super::new_job::NewJob;
use super::notes::{Notes, Part};
use super::scope::{Outputs, Scope};
use super::shell::test;
use super::step_script::of_step;
use super::text::{resolved, shown, why_unknown};
use super::told::tell;
use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeMap;

/// Keywords of a step that are read, or that have no effect on its work.
const STEP: [&str; 8] = ["id", "name", "if", "uses", "with", "run", "shell", "env"];

/// The depth of composite actions that use others. GitHub allows ten.
const DEPTH: usize = 10;

/// The steps of a job or an action.
pub(super) struct Steps<'a> {
    pub job: &'a Map,
    pub workflow: &'a Workflow<'a>,
    /// The condition of the step that uses the action.
    pub outer: Condition,
    pub depth: usize,
}

/// The condition of a step.
#[derive(Debug, Clone, Default)]
pub(super) struct Condition {
    start: Start,
    tests: Vec<String>,
}

impl Steps<'_> {
    /// Adds all steps of a list.
    pub(super) fn add(&self, steps: &Node, scope: &mut Scope, new: &mut NewJob, notes: &mut Notes) {
        for step in steps.as_seq().unwrap_or_default() {
            if let Some(map) = step.as_map() {
                self.step(map, step.origin, scope, new, notes);
            }
        }
    }

    fn step(&self, step: &Map, origin: Origin, scope: &mut Scope, new: &mut NewJob, notes: &mut Notes) {
        let is_run = step.contains("run");
        let known = |key: &str| {
            STEP.contains(&key) || is_run && matches!(key, "continue-on-error" | "working-directory")
        };
        for entry in step.entries.iter().filter(|entry| !known(entry.key.text())) {
            notes.add(Part::Lost, entry.key.origin, format!("`{}` of a step", entry.key.text()));
        }
        let Some(condition) = self.condition(step.get("if"), scope, notes) else { return };
        let before = new.script.len();
        let keywords = new.keywords.entries.len() + usize::from(new.image.is_some());
        if let Some(uses) = step.get("uses") {
            if let Some(directory) = uses.text().and_then(|name| name.strip_prefix("./")) {
                return self.composite(directory, uses, step, condition, scope, new, notes);
            }
            let empty = Map::default();
            let with = step.get("with").and_then(Node::as_map).unwrap_or(&empty);
            actions::add(
                &actions::Use { uses, with, start: condition.start, scope, workflow: self.workflow },
                new,
                notes,
            );
            if let Some(env) = step.get("env") {
                notes.add(Part::Lost, env.origin, "`env` of an action");
            }
        }
        if let Some(run) = step.get("run") {
            let text = of_step(run, step, &|key| self.setting(step, key), scope, notes);
            new.script.push(text);
            self.take_outputs(step, run, scope, new, notes);
        }
        let lines = new.script.split_off(before);
        let has_keywords = new.keywords.entries.len() + usize::from(new.image.is_some()) > keywords;
        if has_keywords && !condition.tests.is_empty() {
            notes.add(
                Part::Rewritten,
                origin,
                "`if` of an action that is a keyword of the job here: it always applies",
            );
        }
        place(lines, &condition, origin, new, notes);
    }

    /// Returns the setting of the step, or the default of the job or the workflow.
    fn setting(&self, step: &Map, key: &str) -> Option<Node> {
        let default = |node: Option<&Node>| node.and_then(|node| node.get("run")?.get(key)).cloned();
        let own = step.get(key).cloned();
        if self.depth > 0 {
            // Defaults do not reach the steps of an action.
            return own;
        }
        own.or_else(|| default(self.job.get("defaults"))).or_else(|| default(self.workflow.defaults))
    }

    /// Reads the outputs of a step, if another one or the job asks for them.
    fn take_outputs(&self, step: &Map, run: &Node, scope: &mut Scope, new: &mut NewJob, notes: &mut Notes) {
        let text = run.text().unwrap_or_default();
        let id = step.get("id").and_then(Node::text);
        let Some(id) = id.filter(|_| text.contains("GITHUB_OUTPUT")) else { return };
        let prefix = format!("{}_", variable_name(id));
        if let Some(last) = new.script.last_mut() {
            last.push_str(&format!("\ntake_outputs {}", prefix.trim_end_matches('_')));
        }
        scope.steps.insert(id.to_owned(), Outputs::File(format!("STEPS_{prefix}")));
        let text = "`$GITHUB_OUTPUT`: the function `take_outputs` reads it after the step";
        notes.add(Part::Rewritten, run.origin, text);
    }

    /// Returns the condition of a step; `None` if it never holds.
    fn condition(&self, node: Option<&Node>, scope: &Scope, notes: &mut Notes) -> Option<Condition> {
        let mut condition = self.outer.clone();
        let Some(node) = node else { return Some(condition) };
        let text = node.text().unwrap_or_default();
        let Some(parsed) = parse_condition(text) else {
            notes.add(Part::Lost, node.origin, format!("`if: {}` of a step: it always runs", shown(text)));
            return Some(condition);
        };
        tell(&parsed, scope, node.origin, notes);
        if let Some(line) = assumed(&parsed) {
            notes.add(Part::Decided, node.origin, line);
        }
        let (found, rest) = start(&scope.resolve(&parsed));
        condition.start = found.unwrap_or(condition.start);
        for part in conjuncts(&rest) {
            if part == Expr::Bool(false) {
                let text = format!("`if: {}` of a step never holds here: the step is left out", shown(text));
                notes.add(Part::Rewritten, node.origin, text);
                return None;
            }
            match test(&part) {
                Some(test) => {
                    let test = if matches!(part, Expr::Any(_)) { format!("{{ {test}; }}") } else { test };
                    if !condition.tests.contains(&test) {
                        condition.tests.push(test);
                    }
                }
                None => {
                    let text = format!(
                        "`if: {}` of a step: it runs more often, since {}",
                        shown(text),
                        why_unknown(&part)
                    );
                    notes.add(Part::Lost, node.origin, text);
                }
            }
        }
        Some(condition)
    }

    /// Adds the steps of an action of the repository.
    #[expect(clippy::too_many_arguments, reason = "a step and everything that it is read with")]
    fn composite(
        &self,
        directory: &str,
        uses: &Node,
        step: &Map,
        outer: Condition,
        scope: &mut Scope,
        new: &mut NewJob,
        notes: &mut Notes,
    ) {
        let found = ["action.yml", "action.yaml"].iter().find_map(|name| {
            self.workflow.files.document(&format!("{}/{name}", directory.trim_end_matches('/')))
        });
        let runs = found.as_ref().and_then(|action| action.get("runs"));
        let steps = runs
            .filter(|runs| runs.get("using").and_then(Node::text) == Some("composite"))
            .and_then(|runs| runs.get("steps"));
        let (Some(action), Some(steps), true) = (&found, steps, self.depth < DEPTH) else {
            let text = format!(
                "the action of this repository `./{directory}`, which is not a list of steps: write a script"
            );
            notes.add(Part::Lost, uses.origin, text);
            return;
        };
        if let Some(env) = step.get("env") {
            notes.add(Part::Lost, env.origin, "`env` of an action");
        }
        let inputs = inputs(action, step.get("with"), scope, notes);
        let mut own = Scope {
            inputs: Some(inputs),
            steps: BTreeMap::new(),
            action: Some(directory.trim_end_matches('/').to_owned()),
            ..scope.clone()
        };
        let inner = Steps { job: self.job, workflow: self.workflow, outer, depth: self.depth + 1 };
        inner.add(steps, &mut own, new, notes);
        if let Some(id) = step.get("id").and_then(Node::text) {
            let mut values = BTreeMap::new();
            for (name, output) in action.get("outputs").and_then(Node::as_map).into_iter().flat_map(Map::iter)
            {
                let value = output
                    .get("value")
                    .map(|value| resolved(value.text().unwrap_or_default(), &own, value.origin, notes));
                values.insert(name.to_owned(), value.unwrap_or_else(|| Expr::Text(String::new())));
            }
            scope.steps.insert(id.to_owned(), Outputs::Values(values));
        }
        let text = format!("the steps of `./{directory}` are in its place");
        notes.add(Part::Rewritten, uses.origin, text);
    }
}

/// Returns the inputs of an action or a workflow: what is passed, or its default.
pub(super) fn inputs(
    definition: &Node,
    with: Option<&Node>,
    scope: &Scope,
    notes: &mut Notes,
) -> BTreeMap<String, Expr> {
    let mut inputs = BTreeMap::new();
    let declared = definition.get("inputs").and_then(Node::as_map);
    for (name, input) in declared.into_iter().flat_map(Map::iter) {
        if let Some(default) = input.get("default") {
            inputs.insert(name.to_owned(), passed(default, scope, notes));
        }
    }
    for (name, value) in with.and_then(Node::as_map).into_iter().flat_map(Map::iter) {
        if declared.is_none_or(|declared| !declared.contains(name)) {
            notes.add(Part::Lost, value.origin, format!("the input `{name}`, which does not exist"));
        }
        inputs.insert(name.to_owned(), passed(value, scope, notes));
    }
    inputs
}

fn passed(value: &Node, scope: &Scope, notes: &mut Notes) -> Expr {
    match value.as_bool() {
        Some(known) => Expr::Bool(known),
        None => resolved(value.text().unwrap_or_default(), scope, value.origin, notes),
    }
}

/// Adds the lines of a step where they run.
fn place(lines: Vec<String>, condition: &Condition, origin: Origin, new: &mut NewJob, notes: &mut Notes) {
    if lines.is_empty() {
        return;
    }
    let status = match condition.start {
        Start::Success => None,
        Start::Always => Some(None),
        Start::Failure => Some(Some("failed")),
        Start::Cancelled => Some(Some("canceled")),
    };
    let own = status.flatten().map(|status| format!("[ \"$CI_JOB_STATUS\" = \"{status}\" ]"));
    let tests: Vec<String> = own.into_iter().chain(condition.tests.iter().cloned()).collect();
    let lines = if tests.is_empty() {
        lines
    } else {
        vec![format!("if {}; then\n{}\nfi", tests.join(" && "), lines.join("\n"))]
    };
    if status.is_some() {
        let text =
            "a step that runs after a failure is in `after_script`: its own failure does not fail the job";
        notes.add(Part::Rewritten, origin, text);
        new.after_script.extend(lines);
    } else {
        new.script.extend(lines);
    }
}
