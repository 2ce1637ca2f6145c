//! Workspaces of package managers: the lists that say which directories are their members and which are not.

mod pattern;
mod node;
mod cargo;
mod go;
mod python;
mod maven;
mod gradle;
mod dotnet;

use super::inventory::Inventory;
use super::kinds::Kind;
use super::text::text_of;
use nestling::{Files, ReadError, RepoPath};
use std::collections::BTreeSet;

/// A list of members in a file.
#[derive(Debug)]
pub(super) struct List {
    /// The id of the kind that its members are of.
    pub kind: &'static str,
    /// The noun of the report.
    pub noun: &'static str,
    /// The directory that its paths start from.
    pub dir: RepoPath,
    /// The file that has the list.
    pub file: RepoPath,
    /// Members, without the root.
    pub members: BTreeSet<RepoPath>,
    /// Directories that it names as none of its members.
    pub excluded: BTreeSet<RepoPath>,
    /// True if a program computes more members than can be read from its text.
    pub is_open: bool,
}

/// Relation of a directory to the list above it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Standing<'l> {
    /// No list is at the directory or above it.
    Free,
    /// The list's own directory.
    Root(&'l List),
    /// A member.
    Member(&'l List),
    /// Left out by name.
    Excluded(&'l List),
    /// In the list's directory, and not in the list.
    Unlisted(&'l List),
}

/// A file that cannot be read, with the reason.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub path: RepoPath,
    pub reason: String,
}

/// Reads files for the lists, and keeps what is wrong with them.
pub(super) struct Reader<'f> {
    pub files: &'f dyn Files,
    pub inventory: &'f Inventory,
    pub unreadable: Vec<Unreadable>,
}

impl Reader<'_> {
    /// Reads a file as text; empty if it is missing.
    fn text(&self, path: &RepoPath) -> Result<String, ReadError> {
        Ok(text_of(self.files, path)?.unwrap_or_default())
    }

    /// Reads and parses a file. `None` if it is missing or invalid; the latter is kept.
    fn parsed<T>(
        &mut self,
        path: &RepoPath,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ReadError> {
        if !self.inventory.is_file(path) {
            return Ok(None);
        }
        let text = self.text(path)?;
        Ok(match parse(&text) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.unreadable.push(Unreadable { path: path.clone(), reason });
                None
            }
        })
    }

    /// Returns the directories with a file of this name.
    fn directories_with(&self, name: &str) -> Vec<RepoPath> {
        let having = self.inventory.directories.iter().filter(|(_, directory)| directory.has(name));
        having.map(|(dir, _)| dir.clone()).collect()
    }
}

/// Reads all lists of the repository.
///
/// # Errors
/// A file cannot be read from disk.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<List>, ReadError> {
    let mut lists = node::read(reader)?;
    lists.extend(cargo::read(reader)?);
    lists.extend(go::read(reader)?);
    lists.extend(python::read(reader)?);
    lists.extend(maven::read(reader)?);
    lists.extend(gradle::read(reader)?);
    lists.extend(dotnet::read(reader)?);
    reader.unreadable.sort_by(|a, b| a.path.cmp(&b.path));
    reader.unreadable.dedup_by(|a, b| a.path == b.path);
    Ok(lists)
}

/// Returns how a directory with a project of a kind relates to the nearest list above it.
pub(super) fn standing<'l>(lists: &'l [List], kind: &Kind, dir: &RepoPath) -> Standing<'l> {
    let of_kind = || lists.iter().filter(|list| list.kind == kind.id);
    if let Some(list) = of_kind().find(|list| list.members.contains(dir)) {
        return Standing::Member(list);
    }
    let above = of_kind().filter(|list| dir.is_in(&list.dir) || list.dir.is_root());
    let nearest = above.max_by_key(|list| list.dir.as_bytes().len());
    match nearest {
        None => Standing::Free,
        Some(list) if list.dir == *dir => Standing::Root(list),
        Some(list) if list.excluded.iter().any(|left_out| dir == left_out || dir.is_in(left_out)) => {
            Standing::Excluded(list)
        }
        Some(list) if list.is_open => Standing::Member(list),
        Some(list) => Standing::Unlisted(list),
    }
}
