//! The shares of units in all lock files of a commit.

use super::lock::Lock;
use super::{Kind, LockFile, Unknown, kinds};
use crate::select::is_ignored;
use crate::workspace::{INSTALLED, UnitDirectories, Workspace};
use nestling_files::files::{FileQuery, FileVisitor, Files, ReadError, Walk};
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};

/// The lock files of a commit, with the shares of units in them.
#[derive(Debug, Default)]
pub(crate) struct LockShares {
    /// In order of their paths.
    pub(super) files: BTreeMap<RepoPath, FileShares>,
}

/// A lock file with the shares of units in it.
#[derive(Debug)]
pub(super) struct FileShares {
    pub(super) text: String,
    pub(super) content: Result<Lock, Unknown>,
    /// The packages of each unit that it serves, by index.
    pub(super) units: BTreeMap<UnitName, BTreeSet<usize>>,
}

impl LockShares {
    /// Reads all lock files that a workspace asks for. Those that `ignore` matches do not count.
    ///
    /// # Errors
    /// A directory cannot be listed, or a file cannot be read.
    pub(crate) fn read(files: &dyn Files, workspace: &Workspace) -> Result<Self, ReadError> {
        Ok(Self::of_inputs(inputs(files, workspace)?, workspace))
    }

    /// Reads the lock files that can give units other shares on one side than on the other: both sides. The rest of a large lock
    /// file's cost is saved where only manifests changed that it does not ask.
    ///
    /// # Errors
    /// A directory cannot be listed, or a file cannot be read.
    pub(crate) fn read_differing(
        (old_files, old): (&dyn Files, &Workspace),
        (new_files, new): (&dyn Files, &Workspace),
    ) -> Result<(Self, Self), ReadError> {
        let (mut before, mut after) = (inputs(old_files, old)?, inputs(new_files, new)?);
        if serve_the_same(old, new) {
            before.retain(|path, of_old| {
                let are_same = after.get(path).is_some_and(|of_new| of_new == of_old);
                if are_same {
                    after.remove(path);
                }
                !are_same
            });
        }
        Ok((Self::of_inputs(before, old), Self::of_inputs(after, new)))
    }

    fn of_inputs(inputs: BTreeMap<RepoPath, Inputs>, workspace: &Workspace) -> Self {
        let read = |(path, inputs)| (path, FileShares::read(inputs, workspace));
        Self { files: inputs.into_iter().map(read).collect() }
    }

    /// Returns the share of a unit in each lock file that serves it, as text: the lock file, what affects all that it serves, and each
    /// package once, in order.
    pub(crate) fn of<'s>(&'s self, unit: &'s UnitName) -> impl Iterator<Item = (&'s RepoPath, Vec<&'s str>)> {
        self.files.iter().filter_map(|(path, file)| Some((path, file.share(unit)?)))
    }
}

/// Returns `true` if a lock file with the same inputs gives units the same shares in both workspaces.
pub(crate) fn serve_the_same(old: &Workspace, new: &Workspace) -> bool {
    old.root == new.root && places(old).eq(places(new))
}

/// Returns the units of a workspace and their directories, which decide whom a lock file serves.
fn places(workspace: &Workspace) -> impl Iterator<Item = (&UnitName, &RepoPath)> {
    workspace.units.iter().map(|unit| (&unit.name, &unit.dir))
}

/// All that the shares in a lock file are made from, beside the units of the workspace.
#[derive(PartialEq)]
struct Inputs {
    kind: &'static Kind,
    directory: RepoPath,
    text: String,
    /// The manifests that it is the nearest lock file of, each by its directory; without their contents where the kind does not ask.
    manifests: Vec<(RepoPath, String)>,
}

/// Finds the lock files that a workspace asks for, and what they are read with.
fn inputs(files: &dyn Files, workspace: &Workspace) -> Result<BTreeMap<RepoPath, Inputs>, ReadError> {
    let kinds = kinds(workspace);
    if kinds.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut names: Vec<&[u8]> = Vec::new();
    for name in kinds.iter().flat_map(|kind| [kind.name, kind.manifest]) {
        if !names.contains(&name.as_bytes()) {
            names.push(name.as_bytes());
        }
    }
    let mut collected = Collected { root: &workspace.root, files: BTreeMap::new() };
    let query = FileQuery { collect: &names, collect_not_below: Some(INSTALLED), ..FileQuery::new(b"") };
    files.find(&query, &mut collected)?;
    let mut inputs = BTreeMap::new();
    for kind in kinds {
        for path in collected.named(kind.name) {
            if !is_ignored(workspace, path) {
                inputs.insert(path.clone(), collected.inputs(kind, path));
            }
        }
    }
    Ok(inputs)
}

