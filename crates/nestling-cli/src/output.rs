//! Atomic writing of files: a reader sees the old file or the new one, never a part of it.

use crate::exit::Failure;
use crate::protected::{leads_outside, target};
use anyhow::{Context, anyhow};
use std::fs::{File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Prefix of the names of temporary files.
pub(crate) const TEMPORARY: &str = ".nestling-";

/// The age of a temporary file that may not be locked yet.
const YOUNG: Duration = Duration::from_millis(200);

/// Replaces a file: writes a temporary file beside it, syncs it and renames it. A link is kept, and its target is replaced. A
/// device or a named pipe, such as `/dev/stdout`, is written to. Directories that are missing are created, but not for the target of
/// a link.
///
/// # Errors
/// The directory cannot be created or written to, or the disk is full. The old file is kept.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    replace_bytes(path, text.as_bytes())
}

/// As [`replace`], for a file that need not be text.
///
/// # Errors
/// As [`replace`].
pub(crate) fn replace_bytes(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let shown = path.strip_prefix(".").unwrap_or(path).display();
    write(path, bytes).with_context(|| format!("cannot write `{shown}`")).map_err(Failure::output)
}

/// Opens a file in the desktop's default program.
///
/// # Errors
/// The program does not exist.
pub(crate) fn open(path: &Path) -> Result<(), Failure> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(program);
    let started = command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    started.map(|_| ()).with_context(|| format!("cannot open `{}`", path.display())).map_err(Failure::output)
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        let mut stream = std::fs::OpenOptions::new().write(true).open(path)?;
        return Ok(stream.write_all(bytes)?);
    }
    if let Some(outside) = leads_outside(path) {
        // Anyone who may commit a link would choose the file that is written, with the rights of this run.
        anyhow::bail!("it is a link to `{}`, outside of the repository", outside.display());
    }
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).context("cannot create the directory")?;
    }
    let path = &target(path);
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    remove_abandoned(directory);
    // The mode of the file that is replaced. Of a new one that of a plain write under the usual umask, not a temporary file's
    // 0600: GitLab Runner's helper reads the file as another user.
    let mode = std::fs::metadata(path).map_or(0o644, |metadata| metadata.permissions().mode() & 0o7777);
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    builder.permissions(Permissions::from_mode(0o600));
    let mut file = builder.tempfile_in(directory).map_err(|error| match error.kind() {
        // The error names the temporary file, which the user does not know.
        ErrorKind::NotFound => anyhow!("the directory does not exist"),
        kind => io::Error::from(kind).into(),
    })?;
    // Held until the end of the run that writes it; where the file system has no locks, nobody removes it.
    let _ = file.as_file().try_lock();
    file.write_all(bytes)?;
    // After the file was made, since a umask would take from it.
    file.as_file().set_permissions(Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Removes the temporary files of runs that were killed: nobody holds their locks.
fn remove_abandoned(directory: &Path) {
    // What cannot be removed stays: it is in nobody's way.
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_temporary = name.to_str().and_then(|name| name.strip_prefix(TEMPORARY)).is_some_and(is_random);
        if !is_temporary || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let file = std::fs::OpenOptions::new().write(true).open(entry.path());
        // One that was made in this moment may not be locked yet.
        let is_young = |file: &File| {
            let age = file
                .metadata()
                .and_then(|metadata| metadata.modified())
                .ok()
                .and_then(|time| time.elapsed().ok());
            age.is_none_or(|age| age < YOUNG)
        };
        if file.is_ok_and(|file| !is_young(&file) && file.try_lock().is_ok()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Returns `true` if the end of a name is as temporary files have it.
fn is_random(end: &str) -> bool {
    end.len() == 6 && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
