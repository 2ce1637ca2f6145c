//! Jobs whose result has to do with the pipeline or the commit, and not with content alone: an image that is tagged with
//! `$CI_COMMIT_SHA` is another one in each pipeline.

use nestling_gitlab::yaml::{Kind, Map, Node};

/// Beginnings of the names of variables that differ between pipelines of the same content.
const PREFIXES: [&str; 9] = [
    "CI_COMMIT_",
    "CI_PIPELINE_",
    "CI_JOB_",
    "CI_MERGE_REQUEST_",
    "CI_EXTERNAL_PULL_REQUEST_",
    "CI_ENVIRONMENT_",
    "CI_BUILD_",
    "CI_OPEN_MERGE_REQUESTS",
    "TRIGGER_PAYLOAD",
];

/// Variables among them that say nothing about the commit.
const EXCEPTIONS: [&str; 5] =
    ["CI_JOB_TOKEN", "CI_JOB_NAME", "CI_JOB_NAME_SLUG", "CI_JOB_STAGE", "CI_JOB_IMAGE"];

/// Keywords in which they have no effect on the result.
const WITHOUT_EFFECT: [&str; 4] = ["rules", "cache", "needs", "stage"];

/// Returns the first variable in a job that differs between pipelines of the same content.
pub(super) fn in_body(body: &Map) -> Option<String> {
    let mut values = body.iter().filter(|(key, _)| !WITHOUT_EFFECT.contains(key));
    values.find_map(|(_, value)| in_node(value))
}

fn in_node(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Scalar(scalar) => in_text(&scalar.text),
        Kind::Seq(items) => items.iter().find_map(in_node),
        Kind::Map(map) => map.iter().find_map(|(key, value)| in_text(key).or_else(|| in_node(value))),
    }
}

/// Names count without a `$` as well: `printenv CI_COMMIT_SHA`.
fn in_text(text: &str) -> Option<String> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let names = text.split(|c| !is_of_name(c));
    let mut differing = names.filter(|name| PREFIXES.iter().any(|prefix| name.starts_with(prefix)));
    differing.find(|name| !EXCEPTIONS.contains(name)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::in_text;

    #[test]
    fn names_of_variables_that_differ_are_found() {
        for (text, expected) in [
            ("docker build -t $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA} .", Some("CI_COMMIT_SHA")),
            ("printenv CI_PIPELINE_IID", Some("CI_PIPELINE_IID")),
            ("echo %CI_JOB_ID%", Some("CI_JOB_ID")),
            ("curl -H \"JOB-TOKEN: $CI_JOB_TOKEN\"", None),
            ("echo $CI_PROJECT_DIR $CI_SERVER_HOST $MY_CI_COMMIT_SHA", None),
            ("make", None),
        ] {
            assert_eq!(in_text(text).as_deref(), expected, "{text}");
        }
    }
}
