//! The files of another revision, or of another repository that is already on disk: nothing is fetched for them.

use super::{CommitId, GitError, GitRepository, Resolution, Trust};
use nestling_files::files::{
    DirectoryEntry, FileQuery, FileVisitor, Files, Links, ReadError, Revision, RevisionError, Revisions, Walk,
};
use nestling_files::path::RepoPath;
use std::path::{Component, Path, PathBuf};

impl Revisions for GitRepository {
    fn files_of(&self, revision: &Revision) -> Result<Box<dyn Files + '_>, RevisionError> {
        let Some(path) = &revision.repository else {
            let commit = commit_of(self, &revision.revision)?;
            return Ok(Box::new(Links(self.files_at(&commit).map_err(unreadable)?)));
        };
        let root = self.work_dir().unwrap_or_else(|| self.git_dir());
        let directory = other_repository(root, path)?;
        let repository = Self::open(&directory, &Trust::Owner).map_err(unreadable)?;
        let commit = commit_of(&repository, &revision.revision)?;
        Ok(Box::new(Links(OtherFiles { repository, commit })))
    }
}

/// Returns the directory of another repository, by a path from the root of this one.
///
/// # Errors
/// Its path is inside this repository, and a link points outside of it: a committed link would choose the files that are read.
fn other_repository(root: &Path, path: &str) -> Result<PathBuf, RevisionError> {
    let root = root.canonicalize().map_err(|error| RevisionError::Unreadable(error.into()))?;
    let mut directory = root.clone();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => drop(directory.pop()),
            Component::Normal(name) => directory.push(name),
            _ => {}
        }
    }
    let leads_out = directory.starts_with(&root)
        && directory.canonicalize().is_ok_and(|target| !target.starts_with(&root));
    if leads_out {
        let message = format!("link `{path}` points outside of the repository");
        return Err(RevisionError::Unreadable(message.into()));
    }
    Ok(directory)
}

fn commit_of(repository: &GitRepository, revision: &str) -> Result<CommitId, RevisionError> {
    match repository.resolve(revision).map_err(unreadable)? {
        Resolution::Commit(commit) => Ok(commit),
        Resolution::Unknown => Err(RevisionError::Unknown(revision.to_owned())),
        Resolution::Ambiguous(references) => {
            Err(RevisionError::Ambiguous { revision: revision.to_owned(), references })
        }
    }
}

fn unreadable(error: GitError) -> RevisionError {
    RevisionError::Unreadable(error.into())
}

/// The files of a commit of a repository that is open for them alone.
struct OtherFiles {
    repository: GitRepository,
    commit: CommitId,
}

impl OtherFiles {
    /// Reads the commit's files, which borrow from the repository and so cannot be kept beside it.
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

    fn read_link(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        self.with(path, |files| files.read_link(path))
    }

    fn find(&self, query: &FileQuery<'_>, visitor: &mut dyn FileVisitor) -> Result<(), ReadError> {
        self.with(&RepoPath::root(), |files| files.find(query, visitor))
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        self.with(&RepoPath::root(), |files| files.walk(visit))
    }

    fn walk_to(
        &self,
        target: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError> {
        self.with(target, |files| files.walk_to(target, visit))
    }
}
