//! A list of changed paths that somebody else made: `--changes-from`.

mod quoted;
mod porcelain;
mod commits;

pub(super) use commits::is_id;

use super::{Change, Status};
use commits::without_commits;
use nestling_files::path::{PathError, RepoPath, escaped};
use quoted::unquoted;

/// A list of changed paths cannot be read.
///
/// ```
/// use nestling::{ChangeRequest, ChangesError, Error, GivenError, Project, Repository};
/// # let fixture = nestling_git::testing::Fixture::new();
/// # fixture.write("nestling.yml", "workspace: {}");
/// # fixture.commit("a workspace");
/// # let directory = &fixture.root;
///
/// let repository = Repository::discover(directory)?;
/// let request = ChangeRequest::local().changed_paths("api/main.rs\n../outside\n");
/// let error = Project::open(&repository, request)?.changes().unwrap_err();
/// assert!(matches!(error, Error::Changes(ChangesError::Given(GivenError::Path { entry: 2, .. }))));
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GivenError {
    /// A path in it is none.
    #[error("entry {entry} of the list of changed paths cannot be read")]
    Path {
        /// Its number, from 1.
        entry: usize,
        /// Reason for it.
        source: PathError,
    },
    /// A status without the path that belongs to it.
    #[error("entry {entry} of the list of changed paths, `{text}`, is a status without a path")]
    Cut {
        /// Its number, from 1.
        entry: usize,
        /// The text there.
        text: String,
    },
}

/// Reads a list of changed paths: one a line, or each ended by a NUL byte as `git diff -z` writes them, and NUL bytes decide
/// which. What git writes is read: paths in quotes, a status before each path (`--name-status`, `--raw`), of which both paths
/// of a rename count, `git status --porcelain`, and what `git log` writes around the paths of commits. A path without a status counts as modified.
///
/// # Errors
/// An entry is not a path inside the repository, or is cut off.
pub(crate) fn parse_given(list: &[u8]) -> Result<Vec<Change>, GivenError> {
    // Editors and other shells write one before the text.
    let list = list.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(list);
    let mut changes = if list.contains(&0) { separated_by_nul(list)? } else { separated_by_newline(list)? };
    changes.sort_unstable();
    changes.dedup();
    Ok(changes)
}

fn separated_by_newline(list: &[u8]) -> Result<Vec<Change>, GivenError> {
    if let Some(entries) = porcelain::entries(list) {
        return of_porcelain(entries);
    }
    let list = &*without_commits(list);
    let mut changes = Vec::new();
    for (at, line) in list.split(|b| *b == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut fields = line.split(|b| *b == b'\t');
        let first = fields.next().unwrap_or_default();
        match (status_of(first), fields.next()) {
            (Some(letter), Some(path)) => {
                let other = fields.next().map(unquoted);
                push(&mut changes, at, letter, &unquoted(path), other.as_deref())?;
            }
            _ if line.is_empty() => {}
            _ => changes.push(change(at, &unquoted(line), Status::Modified)?),
        }
    }
    Ok(changes)
}

fn of_porcelain(entries: Vec<(usize, porcelain::Entry)>) -> Result<Vec<Change>, GivenError> {
    let mut changes = Vec::with_capacity(entries.len());
    for (at, (letter, path, old)) in entries {
        match old {
            Some(old) => push(&mut changes, at, letter, &old, Some(&path))?,
            None => push(&mut changes, at, letter, &path, None)?,
        }
    }
    Ok(changes)
}

fn separated_by_nul(list: &[u8]) -> Result<Vec<Change>, GivenError> {
    let list = list.strip_suffix(b"\0").unwrap_or(list);
    let mut fields: Vec<&[u8]> = list.split(|b| *b == 0).collect();
    // `git diff-tree -z` writes the commit before its paths.
    if is_id(fields[0]) && fields.get(1).is_some_and(|field| status_of(field).is_some()) {
        fields.remove(0);
    }
    let entries = porcelain::entries_of_fields(&fields).or_else(|| porcelain::entries_of_fields_v2(&fields));
    if let Some(entries) = entries {
        return of_porcelain(entries);
    }
    // A directory may contain a file called `M`: only a list that is statuses throughout is one with statuses.
    if status_of(fields[0]).is_none() {
        let paths = fields.iter().enumerate().filter(|(_, path)| !path.is_empty());
        return paths.map(|(at, path)| change(at, path, Status::Modified)).collect();
    }
    let mut changes = Vec::new();
    let mut at = 0;
    while at < fields.len() {
        let cut = || GivenError::Cut { entry: at + 1, text: escaped(fields[at]) };
        let letter = status_of(fields[at]).ok_or_else(cut)?;
        let path = fields.get(at + 1).ok_or_else(cut)?;
        let other =
            if matches!(letter, b'R' | b'C') { Some(*fields.get(at + 2).ok_or_else(cut)?) } else { None };
        push(&mut changes, at, letter, path, other)?;
        at += if other.is_some() { 3 } else { 2 };
    }
    Ok(changes)
}

/// The letter of a status; renames and copies have a similarity after it, and `--raw` has modes and ids before it.
fn status_of(field: &[u8]) -> Option<u8> {
    let is_raw = field.starts_with(b":");
    let word = if is_raw { field.rsplit(|byte| *byte == b' ').next()? } else { field };
    match word {
        [letter @ (b'A' | b'M' | b'D' | b'T' | b'U' | b'X' | b'B')] => Some(*letter),
        [letter @ (b'R' | b'C' | b'M'), digits @ ..] if digits.iter().all(u8::is_ascii_digit) => {
            Some(*letter)
        }
        _ => None,
    }
}

fn push(
    changes: &mut Vec<Change>,
    at: usize,
    letter: u8,
    path: &[u8],
    other: Option<&[u8]>,
) -> Result<(), GivenError> {
    match (letter, other) {
        (b'R', Some(new)) => {
            changes.push(change(at, path, Status::Deleted)?);
            changes.push(change(at, new, Status::Added)?);
        }
        (b'C', Some(new)) => changes.push(change(at, new, Status::Added)?),
        _ => changes.push(change(at, path, Status::from_letter(letter).unwrap_or(Status::Modified))?),
    }
    Ok(())
}

fn change(at: usize, path: &[u8], status: Status) -> Result<Change, GivenError> {
    let path = RepoPath::parse(path).map_err(|source| GivenError::Path { entry: at + 1, source })?;
    Ok(Change { path, status })
}
