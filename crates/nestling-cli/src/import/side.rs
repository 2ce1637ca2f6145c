//! One side of the comparison: the jobs that GitLab makes, each with the condition under which it does.

use super::kind::{Kind, presences, with_variables};
use super::old::Configuration;
use super::place::{Place, Slot};
use nestling::Job;
use nestling_gitlab::check::KnownVariables;
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::need::{needs, parallel_base};
use nestling_gitlab::pipeline::presence::{Changed, Outcome, Presence, Start, Tree, workflow_presence};
use nestling_gitlab::pipeline::rule::rules;
use nestling_gitlab::yaml::{Kind as NodeKind, Map, Node, emit};
use std::collections::BTreeMap;

/// The side that may not lack anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// A workspace in the place of a configuration that GitLab runs by itself.
    Import,
    /// A configuration that GitLab runs by itself in the place of a workspace.
    Export,
}

/// The jobs of a pipeline by name.
pub(super) type Jobs = BTreeMap<String, SideJob>;

/// A job that GitLab makes or may make.
#[derive(Debug, Clone)]
pub(super) struct SideJob {
    /// Everything but what decides whether it is made.
    pub body: Map,
    /// The condition for each of its copies and each way to start.
    pub copies: Vec<Starts>,
    /// Its place among the stages.
    pub place: Place,
    /// True if its failure fails the pipeline, unless it may fail. That of a job of a child does not where the trigger job has no
    /// `strategy`, or may fail.
    pub fails_pipeline: bool,
}

/// The condition for each way to start: how, whether it may fail, and what its rule gives to the job.
pub(super) type Starts = BTreeMap<(u8, bool, String), Guard>;

/// Everything that decides about the jobs of a pipeline beside their own keywords.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    /// The variable that has the name of the branch or tag.
    pub reference: &'a str,
    pub changed: Changed<'a>,
    pub tree: Tree<'a>,
}

impl Surroundings<'_> {
    /// Returns the condition under which GitLab makes a pipeline of a configuration.
    pub(super) fn workflow(&self, configuration: &Configuration, variables: &KnownVariables) -> Guard {
        self.workflow_presence(configuration, variables).guard()
    }

    /// Returns the cases of a configuration's `workflow:rules`.
    pub(super) fn workflow_presence(
        &self,
        configuration: &Configuration,
        variables: &KnownVariables,
    ) -> Presence {
        let creation = Kind::creation(variables, self.changed).with_tree(self.tree);
        let has_rules = configuration.has_workflow_rules();
        let globals = configuration.pipeline.globals.get("variables");
        workflow_presence(&configuration.pipeline.workflow, globals, &creation.moment(has_rules))
    }

    /// Returns a job with its conditions, of which `outer` is one, in a stage at this position.
    pub(super) fn job(
        &self,
        job: &Job,
        variables: &KnownVariables,
        has_rules: bool,
        outer: &Guard,
        position: usize,
    ) -> SideJob {
        let creation = Kind::creation(variables, self.changed).with_tree(self.tree);
        let presences = presences(job.name.as_str(), &job.body, &creation.moment(has_rules));
        let copies = presences.iter().map(|presence| starts(presence, &job.body, outer, self.reference));
        SideJob {
            body: without_conditions(&job.body),
            copies: copies.collect(),
            place: Place::in_parent(Slot::new(position, &job.body)),
            fails_pipeline: true,
        }
    }
}

impl SideJob {
    /// Returns the condition under which GitLab makes any of its copies.
    pub(super) fn guard(&self) -> Guard {
        Guard::any(self.copies.iter().flat_map(BTreeMap::values).cloned())
    }

    /// Returns the condition under which it starts by itself where no earlier job has failed.
    pub(super) fn starts_by_itself(&self) -> Guard {
        let automatic = [rank(Start::OnSuccess), rank(Start::Always)];
        let starts = self.copies.iter().flatten().filter(|((rank, ..), _)| automatic.contains(rank));
        Guard::any(starts.map(|(_, guard)| guard.clone()))
    }

    /// Returns `true` if it is allowed to fail in any way to start.
    pub(super) fn may_fail(&self) -> bool {
        self.copies.iter().flatten().any(|((_, may_fail, _), _)| *may_fail)
    }
}

/// Returns the condition of each way to start: of the cases before it, none may hold.
fn starts(presence: &Presence, body: &Map, outer: &Guard, variable: &str) -> Starts {
    let mut starts = Starts::new();
    let mut none_before = outer.clone();
    for case in presence.cases() {
        let guard = Guard::all([none_before.clone(), case.guard.clone()]);
        if let Outcome::Present { start, allow_failure } = case.outcome
            && guard != Guard::Never
        {
            let given = case.rule.map(|rule| given_by_rule(body, rule.index)).unwrap_or_default();
            let key = (rank(start), allow_failure, given);
            let known = starts.remove(&key).unwrap_or(Guard::Never);
            starts.insert(key, Guard::any([known, with_variables(&guard, variable)]));
        }
        none_before = Guard::all([none_before, case.guard.clone().negated()]);
    }
    starts
}

/// Returns what a rule gives to the job beside `when` and `allow_failure`: variables, needs and the like.
fn given_by_rule(body: &Map, index: usize) -> String {
    let rules = rules(body).unwrap_or_default();
    let Some(rule) = rules.get(index) else { return String::new() };
    let deciding = ["if", "changes", "exists", "when", "allow_failure"];
    let mut given: Vec<String> = Vec::new();
    for entry in rule.body.entries.iter().filter(|entry| !deciding.contains(&entry.key.text())) {
        given.push(format!("{}: {}", entry.key.text(), emit(&entry.value)));
    }
    given.sort();
    given.join("\n")
}

fn rank(start: Start) -> u8 {
    match start {
        Start::OnSuccess => 0,
        Start::OnFailure => 1,
        Start::Always => 2,
        Start::Manual => 3,
        Start::Delayed => 4,
    }
}

/// Keywords that presence has been asked for.
const CONDITIONS: [&str; 5] = ["rules", "only", "except", "when", "allow_failure"];

fn without_conditions(body: &Map) -> Map {
    // `allow_failure: { exit_codes: … }` is no condition.
    let is_condition = |key: &str, value: &Node| {
        CONDITIONS.contains(&key) && !(key == "allow_failure" && matches!(value.kind, NodeKind::Map(_)))
    };
    let kept = body.entries.iter().filter(|entry| !is_condition(entry.key.text(), &entry.value));
    let mut body = Map { entries: kept.filter(|entry| !entry.value.is_null()).cloned().collect() };
    // Variables of rules are compared with the rules that decide.
    let is_empty = body.get("variables").and_then(Node::as_map).is_some_and(Map::is_empty);
    if is_empty {
        body.remove("variables");
    }
    body
}

/// Returns a need that keeps GitLab from making the pipeline: its job is there, and the needed one is not. With includes that are not
/// read, a job that is unknown may be in one of them.
pub(super) fn refusal(jobs: &Jobs, has_unread: bool) -> Option<String> {
    for (name, job) in jobs.iter().filter(|(_, job)| job.guard() == Guard::Always) {
        for need in needs(&job.body).unwrap_or_default().iter().filter(|need| !need.optional) {
            let Some(needed) = need.job() else { continue };
            let known = jobs.get(needed).or_else(|| jobs.get(parallel_base(needed)?.0));
            if known.map_or(!has_unread, |known| known.guard() == Guard::Never) {
                return Some(format!("`{name}` needs `{needed}`, which is not in the pipeline"));
            }
        }
    }
    None
}
