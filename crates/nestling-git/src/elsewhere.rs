//! The files of another revision, or of another repository that is already on disk: nothing is fetched for them.

use super::{CommitId, GitError, Repository, Trust};
use nestling_files::files::{Elsewhere, Entry, Files, ReadError, Revision, Walk};
use nestling_files::path::RepoPath;
use std::error::Error;

impl Elsewhere for Repository {
    fn files_of(&self, wanted: &Revision) -> Result<Box<dyn Files + '_>, Box<dyn Error + Send + Sync>> {
        let missing = || format!("there is no revision `{}` here", wanted.revision);
        let Some(path) = &wanted.repository else {
            let commit = self.resolve(&wanted.revision)?.ok_or_else(missing)?;
            return Ok(Box::new(self.files_at(&commit)?));
        };
        let root = self.work_dir().unwrap_or_else(|| self.git_dir());
        let repository = Self::open(&root.join(path), &Trust::Owner)?;
        let commit = repository.resolve(&wanted.revision)?.ok_or_else(missing)?;
        Ok(Box::new(OtherFiles { repository, commit }))
    }
}

/// The files of a commit of a repository that is open for them alone.
struct OtherFiles {
    repository: Repository,
    commit: CommitId,
}

impl OtherFiles {
    fn with<T>(
        &self,
        path: &RepoPath,
        read: impl FnOnce(&dyn Files) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let failed = |source: GitError| ReadError { path: path.clone(), source: source.into() };
        read(&self.repository.files_at(&self.commit).map_err(failed)?)
    }
}

impl Files for OtherFiles {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        self.with(path, |files| files.read(path))
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[Entry]) -> Walk) -> Result<(), ReadError> {
        self.with(&RepoPath::root(), |files| files.walk(visit))
    }
}
