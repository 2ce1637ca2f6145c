//! Projects whose files components include by `include: project`.

use super::component_path::{is_host, is_name, is_version};
use std::fmt;

/// A project at a reference: `host/group/project@ref`.
///
/// ```
/// use nestling::vendor::ProjectPath;
///
/// let project = ProjectPath::parse("gitlab.com/group/project@main").expect("it has a host, a path and a reference");
/// assert_eq!((project.project(), project.reference()), ("group/project", "main"));
/// assert_eq!(project.url(), "https://gitlab.com/group/project.git");
/// assert_eq!(ProjectPath::parse("gitlab.com/group/project"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectPath {
    host: String,
    project: String,
    reference: String,
}

impl ProjectPath {
    /// The reference that means the default branch.
    pub const HEAD: &str = "HEAD";

    /// Reads a project as the lock file has it; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (path, reference) = text.split_once('@')?;
        let (host, project) = path.split_once('/')?;
        Self::new(host, project, reference)
    }

    /// Makes a project of a host. `None` for names that could be options of git, or point outside of a directory.
    pub fn new(host: &str, project: &str, reference: &str) -> Option<Self> {
        let is_valid = is_host(host)
            && project.contains('/')
            && project.split('/').all(is_name)
            && !reference.starts_with('~')
            && is_version(reference);
        let owned = |(host, project, reference): (&str, &str, &str)| Self {
            host: host.to_owned(),
            project: project.to_owned(),
            reference: reference.to_owned(),
        };
        is_valid.then(|| owned((host, project, reference)))
    }

    /// Returns the host, with its port if it has one.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the path of the project: `group/project`.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// Returns the tag, the branch or the commit, or [`Self::HEAD`].
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// Returns the URL that git fetches the project from.
    pub fn url(&self) -> String {
        format!("https://{}/{}.git", self.host, self.project)
    }
}

impl fmt::Display for ProjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}@{}", self.host, self.project, self.reference)
    }
}
