//! The repository, as the crates above see it.

use super::backend::Backend;
use super::check_out;
use super::command::Git;
use super::fetch;
use super::history::{Commits, History, MergeBase};
use super::id::ObjectIds;
use super::object::ObjectSource;
use super::own_directories::own_directories;
use super::partial_clone::PartialClone;
use super::revision::{Branch, Names, Resolution};
use super::tree_files::TreeFiles;
use super::tree_index::TreeIndex;
use super::work_tree::WorkTree;
use super::work_tree_cache::WorkTreeCache;
use super::{Change, CommitId, GitError, ListedEntry, Merges, TreeId, diff, listing, merges, tree};
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

/// A repository that was opened for reading. Made by [`GitRepository::open`] or [`GitRepository::discover`].
///
/// The example of [the crate](crate) opens one.
pub struct GitRepository {
    objects: Box<dyn ObjectSource>,
    backend: Box<dyn Backend>,
    git: Git,
    /// For a program that gets notified of changes on disk.
    pub(super) cache: Option<WorkTreeCache>,
    pub(super) index: Option<TreeIndex>,
}

impl GitRepository {
    pub(super) fn new(objects: Box<dyn ObjectSource>, backend: Box<dyn Backend>, git: Git) -> Self {
        Self { objects, backend, git, cache: None, index: None }
    }

    pub(super) fn objects(&self) -> &dyn ObjectSource {
        self.objects.as_ref()
    }

