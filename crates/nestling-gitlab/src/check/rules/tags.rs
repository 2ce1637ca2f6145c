//! The tags that choose a runner.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "tags",
    severities: &[Error],
    summary: "`tags` is no list of fewer than 50 texts",
    documentation: "`tags` is a list, also for one tag, and holds fewer than 50.",
    source: "https://docs.gitlab.com/ci/yaml/#tags",
    bad: Example::Pipeline("a: { script: x, tags: docker }\n"),
    good: Example::Pipeline("a: { script: x, tags: [docker] }\n"),
};

const LIMIT: usize = 50;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "tags") else { continue };
        problems.extend(form::texts(&RULE, "tags", node));
        if let Some(over) = node.as_seq().unwrap_or_default().get(LIMIT - 1).map(|node: &Node| node.origin) {
            let message = format!("`{}` has {LIMIT} tags or more; GitLab allows fewer", job.name);
            problems.push(Diagnostic::error(&RULE, over, message));
        }
    }
}
