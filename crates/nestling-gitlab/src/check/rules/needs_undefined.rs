//! `needs-undefined`: a job needs one that is not in the pipeline.

use super::Index;
use crate::diagnostic::Origin;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::need::{Need, dependencies};

/// More copies than this are not listed.
const SHOWN_COPIES: usize = 6;

pub(super) static RULE: Rule = Rule {
    id: "needs-undefined",
    severities: &[Error],
    summary: "a job needs one that is not in the pipeline",
    documentation: "GitLab refuses the whole pipeline when a job in `needs` or `dependencies` does not exist, unless the need is \
`optional: true`. In a unit, names are the unit's own: `build` means its own `build`; another unit's job is named in \
full, as in `libs/core:build`.",
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
                Some(needed) => problems.extend(undefined_copy(index, job, need, needed)),
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
    problem.with_help(
        index
            .near_to(job, name)
            .help_or("name a job of this pipeline, or write `{ job: …, optional: true }`"),
    )
}

/// Returns a finding if the need asks for a copy that `parallel` does not make.
fn undefined_copy(index: &Index<'_>, job: &Job, need: &Need<'_>, needed: usize) -> Option<Diagnostic> {
    let other = &index.pipeline.jobs[needed];
    let presence = &index.presence[needed];
    if presence.met(other.name.as_str(), need).is_some() {
        return None;
    }
    let message = format!("`{}` needs a copy of `{}` that `parallel` does not make", job.name, other.name);
    let copies: Vec<String> =
        presence.copies().iter().take(SHOWN_COPIES).map(|(copy, _)| format!("`{}`", copy.name)).collect();
    let more = if presence.copies().len() > SHOWN_COPIES { ", …" } else { "" };
    let problem = Diagnostic::error(&RULE, need.origin, message).with_label(other.origin, "the needed job");
    Some(problem.with_help(format!(
        "its copies are {}{more}; `needs:parallel:matrix` has to give a value for every variable of the matrix",
        copies.join(", ")
    )))
}
