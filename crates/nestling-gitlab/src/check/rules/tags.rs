//! `tags`: the tags that select a runner.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "tags",
    severities: &[Error],
    summary: "`tags` is invalid",
    documentation: "`tags` is a list, even for a single tag, of at most 49 strings.",
    source: "https://docs.gitlab.com/ci/yaml/#tags",
    bad: Example::Pipeline("a: { script: x, tags: docker }\n"),
    good: Example::Pipeline("a: { script: x, tags: [docker] }\n"),
};

/// Tags of one job (lib/gitlab/ci/config/entry/tags.rb, `TAGS_LIMIT`).
const LIMIT: usize = 50;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "tags") else { continue };
        problems.extend(form::strings(&RULE, "tags", node));
        let tags = node.as_seq().unwrap_or_default();
        // The limit itself is already too many.
        if let Some(excess) = tags.get(LIMIT - 1) {
            let message = format!("`{}` has {} tags; GitLab allows fewer than {LIMIT}", job.name, tags.len());
            problems.push(Diagnostic::error(&RULE, excess.origin, message));
        }
    }
}
