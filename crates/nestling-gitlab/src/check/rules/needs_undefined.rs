//! `needs-undefined`: needs and dependencies on jobs that are not in the pipeline.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Origin, Rule};
use crate::pipeline::Job;
use crate::pipeline::need::{Need, dependencies};

/// Instances that a message lists.
const SHOWN_INSTANCES: usize = 6;

pub(super) static RULE: Rule = Rule {
    id: "needs-undefined",
    severities: &[Error],
    summary: "a job needs a job that is not in the pipeline",
    documentation: "GitLab rejects the whole pipeline when a job in `needs` or `dependencies` does not exist, unless the need is \
`optional: true`. In a unit, `build` means its own `build`; the job of another unit has its full name, as in \
`libs/core:build`.",
    source: "https://docs.gitlab.com/ci/yaml/#needs",
    bad: Example::Pipeline("build: { script: make }\ntest: { script: make test, needs: [biuld] }\n"),
    good: Example::Pipeline("build: { script: make }\ntest: { script: make test, needs: [build] }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    if index.is_open() {
        return;
    }
    for (position, job) in index.jobs() {
        for need in index.needs[position].iter().flatten().filter(|need| !need.optional) {
            let Some(name) = need.job() else { continue };
            match index.find(name) {
                None => problems.push(undefined(index, job, name, need.origin, "needs")),
                Some(needed) => problems.extend(undefined_instance(index, job, need, needed)),
            }
        }
        for (name, origin) in dependencies(&job.body).unwrap_or_default() {
            if index.find(name).is_none() {
                problems.push(undefined(index, job, name, origin, "depends on"));
            }
        }
    }
}

fn undefined(index: &Index<'_>, job: &Job, name: &str, origin: Origin, verb: &str) -> Diagnostic {
    let message = format!("`{}` {verb} `{name}`, which is not in the pipeline", job.name);
    let problem = Diagnostic::error(&RULE, origin, message);
    let help = "name a job of this pipeline, or use `{ job: …, optional: true }`";
    problem.with_help(index.near_to(job, name).help_or(help))
}

/// Returns an error if the need selects an instance that `parallel` does not create.
fn undefined_instance(index: &Index<'_>, job: &Job, need: &Need<'_>, needed: usize) -> Option<Diagnostic> {
    let other = &index.pipeline.jobs[needed];
    let presence = &index.presence[needed];
    if presence.met(other.name.as_str(), need).is_some() {
        return None;
    }
    let copies = presence.copies();
    let names = copies.iter().take(SHOWN_INSTANCES).map(|(copy, _)| format!("`{}`", copy.name));
    let shown = names.collect::<Vec<_>>().join(", ");
    let more = if copies.len() > SHOWN_INSTANCES { ", …" } else { "" };
    let message =
        format!("`{}` needs an instance of `{}` that `parallel` does not create", job.name, other.name);
    let help = format!(
        "its instances are {shown}{more}; `needs:parallel:matrix` must have a value for each variable of the matrix"
    );
    let problem = Diagnostic::error(&RULE, need.origin, message).with_label(other.origin, "the needed job");
    Some(problem.with_help(help))
}
