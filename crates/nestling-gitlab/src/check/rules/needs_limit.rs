//! `needs-limit`: too many needs, and duplicate needs.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::matrix::parallel;
use crate::pipeline::need::Need;
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    id: "needs-limit",
    severities: &[Error],
    summary: "a job has too many needs, or duplicate needs",
    documentation: "A job can need 50 jobs, or the instance's limit (`workspace: { gitlab: { needs: 50 } }`), each of them once. \
Add an empty job in between that needs them, or order the jobs by stages.",
    source: "https://docs.gitlab.com/ci/yaml/#needs",
    bad: Example::Pipeline("a: { script: make }\nb: { script: make, needs: [a, a] }\n"),
    good: Example::Pipeline("a: { script: make }\nb: { script: make, needs: [a] }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let limit = index.settings.gitlab.limits.needs;
    for (position, job) in index.jobs() {
        let needs = index.needs[position].as_deref().unwrap_or_default();
        let count = needs.iter().fold(0, |sum: u64, need| sum.saturating_add(needed_jobs(index, need)));
        if let Some(last) = needs.last().filter(|_| count > limit as u64) {
            let message = format!("`{}` has {count} needs; GitLab allows {limit}", job.name);
            let problem = Diagnostic::error(&RULE, last.origin, message);
            problems.push(problem.with_help("need one job that needs them in turn, or order them by stages"));
        }
        let mut seen = HashSet::with_capacity(needs.len());
        for need in needs.iter().filter(|need| need.matrix.is_none()) {
            if let Some(name) = need.job().filter(|name| !seen.insert(*name)) {
                let message = format!("duplicate need `{name}` in `{}`", job.name);
                problems.push(Diagnostic::error(&RULE, need.origin, message).with_help("remove one of them"));
            }
        }
    }
}

/// Returns the number of jobs that a need refers to: all instances of a multiplied job, unless it selects some of them.
fn needed_jobs(index: &Index<'_>, need: &Need<'_>) -> u64 {
    let whole = need.job().filter(|_| need.matrix.is_none()).and_then(|name| index.exact(name));
    whole.and_then(|job| parallel(&job.body)).map_or(1, |parallel| parallel.count())
}
