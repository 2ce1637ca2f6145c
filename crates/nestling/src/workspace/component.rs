//! A template as a component of GitLab's, of this repository or of another project.

/// The component that a template is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Component {
    /// Its name: that of its file.
    pub name: String,
    /// The names that its header lists under `spec: component:`.
    pub listed: Vec<String>,
    /// The published component that was fetched; `None` for a file of the repository.
    pub published: Option<Published>,
}

/// Values of a component of another project.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    /// Its name in its project.
    pub name: String,
    /// Its version as the unit writes it.
    pub reference: String,
    /// The semantic version; `None` for a branch or a commit.
    pub version: Option<String>,
    /// The commit.
    pub sha: String,
}
