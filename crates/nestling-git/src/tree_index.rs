//! Index of trees: what earlier searches found in them, by their ids. A tree never changes, so a search has to read those alone
//! that no search of the same names has read before.
//!
//! An entry is a tree in git's own format, without what the search passes over: other files, and directories in which there is
//! nothing to find at any depth. The small files that were found lie beside them. Anything odd about an index, and the
//! repository is searched as if there were none.

mod image;
mod file;

use super::id::{IdHasher, ObjectId};
use file::Location;
use image::{Entries, Image, KEY};
use nestling_files::files::FileQuery;
use sha2::{Digest, Sha256};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::path::Path;
use std::rc::Rc;

pub(super) use image::Entry;

/// Version of the format, and of what an entry holds.
const FORMAT: u8 = 1;
/// Fewest new entries that a file is written for: a repository without so many is searched in a moment.
const WORTHWHILE: usize = 256;
/// A file is written again once this share of its entries is new: before that, reading those trees again costs less.
const SHARE: usize = 8;
/// Largest file that is kept, in bytes.
const LARGEST_BLOB: usize = 16 << 10;
/// Largest index, in bytes.
const LARGEST_INDEX: usize = 128 << 20;

/// Use that was made of an index in this process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IndexUse {
    /// Number of directories that were taken from the index.
    pub known: usize,
    /// Number of directories that were read.
    pub read: usize,
}

/// The indexes of a repository, one for each set of names that is searched for.
pub(super) struct TreeIndex {
    location: Location,
    /// Fewest new entries that a file is written for.
    worthwhile: usize,
    images: RefCell<HashMap<[u8; KEY], Option<Rc<Image>>>>,
    used: Cell<IndexUse>,
    /// Reason why it could not be written.
    problem: RefCell<Option<String>>,
}

impl TreeIndex {
    /// The index of the repository whose objects and references are in this directory.
    pub(super) fn new(git_dir: &Path) -> Self {
        Self {
            location: Location::new(git_dir),
            worthwhile: WORTHWHILE,
            images: RefCell::default(),
            used: Cell::default(),
            problem: RefCell::default(),
        }
    }

    /// One that is written for a single new entry.
    #[cfg(test)]
    pub(super) fn eager(git_dir: &Path) -> Self {
        Self { worthwhile: 1, ..Self::new(git_dir) }
    }

    /// Opens the index for a search.
    pub(super) fn open(&self, query: &FileQuery<'_>, hash_length: usize) -> SeenTrees {
        let key = key_of(query, hash_length);
        let mut images = self.images.borrow_mut();
        let read = || self.location.read(&key).and_then(|bytes| Image::read(bytes, &key, hash_length));
        let image = images.entry(key).or_insert_with(|| read().map(Rc::new)).clone();
        SeenTrees { key, image, new: RefCell::default(), used: Cell::default() }
    }

    /// Keeps what a search has read, if it is worth a file.
    pub(super) fn keep(&self, seen: SeenTrees) {
        let (before, now) = (self.used.get(), seen.used.get());
        self.used.set(IndexUse { known: before.known + now.known, read: before.read + now.read });
        let new = seen.new.into_inner();
        let known = seen.image.as_ref().map_or(0, |image| image.len());
        if new.len() < self.worthwhile || new.len() * SHARE < known {
            return;
        }
        let mut entries: Entries<'_> = seen.image.iter().flat_map(|image| image.used_entries()).collect();
        entries.extend(new.iter().map(|(key, bytes)| (*key, &**bytes)));
        let written = Image::write(&entries, &seen.key).filter(|bytes| bytes.len() <= LARGEST_INDEX);
        let Some(bytes) = written else { return };
        // Where nothing can be written, such as in a clone that is read-only, there is no index.
        let problem = self.location.write(&seen.key, &bytes).err();
        *self.problem.borrow_mut() = problem.map(|error| error.to_string());
        let hash_length = entries.keys().next().map_or(0, |(id, _)| id.as_bytes().len());
        let image = Image::read(bytes, &seen.key, hash_length).map(Rc::new);
        self.images.borrow_mut().insert(seen.key, image);
    }

    /// Returns the use that was made of the index so far.
    pub(super) fn used(&self) -> IndexUse {
        self.used.get()
    }

    /// Returns why the index could not be written, if it could not.
    pub(super) fn problem(&self) -> Option<String> {
        self.problem.borrow().clone()
    }
}

/// Entries that are in no file yet.
type NewEntries = HashMap<(ObjectId, Entry), Rc<[u8]>, BuildHasherDefault<IdHasher>>;

/// The trees and files that earlier searches have read, and those that this one reads.
pub(super) struct SeenTrees {
    key: [u8; KEY],
    image: Option<Rc<Image>>,
    new: RefCell<NewEntries>,
    used: Cell<IndexUse>,
}

impl SeenTrees {
    /// Returns what a search has to know of a tree, in the format of trees.
    pub(super) fn tree(&self, id: &ObjectId, kind: Entry) -> Option<Rc<[u8]>> {
        let IndexUse { known, read } = self.used.get();
        if let Some(bytes) = self.written(id, kind) {
            self.used.set(IndexUse { known: known + 1, read });
            return Some(bytes);
        }
        let seen = self.new.borrow().get(&(*id, kind)).cloned();
        self.used.set(IndexUse { known, read: read + usize::from(seen.is_none()) });
        seen
    }

    /// Returns the content of a file.
    pub(super) fn blob(&self, id: &ObjectId) -> Option<Vec<u8>> {
        let written = self.image.as_ref().and_then(|image| image.get(id, Entry::Blob)).map(<[u8]>::to_vec);
        written.or_else(|| self.new.borrow().get(&(*id, Entry::Blob)).map(|bytes| bytes.to_vec()))
    }

    /// Remembers a tree without what a search passes over.
    pub(super) fn note_tree(&self, id: &ObjectId, kind: Entry, bytes: &[u8]) {
        self.new.borrow_mut().insert((*id, kind), bytes.into());
    }

    /// Remembers the content of a file, if it is a small one.
    pub(super) fn note_blob(&self, id: &ObjectId, bytes: &[u8]) {
        if bytes.len() <= LARGEST_BLOB {
            self.new.borrow_mut().insert((*id, Entry::Blob), bytes.into());
        }
    }

    /// Returns an entry of an earlier run.
    fn written(&self, id: &ObjectId, kind: Entry) -> Option<Rc<[u8]>> {
        self.image.as_ref().and_then(|image| image.get(id, kind)).map(Into::into)
    }
}

/// The key of a search. How deep it visits directories in any case is said by the kind of each entry.
fn key_of(query: &FileQuery<'_>, hash_length: usize) -> [u8; KEY] {
    let mut hash = Sha256::new();
    hash.update([FORMAT]);
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update(hash_length.to_be_bytes());
    hash.update([u8::from(query.collect_links)]);
    let names = [query.marker, query.collect_not_below.unwrap_or_default()].into_iter();
    for name in names.chain(query.collect.iter().copied()) {
        hash.update(name.len().to_be_bytes());
        hash.update(name);
    }
    hash.finalize().into()
}
