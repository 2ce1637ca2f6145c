//! The files of a commit by the units that they select: one walk of the tree, in which a directory that belongs to a unit as a
//! whole counts with the id of its tree.

use super::digest::{Fingerprint, Hasher};
use crate::locks::{has_any, is_lock};
use crate::select::{UnitIndex, affects_everything, is_ignored};
use crate::workspace::{Unclaimed, Workspace};
use nestling_files::path::{Glob, RepoPath};
use nestling_git::{EntryMode, GitError, GitRepository, TreeId};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Bound;

/// Units that a file selects: one by its index, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Claimant {
    Unit(usize),
    Everything,
}

/// The part of an entry that each claimant has, as the id of its content. Most entries have one claimant.
type Shares = BTreeMap<Claimant, Content>;

/// The id of a blob, a submodule's commit or a tree. That of a part of a directory is the id of a tree with nothing but the part:
/// so it depends on what is in it, and not on what is beside it.
type Content = Box<[u8]>;

/// Fingerprints of the files that select units directly, without those of units that they depend on.
pub(super) struct Inputs {
    /// By the units' index.
    pub(super) units: Vec<Fingerprint>,
    /// Of the files that select every unit.
    pub(super) everything: Fingerprint,
}

/// Reads a tree, and hashes what selects each unit of the workspace at this tree.
pub(super) fn inputs(git: &GitRepository, root: TreeId, workspace: &Workspace) -> Result<Inputs, GitError> {
    let walk = TreeWalk {
        git,
        workspace,
        index: UnitIndex::new(workspace),
        units_below: directories_above_units(workspace),
        prefixes: LiteralPrefixes::of(workspace),
    };
    let shares = walk.directory(&RepoPath::root(), &root)?;
    let hashed = |claimant: Claimant| {
        let mut hasher = Hasher::new("files");
        hasher.add(shares.get(&claimant).map(|id| &**id).unwrap_or_default());
        hasher.finish()
    };
    let units = (0..workspace.units.len()).map(|unit| hashed(Claimant::Unit(unit))).collect();
    Ok(Inputs { units, everything: hashed(Claimant::Everything) })
}

/// Returns every directory that has a unit below it.
fn directories_above_units(workspace: &Workspace) -> HashSet<RepoPath> {
    let mut above = HashSet::new();
    for unit in &workspace.units {
        let mut directory = unit.dir.parent();
        while let Some(parent) = directory.filter(|parent| above.insert(parent.clone())) {
            directory = parent.parent();
        }
    }
    above
}

/// The beginnings of the paths that globs can match: of those that can take files away from the unit whose directory they are
/// in, or give them to others.
struct LiteralPrefixes<'a>(BTreeSet<&'a [u8]>);

impl<'a> LiteralPrefixes<'a> {
    fn of(workspace: &'a Workspace) -> Self {
        let of_workspace = workspace.ignore.iter().chain(&workspace.everything).map(|written| &written.glob);
        let of_workspace =
            of_workspace.chain(workspace.everything_links.iter().flat_map(|target| &target.globs));
        let of_units = workspace.units.iter().flat_map(|unit| &unit.changes).map(|rule| &rule.glob);
        Self(of_workspace.chain(of_units).flat_map(Glob::literal_prefixes).collect())
    }

    /// Returns `false` if it is certain that no glob matches a path below a directory.
    fn may_match_below(&self, directory: &RepoPath) -> bool {
        let directory = directory.as_bytes();
        let is_longer = self
            .0
            .range::<[u8], _>((Bound::Included(directory), Bound::Unbounded))
            .next()
            .is_some_and(|prefix| prefix.starts_with(directory));
        is_longer || (0..=directory.len()).any(|length| self.0.contains(&directory[..length]))
    }
}

struct TreeWalk<'a> {
    git: &'a GitRepository,
    workspace: &'a Workspace,
    index: UnitIndex<'a>,
    units_below: HashSet<RepoPath>,
    prefixes: LiteralPrefixes<'a>,
}

/// An entry of a directory, kept while those before it are walked.
struct Entry {
    name: Box<[u8]>,
    mode: EntryMode,
    id: Content,
    tree: Option<TreeId>,
}

/// Part of a directory that a claimant has.
#[derive(Default)]
struct Part<'e> {
    entries: Vec<(&'e [u8], EntryMode, Content)>,
    /// Number of entries of which it has the whole.
    whole: usize,
}

impl Part<'_> {
    fn tree(&self) -> Result<TreeId, GitError> {
        TreeId::of_entries(self.entries.iter().map(|(name, mode, id)| (*name, *mode, &**id)))
    }
}

impl TreeWalk<'_> {
    /// Returns the shares of a directory. A claimant has the whole of it if it has the whole of each entry.
    fn directory(&self, path: &RepoPath, tree: &TreeId) -> Result<Shares, GitError> {
        let mut entries = Vec::new();
        self.git.list(tree, &mut |entry| {
            let (name, id) = (entry.name.into(), entry.id.into());
            entries.push(Entry { name, mode: entry.mode, id, tree: entry.tree });
        })?;
        let mut parts: BTreeMap<Claimant, Part<'_>> = BTreeMap::new();
        for Entry { name, mode, id, tree } in &entries {
            let path = path.child(name);
            let shares = match tree {
                Some(tree) => self.subdirectory(&path, tree, id)?,
                None => self.file(&path, id),
            };
            for (claimant, share) in shares {
                let part = parts.entry(claimant).or_default();
                part.whole += usize::from(share == *id);
                part.entries.push((name, *mode, share));
            }
        }
        let mut shares = Shares::new();
        for (claimant, part) in parts {
            let content = if part.whole == entries.len() { *tree } else { part.tree()? };
            shares.insert(claimant, content.as_bytes().into());
        }
        Ok(shares)
    }

    fn subdirectory(&self, path: &RepoPath, tree: &TreeId, id: &Content) -> Result<Shares, GitError> {
        let root = &self.workspace.root;
        // Outside of the workspace there are only what links and manifests lead to.
        if !path.is_in(root) && !root.is_in(path) && !self.prefixes.may_match_below(path) {
            return Ok(Shares::new());
        }
        if path.is_in(root) && self.is_uniform(path) {
            // One file speaks for all: no rule distinguishes them.
            return Ok(self.file(&path.child(b"any"), id));
        }
        self.directory(path, tree)
    }

    /// Returns `true` if all files below a directory select the same units, whatever they are called.
    fn is_uniform(&self, directory: &RepoPath) -> bool {
        !self.units_below.contains(directory)
            && !self.prefixes.may_match_below(directory)
            && !self.workspace.nested.iter().any(|nested| nested.is_in(directory))
            && (self.workspace.unclaimed != Unclaimed::Everything
                || (!self.workspace.own_file().is_in(directory) && !has_any(self.workspace)))
    }

    /// Returns the claimants of a file, as selection would find them if it changed.
    fn file(&self, path: &RepoPath, id: &Content) -> Shares {
        let workspace = self.workspace;
        if is_ignored(workspace, path) {
            return Shares::new();
        }
        let mut shares: Shares =
            self.index.claims(path).into_iter().map(|(unit, _)| (Claimant::Unit(unit), id.clone())).collect();
        let is_unclaimed = shares.is_empty()
            && path.is_in(&workspace.root)
            && *path != workspace.own_file()
            && !workspace.is_of_nested(path)
            && !is_lock(workspace, path);
        let selects_all = affects_everything(workspace, path).is_some()
            || (workspace.unclaimed == Unclaimed::Everything && is_unclaimed);
        if selects_all {
            shares.insert(Claimant::Everything, id.clone());
        }
        shares
    }
}