    fn names(&self) -> Names<'_> {
        Names { backend: self.backend.as_ref(), objects: self.objects(), git: &self.git }
    }

    /// Returns the directory with the objects and references.
    pub fn git_dir(&self) -> &Path {
        self.git.git_dir()
    }

    /// Returns the root of the work tree; `None` for a bare repository.
    pub fn work_dir(&self) -> Option<&Path> {
        self.git.work_dir()
    }

    /// Resolves a revision as a person writes it: `HEAD`, a branch, a tag, an id, `HEAD~2`.
    ///
    /// Where git would choose a tag over a branch of the same name, the answer is [`Resolution::Ambiguous`]. A name that
    /// no local branch has means the branch of `origin`.
    ///
    /// # Errors
    /// It is a tree or a file ([`GitError::NotCommit`]), a shallow clone lacks a parent on the way ([`GitError::CutOff`]), or the
    /// repository cannot be read.
    pub fn resolve(&self, revision: &str) -> Result<Resolution, GitError> {
        self.names().resolve(revision)
    }

    /// Returns the commit that is checked out; `None` before the first one.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn head(&self) -> Result<Option<CommitId>, GitError> {
        let head = self.backend.references(&["HEAD".to_owned()])?;
        head.first().map_or(Ok(None), |(_, id)| self.objects().peel(id))
    }

    /// Finds a branch by its name without a remote: that of `origin` first, since the local one may be behind. A tag of the
    /// same name is never taken for it.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn branch(&self, name: &str) -> Result<Option<Branch>, GitError> {
        self.names().branch(name)
    }

    /// Returns `true` if a commit and its tree are here.
    ///
    /// # Errors
    /// One of the two is damaged.
    pub fn has(&self, commit: &CommitId) -> Result<bool, GitError> {
        let tree = self.tree_of(commit).and_then(|tree| self.objects().tree(&tree));
        match tree {
            Ok(_) => Ok(true),
            Err(GitError::Missing { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Returns the tree of a commit.
    ///
    /// # Errors
    /// The commit is not here, or is damaged.
    pub fn tree_of(&self, commit: &CommitId) -> Result<TreeId, GitError> {
        Ok(self.objects().commit(commit)?.tree)
    }

    /// Returns the time of a commit by the committer's clock, in seconds since 1970.
    ///
    /// # Errors
    /// The commit is not here, or is damaged.
    pub fn time_of(&self, commit: &CommitId) -> Result<i64, GitError> {
        Ok(self.objects().commit(commit)?.time)
    }

    /// Returns how much of a commit's history is there. `HEAD` is never asked: without a checkout it is an older job's.
    pub fn history(&self, of: Option<&CommitId>) -> History {
        let cut_off = self.backend.cut_off().unwrap_or_default();
        if cut_off.is_empty() {
            return History::Complete;
        }
        let depth = of.and_then(|commit| self.commits(&cut_off).depth(commit).ok());
        History::Shallow { commits: depth.unwrap_or(0) }
    }

    fn commits<'r>(&'r self, cut_off: &'r ObjectIds) -> Commits<'r> {
        Commits::new(self.objects(), cut_off)
    }

    /// Allows to fetch trees and files that a partial clone lacks, with this much time for each fetch. Without it, they are
    /// missing.
    #[must_use]
    pub fn fetching(mut self, time_limit: Duration) -> Self {
        if let Some(remote) = self.backend.promisor() {
            self.objects = Box::new(PartialClone::new(self.objects, self.git.clone(), remote, time_limit));
        }
        self
    }

    /// Returns the branch that is checked out, such as `main`; `None` where `HEAD` is detached, as GitLab's runner leaves it.
    pub fn current_branch(&self) -> Option<String> {
        let head = self.backend.symbolic_target("HEAD")?;
        head.strip_prefix("refs/heads/").map(str::to_owned)
    }

    /// Returns the branch that the remote's `HEAD` points to, as far as this clone knows.
    pub fn default_branch(&self) -> Option<String> {
        let head = self.backend.symbolic_target("refs/remotes/origin/HEAD")?;
        head.strip_prefix("refs/remotes/origin/").map(str::to_owned)
    }

    /// Returns the URL of the remote `origin`, as it is configured: it may hold credentials.
    pub fn origin_url(&self) -> Option<String> {
        self.backend.setting("remote.origin.url")
    }

    /// Returns the newest commit of head's history that the remote `origin` is known to have, by its branches that this clone has
    /// fetched: that of the branch that is checked out, else the default one.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn published(&self, head: &CommitId) -> Result<Option<CommitId>, GitError> {
        for branch in self.current_branch().into_iter().chain(self.default_branch()) {
            let Resolution::Commit(branch) = self.resolve(&format!("refs/remotes/origin/{branch}"))? else {
                continue;
            };
            if let MergeBase::Found(commit) = self.merge_base(head, &branch)? {
                return Ok(Some(commit));
            }
        }
        Ok(None)
    }

    /// Returns the best common ancestor of two commits. In a shallow clone there is an answer only where what was cut off
    /// cannot change it.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn merge_base(&self, left: &CommitId, right: &CommitId) -> Result<MergeBase, GitError> {
        self.commits(&self.backend.cut_off()?).merge_base(left, right)
    }

    /// Lists the commits from `head` back to `ancestor` along first parents, both included, the newest first; `None` if the walk
    /// does not come to it within `limit` commits, as in a shallow clone, or where `ancestor` was merged from another branch.
    ///
    /// # Errors
    /// A commit cannot be read.
    pub fn first_parents(
        &self,
        head: &CommitId,
        ancestor: &CommitId,
        limit: usize,
    ) -> Result<Option<Vec<CommitId>>, GitError> {
        self.commits(&self.backend.cut_off()?).first_parents(head, ancestor, limit)
    }

    /// Lists the newest merges of a branch from its tip `head`: the commits on its first-parent line, at most `limit`.
    ///
    /// ```no_run
    /// use nestling_git::{GitRepository, Trust};
    ///
    /// let repository = GitRepository::discover(".".as_ref(), &Trust::Owner)?;
    /// let head = repository.head()?.expect("there are commits");
    /// for merge in repository.merges(&head, 100)?.merges {
    ///     let (old, new) = (repository.tree_of(&merge.before)?, repository.tree_of(&merge.commit)?);
    ///     let changes = repository.tree_diff(Some(&old), Some(&new))?;
    ///     println!("{} {}: {} paths", merge.commit.short(), merge.subject, changes.len());
    /// }
    /// # Ok::<(), nestling_git::GitError>(())
    /// ```
    ///
    /// # Errors
    /// A commit cannot be read.
    pub fn merges(&self, head: &CommitId, limit: usize) -> Result<Merges, GitError> {
        merges::merges(self.objects(), &self.backend.cut_off()?, head, limit)
    }

    /// Returns the nearest tag that `matches`, walking from the parents of `head` from newer to older.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn nearest_tag(
        &self,
        head: &CommitId,
        matches: &dyn Fn(&str) -> bool,
    ) -> Result<Option<(String, CommitId)>, GitError> {
        let mut names: HashMap<CommitId, String> = HashMap::new();
        let mut tags = self.backend.tags()?;
        // Of several tags on a commit the first by name counts.
        tags.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
        for (name, id) in tags {
            if matches(&name)
                && let Some(commit) = self.objects().peel(&id)?
            {
                names.insert(commit, name);
            }
        }
        self.commits(&self.backend.cut_off()?).nearest_tag(head, &names)
    }

    /// Compares two trees, and returns the paths that differ in byte order. A tree that is not given is empty.
    ///
    /// # Errors
    /// A tree cannot be read.
    pub fn tree_diff(&self, base: Option<&TreeId>, head: Option<&TreeId>) -> Result<Vec<Change>, GitError> {
        diff::tree_diff(self.objects(), base, head)
    }

    /// Visits the entries of one tree, in git's order.
    ///
    /// # Errors
    /// The tree cannot be read.
    pub fn list(&self, tree: &TreeId, visit: &mut dyn FnMut(ListedEntry<'_>)) -> Result<(), GitError> {
        let raw = self.objects().tree(tree)?;
        tree::scan(tree, &raw, &mut |entry| {
            if let Some(entry) = listing::listed(entry) {
                visit(entry);
            }
        })
    }

    /// Compares a tree with the files on disk, and returns the paths that differ in byte order: staged or not, and untracked
    /// files unless they are ignored.
    ///
    /// # Errors
    /// The repository is bare, or the index or a file cannot be read.
    pub fn work_tree_diff(&self, base: Option<&TreeId>) -> Result<Vec<Change>, GitError> {
        let mut changes = match &self.cache {
            Some(cache) => cache.changes(self.backend.as_ref(), self.objects(), base)?,
            None => self.backend.work_changes(self.objects(), base)?,
        };
        let own = self.work_dir().map(|root| own_directories(self.git_dir(), root)).unwrap_or_default();
        changes.retain(|change| own.iter().all(|directory| !change.path.is_in(directory)));
        Ok(changes)
    }

    /// Returns the files of a commit.
    ///
    /// # Errors
    /// The commit is not here.
    pub fn files_at(&self, commit: &CommitId) -> Result<TreeFiles<'_>, GitError> {
        Ok(TreeFiles::new(self.objects(), self.index.as_ref(), self.tree_of(commit)?))
    }

    /// Returns the files of a tree.
    pub fn tree_files(&self, tree: TreeId) -> TreeFiles<'_> {
        TreeFiles::new(self.objects(), self.index.as_ref(), tree)
    }

    /// Returns the files on disk.
    ///
    /// # Errors
    /// The repository is bare.
    pub fn work_tree(&self) -> Result<WorkTree<'_>, GitError> {
        let root = self.work_dir().ok_or_else(|| GitError::Bare { path: self.git_dir().to_owned() })?;
        Ok(WorkTree::new(self.backend.as_ref(), self.objects(), root, self.git_dir(), self.cache.as_ref()))
    }

    /// Fetches one commit from the remote `origin` with the system's git and its credentials. A shallow clone gets
    /// that commit without its history; any other gets the history too, so that it does not become shallow.
    ///
    /// # Errors
    /// There is no git, no remote, the remote does not give the commit, or the time is up.
    pub fn fetch_commit(&self, commit: &CommitId, time_limit: Duration) -> Result<(), GitError> {
        let fetched = fetch::fetch_commit(&self.git, commit, self.history(None), time_limit);
        self.objects.refresh();
        fetched
    }

    /// Checks a commit out into a new directory, as another work tree. Neither hooks nor filters run: a file of Git LFS stays
    /// the pointer to it.
    ///
    /// # Errors
    /// There is no git, the directory is not empty, or a file cannot be written.
    pub fn check_out(&self, commit: &CommitId, directory: &Path) -> Result<(), GitError> {
        check_out::add(&self.git, commit, directory)
    }

    /// Removes a directory that [`GitRepository::check_out`] made.
    ///
    /// # Errors
    /// There is no git, or the directory is not one.
    pub fn remove_check_out(&self, directory: &Path) -> Result<(), GitError> {
        check_out::remove(&self.git, directory)
    }
}

impl std::fmt::Debug for GitRepository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Repository({})", self.git_dir().display())
    }
}
