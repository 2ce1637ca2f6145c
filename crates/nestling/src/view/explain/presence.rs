//! Explains the presence of a job: the cases of this pipeline, and other kinds of pipelines.

use super::{Decision, ExplainedRule, Explanation, OtherPipeline, RuleValue};
use crate::environments::LeftOut;
use crate::plan::Plan;
use crate::view::planned::{PlannedJob, planned_jobs};
use crate::view::row::start_in_words;
use crate::view::trace::{TracedRule, outcome_in_words, traced_rules};
use crate::workspace::{Condition, Unit};
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::known::KnownVariables;
use nestling_gitlab::pipeline::need::parallel_base;
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
    /// in none. Of a job that several jobs are made of, one for each environment, those are added.
    pub fn add_pipeline(&mut self, plan: &Plan) {
        let name = &self.subject.name;
        let made = match find(plan, name).or_else(|| find_copy(plan, name)) {
            Some(planned) => vec![planned],
            None => of_environments(plan, name),
        };
        self.is_known |= !made.is_empty() || is_left_out(plan, name);
        if self.is_unknown_here && made.iter().any(|planned| !planned.is_out()) {
            self.is_unknown_here = false;
            self.why_not = vec!["only other kinds of pipelines have it: add `--as KIND`".to_owned()];
        }
        if made.is_empty() {
            self.other_pipelines.push(other_pipeline(plan, None, None));
        }
        for planned in made {
            let final_name = planned.job.name.as_str();
            let is_of_environment = final_name.starts_with(&format!("{}:", self.subject.name));
            let job = is_of_environment.then(|| final_name.to_owned());
            self.other_pipelines.push(other_pipeline(plan, Some(planned), job));
        }
    }
}

fn other_pipeline(plan: &Plan, planned: Option<PlannedJob<'_>>, job: Option<String>) -> OtherPipeline {
    let state = planned.map_or(State::Out, |planned| planned.presence.state());
    OtherPipeline {
        pipeline: plan.facts.describe(),
        job,
        state: match state {
            State::In => "in",
            State::Out => "out",
            State::Maybe => "maybe",
        },
        condition: planned.and_then(PlannedJob::condition),
        start: planned.and_then(start_in_words).filter(|_| state != State::Out),
        reason: planned.and_then(PlannedJob::omission).map(|omission| omission.in_words(&plan.sources)),
    }
}

/// Finds the job that GitLab makes a copy with this name of.
pub(super) fn find_copy<'a>(plan: &'a Plan, name: &str) -> Option<PlannedJob<'a>> {
    let planned = find(plan, parallel_base(name)?.0)?;
    planned.presence.copies().iter().any(|(copy, _)| copy.name == name).then_some(planned)
}

/// Returns the jobs for an environment each that a written job became; its stop jobs are none of them.
pub(super) fn of_environments<'a>(plan: &'a Plan, name: &str) -> Vec<PlannedJob<'a>> {
    let prefix = format!("{name}:");
    let is_made = |planned: &PlannedJob<'_>| {
        let environment = planned.job.name.as_str().strip_prefix(&prefix);
        environment.is_some_and(|environment| plan.workspace.environments.get(environment).is_some())
    };
    planned_jobs(plan).filter(is_made).collect()
}

/// Returns `true` if a unit has the job, and the environment catalogue or `reuse` leaves it out.
pub(super) fn is_left_out(plan: &Plan, name: &str) -> bool {
    let mut units = plan.left_out.iter();
    units.any(|(unit, jobs)| jobs.iter().any(|left_out| format!("{unit}:{}", left_out.job) == name))
        || left_out_for_environments(plan, name).next().is_some()
}

/// Returns the omitted jobs among those for an environment each that a written job would become.
pub(super) fn left_out_for_environments<'a>(plan: &'a Plan, name: &str) -> impl Iterator<Item = &'a LeftOut> {
    let jobs =
        plan.left_out.iter().flat_map(|(unit, jobs)| jobs.iter().map(move |left_out| (unit, left_out)));
    jobs.filter_map(move |(unit, left_out)| {
        let job = name.strip_prefix(unit.as_str())?.strip_prefix(':')?;
        let environment = left_out.job.strip_prefix(job)?.strip_prefix(':')?;
        plan.workspace.environments.get(environment).map(|_| left_out)
    })
}
