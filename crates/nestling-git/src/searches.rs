//! Searches of the work tree for `--watch`: below a directory where nothing was found, nothing is looked for until something is saved.

use nestling_files::files::{DirectoryEntry, EntryKind, FileQuery, FileVisitor, Files, ReadError, Walk};
use nestling_files::path::RepoPath;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Files of which parts can be left out when they are walked.
pub(super) trait WalkWhere: Files {
    /// As [`Files::walk`], without the directories below the root that are not wanted, and what is below these.
    fn walk_where(
        &self,
        wants: &dyn Fn(&RepoPath) -> bool,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError>;
}

/// The searches so far, by what they looked for.
#[derive(Default)]
pub(super) struct Searches(RefCell<HashMap<Query, Rc<Searched>>>);

/// A [`FileQuery`] that is kept.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Query {
    marker: Vec<u8>,
    depth: usize,
    collect: Vec<Vec<u8>>,
    collect_links: bool,
    collect_not_below: Option<Vec<u8>>,
}

/// The places where a search found something, or may the next time.
#[derive(Debug, Default, Clone)]
pub(super) struct Searched {
    /// Directories with something in them, and all above them.
    found: HashSet<RepoPath>,
    /// Paths below which anything can be: what was saved since, and what the visitor skipped.
    unknown: HashSet<RepoPath>,
}

impl Searches {
    pub(super) fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// Notes that there can be anything at a path, and below it.
    pub(super) fn forget(&self, path: &RepoPath) {
        for searched in self.0.borrow_mut().values_mut() {
            Rc::make_mut(searched).add_unknown(path);
        }
    }

    /// Searches files, but not where the last search for the same found nothing.
    ///
    /// # Errors
    /// As [`Files::find`].
    pub(super) fn find(
        &self,
        files: &dyn WalkWhere,
        query: &FileQuery<'_>,
        visitor: &mut dyn FileVisitor,
    ) -> Result<(), ReadError> {
        let key = Query::of(query);
        let before = self.0.borrow().get(&key).cloned();
        let mut noting = Noting { visitor, searched: Searched::default() };
        Narrowed { files, depth: query.depth, searched: before.as_deref() }.find(query, &mut noting)?;
        self.0.borrow_mut().insert(key, Rc::new(noting.searched));
        Ok(())
    }
}

impl Query {
    fn of(query: &FileQuery<'_>) -> Self {
        Self {
            marker: query.marker.to_vec(),
            depth: query.depth,
            collect: query.collect.iter().map(|name| name.to_vec()).collect(),
            collect_links: query.collect_links,
            collect_not_below: query.collect_not_below.map(<[u8]>::to_vec),
        }
    }
}

impl Searched {
    fn add(&mut self, directory: &RepoPath) {
        for above in with_those_above(directory) {
            if !self.found.insert(above) {
                return;
            }
        }
    }

    fn add_unknown(&mut self, path: &RepoPath) {
        self.unknown.insert(path.clone());
        self.add(&path.parent().unwrap_or_default());
    }

    /// Returns `true` if something can be in a directory or below it.
    fn wants(&self, directory: &RepoPath) -> bool {
        let is_unknown = || with_those_above(directory).any(|above| self.unknown.contains(&above));
        self.found.contains(directory) || (!self.unknown.is_empty() && is_unknown())
    }
}

fn with_those_above(directory: &RepoPath) -> impl Iterator<Item = RepoPath> {
    std::iter::successors(Some(directory.clone()), RepoPath::parent)
}

/// Files without the directories that a search need not enter.
struct Narrowed<'n> {
    files: &'n dyn WalkWhere,
    /// Directories with at most so many components are visited whatever is in them.
    depth: usize,
    /// The last search for the same.
    searched: Option<&'n Searched>,
}

impl Files for Narrowed<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        self.files.read(path)
    }

    fn read_link(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        self.files.read_link(path)
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        let Some(searched) = self.searched else { return self.files.walk(visit) };
        let depth = |directory: &RepoPath| directory.as_bytes().iter().filter(|byte| **byte == b'/').count();
        // No directory here is the root, which has one component less than its slashes say.
        let is_near = |directory: &RepoPath| depth(directory) < self.depth;
        self.files.walk_where(&|directory| is_near(directory) || searched.wants(directory), visit)
    }
}

/// Notes where a visitor is given something.
struct Noting<'n> {
    visitor: &'n mut dyn FileVisitor,
    searched: Searched,
}

impl FileVisitor for Noting<'_> {
    fn directory(&mut self, directory: &RepoPath, marker: Option<Vec<u8>>) -> Walk {
        if marker.is_some() {
            self.searched.add(directory);
        }
        let walk = self.visitor.directory(directory, marker);
        if walk == Walk::Skip {
            self.searched.add_unknown(directory);
        }
        walk
    }

    fn not_entered(&mut self, path: &RepoPath, kind: EntryKind) {
        self.searched.add(&path.parent().unwrap_or_default());
        self.visitor.not_entered(path, kind);
    }

    fn collect(&mut self, path: &RepoPath, name: usize, bytes: Vec<u8>) {
        self.searched.add(&path.parent().unwrap_or_default());
        self.visitor.collect(path, name, bytes);
    }

    fn link(&mut self, path: &RepoPath, target: Vec<u8>) {
        self.searched.add(&path.parent().unwrap_or_default());
        self.visitor.link(path, target);
    }
}
