//! `cache`: files that later jobs and pipelines reuse.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "cache",
    severities: &[Error, Warning],
    summary: "`cache` is invalid",
    documentation: "`cache` is a mapping, or a list of at most four. `key` is a string without `/` that is not `.`, or a mapping with \
one or two `files`. `policy` is pull, push or pull-push; `when` is on_success, on_failure or always.",
    source: "https://docs.gitlab.com/ci/yaml/#cache",
    bad: Example::Pipeline(
        "\
a:
  script: x
  cache:
    key: a/b
    paths: .cache
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  cache:
    - key:
        files: [a.lock]
      paths: [.cache]
      policy: pull
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let limit = index.settings.gitlab.limits.caches;
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "cache") else { continue };
        let items = node.items_or_self();
        if let Some(over) = items.get(limit) {
            let message = format!("`{}` has {} caches; GitLab allows {limit}", job.name, items.len());
            problems.push(Diagnostic::error(&RULE, over.origin, message));
        }
    }
}
