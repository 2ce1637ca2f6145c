//! `resource-group`: jobs that run one at a time.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::environment::is_name_character;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "resource-group",
    severities: &[Error, Warning],
    summary: "a `resource_group` has an invalid name, or no effect",
    documentation: "The name can contain letters, digits, spaces, `-`, `_`, `/`, `.` and variables, and cannot start or end with a slash. \
A trigger job without `strategy` releases its group as soon as the downstream pipeline is created. With a `strategy` it holds \
the group while that pipeline runs, and a job there with the same group waits forever. Nestling reads the group of the trigger \
job in the repository's own `.gitlab-ci.yml`; list others in `workspace: { gitlab: { held_groups: [NAME] } }`.",
    source: "https://docs.gitlab.com/ci/resource_groups/",
    bad: Example::Pipeline(
        "a:
  script: x
  resource_group: prod/
",
    ),
    good: Example::Pipeline(
        "a:
  script: x
  resource_group: prod/$REGION
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let held = &index.settings.gitlab.held_groups;
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "resource_group") else { continue };
        let Some(name) = node.as_str() else { continue };
        problems.extend(characters(name, node));
        problems.extend(released(job, node));
        if held.iter().any(|group| group == name) {
            let message = format!(
                "`{}` waits for resource group `{name}`, which the parent's trigger job holds",
                job.name
            );
            let problem = Diagnostic::error(&RULE, node.origin, message);
            problems.push(problem.with_help("keep the group in the trigger job, and remove it here"));
        }
    }
}

/// Checks the characters of a name, which are those of an environment's (lib/gitlab/regex.rb).
fn characters(name: &str, node: &Node) -> Option<Diagnostic> {
    if name.is_empty() {
        let problem = Diagnostic::warning(&RULE, node.origin, "`resource_group` is empty, and has no effect");
        return Some(problem.with_help("remove it"));
    }
    let message = if let Some(character) = name.chars().find(|c| !is_name_character(*c)) {
        format!("resource group `{name}` cannot contain {character:?}")
    } else if name.starts_with('/') || name.ends_with('/') {
        format!("resource group `{name}` cannot start or end with a slash")
    } else {
        return None;
    };
    Some(Diagnostic::error(&RULE, node.origin, message))
}

fn released(job: &Job, node: &Node) -> Option<Diagnostic> {
    if job.body.get("trigger")?.get("strategy").is_some() {
        return None;
    }
    let message =
        format!("`{}` releases its resource group before the downstream pipeline has run", job.name);
    let problem = Diagnostic::warning(&RULE, node.origin, message);
    Some(problem.with_help("add `strategy: mirror` to `trigger`"))
}
