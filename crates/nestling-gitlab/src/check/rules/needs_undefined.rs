//! `needs-undefined`: needs and dependencies on jobs that are not in the pipeline.

use super::Index;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Origin, Rule, Suggestion};
use crate::pipeline::Job;
use crate::pipeline::need::{Need, dependencies};
use crate::pipeline::needed_copies::UnknownMatrixName;

/// Instances that a message lists.
const SHOWN_INSTANCES: usize = 6;

/// Needs on jobs that are not in the pipeline.
pub static RULE: Rule = Rule {
    id: "needs-undefined",
    severities: &[Error, Warning],
    summary: "a job needs a job that is not in the pipeline",
    documentation: "GitLab rejects the whole pipeline when a job in `needs` or `dependencies` does not exist, unless the need is \
`optional: true`. It ignores an optional need on an undefined job, which is a warning. In a unit, `build` means its own `build`; the job of another unit has its full name, as in \
`libs/core:build`.",
    source: "https://docs.gitlab.com/ci/yaml/#needs",
    bad: Example::Pipeline(
        "build:
  script: make
test:
  script: make test
  needs: [biuld]
",
    ),
    good: Example::Pipeline(
        "build:
  script: make
test:
  script: make test
  needs: [build]
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    if index.is_open() {
        return;
    }
    for (position, job) in index.jobs() {
        for need in index.needs[position].iter().flatten() {
            problems.extend(judge(index, position, need));
        }
        for (name, origin) in dependencies(&job.body).unwrap_or_default() {
            // A multiplied job stands for all of its copies.
            if index.copies.find(name).is_none() && !index.copies.is_multiplied(name) {
                problems.push(undefined(index, job, name, origin, "depends on"));
            }
        }
    }
}

fn judge(index: &Index<'_>, position: usize, need: &Need<'_>) -> Option<Diagnostic> {
    let job = &index.pipeline.jobs[position];
    let expanded = match index.copies.expand(position, need) {
        Ok(expanded) => expanded,
        Err(UnknownMatrixName(name)) => return Some(unknown_matrix_name(index, position, need, &name)),
    };
    if need.optional {
        return None;
    }
    let mut names = expanded.iter().flat_map(|expanded| &expanded.names);
    let missing = names.find(|name| index.copies.find(name).is_none())?;
    match need.job().and_then(|name| index.find(name)) {
        Some(needed) => Some(undefined_instance(index, job, (need, missing), needed)),
        None => Some(undefined(index, job, missing, need.origin, "needs")),
    }
}

fn unknown_matrix_name(index: &Index<'_>, position: usize, need: &Need<'_>, name: &str) -> Diagnostic {
    let job = &index.pipeline.jobs[position];
    let message = format!("`{}` reads `matrix.{name}`, which its own matrix does not have", job.name);
    let copies = index.presence[position].copies();
    let variables =
        copies.iter().flat_map(|(copy, _)| &copy.variables).map(|(variable, _)| variable.as_str());
    let suggestion = Suggestion::among(name, variables);
    let help = "`$[[ matrix.NAME ]]` is a variable of `parallel:matrix` of the job that has the need";
    Diagnostic::error(&RULE, need.origin, message).with_help(suggestion.help_or(help))
}

fn undefined(index: &Index<'_>, job: &Job, name: &str, origin: Origin, verb: &str) -> Diagnostic {
    let message = format!("`{}` {verb} `{name}`, which is not in the pipeline", job.name);
    let problem = Diagnostic::error(&RULE, origin, message);
    let help = "use the name of a job in this pipeline, or use `{ job: …, optional: true }`";
    problem.with_help(index.near_to(job, name).help_or(help))
}

/// Returns the error for an instance that `parallel` does not create.
fn undefined_instance(
    index: &Index<'_>,
    job: &Job,
    (need, missing): (&Need<'_>, &str),
    needed: usize,
) -> Diagnostic {
    let other = &index.pipeline.jobs[needed];
    let copies = index.presence[needed].copies();
    let names = copies.iter().take(SHOWN_INSTANCES).map(|(copy, _)| format!("`{}`", copy.name));
    let shown = names.collect::<Vec<_>>().join(", ");
    let more = if copies.len() > SHOWN_INSTANCES { ", …" } else { "" };
    let message =
        format!("`{}` needs `{missing}`, which `parallel` of `{}` does not create", job.name, other.name);
    let help = format!(
        "its instances are {shown}{more}; `needs:parallel:matrix` must have a value for each variable of the matrix, in the \
         matrix's order"
    );
    let problem = Diagnostic::error(&RULE, need.origin, message).with_label(other.origin, "the needed job");
    problem.with_help(help)
}