impl FileShares {
    fn read(inputs: Inputs, workspace: &Workspace) -> Self {
        let Inputs { kind, directory, text, manifests } = inputs;
        let file = LockFile { directory: directory.clone(), text: &text, manifests: &manifests };
        let content = (kind.read)(&file);
        let serving = Serving { kind, directory: &directory, manifests: &manifests, workspace };
        let units = serving.units(content.as_ref().ok());
        Self { text, content, units }
    }

    /// Returns the share of a unit; `None` where the lock file does not serve it.
    pub(super) fn share(&self, unit: &UnitName) -> Option<Vec<&str>> {
        let indices = self.units.get(unit)?;
        let Ok(lock) = &self.content else { return Some(vec![self.text.as_str()]) };
        let mut packages: Vec<&str> =
            indices.iter().map(|index| lock.packages[*index].text.as_str()).collect();
        packages.sort_unstable();
        packages.dedup();
        packages.insert(0, &lock.settings);
        Some(packages)
    }
}

/// One lock file and those whom it may serve.
struct Serving<'a> {
    kind: &'a Kind,
    directory: &'a RepoPath,
    manifests: &'a [(RepoPath, String)],
    workspace: &'a Workspace,
}

impl Serving<'_> {
    /// Returns the units that the lock file serves, each with its packages; without a lock that is understood, with none.
    fn units(&self, lock: Option<&Lock>) -> BTreeMap<UnitName, BTreeSet<usize>> {
        let units = &self.workspace.units;
        let directories = UnitDirectories::new(units);
        let mut own: BTreeMap<usize, Vec<&RepoPath>> = BTreeMap::new();
        let manifests = self.manifests.iter().map(|(directory, _)| directory);
        let members: Vec<&RepoPath> = match lock {
            Some(lock) => lock.members.keys().collect(),
            // A module below has a lock file of its own, or none.
            None if self.kind.serves_below => Vec::new(),
            None => manifests.collect(),
        };
        for directory in members {
            if let Some(unit) = directories.owner(directory) {
                own.entry(unit).or_default().push(directory);
            }
        }
        for (index, unit) in units.iter().enumerate() {
            if self.kind.serves_below && self.is_served_below(&unit.dir) {
                own.entry(index).or_default().push(self.directory);
            }
        }
        let mut shares = BTreeMap::new();
        for (index, directories_of_unit) in own {
            // What belongs to another unit is left to that one. A unit at the root has what no other has.
            let leads_on = |directory: &RepoPath| match directories.owner(directory) {
                Some(owner) => owner == index || units[owner].dir.is_root(),
                None => true,
            };
            let closure = lock.map(|lock| lock.closure(directories_of_unit, leads_on)).unwrap_or_default();
            shares.insert(units[index].name.clone(), closure);
        }
        shares
    }

    /// Returns `true` for a directory below the lock file without a manifest between the two.
    fn is_served_below(&self, directory: &RepoPath) -> bool {
        let is_between = |manifest: &RepoPath| {
            directory.is_in(manifest) && manifest.is_in(self.directory) && manifest != self.directory
        };
        directory.is_in(self.directory) && !self.manifests.iter().any(|(manifest, _)| is_between(manifest))
    }
}

/// The lock files and manifests of a commit.
struct Collected<'w> {
    root: &'w RepoPath,
    files: BTreeMap<RepoPath, Vec<u8>>,
}

impl Collected<'_> {
    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a RepoPath> {
        self.files.keys().filter(move |path| path.file_name() == name.as_bytes())
    }

    /// Returns what a lock file is read with.
    fn inputs(&self, kind: &'static Kind, path: &RepoPath) -> Inputs {
        let directory = path.parent().unwrap_or_default();
        let locks: BTreeSet<RepoPath> = self.named(kind.name).filter_map(RepoPath::parent).collect();
        let mut manifests = Vec::new();
        for manifest in self.named(kind.manifest) {
            let of = manifest.parent().unwrap_or_default();
            let nearest =
                std::iter::successors(Some(of.clone()), RepoPath::parent).find(|above| locks.contains(above));
            if nearest.as_ref() == Some(&directory) {
                let text = if kind.asks_manifests { self.text(manifest) } else { String::new() };
                manifests.push((of, text));
            }
        }
        Inputs { kind, directory, text: self.text(path), manifests }
    }

    fn text(&self, path: &RepoPath) -> String {
        let bytes = self.files.get(path).map(Vec::as_slice).unwrap_or_default();
        String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').replace("\r\n", "\n")
    }
}

impl FileVisitor for Collected<'_> {
    fn directory(&mut self, _: &RepoPath, _: Option<Vec<u8>>) -> Walk {
        Walk::Skip
    }

    fn collect(&mut self, path: &RepoPath, _: usize, bytes: Vec<u8>) {
        if path.is_in(self.root) {
            self.files.insert(path.clone(), bytes);
        }
    }
}
