//! `environment-name`: an environment has a name that GitLab refuses.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::environment::environment;

/// The rule `environment-name`.
pub static RULE: Rule = Rule {
    id: "environment-name",
    severities: &[Error],
    summary: "an environment has a name that GitLab refuses",
    documentation: "A name has at most 255 characters: letters, digits, spaces, `-`, `_`, `/`, `$`, `{`, `}` and `.`, and no slash at \
either end.",
    source: "https://docs.gitlab.com/ci/yaml/#environmentname",
    bad: Example::Pipeline("a: { script: d, environment: 'review:1' }\n"),
    good: Example::Pipeline("a: { script: d, environment: review/$CI_COMMIT_REF_SLUG }\n"),
};

/// lib/gitlab/regex.rb, `environment_name_regex`.
fn allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '$' | '{' | '}' | '.' | ' ' | '-')
}

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(environment) = environment(&job.body) else { continue };
        let Some(node) = environment.name() else {
            let problem = Diagnostic::error(&RULE, environment.origin, "this environment has no name");
            problems.push(problem.with_help("write `environment: { name: … }`"));
            continue;
        };
        let name = node.text().unwrap_or_default();
        let error = |message: String| Diagnostic::error(&RULE, node.origin, message);
        let length = name.chars().count();
        if name.is_empty() {
            problems.push(error("the environment's name is empty".to_owned()));
        } else if length > 255 {
            problems
                .push(error(format!("the environment's name has {length} characters; GitLab allows 255")));
        } else if let Some(found) = name.chars().find(|c| !allowed(*c)) {
            let problem = error(format!("the environment's name `{name}` holds {found:?}"));
            problems.push(
                problem.with_help("letters, digits, spaces, `-`, `_`, `/`, `.` and variables are allowed"),
            );
        } else if name.starts_with('/') || name.ends_with('/') {
            let problem = error(format!("the environment's name `{name}` begins or ends with a slash"));
            problems.push(problem.with_help("take the slash out"));
        }
    }
}
