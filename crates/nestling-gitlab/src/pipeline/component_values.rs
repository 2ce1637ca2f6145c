//! Values of a component that its files can read.

/// The values that `$[[ component.NAME ]]` can name (<https://docs.gitlab.com/ci/yaml/#speccomponent>).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComponentValues {
    /// Its name in its project.
    pub name: String,
    /// The commit.
    pub sha: String,
    /// The version as the include has it.
    pub reference: String,
    /// The semantic version; empty for a branch or a commit.
    pub version: String,
}

impl ComponentValues {
    /// Returns a value.
    pub fn get(&self, name: &str) -> Option<&str> {
        match name {
            "name" => Some(&self.name),
            "sha" => Some(&self.sha),
            "reference" => Some(&self.reference),
            "version" => Some(&self.version),
            _ => None,
        }
    }
}
