//! Files in memory.

use super::{DirectoryEntry, EntryKind, Files, ReadError, Walk, is_on_way};
use crate::path::RepoPath;
use std::collections::BTreeMap;

/// Files in memory, for tests and for rendering a template without a repository.
///
/// ```
/// use nestling_files::files::{Files, MemoryFiles};
/// use nestling_files::path::RepoPath;
///
/// let files = MemoryFiles::new([("api/main.rs", "fn main() {}")]);
/// assert!(files.read(&RepoPath::parse("api/main.rs")?)?.is_some());
/// assert_eq!(files.read(&RepoPath::parse("api")?)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    files: BTreeMap<RepoPath, Vec<u8>>,
}

impl MemoryFiles {
    /// Files by path. What is not a path inside a repository is left out.
    pub fn new<P: AsRef<[u8]>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, B)>) -> Self {
        let parsed =
            files.into_iter().filter_map(|(path, bytes)| Some((RepoPath::parse(path).ok()?, bytes.into())));
        Self { files: parsed.collect() }
    }

    fn entries(&self, directory: &RepoPath) -> Vec<DirectoryEntry> {
        let mut entries: Vec<DirectoryEntry> = Vec::new();
        // From the slash on: `a-b` comes between `a` and `a/b`, and all that is in `a` comes together.
        for (path, _) in self.files.range(directory.child(b"")..) {
            let Some(rest) = path.relative_to(directory) else { break };
            let mut components = rest.splitn(2, |byte| *byte == b'/');
            let name = components.next().unwrap_or_default();
            let kind = if components.next().is_some() { EntryKind::Directory } else { EntryKind::File };
            if entries.last().is_none_or(|last| last.name != name) {
                entries.push(DirectoryEntry { name: name.to_vec(), kind });
            }
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        entries.dedup();
        entries
    }

    fn walk_from(
        &self,
        directory: &RepoPath,
        target: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) {
        let entries = self.entries(directory);
        if visit(directory, &entries) == Walk::Skip {
            return;
        }
        for entry in entries.iter().filter(|entry| entry.kind == EntryKind::Directory) {
            let child = directory.child(&entry.name);
            if is_on_way(&child, target) {
                self.walk_from(&child, target, visit);
            }
        }
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.files.get(path).cloned())
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        self.walk_to(&RepoPath::root(), visit)
    }

    fn walk_to(
        &self,
        target: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError> {
        self.walk_from(&RepoPath::root(), target, visit);
        Ok(())
    }
}
