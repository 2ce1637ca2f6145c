//! Finding files by their names in all directories, and how that is done where all of them have to be listed.

use super::{DirectoryEntry, EntryKind, Files, ReadError, Walk};
use crate::path::RepoPath;

/// The names that one walk over all directories looks for.
#[derive(Debug, Clone, Copy)]
pub struct FileQuery<'n> {
    /// Name of the file that marks a directory, such as `nestling.yml`. Each directory that has it is visited.
    pub marker: &'n [u8],
    /// Directories with at most so many components are visited with or without a marker.
    pub depth: usize,
    /// Names of files to collect wherever they are, below directories that a visit skips too. One `*` in a name stands for
    /// any bytes, as in `*.tf`.
    pub collect: &'n [&'n [u8]],
    /// Collects symbolic links as well, with their targets, whatever their names are.
    pub collect_links: bool,
    /// Nothing is collected below directories of this name.
    pub collect_not_below: Option<&'n [u8]>,
}

impl<'n> FileQuery<'n> {
    /// Looks for directories with this marker. Others may be visited too.
    pub fn new(marker: &'n [u8]) -> Self {
        Self { marker, depth: 0, collect: &[], collect_links: false, collect_not_below: None }
    }

    /// Returns `true` if files or links are collected.
    pub fn collects(&self) -> bool {
        self.collect_links || !self.collect.is_empty()
    }

    /// Returns the index of the first name in [`FileQuery::collect`] that a file's name matches.
    pub fn collected_as(&self, file_name: &[u8]) -> Option<usize> {
        self.collect.iter().position(|pattern| *pattern == file_name || matches_star(pattern, file_name))
    }

    /// Returns `true` if nothing is collected below a directory of this name.
    pub fn collects_nothing_below(&self, directory: &[u8]) -> bool {
        self.collect_not_below.is_some_and(|name| name == directory)
    }
}

/// Receives what a [`FileQuery`] finds.
pub trait FileVisitor {
    /// Takes a directory with the bytes of its marker, and decides whether markers are looked for below it.
    fn directory(&mut self, directory: &RepoPath, marker: Option<Vec<u8>>) -> Walk;

    /// Takes a link or a submodule that markers may be behind: a link with the marker's name, and any link or submodule with
    /// at most [`FileQuery::depth`] components.
    fn not_entered(&mut self, _path: &RepoPath, _kind: EntryKind) {}

    /// Takes a file to collect: its path, the index of its name in [`FileQuery::collect`], and its bytes.
    fn collect(&mut self, _path: &RepoPath, _name: usize, _bytes: Vec<u8>) {}

    /// Takes a link to collect, and its target as written.
    fn link(&mut self, _path: &RepoPath, _target: Vec<u8>) {}
}

/// Finds files by listing every directory: [`Files::find`] for those who have no better way.
///
/// # Errors
/// As [`Files::find`].
pub fn find_by_walking(
    files: &(impl Files + ?Sized),
    query: &FileQuery<'_>,
    visitor: &mut dyn FileVisitor,
) -> Result<(), ReadError> {
    let mut finder = Finder { files, query, visitor, skipped: None, left_out: None };
    let mut failure = None;
    files.walk(&mut |directory, entries| {
        if failure.is_some() {
            return Walk::Skip;
        }
        finder.directory(directory, entries).unwrap_or_else(|error| {
            failure = Some(error);
            Walk::Skip
        })
    })?;
    failure.map_or(Ok(()), Err)
}

/// A walk that looks for files. All below a directory follows it at once, so that the last directory of either kind is the
/// one to be in.
struct Finder<'f, F: ?Sized> {
    files: &'f F,
    query: &'f FileQuery<'f>,
    visitor: &'f mut dyn FileVisitor,
    /// The last directory below which the visitor wants no markers.
    skipped: Option<RepoPath>,
    /// The last directory below which nothing is collected.
    left_out: Option<RepoPath>,
}

impl<F: Files + ?Sized> Finder<'_, F> {
    fn directory(&mut self, directory: &RepoPath, entries: &[DirectoryEntry]) -> Result<Walk, ReadError> {
        if self.query.collects_nothing_below(directory.file_name()) && !is_below(&self.left_out, directory) {
            self.left_out = Some(directory.clone());
        }
        let mut wants_marker = !is_below(&self.skipped, directory);
        let collects = self.query.collects() && !is_below(&self.left_out, directory);
        if wants_marker {
            let marker = self.read(directory, entries, self.query.marker)?;
            if self.visitor.directory(directory, marker) == Walk::Skip {
                self.skipped = Some(directory.clone());
                wants_marker = false;
            }
        }
        if wants_marker {
            let is_reached = depth(directory) < self.query.depth;
            for entry in entries {
                let is_marker = entry.kind == EntryKind::Symlink && entry.name == self.query.marker;
                let is_special = matches!(entry.kind, EntryKind::Symlink | EntryKind::Submodule);
                if is_marker || (is_reached && is_special) {
                    self.visitor.not_entered(&directory.child(&entry.name), entry.kind);
                }
            }
        }
        if collects {
            self.collect(directory, entries)?;
        }
        Ok(if wants_marker || collects { Walk::Descend } else { Walk::Skip })
    }

    fn collect(&mut self, directory: &RepoPath, entries: &[DirectoryEntry]) -> Result<(), ReadError> {
        for entry in entries {
            match entry.kind {
                EntryKind::File => {
                    let Some(index) = self.query.collected_as(&entry.name) else { continue };
                    let path = directory.child(&entry.name);
                    if let Some(bytes) = self.files.read(&path)? {
                        self.visitor.collect(&path, index, bytes);
                    }
                }
                EntryKind::Symlink if self.query.collect_links => {
                    let path = directory.child(&entry.name);
                    if let Some(target) = self.files.read_link(&path)? {
                        self.visitor.link(&path, target);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads the regular file of a name in a directory.
    fn read(
        &self,
        directory: &RepoPath,
        entries: &[DirectoryEntry],
        name: &[u8],
    ) -> Result<Option<Vec<u8>>, ReadError> {
        let exists = entries.iter().any(|entry| entry.kind == EntryKind::File && entry.name == name);
        if exists { self.files.read(&directory.child(name)) } else { Ok(None) }
    }
}

/// Returns `true` if a name matches a pattern with a `*`.
fn matches_star(pattern: &[u8], name: &[u8]) -> bool {
    let Some(star) = pattern.iter().position(|byte| *byte == b'*') else { return false };
    let (start, end) = (&pattern[..star], &pattern[star + 1..]);
    name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
}

/// The number of components of a path.
fn depth(path: &RepoPath) -> usize {
    path.as_bytes().split(|byte| *byte == b'/').filter(|name| !name.is_empty()).count()
}

fn is_below(above: &Option<RepoPath>, directory: &RepoPath) -> bool {
    above.as_ref().is_some_and(|above| directory.is_in(above))
}
