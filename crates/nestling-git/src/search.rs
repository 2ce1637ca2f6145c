//! Finding files by their names in a commit. Every run does this over the whole repository, so nothing is copied, listed or
//! named that is not asked for, and no tree is read twice: one that contains no such file is known by its id.

use super::id::{IdHasher, ObjectId};
use super::object::ObjectSource;
use super::tree::{self, Mode, RawEntry};
use super::tree_index::{Entry, SeenTrees};
use super::{GitError, TreeId};
use nestling_files::files::{EntryKind, FileQuery, FileVisitor, ReadError, Walk};
use nestling_files::path::RepoPath;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::rc::Rc;

/// Target of a search in a tree and below it: markers, and files to collect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wanted {
    markers: bool,
    collected: bool,
}

impl Wanted {
    /// Without what a tree is known not to hold.
    fn minus(self, known_empty: Self) -> Self {
        Self {
            markers: self.markers && !known_empty.markers,
            collected: self.collected && !known_empty.collected,
        }
    }

    fn is_nothing(self) -> bool {
        !self.markers && !self.collected
    }
}

/// The blobs of the files in one directory that a query is for.
struct Matches {
    marker: Option<ObjectId>,
    /// Each with the index of the name that it matches, and its own name.
    collected: Vec<(usize, Vec<u8>, ObjectId)>,
    /// Links to collect, by their names.
    links: Vec<(Vec<u8>, ObjectId)>,
    /// Links and submodules that markers may be behind, by their names.
    not_entered: Vec<(Vec<u8>, EntryKind)>,
}

impl Matches {
    fn is_empty(&self) -> bool {
        let Self { marker, collected, links, not_entered } = self;
        marker.is_none() && collected.is_empty() && links.is_empty() && not_entered.is_empty()
    }
}

/// Number of files that have been found.
#[derive(Debug, Clone, Copy)]
struct Count {
    markers: usize,
    collected: usize,
}

/// A directory on the way from the root to where the search is.
struct Level {
    id: TreeId,
    raw: Rc<[u8]>,
    /// `None` if it is from the index.
    noted_as: Option<Entry>,
    /// Index of its first subdirectory among those that are still to be entered.
    first_open: usize,
    path_length: usize,
    wanted: Wanted,
    /// Matches at the time when it was entered.
    totals_before: Count,
}

/// Searches a tree. What others have seen is not read again.
pub(super) fn search(
    objects: &dyn ObjectSource,
    seen: Option<&SeenTrees>,
    root: TreeId,
    query: &FileQuery<'_>,
    visitor: &mut dyn FileVisitor,
) -> Result<(), ReadError> {
    let findable = Wanted { markers: !query.marker.is_empty(), collected: query.collects() };
    let mut search = TreeSearch {
        objects,
        seen,
        query,
        findable,
        visitor,
        path: Vec::new(),
        open: Vec::new(),
        totals: Count { markers: 0, collected: 0 },
        known_empty: HashMap::default(),
    };
    search.run(root)
}

struct TreeSearch<'s> {
    objects: &'s dyn ObjectSource,
    seen: Option<&'s SeenTrees>,
    query: &'s FileQuery<'s>,
    /// Target of the query in any tree.
    findable: Wanted,
    visitor: &'s mut dyn FileVisitor,
    /// The path of the directory that is looked at.
    path: Vec<u8>,
    /// The directories that are still to be entered, the next one last: the offset of each in the tree of its level.
    open: Vec<usize>,
    totals: Count,
    /// Names that trees are known not to contain at any depth.
    known_empty: HashMap<ObjectId, Wanted, BuildHasherDefault<IdHasher>>,
}

