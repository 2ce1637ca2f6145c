//! Finding all files of some names in a commit. Every run does this over the whole repository, so nothing is copied,
//! listed or named that is not asked for, and no tree is read twice: one that holds no such file is known by its id.

use super::id::{IdHasher, ObjectId};
use super::tree::{self, Mode};
use super::{GitError, TreeId};
use nestling_files::files::{ReadError, Search, Walk};
use nestling_files::path::RepoPath;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::rc::Rc;

/// Whoever reads trees.
type Read<'r> = dyn Fn(&TreeId) -> Result<Rc<[u8]>, GitError> + 'r;

/// Whoever hears of what is found.
pub(super) trait Hears {
    /// A directory with the blob in it, if there is one; says whether to look for more of that name below.
    fn visit(&mut self, directory: &RepoPath, blob: Option<ObjectId>) -> Result<Walk, GitError>;

    /// A blob of one of the further names.
    fn also(&mut self, directory: &RepoPath, name: usize, blob: ObjectId) -> Result<(), GitError>;
}

/// What is looked for in a directory: the file of the search's name, and those of its further names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sought {
    name: bool,
    also: bool,
}

impl Sought {
    /// Without what another one says.
    fn minus(self, other: Self) -> Self {
        Self { name: self.name && !other.name, also: self.also && !other.also }
    }

    fn is_nothing(self) -> bool {
        !self.name && !self.also
    }
}

/// The file of the search's name, and those of its further names, with which of them each has.
type Blobs = (Option<ObjectId>, Vec<(usize, ObjectId)>);

/// How many files of either kind had been found.
#[derive(Debug, Clone, Copy)]
struct Count {
    name: usize,
    also: usize,
}

/// A directory on the way from the root to where the search is.
struct Level {
    id: TreeId,
    raw: Rc<[u8]>,
    /// Where the directories in it begin, among those that are still to be entered.
    open: usize,
    /// How long its path is.
    path: usize,
    sought: Sought,
    /// What had been found when it was entered.
    found: Count,
}

/// Visits the directories with a file of that name, and all that are not too deep, and tells of those of further names.
pub(super) fn search(
    read: &Read<'_>,
    root: TreeId,
    search: &Search<'_>,
    hears: &mut dyn Hears,
) -> Result<(), ReadError> {
    let mut searching = Searching {
        read,
        search,
        hears,
        path: Vec::new(),
        open: Vec::new(),
        found: Count { name: 0, also: 0 },
        barren: HashMap::default(),
    };
    let run = searching.run(root);
    run.map_err(|source| ReadError { path: RepoPath::from_git(&searching.path), source: source.into() })
}

struct Searching<'s> {
    read: &'s Read<'s>,
    search: &'s Search<'s>,
    hears: &'s mut dyn Hears,
    /// The path of the directory that is looked at.
    path: Vec<u8>,
    /// The directories that are still to be entered, the next one last: where each stands in the tree of its level.
    open: Vec<usize>,
    found: Count,
    /// What trees do not hold, however deep.
    barren: HashMap<ObjectId, Sought, BuildHasherDefault<IdHasher>>,
}

impl Searching<'_> {
    fn run(&mut self, root: TreeId) -> Result<(), GitError> {
        let everything = Sought { name: true, also: !self.search.also.is_empty() };
        let mut levels: Vec<Level> = self.enter(root, 0, everything)?.into_iter().collect();
        while let Some(level) = levels.last() {
            if self.open.len() <= level.open {
                self.leave(level);
                levels.pop();
                continue;
            }
            let Some(at) = self.open.pop() else { break };
            let Some((entry, _)) = tree::next_entry(&level.id, &level.raw, at)? else { continue };
            let mut sought = level.sought;
            sought.also &= !self.search.leaves_out(entry.name);
            let Some(id) = ObjectId::from_bytes(entry.id).filter(|_| !sought.is_nothing()) else { continue };
            self.path.truncate(level.path);
            if level.path > 0 {
                self.path.push(b'/');
            }
            self.path.extend_from_slice(entry.name);
            let depth = levels.len();
            levels.extend(self.enter(TreeId(id), depth, sought)?);
        }
        Ok(())
    }

    /// The directory to go on in, unless there is nothing to find there.
    fn enter(&mut self, id: TreeId, depth: usize, mut sought: Sought) -> Result<Option<Level>, GitError> {
        let asked_for = sought.name && depth <= self.search.depth;
        if !asked_for && self.barren.get(&id.0).is_some_and(|barren| sought.minus(*barren).is_nothing()) {
            return Ok(None);
        }
        let raw = (self.read)(&id)?;
        let (open, found) = (self.open.len(), self.found);
        let (file, further) = self.look(&id, &raw, sought)?;
        if asked_for || file.is_some() || !further.is_empty() {
            let path = RepoPath::from_git(&self.path);
            if asked_for || file.is_some() {
                let walk = self.hears.visit(&path, file)?;
                self.found.name += usize::from(file.is_some() || walk == Walk::Skip);
                sought.name = walk == Walk::Descend;
            }
            self.found.also += further.len();
            for (name, blob) in further {
                self.hears.also(&path, name, blob)?;
            }
        }
        if sought.is_nothing() {
            self.open.truncate(open);
            return Ok(None);
        }
        Ok(Some(Level { id, raw, open, path: self.path.len(), sought, found }))
    }

    /// The files in a tree. Its directories are put down as open.
    fn look(&mut self, id: &TreeId, raw: &[u8], sought: Sought) -> Result<Blobs, GitError> {
        let (mut file, mut further, mut at, open) = (None, Vec::new(), 0, self.open.len());
        while let Some((entry, next)) = tree::next_entry(id, raw, at)? {
            match entry.mode {
                Mode::Directory => self.open.push(at),
                Mode::File | Mode::Executable if entry.name == self.search.name => {
                    file = ObjectId::from_bytes(entry.id).filter(|_| sought.name);
                }
                Mode::File | Mode::Executable if sought.also => {
                    let name = self.search.also.iter().position(|name| *name == entry.name);
                    further.extend(name.zip(ObjectId::from_bytes(entry.id)));
                }
                _ => {}
            }
            at = next;
        }
        self.open[open..].reverse();
        Ok((file, further))
    }

    fn leave(&mut self, level: &Level) {
        let none = Sought {
            name: level.sought.name && level.found.name == self.found.name,
            also: level.sought.also && level.found.also == self.found.also,
        };
        if !none.is_nothing() {
            let known = self.barren.entry(level.id.0).or_insert(none);
            known.name |= none.name;
            known.also |= none.also;
        }
    }
}
