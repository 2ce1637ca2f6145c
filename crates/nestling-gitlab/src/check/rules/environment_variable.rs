//! `environment-variable`: variables that are not yet set when GitLab expands them.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::environment::environment;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "environment-variable",
    severities: &[Warning],
    summary: "an environment or a resource group uses a variable that is not yet set",
    documentation: "GitLab expands the name of an environment when it creates the pipeline. Variables of the job, such as \
`CI_JOB_ID`, the pipeline's id, tokens, and variables of the environment itself are not set at that time.",
    source: "https://docs.gitlab.com/ci/variables/where_variables_can_be_used/",
    bad: Example::Pipeline(
        "a:
  script: x
  environment: review/$CI_PIPELINE_ID
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  environment:
    name: review/$CI_COMMIT_REF_SLUG
    url: \"https://$CI_ENVIRONMENT_SLUG.example\"
",
    ),
};

/// Persisted variables: known to runners, not to the server.
const LATER: &[&str] = &[
    "CI_DEPLOY_PASSWORD",
    "CI_DEPLOY_USER",
    "CI_JOB_ID",
    "CI_JOB_RETRY_COUNT",
    "CI_JOB_STARTED_AT",
    "CI_JOB_TAGS",
    "CI_JOB_TOKEN",
    "CI_JOB_URL",
    "CI_PIPELINE_ID",
    "CI_PIPELINE_URL",
    "CI_REGISTRY_PASSWORD",
    "CI_REGISTRY_USER",
    "CI_REPOSITORY_URL",
];
/// Variables of the environment, which follow from its name.
const OWN: &[&str] =
    &["CI_ENVIRONMENT_NAME", "CI_ENVIRONMENT_SLUG", "CI_ENVIRONMENT_URL", "CI_ENVIRONMENT_TIER"];

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        if let Some(environment) = environment(&job.body) {
            let name = environment.name();
            problems.extend(name.and_then(|node| too_early(node, "the environment name", &[LATER, OWN])));
            let url = environment.get("url");
            problems.extend(url.and_then(|node| too_early(node, "the environment URL", &[LATER])));
        }
        let group = job.body.get("resource_group");
        problems.extend(group.and_then(|node| too_early(node, "the resource group", &[LATER])));
    }
}

/// Returns a warning for the first variable of `unset` in a value. `usage` names the value in the message.
fn too_early(node: &Node, usage: &str, unset: &[&[&str]]) -> Option<Diagnostic> {
    let name = variable_names(node.text()?).find(|name| unset.iter().any(|names| names.contains(name)))?;
    let message = format!("`${name}` is not yet set when GitLab expands {usage}");
    let problem = Diagnostic::warning(&RULE, node.origin, message);
    Some(problem.with_help("use `$CI_COMMIT_REF_SLUG` or `$CI_MERGE_REQUEST_IID`"))
}

/// Returns the names of the variables in a string, `$A` and `${A}`.
fn variable_names(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}
