//! Facts of a job that several views show: short name, needs, start, environment.

use nestling_gitlab::name::StageName;
use nestling_gitlab::pipeline::environment::{Environment, environment};
use nestling_gitlab::pipeline::need::{Need, needs};
use nestling_gitlab::pipeline::rule::{is_manual, rules};
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeMap;

/// How a job starts once the jobs that it needs have finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start<'a> {
    /// Without anybody's action.
    Automatic,
    /// When a user starts it.
    Manual,
    /// After this time.
    Delayed(&'a str),
    /// Only if an earlier job has failed.
    OnFailure,
}

/// Returns the job's name without its unit.
pub(crate) fn short(job: &Job) -> &str {
    within(job, job.name.as_str())
}

/// Returns `name` without the unit of `job`, if it has that prefix.
pub(crate) fn within<'a>(job: &Job, name: &'a str) -> &'a str {
    job.unit.as_ref().and_then(|unit| name.strip_prefix(unit.as_str())?.strip_prefix(':')).unwrap_or(name)
}

/// Returns the final names of the jobs that a job needs, or `None` if it waits for all earlier stages.
pub(crate) fn needed(job: &Job) -> Option<Vec<&str>> {
    Some(needs(&job.body)?.iter().filter_map(Need::job).collect())
}

/// Returns the job's environment, if it has a name.
pub(crate) fn deploys_to(job: &Job) -> Option<Environment<'_>> {
    environment(&job.body).filter(|environment| !environment.name_text().is_empty())
}

/// Returns how a job starts: by its own `when`, or by that of its rules if all of them agree.
pub(crate) fn start(job: &Job) -> Start<'_> {
    if is_manual(&job.body) {
        return Start::Manual;
    }
    let own_when = when(&job.body);
    let Some(rules) = rules(&job.body) else { return start_by(own_when, &job.body, &job.body) };
    let mut first = None;
    for rule in &rules {
        if rule.when() == Some("never") {
            continue;
        }
        let start = start_by(rule.when().or(own_when), rule.body, &job.body);
        if *first.get_or_insert(start) != start {
            return Start::Automatic;
        }
    }
    first.unwrap_or(Start::Automatic)
}

fn when(body: &Map) -> Option<&str> {
    body.get("when").and_then(Node::text)
}

/// Returns the start that a `when` means. `start_in` is that of the rule, or else of the job.
fn start_by<'a>(when: Option<&str>, rule: &'a Map, job: &'a Map) -> Start<'a> {
    match when {
        Some("delayed") => {
            let start_in = rule.get("start_in").or_else(|| job.get("start_in"));
            Start::Delayed(start_in.and_then(Node::text).unwrap_or("a while"))
        }
        Some("on_failure") => Start::OnFailure,
        Some("manual") => Start::Manual,
        _ => Start::Automatic,
    }
}

/// Returns the jobs by stage, `.pre` first and `.post` last, without empty stages.
pub(crate) fn by_stage(pipeline: &Pipeline) -> Vec<(&str, Vec<&Job>)> {
    let mut stages: Vec<(&str, Vec<&Job>)> = vec![(StageName::PRE, Vec::new())];
    stages.extend(pipeline.stages.iter().map(|stage| (stage.as_str(), Vec::new())));
    stages.push((StageName::POST, Vec::new()));
    let stage_index: BTreeMap<&str, usize> =
        stages.iter().enumerate().map(|(index, (name, _))| (*name, index)).collect();
    let mut undefined_stages: Vec<(&str, Vec<&Job>)> = Vec::new();
    for job in &pipeline.jobs {
        match stage_index.get(job.stage()) {
            Some(index) => stages[*index].1.push(job),
            // An undefined stage is an error of `check`; a view shows the job nevertheless.
            None => undefined_stages.push((job.stage(), vec![job])),
        }
    }
    stages.extend(undefined_stages);
    stages.retain(|(_, jobs)| !jobs.is_empty());
    stages
}
