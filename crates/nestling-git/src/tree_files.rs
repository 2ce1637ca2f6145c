//! The files of a commit.

use super::id::{ObjectId, ObjectIds};
use super::object::ObjectSource;
use super::tree::{self, Mode, NamedEntries, TreeEntry};
use super::tree_index::TreeIndex;
use super::{GitError, TreeId, search};
use nestling_files::files::{
    DirectoryEntry, EntryKind, FileQuery, FileVisitor, Files, ReadError, Walk, is_on_way,
};
use nestling_files::path::RepoPath;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The files of a commit, read from its tree: nothing has to be checked out. Trees are kept once they are read.
pub struct TreeFiles<'r> {
    objects: &'r dyn ObjectSource,
    index: Option<&'r TreeIndex>,
    root: TreeId,
    trees: RefCell<HashMap<TreeId, Rc<NamedEntries>>>,
}

/// A directory: its entries, and its subdirectories with their trees.
type Listing = (Vec<DirectoryEntry>, Vec<(RepoPath, TreeId)>);

impl<'r> TreeFiles<'r> {
    pub(super) fn new(objects: &'r dyn ObjectSource, index: Option<&'r TreeIndex>, root: TreeId) -> Self {
        Self { objects, index, root, trees: RefCell::default() }
    }

    /// Returns `true` if a path is a directory. Nothing is read but the directories above it.
    ///
    /// # Errors
    /// A directory cannot be read.
    pub fn has_directory(&self, path: &RepoPath) -> Result<bool, ReadError> {
        let is_directory = || -> Result<bool, GitError> {
            let Some(Parent { tree, name, .. }) = self.parent(path)? else { return Ok(false) };
            Ok(tree.find(name)?.is_some_and(|entry| entry.is_directory()))
        };
        if path.is_root() { Ok(true) } else { is_directory().map_err(|error| failed(path, error)) }
    }

    fn tree(&self, id: TreeId) -> Result<Rc<NamedEntries>, GitError> {
        if let Some(tree) = self.trees.borrow().get(&id) {
            return Ok(Rc::clone(tree));
        }
        let tree = Rc::new(NamedEntries::new(id, self.objects.tree(&id)?));
        self.trees.borrow_mut().insert(id, Rc::clone(&tree));
        Ok(tree)
    }

    /// In a partial clone: gets the files beside one that have its extension, since templates are read one by one.
    fn prefetch_siblings(&self, directory: &TreeId, raw: &[u8], name: &[u8]) -> Result<(), GitError> {
        if !self.objects.fetches() {
            return Ok(());
        }
        let mut blobs = Vec::new();
        tree::scan(directory, raw, &mut |entry| {
            if entry.mode.is_file() && extension(entry.name) == extension(name) {
                blobs.extend(ObjectId::from_bytes(entry.id));
            }
        })?;
        self.objects.prefetch(&blobs)
    }

    /// In a partial clone: gets all files that a query is for at once.
    fn prefetch_matches(&self, query: &FileQuery<'_>) -> Result<(), GitError> {
        if !self.objects.fetches() {
            return Ok(());
        }
        let is_wanted = |name: &[u8]| name == query.marker || query.collected_as(name).is_some();
        let mut blobs = Vec::new();
        let mut seen = ObjectIds::default();
        let mut open = vec![self.root];
        while let Some(id) = open.pop() {
            if !seen.insert(id.0) {
                continue;
            }
            let tree = self.tree(id)?;
            tree::scan(&id, tree.raw(), &mut |entry| match entry.mode {
                Mode::Directory => open.extend(ObjectId::from_bytes(entry.id).map(TreeId)),
                Mode::File | Mode::Executable if is_wanted(entry.name) => {
                    blobs.extend(ObjectId::from_bytes(entry.id));
                }
                Mode::Symlink if query.collect_links => blobs.extend(ObjectId::from_bytes(entry.id)),
                _ => {}
            })?;
        }
        self.objects.prefetch(&blobs)
    }

