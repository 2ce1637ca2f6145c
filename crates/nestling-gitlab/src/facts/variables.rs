//! The variables that GitLab predefines for a job.

use std::collections::BTreeMap;

/// Predefined CI variables, as the caller read them: this library never looks at the environment
/// (<https://docs.gitlab.com/ci/variables/predefined_variables/>).
///
/// ```
/// use nestling_gitlab::facts::CiVariables;
///
/// let variables: CiVariables = [("CI_COMMIT_BRANCH", "main"), ("CI_COMMIT_TAG", "")].into_iter().collect();
/// assert_eq!(variables.get("CI_COMMIT_BRANCH"), Some("main"));
/// assert_eq!(variables.get("CI_COMMIT_TAG"), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CiVariables(BTreeMap<String, String>);

impl CiVariables {
    /// The value of a variable. One that is empty counts as not set: GitLab sets several to nothing where they do
    /// not apply.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Returns `true` if these are the variables of a GitLab job.
    pub fn is_gitlab(&self) -> bool {
        self.get("GITLAB_CI").is_some() || self.get("CI_PIPELINE_SOURCE").is_some()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for CiVariables {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}
