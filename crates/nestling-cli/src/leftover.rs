//! What an older run has left where this one writes. A runner that does not check out cleans nothing away
//! (<https://docs.gitlab.com/ci/runners/configure_runners/#git-clean-flags>), and what lies there becomes an artifact.

use crate::exit::Failure;
use crate::io::Io;
use anyhow::Context;
use nestling::EmittedFile;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Removes files that this run is going to write, for a job of GitLab: where it fails, it must not publish those of an older
/// one. Only files: links and devices stay what they are.
///
/// # Errors
/// A file cannot be removed.
pub(crate) fn clear(paths: impl IntoIterator<Item = PathBuf>) -> Result<(), Failure> {
    let files = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|there| there.is_file());
    paths.into_iter().filter(files).try_for_each(|path| remove(&path))
}

/// Removes the parts of an older pipeline beside its file, and says so, but for those that have just been written. A part is
/// what has its name and its first line: any other file is somebody else's.
///
/// # Errors
/// The folder cannot be listed, or a part cannot be removed.
pub(crate) fn remove_parts(
    start: &Path,
    output: &Path,
    written: &[&str],
    io: &mut Io,
) -> Result<(), Failure> {
    let parts = parts(&start.join(output), written);
    let parts = parts.with_context(|| format!("cannot look beside `{}`", output.display()));
    for path in parts.map_err(Failure::output)? {
        remove(&path)?;
        let shown = output.with_file_name(path.file_name().unwrap_or_default());
        io.talk(format_args!("removed {}, which an older run has left\n", shown.display()));
    }
    Ok(())
}

fn parts(output: &Path, written: &[&str]) -> std::io::Result<Vec<PathBuf>> {
    let Some(file) = output.file_name().and_then(|name| name.to_str()) else { return Ok(Vec::new()) };
    let Some(folder) = output.parent() else { return Ok(Vec::new()) };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut parts = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let is_old = |name: &str| EmittedFile::is_part_name(name, file) && !written.contains(&name);
        if name.to_str().is_some_and(is_old) && entry.file_type()?.is_file() && begins_as_part(&entry.path())
        {
            parts.push(output.with_file_name(name));
        }
    }
    parts.sort();
    Ok(parts)
}

fn begins_as_part(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(200).read_to_end(&mut start));
    read.is_ok() && EmittedFile::is_part(&String::from_utf8_lossy(&start))
}

fn remove(path: &Path) -> Result<(), Failure> {
    let removed = fs::remove_file(path).with_context(|| format!("cannot remove `{}`", path.display()));
    removed.map_err(Failure::output)
}
