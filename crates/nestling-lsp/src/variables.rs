//! GitLab's predefined variables that files of jobs name most
//! (<https://docs.gitlab.com/ci/variables/predefined_variables/>).

use crate::index::Index;
use crate::outline::Outline;
use std::collections::BTreeSet;
use std::ops::Range;

/// Names with their meanings.
pub(crate) const PREDEFINED: [(&str, &str); 56] = [
    ("CI", "`true` in every job"),
    ("CI_API_V4_URL", "Root of the instance's API, version 4"),
    ("CI_BUILDS_DIR", "Directory below which the runner puts checkouts"),
    ("CI_COMMIT_AUTHOR", "Author of the commit: `Name <email>`"),
    (
        "CI_COMMIT_BEFORE_SHA",
        "The commit before the push; forty zeros in pipelines that no push to an existing branch started",
    ),
    ("CI_COMMIT_BRANCH", "The branch; not set in pipelines of merge requests and tags"),
    ("CI_COMMIT_MESSAGE", "The whole message of the commit"),
    ("CI_COMMIT_REF_NAME", "The branch or the tag"),
    ("CI_COMMIT_REF_PROTECTED", "`true` if the branch or the tag is protected"),
    ("CI_COMMIT_REF_SLUG", "`CI_COMMIT_REF_NAME` in lower case, with up to 63 characters, for host names"),
    ("CI_COMMIT_SHA", "The commit"),
    ("CI_COMMIT_SHORT_SHA", "The first eight digits of the commit"),
    ("CI_COMMIT_TAG", "The tag; set in pipelines of tags only"),
    ("CI_COMMIT_TIMESTAMP", "Time of the commit, in ISO 8601"),
    ("CI_COMMIT_TITLE", "First line of the commit's message"),
    ("CI_CONFIG_PATH", "Path of the pipeline's configuration"),
    ("CI_DEFAULT_BRANCH", "The project's default branch"),
    ("CI_DEPLOY_FREEZE", "Set while a deploy freeze is in force"),
    ("CI_ENVIRONMENT_ACTION", "`environment:action` of the job"),
    ("CI_ENVIRONMENT_NAME", "Name of the job's environment"),
    ("CI_ENVIRONMENT_SLUG", "Name of the job's environment for host names, with up to 24 characters"),
    ("CI_ENVIRONMENT_TIER", "Tier of the job's environment"),
    ("CI_ENVIRONMENT_URL", "URL of the job's environment"),
    ("CI_JOB_ID", "Id of the job, unique in the instance"),
    ("CI_JOB_IMAGE", "Image that the job runs in"),
    ("CI_JOB_NAME", "Name of the job"),
    ("CI_JOB_NAME_SLUG", "Name of the job in lower case, with up to 63 characters"),
    ("CI_JOB_STAGE", "Stage of the job"),
    ("CI_JOB_STATUS", "Status of the job so far, for `after_script`"),
    ("CI_JOB_TOKEN", "Token that is valid while the job runs"),
    ("CI_JOB_URL", "URL of the job's page"),
    ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "Merge base of the merge request"),
    ("CI_MERGE_REQUEST_EVENT_TYPE", "`detached`, `merged_result` or `merge_train`"),
    ("CI_MERGE_REQUEST_IID", "Number of the merge request in the project"),
    ("CI_MERGE_REQUEST_LABELS", "Labels of the merge request, separated by commas"),
    ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "Branch that the merge request merges"),
    ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "Branch that the merge request merges into"),
    ("CI_MERGE_REQUEST_TITLE", "Title of the merge request"),
    ("CI_NODE_INDEX", "Number of this instance of a job with `parallel`, from 1"),
    ("CI_NODE_TOTAL", "Number of instances of a job with `parallel`"),
    ("CI_OPEN_MERGE_REQUESTS", "Open merge requests of the branch, such as `group/project!333`"),
    ("CI_PIPELINE_ID", "Id of the pipeline, unique in the instance"),
    ("CI_PIPELINE_IID", "Number of the pipeline in the project"),
    (
        "CI_PIPELINE_SOURCE",
        "Event that started the pipeline: `push`, `merge_request_event`, `schedule`, `parent_pipeline` in a child …",
    ),
    ("CI_PIPELINE_URL", "URL of the pipeline's page"),
    ("CI_PROJECT_DIR", "Directory of the checkout"),
    ("CI_PROJECT_ID", "Id of the project, unique in the instance"),
    ("CI_PROJECT_NAME", "Last part of the project's path"),
    ("CI_PROJECT_NAMESPACE", "Path of the project's group or user"),
    ("CI_PROJECT_PATH", "Path of the project with its namespace"),
    ("CI_REGISTRY", "URL of the container registry, if it is enabled"),
    ("CI_REGISTRY_IMAGE", "URL of the project's images in the container registry"),
    ("CI_REGISTRY_PASSWORD", "Password for the container registry, valid while the job runs"),
    ("CI_REGISTRY_USER", "User for the container registry"),
    ("CI_SERVER_HOST", "Host of the instance"),
    ("GITLAB_USER_LOGIN", "User who started the pipeline, or a manual job"),
];

/// Returns the meaning of a predefined variable.
pub(crate) fn meaning(name: &str) -> Option<&'static str> {
    PREDEFINED.iter().find(|(known, _)| *known == name).map(|(_, meaning)| *meaning)
}

/// The files beside the open one whose variables are offered.
const READ_FILES: usize = 20;

/// Returns the variables that a file, and those of the same jobs, give values: for all jobs, and for one.
pub(crate) fn given(index: &Index, file: usize) -> BTreeSet<String> {
    let others = index.beside(file).into_iter().filter(|other| *other != file).take(READ_FILES);
    let mut names = BTreeSet::new();
    for read in others.chain([file]) {
        let outline = Outline::of(&index.files[read].text);
        let entries = outline.entries.iter().enumerate().filter(|(_, entry)| entry.key.is_some());
        let variables = entries.filter_map(|(entry, _)| match outline.path(entry).as_slice() {
            ["variables", name] | [_, "variables", name] => Some((*name).to_owned()),
            _ => None,
        });
        names.extend(variables.filter(|name| is_name(name)));
    }
    names
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Returns the bytes of the variable's name around an offset: of `NAME` in `$NAME` and `${NAME}`.
pub(crate) fn variable_at(text: &str, offset: usize) -> Option<Range<usize>> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let before = text.get(..offset)?;
    let start = before.trim_end_matches(is_part).len();
    let rest = &text[offset..];
    let end = offset + rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
    let is_variable = text[..start].ends_with('$') || text[..start].ends_with("${");
    is_variable.then_some(start..end)
}
