//! Finding all files of one name in a commit. Every run does this over the whole repository, so nothing is copied,
//! listed or named that is not asked for, and no tree is read twice: one that holds no such file is known by its id.

use super::id::{ObjectId, ObjectIds};
use super::tree::{self, RawKind};
use super::{GitError, TreeId};
use crate::files::{ReadError, Search, Walk};
use crate::path::RepoPath;
use memchr::memmem::Finder;
use std::rc::Rc;

/// Whoever reads trees.
type Read<'r> = dyn Fn(&TreeId) -> Result<Rc<[u8]>, GitError> + 'r;
/// Whoever hears of a directory and of the blob in it, and says whether to go on below.
type Visit<'v> = dyn FnMut(&RepoPath, Option<ObjectId>) -> Result<Walk, GitError> + 'v;

/// A directory on the way from the root to where the search is.
struct Level {
    id: TreeId,
    raw: Rc<[u8]>,
    /// Where in `raw` the entries are that are still to be looked at.
    at: usize,
    /// How long its path is.
    path: usize,
    /// How many files had been found when it was entered.
    found: usize,
}

/// Visits the directories with a file of that name, and all that are not too deep.
pub(super) fn search(
    read: &Read<'_>,
    root: TreeId,
    search: &Search<'_>,
    visit: &mut Visit<'_>,
) -> Result<(), ReadError> {
    let name = Finder::new(search.name);
    let mut searching =
        Searching { read, search, name, visit, path: Vec::new(), found: 0, barren: ObjectIds::default() };
    let run = run(&mut searching, root);
    run.map_err(|source| ReadError { path: RepoPath::from_git(&searching.path), source: source.into() })
}

fn run(searching: &mut Searching<'_, '_, '_>, root: TreeId) -> Result<(), GitError> {
    let search = searching.search;
    let mut levels: Vec<Level> = searching.enter(root, 0)?.into_iter().collect();
    while let Some(level) = levels.last_mut() {
        let Some((entry, at)) = tree::next_entry(&level.id, &level.raw, level.at)? else {
            searching.leave(level);
            levels.pop();
            continue;
        };
        level.at = at;
        if entry.kind != RawKind::Directory || search.leaves_out(entry.name) {
            continue;
        }
        let Some(id) = ObjectId::from_bytes(entry.id) else { continue };
        searching.path.truncate(level.path);
        if level.path > 0 {
            searching.path.push(b'/');
        }
        searching.path.extend_from_slice(entry.name);
        let depth = levels.len();
        levels.extend(searching.enter(TreeId(id), depth)?);
    }
    Ok(())
}

struct Searching<'s, 'r, 'v> {
    read: &'s Read<'r>,
    search: &'s Search<'s>,
    name: Finder<'s>,
    visit: &'s mut Visit<'v>,
    /// The path of the directory that is looked at.
    path: Vec<u8>,
    found: usize,
    /// Trees that hold no such file, however deep.
    barren: ObjectIds,
}

impl Searching<'_, '_, '_> {
    /// The directory to go on in, unless there is nothing to find there.
    fn enter(&mut self, id: TreeId, depth: usize) -> Result<Option<Level>, GitError> {
        let asked_for = depth <= self.search.depth;
        if !asked_for && self.barren.contains(&id.0) {
            return Ok(None);
        }
        let raw = (self.read)(&id)?;
        let file = tree::file_named(&id, &raw, &self.name)?;
        let level = Level { id, raw, at: 0, path: self.path.len(), found: self.found };
        if asked_for || file.is_some() {
            let walk = (self.visit)(&RepoPath::from_git(&self.path), file)?;
            self.found += usize::from(file.is_some() || walk == Walk::Skip);
            if walk == Walk::Skip {
                return Ok(None);
            }
        }
        Ok(Some(level))
    }

    fn leave(&mut self, level: &Level) {
        if level.found == self.found {
            self.barren.insert(level.id.0);
        }
    }
}
