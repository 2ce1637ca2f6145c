//! Writing a file so that whoever reads it sees the old one or the new one, never half of either.

use crate::exit::Failure;
use anyhow::{Context, anyhow};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// What the names of files in the making start with.
pub(crate) const TEMPORARY: &str = ".nestling-";

/// Replaces a file: written beside it, synced, renamed over it. A link stays, and what it leads to is replaced. What is
/// no file, such as `/dev/stdout` or a named pipe, is written to.
///
/// # Errors
/// The folder does not exist or cannot be written to, or the disk is full; the old file stays whole.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let shown = path.strip_prefix(".").unwrap_or(path).display();
    write(path, text).with_context(|| format!("cannot write `{shown}`")).map_err(Failure::output)
}

/// Shows a file in the program that the desktop has for it.
///
/// # Errors
/// There is no such program.
pub(crate) fn open(path: &Path) -> Result<(), Failure> {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        Command::new("explorer")
    } else {
        Command::new("xdg-open")
    };
    let started = command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    started.map(|_| ()).with_context(|| format!("cannot open `{}`", path.display())).map_err(Failure::output)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        let mut stream = std::fs::OpenOptions::new().write(true).open(path)?;
        return Ok(stream.write_all(text.as_bytes())?);
    }
    let behind = path.canonicalize();
    let path = behind.as_deref().unwrap_or(path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What a plain write would give under the usual umask; the runner's helper reads it as another user.
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    let mut file = builder.tempfile_in(folder).map_err(|error| match error.kind() {
        // The error names the temporary file, which says nothing to anyone.
        ErrorKind::NotFound => anyhow!("there is no such folder"),
        kind => io::Error::from(kind).into(),
    })?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
