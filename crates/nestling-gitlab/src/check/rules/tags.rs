//! The tags that choose a runner.

use super::{Index, Rule};
use crate::check::form;
use crate::diagnostic::Diagnostic;
use crate::yaml::Node;

pub(super) const RULE: Rule = Rule {
    id: "tags",
    summary: "`tags` is no list of fewer than 50 texts",
    doc: "`tags` is a list, also for one tag, and holds fewer than 50.",
    source: "https://docs.gitlab.com/ci/yaml/#tags",
    good: "a: { script: x, tags: [docker] }\n",
    bad: "a: { script: x, tags: docker }\n",
    check,
};

const LIMIT: usize = 50;

fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "tags") else { continue };
        problems.extend(form::texts(RULE.id, "tags", node));
        if let Some(over) = node.as_seq().unwrap_or_default().get(LIMIT - 1).map(|node: &Node| node.origin) {
            let message = format!("`{}` has {LIMIT} tags or more; GitLab allows fewer", job.name);
            problems.push(Diagnostic::error(RULE.id, over, message));
        }
    }
}
