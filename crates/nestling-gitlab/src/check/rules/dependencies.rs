//! Whose artifacts a job takes.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::need::{Need, NeedSource, dependencies, parallel_base};

pub(super) static RULE: Rule = Rule {
    id: "dependencies",
    severities: &[Error],
    summary: "a job takes artifacts of one that it does not wait for",
    documentation: "`dependencies` is a list of names of jobs. Where a job has `needs`, each of its \
`dependencies` has to be among them.",
    source: "https://docs.gitlab.com/ci/yaml/#dependencies",
    bad: Example::Pipeline(
        "a: { script: make }\nc: { script: make }\nb: { script: make, needs: [c], dependencies: [a] }\n",
    ),
    good: Example::Pipeline("a: { script: make }\nb: { script: make, needs: [a], dependencies: [a] }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (at, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "dependencies") else { continue };
        problems.extend(form::texts(&RULE, "dependencies", node));
        let needs = index.needs[at].as_deref().unwrap_or_default();
        let needed: Vec<&str> = needs.iter().filter_map(Need::job).collect();
        let outside = needs.iter().any(|need| !matches!(need.source, NeedSource::Job(_)));
        for (name, origin) in dependencies(&job.body).unwrap_or_default() {
            let base = parallel_base(name).map_or(name, |(base, _)| base);
            let is_needed = needed.iter().any(|need| *need == name || *need == base);
            if !is_needed && (!needed.is_empty() || outside) {
                let message =
                    format!("`{}` takes artifacts of `{name}`, which is not in its `needs`", job.name);
                problems.push(
                    Diagnostic::error(&RULE, origin, message)
                        .with_help(format!("add `{name}` to `needs`, or take it out here")),
                );
            }
        }
    }
}
