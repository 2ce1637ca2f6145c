//! Built-in templates as files that an editor can open: written into the directory for temporary files, for reading.

use nestling::ide::library_template;
use std::fs::{DirBuilder, OpenOptions, read_to_string, rename, symlink_metadata};
use std::io::{Error, ErrorKind, Result, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Prefix of the names of built-in templates.
const PREFIX: &str = "nestling/";

/// Returns the path at which a built-in template is written; `None` for another template.
pub(crate) fn path(template: &str) -> Option<PathBuf> {
    library_template(template)?;
    Some(directory().join(format!("{}.yml", template.strip_prefix(PREFIX)?)))
}

/// Returns the built-in template whose file this is.
pub(crate) fn template(path: &Path) -> Option<String> {
    let name = path.strip_prefix(directory()).ok()?.to_str()?;
    Some(format!("{PREFIX}{}", name.strip_suffix(".yml")?))
}

/// Writes the file of a built-in template, if this is one and the file does not exist yet.
///
/// # Errors
/// The directory cannot be written, or is somebody else's.
pub(crate) fn write(path: &Path) -> Result<()> {
    let Some(text) = template(path).and_then(|name| library_template(&name)) else { return Ok(()) };
    let directory = directory();
    match DirBuilder::new().mode(0o700).create(&directory) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    // The directory above it is everybody's: one that others can write is not ours.
    let metadata = symlink_metadata(&directory)?;
    if !metadata.is_dir() || metadata.mode() & 0o077 != 0 {
        return Err(Error::from(ErrorKind::PermissionDenied));
    }
    if read_to_string(path).is_ok_and(|written| written == text) {
        return Ok(());
    }
    let unfinished = path.with_extension("part");
    // Built-in templates are read-only: a change would have no effect.
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o444).open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    rename(&unfinished, path)
}

/// Removes the files of this process.
pub(crate) fn remove() {
    // A directory that does not exist, or that has files of others, needs no message.
    let _ = std::fs::remove_dir_all(directory());
}

/// Returns the directory of this process.
fn directory() -> PathBuf {
    std::env::temp_dir().join(format!("nestling-templates-{}", std::process::id()))
}
