//! `dependencies`: the jobs whose artifacts a job downloads.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::need::{Need, NeedSource, dependencies};

pub(super) static RULE: Rule = Rule {
    id: "dependencies",
    severities: &[Error],
    summary: "a job downloads artifacts of a job that it does not need",
    documentation: "`dependencies` is a list of names of jobs. If a job has `needs`, each of its \
`dependencies` must be one of them.",
    source: "https://docs.gitlab.com/ci/yaml/#dependencies",
    bad: Example::Pipeline(
        "a:
  script: make
c:
  script: make
b:
  script: make
  needs: [c]
  dependencies: [a]
",
    ),
    good: Example::Pipeline(
        "a:
  script: make
b:
  script: make
  needs: [a]
  dependencies: [a]
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (position, job) in index.jobs() {
        let needs = index.needs[position].as_deref().unwrap_or_default();
        let needed: Vec<&str> = needs.iter().filter_map(Need::job).collect();
        let has_outside = needs.iter().any(|need| !matches!(need.source, NeedSource::Job(_)));
        // Without `needs` a job waits for all earlier stages, so any job there can be a dependency.
        if needed.is_empty() && !has_outside {
            continue;
        }
        for (name, origin) in dependencies(&job.body).unwrap_or_default() {
            // GitLab compares the names as they are written: a need on all copies is none on one of them.
            if needed.contains(&name) {
                continue;
            }
            let message = format!("`{}` lists `{name}` in `dependencies`, but not in `needs`", job.name);
            let problem = Diagnostic::error(&RULE, origin, message);
            problems.push(problem.with_help(format!("add `{name}` to `needs`, or remove it here")));
        }
    }
}
