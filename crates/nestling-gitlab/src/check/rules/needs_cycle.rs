//! `needs-cycle`: circular `needs`.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "needs-cycle",
    severities: &[Error],
    summary: "`needs` is circular",
    documentation: "Jobs that wait for each other never start, so GitLab rejects the pipeline. Remove one of the needs.",
    source: "https://docs.gitlab.com/ci/yaml/#needs",
    bad: Example::Pipeline("a: { script: make, needs: [b] }\nb: { script: make, needs: [a] }\n"),
    good: Example::Pipeline("a: { script: make }\nb: { script: make, needs: [a] }\n"),
};

/// Needs of a circle that are shown beside the first.
const SHOWN_NEEDS: usize = 5;

/// State of a job in the search.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    /// On the path that is being searched: meeting it again closes a circle.
    Open,
    Done,
}

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let mut marks = vec![Mark::New; index.pipeline.jobs.len()];
    for start in 0..marks.len() {
        if marks[start] == Mark::New {
            search(index, start, &mut marks, problems);
        }
    }
}

/// Searches depth first, without recursion, since chains of needs can be long. The path holds each open job with the
/// position of its next need.
fn search(index: &Index<'_>, start: usize, marks: &mut [Mark], problems: &mut Vec<Diagnostic>) {
    let mut path = vec![(start, 0)];
    marks[start] = Mark::Open;
    while let Some((position, next_need)) = path.last_mut() {
        let needs = index.needs[*position].as_deref().unwrap_or_default();
        let Some(need) = needs.get(*next_need) else {
            marks[*position] = Mark::Done;
            path.pop();
            continue;
        };
        *next_need += 1;
        let Some(needed) = need.job().and_then(|name| index.find(name)) else { continue };
        match marks[needed] {
            Mark::Done => {}
            Mark::New => {
                marks[needed] = Mark::Open;
                path.push((needed, 0));
            }
            Mark::Open => {
                let start = path.iter().position(|(position, _)| *position == needed).unwrap_or(0);
                problems.push(circle(index, &path[start..]));
            }
        }
    }
}

/// Returns the error for a path of jobs of which the last needs the first.
fn circle(index: &Index<'_>, path: &[(usize, usize)]) -> Diagnostic {
    let jobs = &index.pipeline.jobs;
    let closed = path.iter().chain(&path[..1]);
    let names: Vec<String> = closed.map(|(position, _)| format!("`{}`", jobs[*position].name)).collect();
    let message = format!("circular `needs`: {}", names.join(" -> "));
    // The search has gone past the need that it followed.
    let mut origins = path.iter().filter_map(|(position, next_need)| {
        let needs = index.needs[*position].as_ref()?;
        Some(needs[next_need - 1].origin)
    });
    let first = origins.next().unwrap_or(jobs[path[0].0].origin);
    let mut problem = Diagnostic::error(&RULE, first, message).with_help("remove one of these needs");
    for origin in origins.take(SHOWN_NEEDS) {
        problem = problem.with_label(origin, "and here");
    }
    problem
}
