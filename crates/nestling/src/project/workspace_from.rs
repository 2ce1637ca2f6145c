//! The workspace's file and its templates from another revision than the units (`--workspace-from`): a merge request can then
//! change its units, and neither what the workspace says of them nor what they are rendered from.

use crate::changes::{AmbiguousRevision, ChangeRequest, ChangesError, FetchPolicy, Provenance};
use crate::repository::Repository;
use crate::vendor::{self, Vendored};
use crate::workspace::{self, FILE_NAME, Loaded};
use nestling_files::files::{
    DirectoryEntry, EntryKind, FileQuery, FileVisitor, Files, Links, ReadError, Revision, Walk,
};
use nestling_files::path::RepoPath;
use nestling_git::{CommitId, GitError, Resolution};
use nestling_gitlab::diagnostic::Sources;
use std::collections::BTreeMap;

/// The option that names the revision.
const OPTION: &str = "--workspace-from";

/// The revision of a workspace's file and templates.
#[derive(Debug, Clone)]
pub(crate) struct WorkspaceFrom {
    commit: CommitId,
    revision: Revision,
    /// The workspace's file.
    path: RepoPath,
    /// Its bytes there; `None` where there is none.
    bytes: Option<Vec<u8>>,
    /// The lock file of vendored components there, and their files.
    vendored: BTreeMap<RepoPath, Option<Vec<u8>>>,
}

impl WorkspaceFrom {
    /// Reads the workspace's file of the revision that a request names; `None` where it names none.
    ///
    /// # Errors
    /// The revision is not in the clone and cannot be fetched, names several commits, or cannot be read. That is never taken
    /// for a request that names none.
    pub(crate) fn read(
        repository: &Repository,
        request: &ChangeRequest,
    ) -> Result<Option<Self>, super::Error> {
        let Some(name) = &request.workspace_from else { return Ok(None) };
        let commit = commit(repository, name, request.fetch)?;
        let files = Links(repository.git().files_at(&commit)?);
        let path = workspace::workspace_root(&files, repository.position())?.child(FILE_NAME.as_bytes());
        let bytes = files.read(&path)?;
        let vendored = vendored(&files, &path.parent().unwrap_or_default())?;
        // The commit, not the name: a branch can move while templates are read.
        let revision = Revision { repository: None, revision: commit.to_string() };
        Ok(Some(Self { commit, revision, path, bytes, vendored }))
    }

    /// Returns the commit.
    pub(crate) fn commit(&self) -> &CommitId {
        &self.commit
    }

    /// Returns the directory of the workspace.
    pub(crate) fn root(&self) -> RepoPath {
        self.path.parent().unwrap_or_default()
    }

    /// Returns files with the workspace's file and the vendored components of the revision in place of their own.
    pub(crate) fn in_place<'r>(&self, files: Box<dyn Files + 'r>) -> Box<dyn Files + 'r> {
        let (path, bytes, vendored) = (self.path.clone(), self.bytes.clone(), self.vendored.clone());
        Box::new(Replaced { files, path, bytes, vendored })
    }

    /// Lets the templates of a workspace come from the revision as well, unless its directories name one of their own.
    pub(crate) fn apply(&self, loaded: &mut Loaded) {
        let workspace = std::sync::Arc::make_mut(&mut loaded.workspace);
        workspace.templates_from = Some(self.revision.clone());
        workspace.read_templates_from(&self.revision);
    }
}

/// Finds the commit, and fetches it if its whole id is named and the clone lacks it.
fn commit(repository: &Repository, name: &str, fetch: FetchPolicy) -> Result<CommitId, ChangesError> {
    let named_by = || Provenance::Given { option: OPTION, revision: name.to_owned() };
    let git = repository.git();
    let commit = match git.resolve(name)? {
        Resolution::Commit(commit) => Some(commit),
        Resolution::Unknown => CommitId::parse(name),
        Resolution::Ambiguous(references) => {
            let revision = name.to_owned();
            return Err(ChangesError::Ambiguous(AmbiguousRevision {
                revision,
                named_by: named_by(),
                references,
            }));
        }
    };
    let missing = || ChangesError::Head { revision: name.to_owned(), named_by: named_by() };
    let commit = commit.ok_or_else(missing)?;
    if git.has(&commit)? {
        return Ok(commit);
    }
    let FetchPolicy::Allow { timeout } = fetch else { return Err(missing()) };
    let fetched = git.fetch_commit(&commit, timeout);
    if git.has(&commit)? {
        return Ok(commit);
    }
    Err(match fetched {
        Err(error) => ChangesError::Git(GitError::Missing {
            what: "commit",
            id: commit.to_string(),
            fetch: Some(Box::new(error)),
        }),
        Ok(()) => missing(),
    })
}

