//! Jobs that take turns.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "resource-group",
    severities: &[Error, Warning],
    summary: "a `resource_group` has a name that GitLab refuses, or does not hold",
    documentation: "The name holds letters, digits, spaces, `-`, `_`, `/`, `.` and variables, and no slash at either end. A job with \
`trigger` gives the group back as soon as the other pipeline is made, unless it has a `strategy`. And a group of a \
trigger job that waits is taken while the other pipeline runs: a job there that asks for the same one waits for ever. The group of the \
trigger job in the repository's own `.gitlab-ci.yml` is known; `workspace: { gitlab: { held_groups: [NAME] } }` names others.",
    source: "https://docs.gitlab.com/ci/resource_groups/",
    bad: Example::Pipeline("a: { script: x, resource_group: prod/ }\n"),
    good: Example::Pipeline("a: { script: x, resource_group: prod/$REGION }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let held = &index.settings.gitlab.held_groups;
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "resource_group") else { continue };
        let Some(name) = node.as_str() else {
            problems.push(form::wrong(&RULE, "resource_group", "a text", node));
            continue;
        };
        problems.extend(characters(name, node));
        problems.extend(released(job, node));
        if held.iter().any(|group| group == name) {
            let message =
                format!("`{}` waits for the group `{name}`, which its parent's trigger job holds", job.name);
            problems.push(
                Diagnostic::error(&RULE, node.origin, message)
                    .with_help("keep the group at the trigger job, and take it out here"),
            );
        }
    }
}

/// lib/gitlab/regex.rb: the characters of an environment's name.
fn characters(name: &str, node: &Node) -> Option<Diagnostic> {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "_/${}. -".contains(*c);
    let message = if name.is_empty() {
        "the `resource_group` is empty".to_owned()
    } else if let Some(found) = name.chars().find(|c| !allowed(c)) {
        format!("the resource group `{name}` holds {found:?}")
    } else if name.starts_with('/') || name.ends_with('/') {
        format!("the resource group `{name}` begins or ends with a slash")
    } else {
        return None;
    };
    Some(Diagnostic::error(&RULE, node.origin, message))
}

fn released(job: &Job, node: &Node) -> Option<Diagnostic> {
    let trigger = job.body.get("trigger")?;
    trigger.get("strategy").is_none().then(|| {
        let message =
            format!("`{}` gives its resource group back before the other pipeline has run", job.name);
        Diagnostic::warning(&RULE, node.origin, message).with_help("add `strategy: mirror` to `trigger`")
    })
}
