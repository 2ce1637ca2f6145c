//! Files below a directory on disk, wherever it is.

use super::{DirectoryEntry, EntryKind, Files, ReadError, Walk, is_on_way};
use crate::path::RepoPath;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The files below a directory, which need not be in a repository: an assembly that was synthesized elsewhere. Links
/// are never followed.
///
/// ```
/// use nestling_files::files::{DirectoryFiles, Files};
/// use nestling_files::path::RepoPath;
///
/// let files = DirectoryFiles::new(env!("CARGO_MANIFEST_DIR"));
/// assert!(files.read(&RepoPath::parse("Cargo.toml")?)?.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct DirectoryFiles {
    root: PathBuf,
}

impl DirectoryFiles {
    /// Reads below this directory.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Location of a path on disk; `None` if a component of it is a link.
    fn locate(&self, path: &RepoPath) -> Option<PathBuf> {
        let mut on_disk = self.root.clone();
        for component in path.as_str()?.split('/').filter(|component| !component.is_empty()) {
            on_disk.push(component);
            if is_link(&on_disk) {
                return None;
            }
        }
        Some(on_disk)
    }

    fn walk_from(
        &self,
        directory: &RepoPath,
        target: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError> {
        let Some(on_disk) = self.locate(directory) else { return Ok(()) };
        let entries = entries(&on_disk).map_err(|error| failed(directory, error))?;
        if visit(directory, &entries) == Walk::Skip {
            return Ok(());
        }
        for entry in entries.iter().filter(|entry| entry.kind == EntryKind::Directory) {
            let child = directory.child(&entry.name);
            if is_on_way(&child, target) {
                self.walk_from(&child, target, visit)?;
            }
        }
        Ok(())
    }
}

impl Files for DirectoryFiles {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        let Some(file) = self.locate(path).filter(|file| file.is_file()) else { return Ok(None) };
        match std::fs::read(&file) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(path, error)),
        }
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        self.walk_to(&RepoPath::root(), visit)
    }

    fn walk_to(
        &self,
        target: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError> {
        self.walk_from(&RepoPath::root(), target, visit)
    }
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.file_type().is_symlink())
}

fn entries(directory: &Path) -> std::io::Result<Vec<DirectoryEntry>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let file_type = entry.file_type()?;
        let kind = if file_type.is_symlink() {
            EntryKind::Symlink
        } else if file_type.is_dir() {
            EntryKind::Directory
        } else {
            EntryKind::File
        };
        entries.push(DirectoryEntry { name: entry.file_name().into_encoded_bytes(), kind });
    }
    entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn failed(path: &RepoPath, error: std::io::Error) -> ReadError {
    ReadError { path: path.clone(), source: Box::new(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::parse(text).unwrap()
    }

    #[test]
    fn files_are_read_and_links_are_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("a")).unwrap();
        std::fs::write(directory.path().join("a/x"), "1").unwrap();
        std::os::unix::fs::symlink(directory.path().join("a"), directory.path().join("link")).unwrap();
        let files = DirectoryFiles::new(directory.path());
        assert_eq!(files.read(&path("a/x")).unwrap().as_deref(), Some(&b"1"[..]));
        assert_eq!(files.read(&path("link/x")).unwrap(), None);
        assert_eq!(files.read(&path("a")).unwrap(), None);
        let mut seen = Vec::new();
        files
            .walk(&mut |path, _| {
                seen.push(path.to_string());
                Walk::Descend
            })
            .unwrap();
        assert_eq!(seen, ["", "a"]);
    }
}
