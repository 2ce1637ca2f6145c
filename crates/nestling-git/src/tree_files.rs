//! The files of a commit.

use super::id::{ObjectId, ObjectIds};
use super::object::ObjectSource;
use super::tree::{self, Mode, TreeEntry};
use super::{GitError, TreeId, search};
use nestling_files::files::{Also, Entry, EntryKind, Files, ReadError, Search, Visit, Walk};
use nestling_files::path::RepoPath;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The files of a commit, read from its tree: nothing has to be checked out. Trees are kept once they are read.
pub struct TreeFiles<'r> {
    objects: &'r dyn ObjectSource,
    root: TreeId,
    trees: RefCell<HashMap<TreeId, Rc<[u8]>>>,
}

impl<'r> TreeFiles<'r> {
    pub(super) fn new(objects: &'r dyn ObjectSource, root: TreeId) -> Self {
        Self { objects, root, trees: RefCell::default() }
    }

    fn tree(&self, id: TreeId) -> Result<Rc<[u8]>, GitError> {
        if let Some(tree) = self.trees.borrow().get(&id) {
            return Ok(Rc::clone(tree));
        }
        let tree = self.objects.tree(&id)?;
        self.trees.borrow_mut().insert(id, Rc::clone(&tree));
        Ok(tree)
    }

    /// In a partial clone: gets the files beside this one that look like it, since templates are read one by one.
    fn prefetch_siblings(&self, folder: &TreeId, raw: &[u8], name: &[u8]) -> Result<(), GitError> {
        if !self.objects.fetches() {
            return Ok(());
        }
        let ending = |name: &[u8]| name.iter().rposition(|byte| *byte == b'.').map(|at| name[at..].to_vec());
        let (mut blobs, wanted) = (Vec::new(), ending(name));
        tree::scan(folder, raw, &mut |entry| {
            if entry.mode.is_file() && ending(entry.name) == wanted {
                blobs.extend(ObjectId::from_bytes(entry.id));
            }
        })?;
        self.objects.prefetch(&blobs)
    }

    /// In a partial clone: gets all files that a search is for at once.
    fn prefetch_named(&self, search: &Search<'_>) -> Result<(), GitError> {
        if !self.objects.fetches() {
            return Ok(());
        }
        let names: Vec<&[u8]> = std::iter::once(search.name).chain(search.also.iter().copied()).collect();
        let (mut blobs, mut open, mut seen) = (Vec::new(), vec![self.root], ObjectIds::default());
        while let Some(id) = open.pop() {
            if !seen.insert(id.0) {
                continue;
            }
            let raw = self.tree(id)?;
            tree::scan(&id, &raw, &mut |entry| match entry.mode {
                Mode::Directory => open.extend(ObjectId::from_bytes(entry.id).map(TreeId)),
                Mode::File | Mode::Executable if names.contains(&entry.name) => {
                    blobs.extend(ObjectId::from_bytes(entry.id));
                }
                _ => {}
            })?;
        }
        self.objects.prefetch(&blobs)
    }

    /// The blob of a regular file.
    fn find(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, GitError> {
        let mut folder = self.root;
        let mut names = path.as_bytes().split(|b| *b == b'/').peekable();
        while let Some(name) = names.next() {
            let raw = self.tree(folder)?;
            let entry = tree::find_entry(&folder, &raw, name)?;
            match (entry, names.peek()) {
                (Some(entry), Some(_)) if entry.is_directory() => folder = TreeId(entry.id),
                (Some(entry), None) if entry.mode.is_file() => {
                    self.prefetch_siblings(&folder, &raw, name)?;
                    return self.objects.blob(&entry.id).map(Some);
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }
}

impl Files for TreeFiles<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        self.find(path).map_err(|source| ReadError { path: path.clone(), source: source.into() })
    }

    fn find(&self, search: &Search<'_>, visit: &mut Visit<'_>, also: &mut Also<'_>) -> Result<(), ReadError> {
        let prefetched = self.prefetch_named(search);
        prefetched.map_err(|source| ReadError { path: RepoPath::root(), source: source.into() })?;
        // The trees are not kept: most folders are looked at this one time.
        let read = |id: &TreeId| self.objects.tree(id);
        search::search(&read, self.root, search, &mut Bytes { objects: self.objects, visit, also })
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[Entry]) -> Walk) -> Result<(), ReadError> {
        let mut open = vec![(RepoPath::root(), self.root)];
        while let Some((path, id)) = open.pop() {
            let failed = |source: GitError| ReadError { path: path.clone(), source: source.into() };
            let raw = self.tree(id).map_err(failed)?;
            let entries = tree::entries(&id, &raw).map_err(failed)?;
            let shown: Vec<Entry> = entries.iter().map(shown).collect();
            if visit(&path, &shown) == Walk::Descend {
                let folders = entries.iter().rev().filter(|entry| entry.is_directory());
                open.extend(folders.map(|entry| (path.child(entry.name), TreeId(entry.id))));
            }
        }
        Ok(())
    }
}

/// Reads the blobs that are found, for whoever wants bytes.
struct Bytes<'b, 'v, 'w> {
    objects: &'b dyn ObjectSource,
    visit: &'b mut Visit<'v>,
    also: &'b mut Also<'w>,
}

impl search::Hears for Bytes<'_, '_, '_> {
    fn visit(&mut self, directory: &RepoPath, blob: Option<ObjectId>) -> Result<Walk, GitError> {
        let bytes = blob.map(|id| self.objects.blob(&id)).transpose()?;
        Ok((self.visit)(directory, bytes))
    }

    fn also(&mut self, directory: &RepoPath, name: usize, blob: ObjectId) -> Result<(), GitError> {
        (self.also)(directory, name, self.objects.blob(&blob)?);
        Ok(())
    }
}

fn shown(entry: &TreeEntry<'_>) -> Entry {
    let kind = match entry.mode {
        Mode::File | Mode::Executable => EntryKind::File,
        Mode::Symlink => EntryKind::Symlink,
        Mode::Submodule => EntryKind::Submodule,
        Mode::Directory => EntryKind::Directory,
    };
    Entry { name: entry.name.to_vec(), kind }
}
