//! `needs-form`: the entries of `needs`.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::interpolation::blocks;
use crate::yaml::{Kind, Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "needs-form",
    severities: &[Error, Warning],
    summary: "an entry of `needs` is invalid",
    documentation: "`needs` is a list of names or mappings. A mapping has `job`, and can have `artifacts`, `optional` and \
`parallel`. With `pipeline` it downloads artifacts from another pipeline of the same hierarchy, with `project` and `ref` from \
another project. The id of a pipeline is a string: quote it. At most five entries can name jobs of other pipelines, \
and a job with `trigger` can have none of them.",
    source: "https://docs.gitlab.com/ci/yaml/#needs",
    bad: Example::Pipeline(
        "\
a:
  script: make
b:
  script: make
  needs:
    - pipeline: 12
      job: a
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: make
b:
  script: make
  needs:
    - job: a
      artifacts: false
    - pipeline: \"$PARENT_PIPELINE_ID\"
      job: build
",
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
        if !index.settings.gitlab.is_at_least(EXPRESSIONS.0, EXPRESSIONS.1) {
            problems.extend(items.iter().find_map(matrix_expression));
        }
    }
}

/// The first GitLab with `$[[ matrix.NAME ]]` in `needs`.
const EXPRESSIONS: (u32, u32) = (18, 6);

/// Reports the first expression on a matrix in a need.
fn matrix_expression(node: &Node) -> Option<Diagnostic> {
    match &node.kind {
        Kind::Seq(items) => items.iter().find_map(matrix_expression),
        Kind::Map(map) => map.entries.iter().find_map(|entry| matrix_expression(&entry.value)),
        Kind::Scalar(scalar) => {
            let is_of_matrix =
                |range: std::ops::Range<usize>| scalar.text[range].trim().starts_with("matrix.");
            blocks(&scalar.text).into_iter().find(|range| is_of_matrix(range.clone()))?;
            let (major, minor) = EXPRESSIONS;
            let message = format!("`{}` requires GitLab {major}.{minor}", scalar.text);
            Some(Diagnostic::error(&RULE, node.origin, message))
        }
    }
}

/// Returns `true` if an entry names a job of another pipeline.
fn is_outside(entry: &Map) -> bool {
    entry.contains("project") || (entry.contains("pipeline") && entry.contains("job"))
}