/// Reads the lock file of vendored components, and the files that it has.
fn vendored(files: &dyn Files, root: &RepoPath) -> Result<BTreeMap<RepoPath, Option<Vec<u8>>>, ReadError> {
    let path = vendor::lock_path(root);
    let mut contents = BTreeMap::from([(path.clone(), files.read(&path)?)]);
    // Its errors are reported where the workspace is read.
    let vendored = vendor::read(files, root, &Sources::default())?;
    for (path, _, _) in vendored.iter().flat_map(Vendored::files) {
        let bytes = files.read(&path)?;
        contents.insert(path, bytes);
    }
    Ok(contents)
}

/// Files of which one is replaced, or left out, and some are read from elsewhere.
struct Replaced<'r> {
    files: Box<dyn Files + 'r>,
    path: RepoPath,
    bytes: Option<Vec<u8>>,
    /// Vendored files, which no walk shows.
    vendored: BTreeMap<RepoPath, Option<Vec<u8>>>,
}

impl Replaced<'_> {
    /// Returns the entries of a directory with the file that is replaced, or without it.
    fn entries(&self, directory: &RepoPath, entries: &[DirectoryEntry]) -> Vec<DirectoryEntry> {
        let mut entries = entries.to_vec();
        if self.path.parent().as_ref() == Some(directory) {
            entries.retain(|entry| entry.name != FILE_NAME.as_bytes());
            if self.bytes.is_some() {
                entries.push(DirectoryEntry { name: FILE_NAME.into(), kind: EntryKind::File });
                entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
            }
        }
        entries
    }
}

impl Files for Replaced<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        match self.vendored.get(path) {
            Some(bytes) => Ok(bytes.clone()),
            None if *path == self.path => Ok(self.bytes.clone()),
            None => self.files.read(path),
        }
    }

    fn read_link(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        let is_replaced = *path == self.path || self.vendored.contains_key(path);
        if is_replaced { Ok(None) } else { self.files.read_link(path) }
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        self.files.walk(&mut |directory, entries| visit(directory, &self.entries(directory, entries)))
    }

    fn walk_to(
        &self,
        target: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError> {
        self.files
            .walk_to(target, &mut |directory, entries| visit(directory, &self.entries(directory, entries)))
    }

    fn find(&self, query: &FileQuery<'_>, visitor: &mut dyn FileVisitor) -> Result<(), ReadError> {
        self.files.find(query, &mut ReplacedMarker { replaced: self, query, visitor })
    }
}

/// Gives a visitor the file that is replaced.
struct ReplacedMarker<'v, 'r> {
    replaced: &'v Replaced<'r>,
    query: &'v FileQuery<'v>,
    visitor: &'v mut dyn FileVisitor,
}

impl FileVisitor for ReplacedMarker<'_, '_> {
    fn directory(&mut self, directory: &RepoPath, marker: Option<Vec<u8>>) -> Walk {
        let is_replaced = directory.child(self.query.marker) == self.replaced.path;
        let marker = if is_replaced { self.replaced.bytes.clone() } else { marker };
        self.visitor.directory(directory, marker)
    }

    fn not_entered(&mut self, path: &RepoPath, kind: EntryKind) {
        if *path != self.replaced.path {
            self.visitor.not_entered(path, kind);
        }
    }

    fn collect(&mut self, path: &RepoPath, name: usize, bytes: Vec<u8>) {
        self.visitor.collect(path, name, bytes);
    }

    fn link(&mut self, path: &RepoPath, target: Vec<u8>) {
        if *path != self.replaced.path {
            self.visitor.link(path, target);
        }
    }
}
