//! `needs-cycle`: jobs need each other in a circle.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "needs-cycle",
    severities: &[Error],
    summary: "jobs need each other in a circle",
    documentation: "Jobs that wait for each other would never start. GitLab refuses the pipeline. Take one of the needs out.",
    source: "https://docs.gitlab.com/ci/yaml/#needs",
    bad: Example::Pipeline("a: { script: make, needs: [b] }\nb: { script: make, needs: [a] }\n"),
    good: Example::Pipeline("a: { script: make }\nb: { script: make, needs: [a] }\n"),
};

/// A job's place in the search.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
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

/// Depth first, without recursion: chains of needs can be long. The path holds each open job and its next need.
fn search(index: &Index<'_>, start: usize, marks: &mut [Mark], problems: &mut Vec<Diagnostic>) {
    let mut path = vec![(start, 0)];
    marks[start] = Mark::Open;
    while let Some((at, next)) = path.last_mut() {
        let needs = index.needs[*at].as_deref().unwrap_or_default();
        let Some(need) = needs.get(*next) else {
            marks[*at] = Mark::Done;
            path.pop();
            continue;
        };
        *next += 1;
        let Some(other) = need.job().and_then(|name| index.find(name)) else { continue };
        match marks[other] {
            Mark::Done => {}
            Mark::New => {
                marks[other] = Mark::Open;
                path.push((other, 0));
            }
            Mark::Open => {
                let from = path.iter().position(|(at, _)| *at == other).unwrap_or(0);
                problems.push(circle(index, &path[from..]));
            }
        }
    }
}

fn circle(index: &Index<'_>, path: &[(usize, usize)]) -> Diagnostic {
    let name = |at: usize| format!("`{}`", index.pipeline.jobs[at].name);
    let mut names: Vec<String> = path.iter().map(|(at, _)| name(*at)).collect();
    names.push(names[0].clone());
    let origin = |(at, next): &(usize, usize)| index.needs[*at].as_ref().map(|needs| needs[next - 1].origin);
    let mut origins = path.iter().filter_map(origin);
    let first = origins.next().unwrap_or(index.pipeline.jobs[path[0].0].origin);
    let problem =
        Diagnostic::error(&RULE, first, format!("these jobs need each other: {}", names.join(" → ")));
    origins
        .take(5)
        .fold(problem, |problem, origin| problem.with_label(origin, "and here"))
        .with_help("take one of these needs out")
}