    /// Reads the target of a link.
    fn link(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, GitError> {
        let Some(Parent { tree, name, .. }) = self.parent(path)? else { return Ok(None) };
        match tree.find(name)? {
            Some(entry) if entry.mode == Mode::Symlink => self.objects.blob(&entry.id).map(Some),
            _ => Ok(None),
        }
    }

    /// Reads a regular file.
    fn blob(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, GitError> {
        let Some(Parent { directory, tree, name }) = self.parent(path)? else { return Ok(None) };
        match tree.find(name)? {
            Some(entry) if entry.mode.is_file() => {
                self.prefetch_siblings(&directory, tree.raw(), name)?;
                self.objects.blob(&entry.id).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Reads the tree that a path is in, and returns it with the path's last name; `None` where a directory is missing.
    fn parent<'p>(&self, path: &'p RepoPath) -> Result<Option<Parent<'p>>, GitError> {
        let mut directory = self.root;
        let mut names = path.as_bytes().split(|byte| *byte == b'/').peekable();
        while let Some(name) = names.next() {
            let tree = self.tree(directory)?;
            if names.peek().is_none() {
                return Ok(Some(Parent { directory, tree, name }));
            }
            match tree.find(name)? {
                Some(entry) if entry.is_directory() => directory = TreeId(entry.id),
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Reads the entries of a directory, sorted, with the trees of its subdirectories in reverse order.
    fn list(&self, path: &RepoPath, id: TreeId) -> Result<Listing, GitError> {
        let tree = self.tree(id)?;
        let entries = tree::entries(&id, tree.raw())?;
        let directories = entries.iter().rev().filter(|entry| entry.is_directory());
        let directories = directories.map(|entry| (path.child(entry.name), TreeId(entry.id))).collect();
        Ok((entries.iter().map(listed).collect(), directories))
    }
}

/// The tree that an entry is in.
struct Parent<'p> {
    directory: TreeId,
    tree: Rc<NamedEntries>,
    /// The entry's name.
    name: &'p [u8],
}

impl Files for TreeFiles<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        self.blob(path).map_err(|error| failed(path, error))
    }

    fn read_link(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        self.link(path).map_err(|error| failed(path, error))
    }

    fn find(&self, query: &FileQuery<'_>, visitor: &mut dyn FileVisitor) -> Result<(), ReadError> {
        self.prefetch_matches(query).map_err(|error| failed(&RepoPath::root(), error))?;
        // The trees are not kept: most directories are looked at this one time.
        let Some(index) = self.index.filter(|_| !self.objects.fetches()) else {
            return search::search(self.objects, None, self.root, query, visitor);
        };
        let seen = index.open(query, self.root.0.as_bytes().len());
        search::search(self.objects, Some(&seen), self.root, query, visitor)?;
        index.keep(seen);
        Ok(())
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        self.walk_to(&RepoPath::root(), visit)
    }

    fn walk_to(
        &self,
        target: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError> {
        let mut open = vec![(RepoPath::root(), self.root)];
        while let Some((path, id)) = open.pop() {
            let (entries, directories) = self.list(&path, id).map_err(|error| failed(&path, error))?;
            if visit(&path, &entries) == Walk::Descend {
                open.extend(directories.into_iter().filter(|(path, _)| is_on_way(path, target)));
            }
        }
        Ok(())
    }
}

fn failed(path: &RepoPath, error: GitError) -> ReadError {
    ReadError { path: path.clone(), source: error.into() }
}

fn extension(name: &[u8]) -> Option<&[u8]> {
    let dot = name.iter().rposition(|byte| *byte == b'.')?;
    Some(&name[dot..])
}

fn listed(entry: &TreeEntry<'_>) -> DirectoryEntry {
    let kind = match entry.mode {
        Mode::File | Mode::Executable => EntryKind::File,
        Mode::Symlink => EntryKind::Symlink,
        Mode::Submodule => EntryKind::Submodule,
        Mode::Directory => EntryKind::Directory,
    };
    DirectoryEntry { name: entry.name.to_vec(), kind }
}
