//! Writes what is proposed into the root of the work tree: nothing is replaced, and no link is followed.

use super::ignored;
use super::proposed_file::ProposedFile;
use crate::exit::Failure;
use crate::output::replace;
use anyhow::Context as _;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

/// Outcome of writing a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// It is new.
    Wrote,
    /// It existed, and has lines more.
    Added,
    /// It existed, and is as it was.
    Kept,
    /// There is a link by its name, which is not followed, or something else that is not a file.
    NoFile,
}

impl Written {
    /// Returns the word of the report.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Wrote => "wrote",
            Self::Added => "added",
            Self::Kept | Self::NoFile => "kept ",
        }
    }
}

/// Writes the files and `.gitignore`; returns what became of each.
///
/// # Errors
/// A file cannot be written.
pub(crate) fn write(
    root: &Path,
    files: &[ProposedFile],
) -> Result<Vec<(Written, &'static str, &'static str)>, Failure> {
    let mut written = Vec::new();
    for file in files {
        if let Some((directory, _)) = file.path.rsplit_once('/')
            && !make_directory(root, directory)?
        {
            written.push((Written::NoFile, file.path, file.about));
            continue;
        }
        written.push((create(&root.join(file.path), &file.text)?, file.path, file.about));
    }
    let outcome = ignore(&root.join(ignored::FILE))?;
    written.push((outcome, ignored::FILE, "what Nestling writes is not committed"));
    Ok(written)
}

/// Makes a directory and those above it. Returns false if one of them is something else: a link may lead anywhere.
fn make_directory(root: &Path, directory: &str) -> Result<bool, Failure> {
    let mut path = root.to_owned();
    for name in directory.split('/') {
        path.push(name);
        match fs::create_dir(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                if !path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
                    return Ok(false);
                }
            }
            made => made
                .with_context(|| format!("cannot create `{}`", path.display()))
                .map_err(Failure::output)?,
        }
    }
    Ok(true)
}

/// Creates a file, unless there is something by its name: a link is something, wherever it leads.
fn create(path: &Path, text: &str) -> Result<Written, Failure> {
    let write = || match fs::OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| Written::Wrote),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(kept(path)),
        Err(error) => Err(error),
    };
    write().with_context(|| format!("cannot write `{}`", path.display())).map_err(Failure::output)
}

/// Returns how something that exists is kept.
fn kept(path: &Path) -> Written {
    let is_file = path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
    if is_file { Written::Kept } else { Written::NoFile }
}

/// Adds patterns to `.gitignore`. One that is a link, or no text, is kept.
fn ignore(path: &Path) -> Result<Written, Failure> {
    let Ok(metadata) = path.symlink_metadata() else {
        return create(path, &ignored::with_patterns("").unwrap_or_default());
    };
    if !metadata.is_file() {
        return Ok(Written::NoFile);
    }
    let read = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()));
    let Ok(text) = String::from_utf8(read.map_err(Failure::output)?) else { return Ok(Written::Kept) };
    match ignored::with_patterns(&text) {
        Some(changed) => replace(path, &changed).map(|()| Written::Added),
        None => Ok(Written::Kept),
    }
}
