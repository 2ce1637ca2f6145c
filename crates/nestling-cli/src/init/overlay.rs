//! The repository as it would be with the proposed workspace in it.

use nestling::{Files, ReadError, RepoPath};
use nestling_files::files::{DirectoryEntry, EntryKind, Walk};
use std::collections::BTreeMap;

/// Files with one more at the root, or another text of it. Those at the root that are listed are put in the place of others.
pub(super) struct Overlay<'f> {
    pub files: &'f dyn Files,
    pub added: BTreeMap<RepoPath, Vec<u8>>,
}

impl Files for Overlay<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        match self.added.get(path) {
            Some(bytes) => Ok(Some(bytes.clone())),
            None => self.files.read(path),
        }
    }

    fn read_link(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        if self.added.contains_key(path) { Ok(None) } else { self.files.read_link(path) }
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        self.files.walk(&mut |directory, entries| {
            if !directory.is_root() {
                return visit(directory, entries);
            }
            let mut entries = entries.to_vec();
            for path in self.added.keys() {
                entries.retain(|entry| entry.name != path.as_bytes());
                entries.push(DirectoryEntry { name: path.as_bytes().to_vec(), kind: EntryKind::File });
            }
            entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
            visit(directory, &entries)
        })
    }
}
