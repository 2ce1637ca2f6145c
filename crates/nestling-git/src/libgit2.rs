//! The repository as libgit2 reads it.

use super::back::Back;
use super::command::Git;
use super::id::ObjectId;
use super::pack::{Kind, Packs};
use super::system::System;
use super::{Change, CommitId, GitError, MergeBase, TreeId, work_changes};
use git2::{ErrorCode, ObjectType, Oid, Sort};
use nestling_files::path::RepoPath;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;

pub(super) struct Libgit2 {
    repository: git2::Repository,
    /// For an index that libgit2 cannot read: a split one, or a sparse one.
    system: System,
    /// Opened with the first object that is read.
    packs: OnceCell<Packs>,
}

impl Libgit2 {
    pub(super) fn new(repository: git2::Repository) -> Self {
        let system = System::new(Git::new(repository.path(), repository.workdir()));
        Self { repository, system, packs: OnceCell::new() }
    }

    /// The bytes of an object in a box of the caller's choice.
    fn object<T: for<'b> From<&'b [u8]>>(
        &self,
        what: &'static str,
        kind: ObjectType,
        id: &ObjectId,
    ) -> Result<T, GitError> {
        let packs = self.packs.get_or_init(|| Packs::open(&self.repository.commondir().join("objects")));
        let packed = if kind == ObjectType::Tree { Kind::Tree } else { Kind::Blob };
        if let Some(bytes) = packs.read(packed, id) {
            return Ok(T::from(&bytes));
        }
        let read = || {
            let odb = self.repository.odb()?;
            let object = odb.read(oid(id)?)?;
            if object.kind() == kind {
                return Ok(T::from(object.data()));
            }
            Err(git2::Error::from_str("it is an object of another type"))
        };
        read().map_err(|source: git2::Error| GitError::Object {
            what,
            id: id.to_string(),
            source: source.into(),
        })
    }

