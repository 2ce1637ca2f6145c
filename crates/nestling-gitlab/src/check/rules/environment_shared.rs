//! Jobs that deploy to one environment side by side.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::environment::{Environment, environment};
use crate::pipeline::matrix::{Parallel, parallel};
use crate::pipeline::presence::State;
use std::collections::HashMap;

pub(super) static RULE: Rule = Rule {
    id: "environment-shared",
    severities: &[Warning],
    summary: "more than one job of the pipeline deploys to an environment",
    documentation: "Each job whose `action` is `start` makes a deployment. Of several in one pipeline GitLab keeps the last as the \
environment's, stops by the last one's `on_stop` only, and with \"prevent outdated deployment jobs\" the others fail. \
Let one job deploy, and give the others `action: prepare`, `verify` or `access`.",
    source: "https://docs.gitlab.com/ci/environments/deployment_safety/",
    bad: Example::Pipeline("a: { script: x, environment: prod }\nb: { script: x, environment: prod }\n"),
    good: Example::Pipeline(
        "a: { script: x, environment: prod }\nb: { script: x, environment: { name: prod, action: verify } }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let mut first: HashMap<&str, (usize, &Job)> = HashMap::new();
    for (at, job) in index.jobs().filter(|(at, _)| index.state(*at) != State::Out) {
        let Some(environment) = environment(&job.body).filter(Environment::deploys) else {
            continue;
        };
        let name = environment.name_text();
        problems.extend(many(job, name));
        let Some((before, other)) = first.get(name).copied() else {
            first.insert(name, (at, job));
            continue;
        };
        if !together(index, (at, job), (before, other)) {
            continue;
        }
        let message = format!("`{}` deploys to `{name}`, and so does `{}`", job.name, other.name);
        problems.push(
            Diagnostic::warning(&RULE, environment.origin, message)
                .with_label(other.origin, "the other job")
                .with_help("let one of them deploy, and give the other `action: prepare` or `verify`"),
        );
    }
}

/// Whether both are surely in one pipeline: rules may make them alternatives of each other.
fn together(index: &Index<'_>, (a, job): (usize, &Job), (b, other): (usize, &Job)) -> bool {
    let always = |at: usize| index.state(at) == State::In;
    let same = match (job.body.get("rules"), other.body.get("rules")) {
        (Some(a), Some(b)) => a.same_as(b),
        _ => false,
    };
    (always(a) && always(b)) || same
}

/// The jobs that `parallel` makes of one, unless the name tells them apart.
fn many(job: &Job, name: &str) -> Option<Diagnostic> {
    let parallel = parallel(&job.body).filter(|parallel| parallel.count() > 1)?;
    let apart = match &parallel {
        Parallel::Count(_) => name.contains("CI_NODE_INDEX"),
        Parallel::Matrix(rows) => rows.iter().flatten().any(|(variable, _)| name.contains(variable)),
        Parallel::Malformed => true,
    };
    (!apart).then(|| {
        let origin = environment(&job.body).map_or(job.origin, |environment| environment.origin);
        let message = format!("each of the {} jobs of `{}` deploys to `{name}`", parallel.count(), job.name);
        Diagnostic::warning(&RULE, origin, message)
            .with_help("name the environment by a variable of the matrix")
    })
}
