//! A path of the repository, changed or not, and the units that are made from it.

use super::Error;
use super::open::head_files;
use crate::plan::{self, Plan};
use crate::repository::Repository;
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::BTreeSet;

/// Facts about a path, from [`Plan::path_facts`].
///
/// The method has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PathFacts {
    /// Set if the path changed, or is a file at head.
    pub exists: bool,
    /// The units that are made from it: it is a template of theirs, or one that such a template reads.
    pub made_from: BTreeSet<UnitName>,
}

impl Plan {
    /// Looks at a path of the repository that this plan was made from.
    ///
    /// ```no_run
    /// # let repository = nestling::Repository::discover(".")?;
    /// # let project = nestling::Project::open(&repository, nestling::ChangeRequest::local())?;
    /// # let changes = project.changes()?;
    /// # let plan = project.plan(changes).run()?;
    /// let path = nestling::RepoPath::parse("ci/templates/node.yml").expect("a relative path");
    /// let facts = plan.path_facts(&repository, &path)?;
    /// println!("{} units use {path}", facts.made_from.len());
    /// # Ok::<(), nestling::Error>(())
    /// ```
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn path_facts(&self, repository: &Repository, path: &RepoPath) -> Result<PathFacts, Error> {
        let files = head_files(repository, &self.changes.head)?;
        let paths = self.changes.paths().unwrap_or_default();
        let changed = paths.iter().any(|change| change.path == *path);
        let exists = changed || files.read(path)?.is_some();
        let made_from = plan::made_from(&*files, &self.workspace, &self.sources, path);
        Ok(PathFacts { exists, made_from })
    }
}
