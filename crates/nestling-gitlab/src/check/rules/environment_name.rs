//! `environment-name`: the name of an environment.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::name::UnitName;
use crate::pipeline::environment::{environment, is_name_character};
use crate::yaml::Node;

/// The rule `environment-name`.
pub static RULE: Rule = Rule {
    id: "environment-name",
    severities: &[Error],
    summary: "an environment name is invalid",
    documentation: "A name has at most 255 characters: letters, digits, spaces, `-`, `_`, `/`, `$`, `{`, `}` and `.`, and no slash at \
either end.",
    source: "https://docs.gitlab.com/ci/yaml/#environmentname",
    bad: Example::Pipeline(
        "a:
  script: d
  environment: 'review:1'
",
    ),
    good: Example::Pipeline(
        "a:
  script: d
  environment: review/$CI_COMMIT_REF_SLUG
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(environment) = environment(&job.body) else { continue };
        let name = environment.name().filter(|node| node.as_str().is_some());
        problems.extend(name.and_then(|name| judge(name, job.unit.as_ref())));
    }
}

fn judge(node: &Node, unit: Option<&UnitName>) -> Option<Diagnostic> {
    let name = node.text().unwrap_or_default();
    let length = name.chars().count();
    if name.trim().is_empty() {
        return Some(Diagnostic::error(&RULE, node.origin, "environment name cannot be empty"));
    }
    if length > 255 {
        let message = format!("environment name has {length} characters; GitLab allows 255");
        return Some(Diagnostic::error(&RULE, node.origin, message));
    }
    if let Some(character) = name.chars().find(|c| !is_name_character(*c)) {
        let message = format!("environment name `{name}` cannot contain {character:?}");
        let problem = Diagnostic::error(&RULE, node.origin, message);
        let is_of_unit =
            unit.is_some_and(|unit| name.contains(unit.as_str()) && unit.as_str().contains(character));
        return Some(problem.with_help(if is_of_unit {
            "insert `unit.slug`: it is the name of the unit in letters, digits and `-`"
        } else {
            "use letters, digits, spaces, `-`, `_`, `/`, `.` and variables"
        }));
    }
    if name.starts_with('/') || name.ends_with('/') {
        let message = format!("environment name `{name}` cannot start or end with a slash");
        return Some(Diagnostic::error(&RULE, node.origin, message).with_help("remove the slash"));
    }
    None
}
