//! GitHub's contexts as GitLab's variables (<https://docs.github.com/en/actions/reference/contexts-reference>).

/// Contexts with the variable that has the same value.
const VARIABLES: [(&str, &str); 30] = [
    ("github.sha", "CI_COMMIT_SHA"),
    ("github.ref_name", "CI_COMMIT_REF_NAME"),
    ("github.ref", "CI_COMMIT_REF_NAME"),
    ("github.event.number", "CI_MERGE_REQUEST_IID"),
    ("github.event.pull_request.base.ref", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
    ("github.event.release.tag_name", "CI_COMMIT_TAG"),
    ("github.event.pull_request.base.sha", "CI_MERGE_REQUEST_DIFF_BASE_SHA"),
    ("github.event.merge_group.base_sha", "CI_MERGE_REQUEST_TARGET_BRANCH_SHA"),
    ("github.event.merge_group.head_sha", "CI_COMMIT_SHA"),
    ("github.event.before", "CI_COMMIT_BEFORE_SHA"),
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

/// A value of a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Variable(String),
    Text(String),
}

/// Returns the value of a context; `None` if it has no counterpart.
pub(super) fn value(expression: &str) -> Option<Value> {
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
    // A value of a matrix may have parts, such as `matrix.os.name`.
    let has_parts = context == "matrix.";
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-') || has_parts && c == '.';
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

/// Returns a version as tags of images write it: `20.x` is the newest 20, which they call `20`.
pub(super) fn version(text: &str) -> String {
    let is_version = |start: &str| !start.is_empty() && start.chars().all(|c| c.is_ascii_digit() || c == '.');
    match text.strip_suffix(".x").filter(|start| is_version(start)) {
        Some(start) => start.to_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_tags_of_images() {
        for (text, expected) in
            [("20.x", "20"), ("3.12.x", "3.12"), ("a.x", "a.x"), ("v.x", "v.x"), ("22", "22")]
        {
            assert_eq!(version(text), expected);
        }
    }
}
