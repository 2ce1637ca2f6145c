//! `target:` of a job: what it deploys or publishes to, so that two jobs which would replace each other's work can be found.
//!
//! GitLab knows environments by their names alone. Two of them may be one bucket, one release or one state all the same.

use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::instance::rules::HEADER;
use nestling_gitlab::pipeline::expand::{Replacement, expand, references};
use nestling_gitlab::yaml::{Map, Node};

/// The keyword, which is not passed on to GitLab.
pub(super) const TARGET: &str = "target";

/// The keys of the long form.
const KEYS: [&str; 2] = ["name", "help"];

/// Beginnings of predefined variables that are the same in every pipeline of a project
/// (<https://docs.gitlab.com/ci/variables/predefined_variables/>).
const OF_PROJECT: [&str; 8] = [
    "CI_PROJECT_",
    "CI_REGISTRY",
    "CI_SERVER_",
    "CI_API_",
    "CI_PAGES_",
    "CI_DEFAULT_BRANCH",
    "CI_DEPENDENCY_PROXY_",
    "GITLAB_",
];

/// Beginnings of predefined variables that differ between merge requests and between branches.
const OF_REFERENCE: [&str; 2] = ["CI_COMMIT_", "CI_MERGE_REQUEST_"];

/// Beginnings of predefined variables that stay the same while a merge request or a branch exists.
const OF_BRANCH: [&str; 5] = [
    "CI_COMMIT_REF_",
    "CI_COMMIT_BRANCH",
    "CI_MERGE_REQUEST_ID",
    "CI_MERGE_REQUEST_IID",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
];

/// Beginnings of predefined variables that differ between jobs of a pipeline.
const OF_JOB: [&str; 2] = ["CI_JOB_", "CI_NODE_"];

/// A target that a job declares: the place that it deploys or publishes to.
#[derive(Debug, Clone)]
pub(crate) struct DeclaredTarget {
    /// The short name of the job, with the environment that it is sent to.
    pub job: String,
    /// The target as it was written, with the values of the template in it.
    pub text: String,
    /// The target with variables replaced by what is known of them: equal for two jobs that have one target.
    pub identity: String,
    /// Name of the environment in GitLab, if the job has one.
    pub title: Option<String>,
    /// Set if each merge request or branch has an environment of its own, and all of them have this target.
    pub is_fixed: bool,
    /// Set if each merge request or branch has a target of its own, and all of them have one environment.
    pub shares_environment: bool,
    /// The advice that the job gives for two jobs with this target.
    pub help: Option<String>,
    /// The place that says it.
    pub origin: Origin,
}

/// A job that may have a target, as it is sent to an environment.
pub(super) struct TargetedJob<'a> {
    /// The short name of the job.
    pub name: String,
    /// The job.
    pub body: &'a Map,
    /// Variables of the entry of the catalogue.
    pub variables: Option<&'a Map>,
    /// Name of the environment in GitLab.
    pub title: Option<String>,
    /// Name of the entry of the catalogue; empty where the job writes its environment itself.
    pub entry: &'a str,
    /// Set if this pipeline is one of many that each have an environment of their own.
    pub is_one_of_many: bool,
}

impl TargetedJob<'_> {
    /// Reads the target of the job, if it has one.
    ///
    /// # Errors
    /// It is neither a string nor a mapping with a `name`.
    pub(super) fn read(self) -> Result<Option<DeclaredTarget>, Box<Diagnostic>> {
        let Some(node) = self.body.get(TARGET).filter(|node| !node.is_null()) else { return Ok(None) };
        let (name, help) = parts(node)?;
        let identity = self.identity(name);
        let title_varies = self.title.as_deref().is_some_and(|title| refers_to(title, &OF_REFERENCE));
        let is_fixed = self.is_one_of_many && title_varies && !varies(&identity);
        let is_one_environment = self.title.as_deref().is_some_and(|title| !varies(title));
        let shares_environment =
            self.is_one_of_many && is_one_environment && refers_to(&identity, &OF_BRANCH);
        Ok(Some(DeclaredTarget {
            text: name.to_owned(),
            identity,
            is_fixed,
            shares_environment,
            help: help.map(str::to_owned),
            origin: node.origin,
            job: self.name,
            title: self.title,
        }))
    }

    /// Replaces the variables of a target: by their values where these are known, and otherwise by a string that is the same where they are.
    fn identity(&self, target: &str) -> String {
        let replacement = |name: &str| {
            if matches!(name, "CI_ENVIRONMENT_SLUG" | "CI_ENVIRONMENT_NAME") {
                return Replacement::Literal(self.title.clone().unwrap_or_default());
            }
            if let Some(value) = self.variable(name) {
                return Replacement::Value(value);
            }
            Replacement::Literal(match () {
                () if OF_JOB.iter().any(|start| name.starts_with(start)) => format!("${name}@{}", self.name),
                // Two entries may be deployed to by pipelines of different branches.
                () if OF_REFERENCE.iter().any(|start| name.starts_with(start)) => {
                    format!("${name}@{}", self.entry)
                }
                () if name.starts_with("CI_") || name.starts_with("GITLAB_") => format!("${name}"),
                // A variable of the project may have another value for each environment.
                () => format!("${name}@{}", self.title.as_deref().unwrap_or_default()),
            })
        };
        expand(target, &replacement).unwrap_or_else(|| format!("{target}@{}", self.name))
    }

    fn variable(&self, name: &str) -> Option<String> {
        let of_job = self.body.get("variables").and_then(|variables| variables.get(name));
        let node = of_job.or_else(|| self.variables?.get(name))?;
        node.get("value").unwrap_or(node).text().map(str::to_owned)
    }
}

