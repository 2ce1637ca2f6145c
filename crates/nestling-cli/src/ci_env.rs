//! The only reader of environment variables: GitLab's predefined ones, and Nestling's own.

use crate::secrets::Secrets;
use nestling::{CiVariables, Trust};
use std::collections::BTreeMap;

/// Prefixes of the variables that are read. A secret must never reach an artifact, so only GitLab's predefined variables and
/// Nestling's own are taken.
const PREFIXES: [&str; 3] = ["CI_", "GITLAB_", "NESTLING_"];

/// Variables that make git read something else (<https://git-scm.com/docs/git#_environment_variables>): a warning reports them.
pub(crate) const GIT_VARIABLES: [&str; 6] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
];

/// The environment as a run sees it, taken once.
#[derive(Debug, Clone, Default)]
pub struct ProcessEnvironment {
    variables: BTreeMap<String, String>,
    secrets: Secrets,
}

impl ProcessEnvironment {
    /// Reads the process's environment.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads it")]
    pub fn of_process() -> Self {
        Self::new(
            std::env::vars_os()
                .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// Creates an environment from these variables; all but GitLab's and Nestling's are dropped. Secrets are only kept to be
    /// masked.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut variables: BTreeMap<String, String> = variables.into_iter().collect();
        let secrets = Secrets::among(variables.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        variables.retain(|key, _| is_read(key));
        Self { variables, secrets }
    }

    /// Returns the values that are masked in what commands print.
    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Returns the value of a variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Returns the names of the variables that are set, in byte order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// Returns `true` if a variable is set to the empty string.
    pub(crate) fn is_empty(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(String::is_empty)
    }

    /// Returns `true` in a GitLab job.
    pub fn in_gitlab(&self) -> bool {
        self.get("GITLAB_CI").is_some() && self.get("CI_COMMIT_SHA").is_some()
    }

    /// Returns whose repositories are read: in a job also the project's, which the runner may have cloned as another user.
    pub(crate) fn trust(&self) -> Trust {
        self.get("CI_PROJECT_DIR").map_or(Trust::Owner, |directory| Trust::Directory(directory.into()))
    }

    /// Returns GitLab's predefined variables, for the library.
    pub fn ci_variables(&self) -> CiVariables {
        let predefined =
            self.variables.iter().filter(|(key, _)| key.starts_with("CI_") || *key == "GITLAB_CI");
        predefined.map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }
}

fn is_read(key: &str) -> bool {
    let is_known_prefix = PREFIXES.iter().any(|prefix| key.starts_with(prefix));
    is_known_prefix
        || GIT_VARIABLES.contains(&key)
        || matches!(key, "CI" | "NO_COLOR" | "CLICOLOR" | "CLICOLOR_FORCE" | "TERM" | "COLUMNS")
}