    /// The commits whose parents were cut off.
    fn boundary(&self) -> Result<HashSet<Oid>, GitError> {
        let file = self.repository.commondir().join("shallow");
        match std::fs::read_to_string(file) {
            Ok(text) => Ok(text.lines().filter_map(|line| Oid::from_str(line.trim()).ok()).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(HashSet::new()),
            Err(error) => Err(GitError::Read { what: "list of cut-off commits", source: error.into() }),
        }
    }

    /// Whether all commits from `tips` down to `base` are here with their parents. Then whatever was cut off is
    /// older than `base`, and cannot hold a better common ancestor.
    fn is_certain(&self, tips: [Oid; 2], base: Oid) -> Result<bool, GitError> {
        let boundary = self.boundary()?;
        let walk = || {
            let mut walk = self.repository.revwalk()?;
            for tip in tips {
                walk.push(tip)?;
            }
            walk.hide(base)?;
            for commit in walk {
                if boundary.contains(&commit?) {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        walk().map_err(GitError::read("history"))
    }

    /// The rest of the reference that a symbolic one points to.
    fn points_to(&self, symbolic: &str, prefix: &str) -> Option<String> {
        let reference = self.repository.find_reference(symbolic).ok()?;
        let target = reference.symbolic_target().ok()??;
        target.strip_prefix(prefix).map(str::to_owned)
    }

    fn tags(&self, matches: &dyn Fn(&str) -> bool) -> Result<HashMap<Oid, String>, git2::Error> {
        let mut tags: HashMap<Oid, String> = HashMap::new();
        for reference in self.repository.references_glob("refs/tags/*")? {
            let reference = reference?;
            let Some(name) = reference.shorthand().ok().filter(|name| matches(name)) else { continue };
            let Ok(commit) = reference.peel_to_commit() else { continue };
            let known = tags.entry(commit.id()).or_insert_with(|| name.to_owned());
            if name < known.as_str() {
                name.clone_into(known);
            }
        }
        Ok(tags)
    }
}

impl Back for Libgit2 {
    fn references(&self, names: &[String]) -> Result<Vec<(String, ObjectId)>, GitError> {
        let mut references = Vec::new();
        for name in names {
            match self.repository.refname_to_id(name) {
                Ok(id) => references.extend(ObjectId::from_bytes(id.as_bytes()).map(|id| (name.clone(), id))),
                Err(error) if is_no_reference(&error) => {}
                Err(error) => return Err(GitError::Read { what: "reference", source: error.into() }),
            }
        }
        Ok(references)
    }

    fn resolve(&self, revision: &str) -> Result<Option<CommitId>, GitError> {
        let commit = self.repository.revparse_single(revision).and_then(|object| object.peel_to_commit());
        match commit {
            Ok(commit) => Ok(ObjectId::from_bytes(commit.id().as_bytes()).map(CommitId)),
            Err(error) if is_no_reference(&error) => Ok(None),
            Err(error) => {
                Err(GitError::Object { what: "revision", id: revision.to_owned(), source: error.into() })
            }
        }
    }

    fn tree_of(&self, commit: &CommitId) -> Result<TreeId, GitError> {
        let read = || self.repository.find_commit(oid(&commit.0)?).map(|commit| commit.tree_id());
        let failed = |source: git2::Error| GitError::Object {
            what: "commit",
            id: commit.to_string(),
            source: source.into(),
        };
        let tree = read().map_err(failed)?;
        ObjectId::from_bytes(tree.as_bytes())
            .map(TreeId)
            .ok_or_else(|| failed(git2::Error::from_str("its tree has no usable id")))
    }

    fn tree(&self, id: &TreeId) -> Result<Rc<[u8]>, GitError> {
        self.object("tree", ObjectType::Tree, &id.0)
    }

    fn blob(&self, id: &ObjectId) -> Result<Vec<u8>, GitError> {
        self.object("blob", ObjectType::Blob, id)
    }

    fn has(&self, id: &ObjectId) -> bool {
        let flags = git2::OdbLookupFlags::NO_REFRESH;
        let found = || self.repository.odb().and_then(|odb| Ok(odb.exists_ext(oid(id)?, flags)));
        found().unwrap_or(false)
    }

    fn promisor(&self) -> Option<String> {
        let config = self.repository.config().ok()?.snapshot().ok()?;
        if let Ok(remote) = config.get_string("extensions.partialclone") {
            return Some(remote);
        }
        let mut promisor = None;
        let entries = config.entries(Some(r"^remote\..*\.promisor$")).ok()?;
        let found = entries.for_each(|entry| {
            let name =
                entry.name().ok().and_then(|name| name.strip_prefix("remote.")?.strip_suffix(".promisor"));
            if promisor.is_none() && entry.value().is_ok_and(|value| value == "true") {
                promisor = name.map(str::to_owned);
            }
        });
        found.ok().and(promisor)
    }

    fn is_shallow(&self) -> bool {
        self.repository.is_shallow()
    }

    fn depth(&self, from: &CommitId) -> Option<usize> {
        let mut walk = self.repository.revwalk().ok()?;
        walk.simplify_first_parent().ok()?;
        walk.push(oid(&from.0).ok()?).ok()?;
        Some(walk.filter(Result::is_ok).count())
    }

    fn current_branch(&self) -> Option<String> {
        self.points_to("HEAD", "refs/heads/")
    }

    fn default_branch(&self) -> Option<String> {
        self.points_to("refs/remotes/origin/HEAD", "refs/remotes/origin/")
    }

    fn merge_base(&self, one: &CommitId, other: &CommitId) -> Result<MergeBase, GitError> {
        let failed = || GitError::read("history");
        let tips = [oid(&one.0).map_err(failed())?, oid(&other.0).map_err(failed())?];
        match self.repository.merge_base(tips[0], tips[1]) {
            Ok(base) if self.is_shallow() && !self.is_certain(tips, base)? => Ok(MergeBase::HistoryTooShort),
            Ok(base) => Ok(ObjectId::from_bytes(base.as_bytes())
                .map_or(MergeBase::Unrelated, |id| MergeBase::Found(CommitId(id)))),
            Err(_) if self.is_shallow() => Ok(MergeBase::HistoryTooShort),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(MergeBase::Unrelated),
            Err(error) => Err(failed()(error)),
        }
    }

    fn nearest_tag(
        &self,
        head: &CommitId,
        matches: &dyn Fn(&str) -> bool,
    ) -> Result<Option<(String, CommitId)>, GitError> {
        let walk = || {
            let mut tags = self.tags(matches)?;
            let head = oid(&head.0)?;
            tags.remove(&head);
            let mut walk = self.repository.revwalk()?;
            walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
            walk.push(head)?;
            for commit in walk {
                let commit = commit?;
                if let Some(name) = tags.remove(&commit) {
                    return Ok(ObjectId::from_bytes(commit.as_bytes()).map(|id| (name, CommitId(id))));
                }
            }
            Ok(None)
        };
        walk().map_err(GitError::read("history"))
    }

    fn work_changes(&self, base: Option<&TreeId>) -> Result<Vec<Change>, GitError> {
        let id = base.map(|base| oid(&base.0)).transpose().map_err(GitError::read("base tree"))?;
        let changes = work_changes::work_changes(&self.repository, id, &[]);
        changes
            .map_err(GitError::read("work tree"))
            .or_else(|error| self.system.work_changes(base).map_err(|_| error))
    }

    fn work_changes_in(&self, base: Option<&TreeId>, paths: &[RepoPath]) -> Option<Vec<Change>> {
        let id = base.map(|base| oid(&base.0)).transpose().ok()?;
        work_changes::work_changes(&self.repository, id, paths).ok()
    }

    fn tracked(&self) -> Result<Vec<Vec<u8>>, GitError> {
        match self.repository.index() {
            Ok(index) => Ok(index.iter().map(|entry| entry.path).collect()),
            Err(error) => self.system.tracked().map_err(|_| GitError::read("index")(error)),
        }
    }

    fn excludes_file(&self) -> Option<PathBuf> {
        self.repository.config().ok()?.get_path("core.excludesFile").ok()
    }
}

/// Whether a lookup failed since there is nothing of that name, or nothing can have it.
fn is_no_reference(error: &git2::Error) -> bool {
    matches!(
        error.code(),
        ErrorCode::NotFound
            | ErrorCode::Ambiguous
            | ErrorCode::InvalidSpec
            | ErrorCode::UnbornBranch
            | ErrorCode::Peel
            | ErrorCode::Invalid
    )
}

fn oid(id: &ObjectId) -> Result<Oid, git2::Error> {
    Oid::from_bytes(id.as_bytes())
}
