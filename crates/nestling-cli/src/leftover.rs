//! Files of an earlier run. A runner that does not check out does not clean up
//! (<https://docs.gitlab.com/ci/runners/configure_runners/#git-clean-flags>), and leftovers would become artifacts.

use crate::exit::Failure;
use crate::io::Io;
use anyhow::Context;
use nestling::EmittedFile;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Removes the files that this run is going to write, in a GitLab job: if it fails, it must not publish those of an earlier
/// one. Links and devices are kept.
///
/// # Errors
/// A file cannot be removed.
pub(crate) fn clear(paths: impl IntoIterator<Item = PathBuf>) -> Result<(), Failure> {
    for path in paths {
        if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Removes and reports the parts of an earlier pipeline beside its file, but for those that were just written. A part has
/// the name and the first line of one: any other file belongs to somebody else.
///
/// # Errors
/// The directory cannot be listed, or a part cannot be removed.
pub(crate) fn remove_parts(
    start: &Path,
    output: &Path,
    written: &[&str],
    io: &mut Io,
) -> Result<(), Failure> {
    let parts = parts(&start.join(output), written);
    let parts = parts.with_context(|| format!("cannot list the directory of `{}`", output.display()));
    for path in parts.map_err(Failure::output)? {
        remove(&path)?;
        let shown = output.with_file_name(path.file_name().unwrap_or_default());
        io.message(format_args!("removed {} of an earlier run\n", shown.display()));
    }
    Ok(())
}

fn parts(output: &Path, written: &[&str]) -> std::io::Result<Vec<PathBuf>> {
    let Some(file) = output.file_name().and_then(|name| name.to_str()) else { return Ok(Vec::new()) };
    let Some(directory) = output.parent() else { return Ok(Vec::new()) };
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut parts = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let is_old = EmittedFile::is_part_name(name, file) && !written.contains(&name);
        if is_old && entry.file_type()?.is_file() && begins_as_part(&entry.path()) {
            parts.push(output.with_file_name(name));
        }
    }
    parts.sort();
    Ok(parts)
}

fn begins_as_part(path: &Path) -> bool {
    EmittedFile::is_part(&beginning(path))
}

/// Returns `true` if a file begins as a pipeline of Nestling does.
pub(crate) fn is_ours(path: &Path) -> bool {
    beginning(path).starts_with("# Written by Nestling ")
}

/// Kinds of outputs that somebody may have committed, by which a file is known as one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Earlier {
    /// A pipeline, with its comments.
    Pipeline,
    /// A pipeline that may be without comments.
    CompactPipeline,
    /// An HTML page.
    Page,
    /// A file beside a preview.
    Report,
    /// A file that says nothing of who wrote it.
    Unknown,
}

impl Earlier {
    /// Returns `true` if an earlier run wrote the file.
    pub(crate) fn wrote(self, path: &Path) -> bool {
        match self {
            Self::Pipeline => is_ours(path),
            Self::CompactPipeline => is_ours(path) || beginning(path).starts_with("workflow:\n"),
            Self::Page => beginning(path).contains(" · Nestling</title>"),
            Self::Report => Self::Page.wrote(&path.with_file_name("preview.html")),
            Self::Unknown => false,
        }
    }
}

fn beginning(path: &Path) -> String {
    /// Up to the title of a page.
    const LENGTH: u64 = 4096;
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LENGTH).read_to_end(&mut start));
    if read.is_ok() { String::from_utf8_lossy(&start).into_owned() } else { String::new() }
}

fn remove(path: &Path) -> Result<(), Failure> {
    let removed = fs::remove_file(path).with_context(|| format!("cannot remove `{}`", path.display()));
    removed.map_err(Failure::output)
}
