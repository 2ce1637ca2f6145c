//! The file of an index, in the directory `nestling` of the git directory.

use super::image::KEY;
use crate::bounded;
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, Metadata, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Most indexes of a repository: one for each set of names that is searched for. The oldest gives way to a new one.
const FILES: usize = 4;
/// Permissions of others than the owner to write.
const WRITABLE_BY_OTHERS: u32 = 0o022;
/// Permissions of the directory and of a file, whatever the process gives to new files: jobs in containers often run with
/// `umask 0000`.
const OF_DIRECTORY: u32 = 0o755;
const OF_FILE: u32 = 0o644;

/// Directory of a repository's indexes.
pub(super) struct Location {
    git_dir: PathBuf,
    directory: PathBuf,
}

impl Location {
    pub(super) fn new(git_dir: &Path) -> Self {
        Self { git_dir: git_dir.to_owned(), directory: git_dir.join("nestling") }
    }

    /// Reads the index of a key; `None` where there is none, or others than the repository's owner can have written it.
    pub(super) fn read(&self, key: &[u8; KEY]) -> Option<Vec<u8>> {
        let path = self.path(key);
        let owner = fs::metadata(&self.git_dir).ok()?.uid();
        let is_own = |metadata: Metadata| {
            metadata.uid() == owner && metadata.mode() & WRITABLE_BY_OTHERS == 0 && !metadata.is_symlink()
        };
        let are_own = [&self.directory, &path].map(|path| fs::symlink_metadata(path).is_ok_and(is_own));
        if are_own != [true, true] {
            return None;
        }
        bounded::read(&path, super::LARGEST_INDEX as u64).ok()
    }

    /// Writes the index of a key as a whole: who reads it meanwhile reads the one before.
    ///
    /// # Errors
    /// The directory cannot be written, or is none of the user's own.
    pub(super) fn write(&self, key: &[u8; KEY], bytes: &[u8]) -> io::Result<()> {
        let path = self.path(key);
        self.make_directory()?;
        self.make_room(&path)?;
        let unfinished = path.with_extension(std::process::id().to_string());
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(OF_FILE)
            .open(&unfinished)
            .and_then(|mut file| file.write_all(bytes))
            .and_then(|()| fs::rename(&unfinished, &path));
        if written.is_err() {
            // It may be left from a process of the same number that was killed.
            let _ = fs::remove_file(&unfinished);
        }
        written
    }

    /// Makes the directory, or takes from others the permission to write it. Nothing is written through a link.
    fn make_directory(&self) -> io::Result<()> {
        match DirBuilder::new().mode(OF_DIRECTORY).create(&self.directory) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let metadata = fs::symlink_metadata(&self.directory)?;
        if !metadata.is_dir() {
            let message = format!("{} is not a directory", self.directory.display());
            return Err(io::Error::new(io::ErrorKind::NotADirectory, message));
        }
        if metadata.mode() & WRITABLE_BY_OTHERS != 0 {
            fs::set_permissions(&self.directory, Permissions::from_mode(OF_DIRECTORY))?;
        }
        Ok(())
    }

    /// Removes the oldest of the other files until there is room for this one.
    fn make_room(&self, path: &Path) -> io::Result<()> {
        let others = fs::read_dir(&self.directory)?.filter_map(Result::ok).filter(|file| file.path() != path);
        let mut others: Vec<_> =
            others.filter_map(|file| Some((file.metadata().ok()?.modified().ok()?, file.path()))).collect();
        others.sort();
        let excess = (others.len() + 1).saturating_sub(FILES);
        others.iter().take(excess).try_for_each(|(_, path)| fs::remove_file(path))
    }

    fn path(&self, key: &[u8; KEY]) -> PathBuf {
        let mut name = "index-".to_owned();
        for byte in &key[..8] {
            let _ = write!(name, "{byte:02x}");
        }
        self.directory.join(name)
    }
}
