//! Explains the presence of a job: the cases of this pipeline, and other kinds of pipelines.

use super::{Decision, ExplainedRule, Explanation, OtherPipeline, RuleValue};
use crate::plan::Plan;
use crate::view::planned::{PlannedJob, planned_jobs};
use crate::view::trace::{TracedRule, outcome_in_words, traced_rules};
use crate::workspace::{Condition, Unit};
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::known::KnownVariables;
use nestling_gitlab::pipeline::presence::{Case, Outcome, Presence, Start, State};

/// Finds a job by its final name.
pub(super) fn find<'a>(plan: &'a Plan, name: &str) -> Option<PlannedJob<'a>> {
    planned_jobs(plan).find(|planned| planned.job.name.as_str() == name)
}

/// Returns the cases that decide about a job, in the order in which GitLab asks them; none for a job that is always in the
/// pipeline and starts automatically.
pub(super) fn decisions(planned: PlannedJob<'_>, sources: &Sources) -> Vec<Decision> {
    let mut groups: Vec<(&Presence, Vec<String>)> = Vec::new();
    for (copy, presence) in planned.presence.copies() {
        match groups.iter_mut().find(|(known, _)| known.cases() == presence.cases()) {
            Some((_, names)) => names.push(copy.name.clone()),
            None => groups.push((presence, vec![copy.name.clone()])),
        }
    }
    // Copies are only named where a matrix makes them differ.
    let are_named = groups.len() > 1;
    let mut decisions = Vec::new();
    for (presence, names) in groups {
        if is_trivial(presence) {
            continue;
        }
        let copies = if are_named { names } else { Vec::new() };
        for case in presence.cases() {
            decisions.push(decision(case, &copies, sources));
        }
        let falls_through = presence.cases().last().is_none_or(|case| case.guard != Guard::Always);
        if falls_through {
            let outcome = "left out".to_owned();
            decisions.push(Decision { copies, condition: None, outcome, place: None });
        }
    }
    decisions
}

/// Returns the rules of a job one by one, with the values that they see.
pub(super) fn rules(plan: &Plan, planned: PlannedJob<'_>) -> Vec<ExplainedRule> {
    let traced = traced_rules(planned, &KnownVariables::of_child(&plan.facts));
    let explained = |rule: TracedRule| ExplainedRule {
        text: rule.text,
        verdict: rule.verdict,
        sentence: rule.sentence,
        outcome: rule.outcome,
        values: rule.values.into_iter().map(|(name, value)| RuleValue { name, value }).collect(),
        place: plan.sources.place(rule.origin),
    };
    traced.into_iter().map(explained).collect()
}

fn is_trivial(presence: &Presence) -> bool {
    let present = Outcome::Present { start: Start::OnSuccess, allow_failure: false };
    matches!(presence.cases(), [case] if case.guard == Guard::Always && case.outcome == present)
}

fn decision(case: &Case, copies: &[String], sources: &Sources) -> Decision {
    let condition = if case.guard == Guard::Always { None } else { Some(case.guard.to_string()) };
    Decision {
        copies: copies.to_vec(),
        condition,
        outcome: outcome_in_words(case.outcome),
        place: case.rule.map(|rule| sources.place(rule.origin)),
    }
}

/// Returns why a job for an environment is not in the pipeline: the environment's own condition.
pub(super) fn environment_reason(plan: &Plan, unit: &Unit, name: &str) -> Option<String> {
    let (_, environment_name) = name.split_once(':')?;
    let environment_name = environment_name.strip_suffix(":stop").unwrap_or(environment_name);
    let environment = plan.workspace.environments.get(environment_name)?;
    if environment.is_deployed_in(&plan.facts) {
        return None;
    }
    if let Some(only) = plan.facts.only_environment.as_ref().filter(|only| *only != environment_name) {
        return Some(format!("only `{only}` is deployed to (`--environment`)"));
    }
    let conditions: Vec<String> = environment.when.any.iter().map(condition_in_words).collect();
    let description = plan.facts.describe();
    let conditions = conditions.join(", ");
    Some(format!(
        "{} deploys to `{environment_name}` only in pipelines of: {conditions}; this is {description}",
        unit.name
    ))
}

fn condition_in_words(condition: &Condition) -> String {
    match condition {
        Condition::MergeRequest => "merge requests".to_owned(),
        Condition::DefaultBranch => "the default branch".to_owned(),
        Condition::Branch(glob) => format!("branches `{}`", glob.glob()),
        Condition::Tag(glob) => format!("tags `{}`", glob.glob()),
        Condition::Schedule => "schedules".to_owned(),
        Condition::Expression(expression) => format!("`{expression}`"),
    }
}

impl Explanation {
    /// Adds whether a job is in another kind of pipeline. Plan it with all units: a job of a unit that is not selected is
    /// in none.
    pub fn add_pipeline(&mut self, plan: &Plan) {
        let planned = find(plan, &self.subject.name);
        let state = planned.map_or(State::Out, |planned| planned.presence.state());
        let start = planned.and_then(super::super::row::start_in_words).filter(|_| state != State::Out);
        self.other_pipelines.push(OtherPipeline {
            pipeline: plan.facts.describe(),
            state: match state {
                State::In => "in",
                State::Out => "out",
                State::Maybe => "maybe",
            },
            condition: planned.and_then(PlannedJob::condition),
            start,
            reason: planned.and_then(PlannedJob::omission).map(|omission| omission.in_words(&plan.sources)),
        });
    }
}
