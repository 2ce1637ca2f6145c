//! Files of a repository that are read as a whole: regular ones alone, up to a size that an honest one never has. A file that
//! is a pipe is waited for without end, and one with holes fills the memory with nothing.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// The most bytes of `HEAD` and other references, of `.git` as a file, and of lists of directories.
pub(super) const SMALL: u64 = 1 << 20;
/// The most bytes of a configuration and of a file of patterns.
pub(super) const TEXT: u64 = 16 << 20;
/// The most bytes of the list of commits whose parents were cut off.
pub(super) const SHALLOW: u64 = 64 << 20;
/// The most bytes of an index that libgit2 reads: that of some million files.
pub(super) const INDEX: u64 = 256 << 20;
/// The most bytes of an index that git is asked about.
pub(super) const LARGEST_INDEX: u64 = 2 << 30;
/// The most bytes of packed references: some million.
pub(super) const REFERENCES: u64 = 256 << 20;
/// The most bytes of a pack, and of its index.
pub(super) const PACK: u64 = 64 << 30;

/// Opens a file.
///
/// # Errors
/// It does not exist, is no regular file, is larger, or cannot be opened.
pub(super) fn open(path: &Path, most: u64) -> Result<File> {
    check(path, most)?;
    File::open(path)
}

/// Reads a file.
///
/// # Errors
/// As [`open`].
pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path, most)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Checks a file that others read.
///
/// # Errors
/// As [`open`].
pub(super) fn check(path: &Path, most: u64) -> Result<()> {
    let metadata = path.metadata()?;
    if !metadata.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, "it is not a file"));
    }
    if metadata.len() > most {
        let message = format!("it has {} bytes, and no more than {most} are read", metadata.len());
        return Err(Error::new(ErrorKind::FileTooLarge, message));
    }
    Ok(())
}

/// As [`check`], where no file at all is none that is refused.
///
/// # Errors
/// As [`open`].
pub(super) fn check_if_there(path: &Path, most: u64) -> Result<()> {
    match check(path, most) {
        Err(error) if !matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::FileTooLarge) => Ok(()),
        checked => checked,
    }
}
