//! `artifacts`: the files and reports that a job uploads.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "artifacts",
    severities: &[Error, Warning],
    summary: "`artifacts` is invalid",
    documentation: "`artifacts` is a mapping; `paths` and `exclude` in it are lists. `when` is on_success, on_failure or always. \
`public` conflicts with `access`. `expose_as` requires `paths` without `*`. A `dotenv` report is a file, or a list \
of files, each under 5 KB, without empty lines and comments.",
    source: "https://docs.gitlab.com/ci/yaml/#artifacts",
    bad: Example::Pipeline(
        "\
a:
  script: x
  artifacts:
    path: out
    reports:
      juint: a.xml
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  artifacts:
    paths: [out]
    when: always
    reports:
      dotenv: deploy.env
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(map) = job.body.get("artifacts").and_then(Node::as_map) else { continue };
        problems.extend(form::value(map, "expose_as").and_then(|node| expose_as(map, node)));
    }
}

/// Checks `expose_as`, a link in the merge request
/// (<https://docs.gitlab.com/ci/yaml/#artifactsexpose_as>).
fn expose_as(map: &Map, node: &Node) -> Option<Diagnostic> {
    let name = node.as_str()?;
    let paths = map.get("paths").and_then(Node::as_seq).unwrap_or_default();
    let message = if name.chars().count() > 100 {
        "`expose_as` cannot have more than 100 characters"
    } else if name.is_empty() || !name.chars().all(is_exposable) || name.starts_with(['-', ' ']) {
        "`expose_as` can contain only letters, digits, `-`, `_` and spaces"
    } else if paths.iter().filter_map(Node::text).any(|path| path.contains('*')) {
        "`paths` cannot contain `*` with `expose_as`"
    } else {
        return None;
    };
    Some(Diagnostic::error(&RULE, node.origin, message))
}

fn is_exposable(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ')
}
