//! GitHub's contexts as GitLab's variables (<https://docs.github.com/en/actions/reference/contexts-reference>).

use super::notes::{Notes, Part};
use nestling::Origin;

/// Contexts with the variable that has the same value.
const VARIABLES: [(&str, &str); 24] = [
    ("github.sha", "CI_COMMIT_SHA"),
    ("github.ref_name", "CI_COMMIT_REF_NAME"),
    ("github.ref", "CI_COMMIT_REF_NAME"),
    ("github.ref_type", "CI_COMMIT_REF_NAME"),
    ("github.event_name", "PARENT_PIPELINE_SOURCE"),
    ("github.run_id", "CI_PIPELINE_ID"),
    ("github.run_number", "CI_PIPELINE_IID"),
    ("github.actor", "GITLAB_USER_LOGIN"),
    ("github.triggering_actor", "GITLAB_USER_LOGIN"),
    ("github.repository", "CI_PROJECT_PATH"),
    ("github.repository_owner", "CI_PROJECT_NAMESPACE"),
    ("github.workspace", "CI_PROJECT_DIR"),
    ("github.head_ref", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"),
    ("github.base_ref", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
    ("github.event.pull_request.number", "CI_MERGE_REQUEST_IID"),
    ("github.event.pull_request.title", "CI_MERGE_REQUEST_TITLE"),
    ("github.event.pull_request.body", "CI_MERGE_REQUEST_DESCRIPTION"),
    ("github.event.pull_request.head.sha", "CI_COMMIT_SHA"),
    ("github.event.pull_request.head.ref", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"),
    ("github.event.head_commit.message", "CI_COMMIT_MESSAGE"),
    ("github.server_url", "CI_SERVER_URL"),
    ("github.api_url", "CI_API_V4_URL"),
    ("github.job", "CI_JOB_NAME"),
    ("github.event.repository.default_branch", "CI_DEFAULT_BRANCH"),
];

/// Variables that somebody without access to the repository can choose.
const UNTRUSTED: [&str; 4] = [
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    "CI_MERGE_REQUEST_TITLE",
    "CI_MERGE_REQUEST_DESCRIPTION",
    "CI_COMMIT_MESSAGE",
];

/// A value of a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Variable(String),
    Text(String),
}

/// Returns the value of an expression that is a single context or a string; `None` for any other.
pub(super) fn value(expression: &str) -> Option<Value> {
    let expression = expression.trim();
    if let Some(text) = expression.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return (!text.contains('\'')).then(|| Value::Text(text.to_owned()));
    }
    if let Some((_, variable)) = VARIABLES.iter().find(|(context, _)| *context == expression) {
        return Some(Value::Variable((*variable).to_owned()));
    }
    match expression {
        "github.token" | "secrets.GITHUB_TOKEN" => return Some(Value::Variable("CI_JOB_TOKEN".to_owned())),
        "runner.os" => return Some(Value::Text("Linux".to_owned())),
        "runner.arch" => return Some(Value::Text("X64".to_owned())),
        "runner.temp" => return Some(Value::Text("/tmp".to_owned())),
        _ => {}
    }
    let contexts = ["secrets.", "vars.", "env.", "matrix.", "inputs.", "github.event.inputs."];
    let (context, name) =
        contexts.iter().find_map(|context| Some((*context, expression.strip_prefix(context)?)))?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (!name.is_empty() && name.chars().all(is_name)).then(|| {
        let keeps_case = matches!(context, "secrets." | "vars." | "env.");
        Value::Variable(if keeps_case { name.to_owned() } else { variable_name(name) })
    })
}

/// Returns a name as that of a variable.
pub(super) fn variable_name(name: &str) -> String {
    let is_kept = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name: String = name.chars().map(|c| if is_kept(c) { c.to_ascii_uppercase() } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// Replaces all expressions of a string by variables: Nestling and GitLab would both read one that remains.
pub(super) fn translated(text: &str, origin: Origin, notes: &mut Notes) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${{") {
        result.push_str(&rest[..start]);
        let inside = &rest[start + 3..];
        let Some(end) = inside.find("}}") else {
            notes.add(Part::Lost, origin, "an expression does not end");
            result.push_str("$ {{");
            rest = inside;
            continue;
        };
        let expression = inside[..end].trim();
        result.push_str(&replacement(expression, origin, notes));
        rest = &inside[end + 2..];
    }
    result.push_str(rest);
    result
}

fn replacement(expression: &str, origin: Origin, notes: &mut Notes) -> String {
    match value(expression) {
        Some(Value::Text(text)) => text,
        Some(Value::Variable(name)) => {
            if UNTRUSTED.contains(&name.as_str()) {
                let text =
                    format!("`{expression}` is chosen by anyone who opens a merge request: quote `${name}`");
                notes.add(Part::Security, origin, text);
            }
            if name == "CI_JOB_TOKEN" {
                let text = "`GITHUB_TOKEN` is `$CI_JOB_TOKEN`, which has other permissions";
                notes.add(Part::Decided, origin, text);
            }
            if expression.starts_with("secrets.") && name != "CI_JOB_TOKEN" {
                let text = format!("`{expression}`: set the CI/CD variable `{name}`, masked and protected");
                notes.add(Part::Decided, origin, text);
            }
            format!("${{{name}}}")
        }
        None => {
            let name = format!(
                "UNKNOWN_{}",
                variable_name(expression.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
            );
            let text = format!("`{expression}` has no counterpart: `${name}` is in its place");
            notes.add(Part::Lost, origin, text);
            format!("${{{name}}}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_expression_is_left() {
        for (text, expected) in [
            ("v${{ github.sha }}-x", "v${CI_COMMIT_SHA}-x"),
            ("${{secrets.API_KEY}} ${{ matrix.node-version }}", "${API_KEY} ${NODE_VERSION}"),
            ("${{ 'plain' }}", "plain"),
            ("${{ steps.meta.outputs.tags }}", "${UNKNOWN_STEPS_META_OUTPUTS_TAGS}"),
            ("${{ a", "$ {{ a"),
            ("$HOME {{ x }}", "$HOME {{ x }}"),
        ] {
            let translated = translated(text, Origin::generated(), &mut Notes::default());
            assert_eq!(translated, expected);
            assert!(!translated.contains("${{"));
        }
    }
}
