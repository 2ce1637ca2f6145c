//! `needs-form`: the entries of `needs`.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "needs-form",
    severities: &[Error, Warning],
    summary: "an entry of `needs` is invalid",
    documentation: "`needs` is a list of names or mappings. A mapping has `job`, and can have `artifacts`, `optional` and \
`parallel`. With `pipeline` it downloads artifacts from another pipeline of the same hierarchy, with `project` and `ref` from \
another project. The id of a pipeline is a string: quote it. At most five entries can name jobs of other pipelines, \
and a job with `trigger` can have none of them.",
    source: "https://docs.gitlab.com/ci/yaml/#needs",
    bad: Example::Pipeline("a: { script: make }\nb: { script: make, needs: [{ pipeline: 12, job: a }] }\n"),
    good: Example::Pipeline(
        "a: { script: make }\nb:\n  script: make\n  needs:\n    - job: a\n      artifacts: false\n    - { pipeline: \
\"$PARENT_PIPELINE_ID\", job: build }\n",
    ),
};

/// Entries that can name jobs of other pipelines (<https://docs.gitlab.com/ci/yaml/#needsproject>).
const OUTSIDE_LIMIT: usize = 5;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let items = form::value(&job.body, "needs").and_then(Node::as_seq).unwrap_or_default();
        let mut outside = items.iter().filter(|item| item.as_map().is_some_and(is_outside));
        if let Some(excess) = outside.nth(OUTSIDE_LIMIT) {
            let message = format!("`{}` needs more than {OUTSIDE_LIMIT} jobs of other pipelines", job.name);
            problems.push(Diagnostic::error(&RULE, excess.origin, message));
        }
    }
}

/// Returns `true` if an entry names a job of another pipeline.
fn is_outside(entry: &Map) -> bool {
    entry.contains("project") || (entry.contains("pipeline") && entry.contains("job"))
}
