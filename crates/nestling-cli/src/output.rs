//! Atomic writing of files: a reader sees the old file or the new one, never a part of it.

use crate::exit::Failure;
use anyhow::{Context, anyhow};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// Prefix of the names of temporary files.
pub(crate) const TEMPORARY: &str = ".nestling-";

/// Replaces a file: writes a temporary file beside it, syncs it and renames it. A link is kept, and its target is replaced. A
/// device or a named pipe, such as `/dev/stdout`, is written to.
///
/// # Errors
/// The directory does not exist or cannot be written to, or the disk is full. The old file is kept.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let shown = path.strip_prefix(".").unwrap_or(path).display();
    write(path, text).with_context(|| format!("cannot write `{shown}`")).map_err(Failure::output)
}

/// Opens a file in the desktop's default program.
///
/// # Errors
/// There is no such program.
pub(crate) fn open(path: &Path) -> Result<(), Failure> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(program);
    let started = command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    started.map(|_| ()).with_context(|| format!("cannot open `{}`", path.display())).map_err(Failure::output)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        let mut stream = std::fs::OpenOptions::new().write(true).open(path)?;
        return Ok(stream.write_all(text.as_bytes())?);
    }
    let link_target = path.canonicalize();
    let path = link_target.as_deref().unwrap_or(path);
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    // The mode of a plain write under the usual umask, not a temporary file's 0600: GitLab Runner's helper reads the file as
    // another user.
    builder.permissions(std::fs::Permissions::from_mode(0o644));
    let mut file = builder.tempfile_in(directory).map_err(|error| match error.kind() {
        // The error names the temporary file, which the user does not know.
        ErrorKind::NotFound => anyhow!("there is no such directory"),
        kind => io::Error::from(kind).into(),
    })?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
