//! `needs-dropped`: a job needs one that its rules keep out of the pipeline.

use super::Index;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::rule::Presence;

pub(super) static RULE: Rule = Rule {
    id: "needs-dropped",
    severities: &[Error, Warning],
    summary: "a job needs one that its rules keep out of the pipeline",
    documentation: "When the rules of a needed job leave it out, GitLab does not create the pipeline at all: \"needs job, but it was \
not added to the pipeline\". Give both jobs the same rules, or make the need `optional: true`.",
    source: "https://docs.gitlab.com/ci/yaml/#needsoptional",
    bad: Example::Pipeline(
        "a: { script: make, rules: [{ when: never }] }\nb: { script: make, needs: [a] }\n",
    ),
    good: Example::Pipeline(
        "a: { script: make, rules: [{ if: $X }] }\nb: { script: make, needs: [{ job: a, optional: true }] }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (at, job) in index.jobs().filter(|(at, _)| index.presence[*at] != Presence::Never) {
        for need in index.needs[at].iter().flatten().filter(|need| !need.optional) {
            let Some(other) = need.job().and_then(|name| index.find(name)) else { continue };
            let needed = &index.pipeline.jobs[other];
            let same = || match (job.body.get("rules"), needed.body.get("rules")) {
                (Some(own), Some(others)) => own.same_as(others),
                _ => false,
            };
            let message = match index.presence[other] {
                Presence::Never => {
                    format!("`{}` needs `{}`, which its rules keep out", job.name, needed.name)
                }
                Presence::Sometimes if !same() && index.presence[at] == Presence::Always => {
                    format!("`{}` needs `{}`, which its rules may keep out", job.name, needed.name)
                }
                _ => continue,
            };
            let problem = match index.presence[other] {
                Presence::Never => Diagnostic::error(&RULE, need.origin, message),
                _ => Diagnostic::warning(&RULE, need.origin, message),
            };
            problems.push(
                problem
                    .with_label(needed.origin, "the needed job")
                    .with_help("give both the same rules, or write `{ job: …, optional: true }`"),
            );
        }
    }
}
