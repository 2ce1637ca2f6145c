//! What views say of a job: its short name, what it waits for, how it starts, where it deploys.

use nestling_gitlab::pipeline::environment::{Environment, environment};
use nestling_gitlab::pipeline::need::{Need, needs};
use nestling_gitlab::pipeline::rule::{is_manual, rules};
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeMap;

/// How a job starts once what it waits for is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start<'a> {
    /// By itself.
    Automatic,
    /// By a person's click.
    Manual,
    /// By itself, this much later.
    Delayed(&'a str),
    /// Only after a failure.
    OnFailure,
}

/// The name without the unit.
pub(crate) fn short(job: &Job) -> &str {
    within(job, job.name.as_str())
}

/// A job's name as the unit of another would write it.
pub(crate) fn within<'a>(job: &Job, name: &'a str) -> &'a str {
    job.unit.as_ref().and_then(|unit| name.strip_prefix(unit.as_str())?.strip_prefix(':')).unwrap_or(name)
}

/// The jobs of this pipeline that a job needs, by their final names; `None` where it waits for its earlier stages.
pub(crate) fn needed(job: &Job) -> Option<Vec<&str>> {
    Some(needs(&job.body)?.iter().filter_map(Need::job).collect())
}

/// The environment, where the job has one with a name.
pub(crate) fn deploys_to(job: &Job) -> Option<Environment<'_>> {
    environment(&job.body).filter(|environment| !environment.name_text().is_empty())
}

/// How it starts, by its own `when` or by that of every rule that lets it in.
pub(crate) fn start(job: &Job) -> Start<'_> {
    if is_manual(&job.body) {
        return Start::Manual;
    }
    let own = word(&job.body);
    let Some(rules) = rules(&job.body) else { return meaning(own, &job.body, &job.body) };
    let mut ways = rules
        .iter()
        .filter(|rule| rule.when() != Some("never"))
        .map(|rule| meaning(rule.when().or(own), rule.body, &job.body));
    let first = ways.next().unwrap_or(Start::Automatic);
    if ways.all(|way| way == first) { first } else { Start::Automatic }
}

fn word(body: &Map) -> Option<&str> {
    body.get("when").and_then(Node::text)
}

fn meaning<'a>(when: Option<&str>, body: &'a Map, job: &'a Map) -> Start<'a> {
    match when {
        Some("delayed") => {
            let start_in = body.get("start_in").or_else(|| job.get("start_in"));
            Start::Delayed(start_in.and_then(Node::text).unwrap_or("a while"))
        }
        Some("on_failure") => Start::OnFailure,
        Some("manual") => Start::Manual,
        _ => Start::Automatic,
    }
}

/// The jobs by stage, `.pre` first and `.post` last, stages without jobs left out.
pub(crate) fn by_stage(pipeline: &Pipeline) -> Vec<(&str, Vec<&Job>)> {
    let mut order: Vec<&str> = vec![nestling_gitlab::name::StageName::PRE];
    order.extend(pipeline.stages.iter().map(nestling_gitlab::name::StageName::as_str));
    order.push(nestling_gitlab::name::StageName::POST);
    let mut stages: Vec<(&str, Vec<&Job>)> = order.into_iter().map(|stage| (stage, Vec::new())).collect();
    let at: BTreeMap<_, _> = stages.iter().enumerate().map(|(at, (name, _))| (*name, at)).collect();
    let mut strays: Vec<(&str, Vec<&Job>)> = Vec::new();
    for job in &pipeline.jobs {
        match at.get(job.stage()) {
            Some(at) => stages[*at].1.push(job),
            // A stage that is not listed is an error of `check`; a view shows the job all the same.
            None => strays.push((job.stage(), vec![job])),
        }
    }
    stages.extend(strays);
    stages.retain(|(_, jobs)| !jobs.is_empty());
    stages
}