/// Returns the name of a target, and its help.
fn parts(node: &Node) -> Result<(&str, Option<&str>), Box<Diagnostic>> {
    let malformed = |origin: Origin, message: &str| {
        let problem = Diagnostic::error(&HEADER, origin, message);
        Err(Box::new(problem.with_help("write `target: s3://bucket/directory/`, or `{ name: …, help: … }`")))
    };
    let Some(map) = node.as_map() else {
        return match node.text() {
            Some(name) => Ok((name, None)),
            None => malformed(node.origin, "`target` must be a string or a mapping"),
        };
    };
    if let Some(key) = map.entries.iter().map(|entry| &entry.key).find(|key| !KEYS.contains(&key.text())) {
        return malformed(key.origin, &format!("unknown key `{}` in `target`", key.text()));
    }
    match map.get("name").and_then(Node::text) {
        Some(name) => Ok((name, map.get("help").and_then(Node::text))),
        None => malformed(node.origin, "`target` requires a `name`"),
    }
}

fn refers_to(text: &str, starts: &[&str]) -> bool {
    references(text).into_iter().any(|name| starts.iter().any(|start| name.starts_with(start)))
}

/// Returns `true` if a target may differ between pipelines of one project.
fn varies(target: &str) -> bool {
    references(target).into_iter().any(|name| !OF_PROJECT.iter().any(|start| name.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling_gitlab::testing::map;

    fn target(body: &str, title: Option<&str>) -> DeclaredTarget {
        let body = map(&format!("{{ {body} }}"));
        let title = title.map(str::to_owned);
        let job = TargetedJob {
            name: "deploy".to_owned(),
            body: &body,
            variables: None,
            title,
            entry: "entry",
            is_one_of_many: true,
        };
        job.read().unwrap().unwrap()
    }

    #[test]
    fn variables_are_equal_where_their_values_are() {
        let cases = [
            ("target: a/$B, variables: { B: c }", Some("x"), "a/c"),
            ("target: a/$B, variables: { B: { value: c } }", Some("x"), "a/c"),
            (
                "target: a/$CI_ENVIRONMENT_SLUG",
                Some("review/$CI_COMMIT_REF_SLUG"),
                "a/review/$CI_COMMIT_REF_SLUG",
            ),
            ("target: $CI_REGISTRY_IMAGE/a", Some("x"), "$CI_REGISTRY_IMAGE/a"),
            ("target: a/$B", Some("x"), "a/$B@x"),
            ("target: a/$B", None, "a/$B@"),
            ("target: a/$CI_COMMIT_REF_SLUG", Some("x"), "a/$CI_COMMIT_REF_SLUG@entry"),
            ("target: a/$CI_JOB_ID", None, "a/$CI_JOB_ID@deploy"),
            ("target: { name: a, help: b }", None, "a"),
        ];
        for (body, title, identity) in cases {
            assert_eq!(target(body, title).identity, identity, "{body}");
        }
    }

    #[test]
    fn targets_of_merge_requests_with_one_environment_are_told() {
        let cases = [
            ("target: a/$CI_COMMIT_REF_SLUG", Some("review/api"), true),
            ("target: a/$CI_MERGE_REQUEST_IID", Some("review/$CI_PROJECT_NAME"), true),
            ("target: a/$CI_COMMIT_REF_SLUG", Some("review/$CI_COMMIT_REF_SLUG"), false),
            ("target: a/$CI_COMMIT_REF_SLUG", Some("review/$OWN"), false),
            ("target: a/$CI_ENVIRONMENT_SLUG", Some("review/api"), false),
            // An image of each commit is nothing that somebody would have to stop.
            ("target: a:$CI_COMMIT_SHA", Some("review/api"), false),
            ("target: a/$CI_COMMIT_REF_SLUG", None, false),
        ];
        for (body, title, shares_environment) in cases {
            assert_eq!(target(body, title).shares_environment, shares_environment, "{body} {title:?}");
        }
    }

    #[test]
    fn a_target_without_a_variable_is_fixed_where_environments_are_many() {
        let review = Some("review/$CI_COMMIT_REF_SLUG");
        let cases = [
            ("target: a", review, true),
            ("target: $CI_PROJECT_NAME", review, true),
            ("target: a/$CI_ENVIRONMENT_SLUG", review, false),
            ("target: a/$CI_COMMIT_REF_SLUG", review, false),
            ("target: a/$OWN", review, false),
            ("target: a", Some("staging"), false),
            ("target: a", None, false),
        ];
        for (body, title, is_fixed) in cases {
            assert_eq!(target(body, title).is_fixed, is_fixed, "{body} {title:?}");
        }
    }
}
