//! Files below a directory of the disk, wherever it is.

use super::{Entry, EntryKind, Files, ReadError, Walk};
use crate::path::RepoPath;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The files below a directory, which need not be in a repository: an assembly that was synthesized elsewhere. Links
/// are never followed.
#[derive(Debug, Clone)]
pub struct DirectoryFiles {
    root: PathBuf,
}

impl DirectoryFiles {
    /// The files below this directory.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The place of a path, unless the way there leads over a link.
    fn place(&self, path: &RepoPath) -> Option<PathBuf> {
        let mut place = self.root.clone();
        let text = path.as_str()?;
        for part in text.split('/').filter(|part| !part.is_empty()) {
            place.push(part);
            if is_link(&place) {
                return None;
            }
        }
        Some(place)
    }

    fn walk_from(
        &self,
        directory: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[Entry]) -> Walk,
    ) -> Result<(), ReadError> {
        let Some(place) = self.place(directory) else { return Ok(()) };
        let entries = entries(&place).map_err(|error| failed(directory, error))?;
        if visit(directory, &entries) == Walk::Skip {
            return Ok(());
        }
        entries
            .iter()
            .filter(|entry| entry.kind == EntryKind::Directory)
            .try_for_each(|entry| self.walk_from(&directory.child(&entry.name), visit))
    }
}

impl Files for DirectoryFiles {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        let Some(place) = self.place(path).filter(|place| place.is_file()) else { return Ok(None) };
        match std::fs::read(&place) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(path, error)),
        }
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[Entry]) -> Walk) -> Result<(), ReadError> {
        self.walk_from(&RepoPath::root(), visit)
    }
}

fn is_link(place: &Path) -> bool {
    place.symlink_metadata().is_ok_and(|found| found.file_type().is_symlink())
}

fn entries(place: &Path) -> std::io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(place)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let kind = match (kind.is_symlink(), kind.is_dir()) {
            (true, _) => EntryKind::Symlink,
            (_, true) => EntryKind::Directory,
            _ => EntryKind::File,
        };
        entries.push(Entry { name: entry.file_name().into_encoded_bytes(), kind });
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
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        std::fs::write(folder.path().join("a/x"), "1").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path().join("a"), folder.path().join("link")).unwrap();
        let files = DirectoryFiles::new(folder.path());
        assert_eq!(files.read(&path("a/x")).unwrap().as_deref(), Some(&b"1"[..]));
        assert_eq!(files.read(&path("link/x")).unwrap(), None);
        assert_eq!(files.read(&path("a")).unwrap(), None);
        let mut seen = Vec::new();
        files
            .walk(&mut |directory, _| {
                seen.push(directory.to_string());
                Walk::Descend
            })
            .unwrap();
        assert_eq!(seen, ["", "a"]);
    }
}
