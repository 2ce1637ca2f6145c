//! A template as a component of GitLab's.

/// The component that a template is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Component {
    /// Its name: that of its file.
    pub name: String,
    /// The names that its header lists under `spec: component:`.
    pub listed: Vec<String>,
}
