//! Variables that have no value yet when GitLab needs them.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::environment::environment;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "environment-variable",
    severities: &[Warning],
    summary: "an environment or a resource group is named by a variable that is not there yet",
    documentation: "GitLab names an environment when it creates the pipeline. The variables of the job that it has not made yet, \
such as `CI_JOB_ID`, the pipeline's own id, its tokens, and those of the environment itself, are not there then.",
    source: "https://docs.gitlab.com/ci/variables/where_variables_can_be_used/",
    bad: Example::Pipeline("a: { script: x, environment: review/$CI_PIPELINE_ID }\n"),
    good: Example::Pipeline(
        "a: { script: x, environment: { name: review/$CI_COMMIT_REF_SLUG, url: \"https://$CI_ENVIRONMENT_SLUG.example\" } }\n",
    ),
};

/// Persisted variables: known to runners, not to the server.
const LATER: &[&str] = &[
    "CI_DEPLOY_PASSWORD",
    "CI_DEPLOY_USER",
    "CI_JOB_ID",
    "CI_JOB_STARTED_AT",
    "CI_JOB_TOKEN",
    "CI_JOB_URL",
    "CI_PIPELINE_ID",
    "CI_PIPELINE_URL",
    "CI_REGISTRY_PASSWORD",
    "CI_REGISTRY_USER",
    "CI_REPOSITORY_URL",
];
/// Variables of the environment, which its name cannot be made of.
const OWN: &[&str] =
    &["CI_ENVIRONMENT_NAME", "CI_ENVIRONMENT_SLUG", "CI_ENVIRONMENT_URL", "CI_ENVIRONMENT_TIER"];

/// What a variable is used for.
#[derive(Clone, Copy)]
enum Use {
    Name,
    Address,
    Group,
}

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        if let Some(environment) = environment(&job.body) {
            problems.extend(environment.name().and_then(|node| wrong(Use::Name, node)));
            problems.extend(environment.get("url").and_then(|node| wrong(Use::Address, node)));
        }
        let group = job.body.get("resource_group");
        problems.extend(group.and_then(|node| wrong(Use::Group, node)));
    }
}

fn wrong(used: Use, node: &Node) -> Option<Diagnostic> {
    let text = node.text()?;
    let (what, own) = match used {
        Use::Name => ("the environment's name", OWN),
        Use::Address => ("the environment's address", &[][..]),
        Use::Group => ("the resource group's name", &[][..]),
    };
    let name = names(text).find(|name| LATER.contains(name) || own.contains(name))?;
    let message = format!("`${name}` is not there yet when GitLab reads {what}");
    let problem = Diagnostic::warning(&RULE, node.origin, message);
    Some(problem.with_help("`$CI_COMMIT_REF_SLUG` or `$CI_MERGE_REQUEST_IID` are"))
}

/// The names of the variables in a text, `$A` and `${A}`.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}
