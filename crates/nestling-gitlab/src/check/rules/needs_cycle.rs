//! `needs-cycle`: circular `needs`.

use super::Index;
use crate::check::needed::CopyId;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Origin, Rule};
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    id: "needs-cycle",
    severities: &[Error],
    summary: "`needs` is circular",
    documentation: "Jobs that wait for each other never start, so GitLab rejects the pipeline. Remove one of the needs.",
    source: "https://docs.gitlab.com/ci/yaml/#needs",
    bad: Example::Pipeline(
        "a:
  script: make
  needs: [b]
b:
  script: make
  needs: [a]
",
    ),
    good: Example::Pipeline(
        "a:
  script: make
b:
  script: make
  needs: [a]
",
    ),
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

/// A need of a job on one of the jobs that GitLab makes.
struct Edge {
    /// The copy that has it; `None` where all have.
    copy: Option<usize>,
    origin: Origin,
    target: CopyId,
}

/// The jobs that GitLab makes, with their needs.
struct Graph<'i, 'a> {
    index: &'i Index<'a>,
    /// The needs of each written job.
    edges: Vec<Vec<Edge>>,
    /// The number of the first copy of each written job.
    first_copy: Vec<usize>,
}

/// A job on the path that is searched, and the edge that is followed next.
struct Step {
    job: CopyId,
    next_edge: usize,
}

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let graph = Graph::new(index);
    let mut reported = HashSet::new();
    let copies = index.presence.iter().map(|presence| presence.copies().len());
    let mut marks = vec![Mark::New; copies.sum()];
    for (job, presence) in index.presence.iter().enumerate() {
        for copy in 0..presence.copies().len() {
            let start = CopyId { job, copy };
            if marks[graph.number(start)] == Mark::New {
                graph.search(start, &mut marks, &mut |path| {
                    let problem = graph.circle(path);
                    // The copies of a job close the same circle.
                    if reported.insert(problem.origin()) {
                        problems.push(problem);
                    }
                });
            }
        }
    }
}

impl<'i, 'a> Graph<'i, 'a> {
    fn new(index: &'i Index<'a>) -> Self {
        let mut edges = Vec::with_capacity(index.pipeline.jobs.len());
        let mut first_copy = Vec::with_capacity(index.pipeline.jobs.len());
        let mut count = 0;
        for (job, presence) in index.presence.iter().enumerate() {
            first_copy.push(count);
            count += presence.copies().len();
            let mut of_job = Vec::new();
            for need in index.needs[job].iter().flatten() {
                for expanded in index.copies.expand(job, need).unwrap_or_default() {
                    let targets = expanded.names.iter().filter_map(|name| index.copies.find(name));
                    let edge = |target| Edge { copy: expanded.copy, origin: need.origin, target };
                    of_job.extend(targets.map(edge));
                }
            }
            edges.push(of_job);
        }
        Self { index, edges, first_copy }
    }

    fn number(&self, job: CopyId) -> usize {
        self.first_copy[job.job] + job.copy
    }

    /// Searches depth first, without recursion, since chains of needs can be long.
    fn search(&self, start: CopyId, marks: &mut [Mark], closed: &mut dyn FnMut(&[Step])) {
        let mut path = vec![Step { job: start, next_edge: 0 }];
        marks[self.number(start)] = Mark::Open;
        while let Some(step) = path.last_mut() {
            let job = step.job;
            let Some(edge) = self.edges[job.job].get(step.next_edge) else {
                marks[self.number(job)] = Mark::Done;
                path.pop();
                continue;
            };
            step.next_edge += 1;
            if edge.copy.is_some_and(|copy| copy != job.copy) {
                continue;
            }
            let target = edge.target;
            match marks[self.number(target)] {
                Mark::Done => {}
                Mark::New => {
                    marks[self.number(target)] = Mark::Open;
                    path.push(Step { job: target, next_edge: 0 });
                }
                Mark::Open => {
                    let start = path.iter().position(|step| step.job == target).unwrap_or(0);
                    closed(&path[start..]);
                }
            }
        }
    }

    /// Returns the error for a path of jobs of which the last needs the first.
    fn circle(&self, path: &[Step]) -> Diagnostic {
        let closed = path.iter().chain(&path[..1]);
        let names: Vec<String> = closed.map(|step| format!("`{}`", self.name(step.job))).collect();
        let message = format!("circular `needs`: {}", names.join(" -> "));
        // The search has gone past the need that it followed.
        let mut origins = path.iter().map(|step| self.edges[step.job.job][step.next_edge - 1].origin);
        let first = origins.next().unwrap_or(self.index.pipeline.jobs[path[0].job.job].origin);
        let mut problem = Diagnostic::error(&RULE, first, message).with_help("remove one of these needs");
        for origin in origins.take(SHOWN_NEEDS) {
            problem = problem.with_label(origin, "and here");
        }
        problem
    }

    fn name(&self, job: CopyId) -> &str {
        &self.index.presence[job.job].copies()[job.copy].0.name
    }
}
