//! `needs-limit`: a job has more needs than GitLab allows, or one of them twice.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::matrix::parallel;
use crate::pipeline::need::Need;
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    id: "needs-limit",
    severities: &[Error],
    summary: "a job has more needs than GitLab allows, or one of them twice",
    documentation: "A job can need 50 jobs, or what the instance is set to (`workspace: { gitlab: { needs: 50 } }`), and each of \
them once. Put a job between that needs them and does nothing, or order the jobs by stages.",
    source: "https://docs.gitlab.com/ci/yaml/#needs",
    bad: Example::Pipeline("a: { script: make }\nb: { script: make, needs: [a, a] }\n"),
    good: Example::Pipeline("a: { script: make }\nb: { script: make, needs: [a] }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let limit = index.settings.gitlab.limits.needs;
    for (at, job) in index.jobs() {
        let needs = index.needs[at].as_deref().unwrap_or_default();
        let count = needs.iter().fold(0, |sum: u64, need| sum.saturating_add(jobs(index, need)));
        if let Some(last) = needs.last().filter(|_| count > limit as u64) {
            let message = format!("`{}` has {count} needs; GitLab allows {limit}", job.name);
            let problem = Diagnostic::error(&RULE, last.origin, message);
            problems.push(problem.with_help("need a job that needs them in turn, or order them by stages"));
        }
        let mut seen = HashSet::with_capacity(needs.len());
        for need in needs.iter().filter(|need| need.matrix.is_none()) {
            if let Some(name) = need.job().filter(|name| !seen.insert(*name)) {
                let message = format!("`{}` needs `{name}` twice", job.name);
                problems
                    .push(Diagnostic::error(&RULE, need.origin, message).with_help("take one of them out"));
            }
        }
    }
}

/// How many jobs a need means: all that `parallel` makes of one, where it names no single one of them.
fn jobs(index: &Index<'_>, need: &Need<'_>) -> u64 {
    let whole = need.job().filter(|_| need.matrix.is_none()).and_then(|name| index.exact(name));
    whole.and_then(|job| parallel(&job.body)).map_or(1, |parallel| parallel.count())
}
