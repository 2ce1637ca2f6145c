//! Predefined variables that are the same in every pipeline of the same content. All others belong to one pipeline, to the person who started
//! it, or of the runner: what a job makes of `$CI_COMMIT_SHA` is another thing each time
//! (<https://docs.gitlab.com/ci/variables/predefined_variables/>).

/// Beginnings of the names that GitLab predefines.
const PREFIXES: [&str; 4] = ["CI_", "GITLAB_", "CHAT_", "TRIGGER_"];

/// Beginnings of names that are the same.
const SAME_PREFIXES: [&str; 2] = ["CI_PROJECT_NAMESPACE", "CI_DEPENDENCY_PROXY_"];

/// Names that are the same: of the project and the instance, of the job as it is written, and credentials.
const SAME: [&str; 44] = [
    "CI_API_GRAPHQL_URL",
    "CI_API_V4_URL",
    "CI_BUILDS_DIR",
    "CI_CONFIG_PATH",
    "CI_DEBUG_SERVICES",
    "CI_DEBUG_TRACE",
    "CI_DEFAULT_BRANCH",
    "CI_DEFAULT_BRANCH_SLUG",
    "CI_DEPLOY_PASSWORD",
    "CI_DEPLOY_USER",
    "CI_JOB_GROUP_NAME",
    "CI_JOB_IMAGE",
    "CI_JOB_NAME",
    "CI_JOB_NAME_SLUG",
    "CI_JOB_TOKEN",
    "CI_NODE_INDEX",
    "CI_NODE_TOTAL",
    "CI_PAGES_DOMAIN",
    "CI_PAGES_URL",
    "CI_PROJECT_DIR",
    "CI_PROJECT_ID",
    "CI_PROJECT_NAME",
    "CI_PROJECT_PATH",
    "CI_PROJECT_PATH_SLUG",
    "CI_PROJECT_ROOT_NAMESPACE",
    "CI_PROJECT_URL",
    "CI_REGISTRY",
    "CI_REGISTRY_IMAGE",
    "CI_REGISTRY_PASSWORD",
    "CI_REGISTRY_USER",
    "CI_SERVER",
    "CI_SERVER_FQDN",
    "CI_SERVER_HOST",
    "CI_SERVER_NAME",
    "CI_SERVER_PORT",
    "CI_SERVER_PROTOCOL",
    "CI_SERVER_SHELL_SSH_HOST",
    "CI_SERVER_SHELL_SSH_PORT",
    "CI_SERVER_TLS_CA_FILE",
    "CI_SERVER_TLS_CERT_FILE",
    "CI_SERVER_TLS_KEY_FILE",
    "CI_SERVER_URL",
    "CI_TEMPLATE_REGISTRY_HOST",
    "GITLAB_CI",
];

/// Returns `true` for a predefined variable that can differ between pipelines of the same content.
pub(super) fn is_of_pipeline(name: &str) -> bool {
    let is_same =
        SAME.binary_search(&name).is_ok() || SAME_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    PREFIXES.iter().any(|prefix| name.starts_with(prefix)) && !is_same
}

/// Returns `true` for a predefined variable that takes precedence over a job's own of the same name: those of the user do.
pub(super) fn is_stronger_than_jobs(name: &str) -> bool {
    name.starts_with("GITLAB_USER_")
}

/// Returns the names in a string that may be those of variables. A `$` is not needed: `printenv CI_COMMIT_SHA`.
pub(super) fn names_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_variables_that_differ_are_found() {
        for (text, expected) in [
            ("docker build -t $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA} .", Some("CI_COMMIT_SHA")),
            ("printenv CI_PIPELINE_IID", Some("CI_PIPELINE_IID")),
            ("echo %CI_JOB_ID%", Some("CI_JOB_ID")),
            ("echo $CI_RUNNER_ID", Some("CI_RUNNER_ID")),
            ("echo $CI_CONCURRENT_ID", Some("CI_CONCURRENT_ID")),
            ("echo $CI_UPSTREAM_SHA", Some("CI_UPSTREAM_SHA")),
            ("echo $GITLAB_USER_LOGIN", Some("GITLAB_USER_LOGIN")),
            ("echo $CHAT_INPUT", Some("CHAT_INPUT")),
            ("echo $TRIGGER_PAYLOAD", Some("TRIGGER_PAYLOAD")),
            ("echo $CI_SERVER_VERSION", Some("CI_SERVER_VERSION")),
            ("echo $CI_JOB_STAGE", Some("CI_JOB_STAGE")),
            ("echo $CI_SOMETHING_NEW", Some("CI_SOMETHING_NEW")),
            ("curl -H \"JOB-TOKEN: $CI_JOB_TOKEN\"", None),
            ("echo $CI_PROJECT_DIR $CI_SERVER_HOST $CI_PROJECT_NAMESPACE_SLUG $MY_CI_COMMIT_SHA $CI", None),
            ("docker pull $CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX/alpine", None),
            ("make", None),
        ] {
            assert_eq!(names_in(text).find(|name| is_of_pipeline(name)), expected, "{text}");
        }
    }

    #[test]
    fn the_list_is_in_order() {
        assert!(SAME.is_sorted());
    }
}