impl TreeSearch<'_> {
    fn run(&mut self, root: TreeId) -> Result<(), ReadError> {
        let everything = Wanted { markers: true, ..self.findable };
        let mut levels: Vec<Level> = self.enter(root, 0, everything)?.into_iter().collect();
        while let Some(level) = levels.last() {
            if self.open.len() <= level.first_open {
                self.leave(level).map_err(|error| self.failed(error))?;
                levels.pop();
                continue;
            }
            let Some(offset) = self.open.pop() else { break };
            let entry =
                tree::next_entry(&level.id, &level.raw, offset).map_err(|error| self.failed(error))?;
            let Some((entry, _)) = entry else { continue };
            let mut wanted = level.wanted;
            wanted.collected &= !self.query.collects_nothing_below(entry.name);
            let Some(id) = ObjectId::from_bytes(entry.id).filter(|_| !wanted.is_nothing()) else { continue };
            self.path.truncate(level.path_length);
            if level.path_length > 0 {
                self.path.push(b'/');
            }
            self.path.extend_from_slice(entry.name);
            let depth = levels.len();
            levels.extend(self.enter(TreeId(id), depth, wanted)?);
        }
        Ok(())
    }

    /// Looks at a directory, and returns it as the level to continue in, unless there is nothing to find below it.
    fn enter(&mut self, id: TreeId, depth: usize, mut wanted: Wanted) -> Result<Option<Level>, ReadError> {
        let is_asked_for = wanted.markers && depth <= self.query.depth;
        let known_empty = self.known_empty.get(&id.0);
        if !is_asked_for && known_empty.is_some_and(|known| wanted.minus(*known).is_nothing()) {
            return Ok(None);
        }
        let (raw, noted_as) = self.tree(&id, depth).map_err(|error| self.failed(error))?;
        let (first_open, totals_before) = (self.open.len(), self.totals);
        let matches = self.scan(&id, &raw, depth, wanted).map_err(|error| self.failed(error))?;
        let is_empty = matches.is_empty();
        if is_asked_for || !is_empty {
            let is_visited = is_asked_for || matches.marker.is_some();
            wanted.markers = self.report(matches, is_visited, wanted.markers)?;
        }
        if wanted.is_nothing() {
            self.open.truncate(first_open);
            return Ok(None);
        }
        // A tree of files alone is read as fast as it would be found in an index.
        let is_leaf = self.open.len() == first_open && is_empty && !is_asked_for;
        let noted_as = noted_as.filter(|_| !is_leaf);
        let path_length = self.path.len();
        Ok(Some(Level { id, raw, noted_as, first_open, path_length, wanted, totals_before }))
    }

    /// Reads a tree, or takes what others have seen of it. Returns it with the kind of entry that it is to become.
    fn tree(&self, id: &TreeId, depth: usize) -> Result<(Rc<[u8]>, Option<Entry>), GitError> {
        let Some(seen) = self.seen else { return Ok((self.objects.tree(id)?, None)) };
        let kind = if depth < self.query.depth { Entry::VisitedTree } else { Entry::Tree };
        match seen.tree(&id.0, kind) {
            Some(raw) => Ok((raw, None)),
            None => Ok((self.objects.tree(id)?, Some(kind))),
        }
    }

    /// Hands what a directory holds to the visitor. Returns `true` if markers are looked for below it.
    fn report(
        &mut self,
        matches: Matches,
        is_visited: bool,
        mut wants_markers: bool,
    ) -> Result<bool, ReadError> {
        let directory = RepoPath::from_git(&self.path);
        if is_visited {
            let has_marker = matches.marker.is_some();
            let marker =
                matches.marker.map(|id| self.blob(&directory, self.query.marker, &id)).transpose()?;
            let walk = self.visitor.directory(&directory, marker);
            self.totals.markers += usize::from(has_marker || walk == Walk::Skip);
            wants_markers = walk == Walk::Descend;
        }
        if wants_markers {
            self.totals.markers += matches.not_entered.len();
            for (name, kind) in &matches.not_entered {
                self.visitor.not_entered(&directory.child(name), *kind);
            }
        }
        self.totals.collected += matches.collected.len() + matches.links.len();
        for (index, name, id) in matches.collected {
            let bytes = self.blob(&directory, &name, &id)?;
            self.visitor.collect(&directory.child(&name), index, bytes);
        }
        for (name, id) in matches.links {
            let target = self.blob(&directory, &name, &id)?;
            self.visitor.link(&directory.child(&name), target);
        }
        Ok(wants_markers)
    }

    fn blob(&self, directory: &RepoPath, name: &[u8], id: &ObjectId) -> Result<Vec<u8>, ReadError> {
        if let Some(bytes) = self.seen.and_then(|seen| seen.blob(id)) {
            return Ok(bytes);
        }
        let failed = |error: GitError| ReadError { path: directory.child(name), source: error.into() };
        let bytes = self.objects.blob(id).map_err(failed)?;
        if let Some(seen) = self.seen {
            seen.note_blob(id, &bytes);
        }
        Ok(bytes)
    }

    /// Finds the files in a tree. Its subdirectories are put down as open.
    fn scan(&mut self, id: &TreeId, raw: &[u8], depth: usize, wanted: Wanted) -> Result<Matches, GitError> {
        let mut matches =
            Matches { marker: None, collected: Vec::new(), links: Vec::new(), not_entered: Vec::new() };
        let collects_links = wanted.collected && self.query.collect_links;
        let is_reached = depth < self.query.depth;
        let first_open = self.open.len();
        let mut offset = 0;
        while let Some((entry, next)) = tree::next_entry(id, raw, offset)? {
            match entry.mode {
                Mode::Directory => self.open.push(offset),
                Mode::File | Mode::Executable if entry.name == self.query.marker => {
                    matches.marker = ObjectId::from_bytes(entry.id).filter(|_| wanted.markers);
                }
                Mode::File | Mode::Executable if wanted.collected => {
                    let collected_file =
                        self.query.collected_as(entry.name).zip(ObjectId::from_bytes(entry.id));
                    matches
                        .collected
                        .extend(collected_file.map(|(index, id)| (index, entry.name.to_vec(), id)));
                }
                Mode::Symlink => {
                    if wanted.markers && (is_reached || entry.name == self.query.marker) {
                        matches.not_entered.push((entry.name.to_vec(), EntryKind::Symlink));
                    }
                    let id = ObjectId::from_bytes(entry.id).filter(|_| collects_links);
                    matches.links.extend(id.map(|id| (entry.name.to_vec(), id)));
                }
                Mode::Submodule if wanted.markers && is_reached => {
                    matches.not_entered.push((entry.name.to_vec(), EntryKind::Submodule));
                }
                _ => {}
            }
            offset = next;
        }
        self.open[first_open..].reverse();
        Ok(matches)
    }

    /// Remembers what was not found in a directory and below it.
    fn leave(&mut self, level: &Level) -> Result<(), GitError> {
        self.note(level)?;
        let empty = Wanted {
            markers: level.wanted.markers && level.totals_before.markers == self.totals.markers,
            collected: level.wanted.collected && level.totals_before.collected == self.totals.collected,
        };
        if empty.is_nothing() {
            return Ok(());
        }
        let known_empty = self.known_empty.entry(level.id.0).or_insert(empty);
        known_empty.markers |= empty.markers;
        known_empty.collected |= empty.collected;
        Ok(())
    }

    /// Adds a tree to those that were seen.
    fn note(&self, level: &Level) -> Result<(), GitError> {
        let (Some(seen), Some(kind)) = (self.seen, level.noted_as) else { return Ok(()) };
        let mut noted = Vec::new();
        tree::scan(&level.id, &level.raw, &mut |entry| {
            if self.counts(kind, &entry) {
                tree::write_entry(&entry, &mut noted);
            }
        })?;
        seen.note_tree(&level.id.0, kind, &noted);
        Ok(())
    }

    /// Returns `true` if a search for the same names cannot pass over an entry of a tree.
    fn counts(&self, kind: Entry, entry: &RawEntry<'_>) -> bool {
        let is_reached = kind == Entry::VisitedTree;
        match entry.mode {
            Mode::Directory if is_reached => true,
            Mode::Directory => {
                let known_empty = ObjectId::from_bytes(entry.id).and_then(|id| self.known_empty.get(&id));
                !known_empty.is_some_and(|known| self.findable.minus(*known).is_nothing())
            }
            Mode::File | Mode::Executable => {
                entry.name == self.query.marker || self.query.collected_as(entry.name).is_some()
            }
            Mode::Symlink => is_reached || self.query.collect_links || entry.name == self.query.marker,
            Mode::Submodule => is_reached,
        }
    }

    fn failed(&self, error: GitError) -> ReadError {
        ReadError { path: RepoPath::from_git(&self.path), source: error.into() }
    }
}
