//! The repository as libgit2 reads it: references, configuration, the index, and what differs between the index and the disk.
//! It has no objects (see [`super::object`]).

mod sides;
mod submodule;
mod work_changes;

use super::backend::{Backend, LeftOutFile, read_shallow_file};
use super::bounded;
use super::command::Git;
use super::git_cli::GitCli;
use super::id::{ObjectId, ObjectIds};
use super::object::ObjectSource;
use super::{Change, GitError, TreeId};
use git2::{ErrorCode, Odb, Oid};
use nestling_files::path::RepoPath;
use std::path::{Path, PathBuf};

pub(super) struct Libgit2 {
    repository: git2::Repository,
    /// For an index that libgit2 cannot read: a split one, or a sparse one.
    git_cli: GitCli,
}

impl Libgit2 {
    /// Takes an open repository, and takes its objects away from it.
    ///
    /// # Errors
    /// libgit2 fails to do so.
    pub(super) fn new(repository: git2::Repository) -> Result<Self, git2::Error> {
        repository.set_odb(&Odb::new()?)?;
        let git_cli = GitCli::new(Git::new(repository.path(), repository.workdir()));
        Ok(Self { repository, git_cli })
    }

    /// The directory of objects, which linked work trees have in common.
    pub(super) fn objects_dir(&self) -> PathBuf {
        self.repository.commondir().join("objects")
    }

    /// Refuses files that neither libgit2 nor git would come to the end of: an index with holes, of which git hashes each byte,
    /// and pipes in place of patterns.
    fn check_files(&self) -> Result<(), GitError> {
        for (file, most) in [
            (self.repository.path().join("index"), bounded::LARGEST_INDEX),
            (self.repository.commondir().join("info/exclude"), bounded::TEXT),
            (self.repository.commondir().join("info/attributes"), bounded::TEXT),
        ] {
            bounded::check_if_there(&file, most).map_err(|error| GitError::Malformed {
                what: "file",
                id: file.display().to_string(),
                source: error.into(),
            })?;
        }
        Ok(())
    }

    /// Reads the index, unless it is too large for that.
    fn index(&self) -> Result<git2::Index, GitError> {
        let failed = GitError::read("index");
        bounded::check_if_there(&self.repository.path().join("index"), bounded::INDEX)
            .map_err(|error| GitError::Read { what: "index", source: error.into() })?;
        self.repository.index().map_err(failed)
    }

    fn own_work_changes(
        &self,
        objects: &dyn ObjectSource,
        base: Option<&TreeId>,
        paths: &[RepoPath],
    ) -> Result<Vec<Change>, GitError> {
        self.index()?;
        work_changes::work_changes(&self.repository, objects, base, paths)
    }

    /// Refuses a reference whose file is too large.
    fn check_reference(&self, name: &str) -> std::io::Result<()> {
        let directories = [self.repository.path(), self.repository.commondir()];
        directories
            .into_iter()
            .map(|directory| directory.join(name))
            .filter(|file| file.is_file())
            .try_for_each(|file| bounded::check(&file, bounded::SMALL))
    }

    pub(super) fn git_dir(&self) -> &Path {
        self.repository.path()
    }

    pub(super) fn work_dir(&self) -> Option<&Path> {
        self.repository.workdir()
    }
}

impl Backend for Libgit2 {
    fn references(&self, names: &[String]) -> Result<Vec<(String, ObjectId)>, GitError> {
        let mut references = Vec::new();
        for name in names {
            self.check_reference(name).map_err(|error| GitError::Malformed {
                what: "reference",
                id: name.clone(),
                source: error.into(),
            })?;
            match self.repository.refname_to_id(name) {
                Ok(id) => references.extend(object_id(id).map(|id| (name.clone(), id))),
                Err(error) if is_no_reference(&error) => {}
                Err(error) => {
                    let id = name.clone();
                    return Err(GitError::Malformed { what: "reference", id, source: error.into() });
                }
            }
        }
        Ok(references)
    }

    fn tags(&self) -> Result<Vec<(String, ObjectId)>, GitError> {
        tags(&self.repository).map_err(GitError::read("tags"))
    }

    fn symbolic_target(&self, name: &str) -> Option<String> {
        let reference = self.repository.find_reference(name).ok()?;
        reference.symbolic_target().ok()?.map(str::to_owned)
    }

    fn cut_off(&self) -> Result<ObjectIds, GitError> {
        read_shallow_file(&self.repository.commondir().join("shallow"))
    }

    fn promisor(&self) -> Option<String> {
        let config = self.repository.config().ok()?.snapshot().ok()?;
        if let Ok(remote) = config.get_string("extensions.partialclone") {
            return Some(remote);
        }
        let mut promisor = None;
        let entries = config.entries(Some(r"^remote\..*\.promisor$")).ok()?;
        let listed = entries.for_each(|entry| {
            let name =
                entry.name().ok().and_then(|name| name.strip_prefix("remote.")?.strip_suffix(".promisor"));
            if promisor.is_none() && entry.value().is_ok_and(|value| value == "true") {
                promisor = name.map(str::to_owned);
            }
        });
        listed.ok().and(promisor)
    }

    fn setting(&self, key: &str) -> Option<String> {
        let config = self.repository.config().ok()?.snapshot().ok()?;
        config.get_string(key).ok()
    }

    fn work_changes(
        &self,
        objects: &dyn ObjectSource,
        base: Option<&TreeId>,
    ) -> Result<Vec<Change>, GitError> {
        self.check_files()?;
        self.own_work_changes(objects, base, &[])
            .or_else(|error| self.git_cli.work_changes(objects, base).map_err(|_| error))
    }

    fn work_changes_in(
        &self,
        objects: &dyn ObjectSource,
        base: Option<&TreeId>,
        paths: &[RepoPath],
    ) -> Option<Vec<Change>> {
        self.check_files().ok()?;
        self.own_work_changes(objects, base, paths).ok()
    }

    fn tracked(&self) -> Result<Vec<Vec<u8>>, GitError> {
        self.check_files()?;
        match self.index() {
            Ok(index) => Ok(index.iter().map(|entry| entry.path).collect()),
            Err(error) => self.git_cli.tracked().map_err(|_| error),
        }
    }

    fn left_out(&self) -> Result<Vec<LeftOutFile>, GitError> {
        let config = self.repository.config().map_err(GitError::read("configuration"))?;
        match config.get_bool("core.sparseCheckout") {
            // The system's git knows the sparse index, too.
            Ok(true) => self.check_files().and_then(|()| self.git_cli.left_out()),
            _ => Ok(Vec::new()),
        }
    }

    fn excludes_file(&self) -> Option<PathBuf> {
        self.repository.config().ok()?.get_path("core.excludesFile").ok()
    }
}

fn tags(repository: &git2::Repository) -> Result<Vec<(String, ObjectId)>, git2::Error> {
    let mut tags = Vec::new();
    for reference in repository.references_glob("refs/tags/*")? {
        let reference = reference?;
        let name = reference.name().ok().and_then(|name| name.strip_prefix("refs/tags/"));
        let target = reference.resolve().ok().and_then(|resolved| object_id(resolved.target()?));
        tags.extend(name.map(str::to_owned).zip(target));
    }
    Ok(tags)
}

/// Returns true where a lookup failed since there is nothing of that name, or nothing can have it.
fn is_no_reference(error: &git2::Error) -> bool {
    matches!(error.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::UnbornBranch)
}

fn object_id(id: Oid) -> Option<ObjectId> {
    ObjectId::from_bytes(id.as_bytes())
}
