//! A tree object, as git stores it: for each entry its mode, a space, its name, a NUL byte and its id.

use super::id::ObjectId;
use super::{GitError, TreeId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    File,
    Executable,
    Symlink,
    Submodule,
    Directory,
}

impl Mode {
    /// Old trees hold modes such as `100664`: git reads them as the nearest of the few that count.
    fn from_octal(digits: &[u8]) -> Option<Self> {
        let mode = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()?;
        match mode & 0o170_000 {
            0o100_000 if mode & 0o100 == 0 => Some(Self::File),
            0o100_000 => Some(Self::Executable),
            0o120_000 => Some(Self::Symlink),
            0o040_000 => Some(Self::Directory),
            0o160_000 => Some(Self::Submodule),
            _ => None,
        }
    }

    /// Whether git calls the change from one to the other a change of type.
    pub(super) fn same_type(self, other: Self) -> bool {
        let plain = |mode| if mode == Self::Executable { Self::File } else { mode };
        plain(self) == plain(other)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TreeEntry<'a> {
    pub(super) name: &'a [u8],
    pub(super) mode: Mode,
    pub(super) id: ObjectId,
}

impl TreeEntry<'_> {
    pub(super) fn is_directory(&self) -> bool {
        self.mode == Mode::Directory
    }
}

#[derive(Debug, thiserror::Error)]
#[error("it is not laid out as a tree")]
struct Malformed;

/// The entries, sorted by name. (Git sorts a folder as if its name ended in a slash.)
pub(super) fn entries<'a>(id: &TreeId, mut raw: &'a [u8]) -> Result<Vec<TreeEntry<'a>>, GitError> {
    let hash = id.0.as_bytes().len();
    let mut entries = Vec::new();
    while !raw.is_empty() {
        let (entry, rest) = first_entry(raw, hash).ok_or_else(|| malformed(id))?;
        entries.push(entry);
        raw = rest;
    }
    entries.sort_by(|a, b| a.name.cmp(b.name));
    Ok(entries)
}

/// What an entry is, as far as finding files needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RawKind {
    File,
    Directory,
    Other,
}

/// An entry as it stands in the tree, nothing of it copied.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawEntry<'a> {
    pub(super) name: &'a [u8],
    pub(super) kind: RawKind,
    pub(super) id: &'a [u8],
}

/// The entry at a place of a tree, and where the next one is; `None` at the end.
pub(super) fn next_entry<'a>(
    id: &TreeId,
    raw: &'a [u8],
    at: usize,
) -> Result<Option<(RawEntry<'a>, usize)>, GitError> {
    let rest = raw.get(at..).unwrap_or_default();
    if rest.is_empty() {
        return Ok(None);
    }
    match first_raw(rest, id.0.as_bytes().len()) {
        Some((entry, rest)) => Ok(Some((entry, raw.len() - rest.len()))),
        None => Err(malformed(id)),
    }
}

/// Visits the entries in git's order, nothing of them copied.
pub(super) fn scan<'a>(
    id: &TreeId,
    raw: &'a [u8],
    visit: &mut dyn FnMut(RawEntry<'a>),
) -> Result<(), GitError> {
    let mut at = 0;
    while let Some((entry, next)) = next_entry(id, raw, at)? {
        visit(entry);
        at = next;
    }
    Ok(())
}

fn malformed(id: &TreeId) -> GitError {
    GitError::Object { what: "tree", id: id.to_string(), source: Malformed.into() }
}

fn first_raw(raw: &[u8], hash: usize) -> Option<(RawEntry<'_>, &[u8])> {
    // Modes have five or six digits in all but very old trees.
    let space = match (raw.get(5), raw.get(6)) {
        (Some(b' '), _) => 5,
        (_, Some(b' ')) => 6,
        _ => raw.iter().position(|b| *b == b' ')?,
    };
    let kind = match &raw[..space] {
        b"40000" => RawKind::Directory,
        b"100644" | b"100755" => RawKind::File,
        mode => match Mode::from_octal(mode)? {
            Mode::File | Mode::Executable => RawKind::File,
            Mode::Directory => RawKind::Directory,
            Mode::Symlink | Mode::Submodule => RawKind::Other,
        },
    };
    let rest = &raw[space + 1..];
    let nul = memchr::memchr(0, rest)?;
    let (name, rest) = (&rest[..nul], &rest[nul + 1..]);
    let (id, rest) = rest.split_at_checked(hash)?;
    Some((RawEntry { name, kind, id }, rest))
}

fn first_entry(raw: &[u8], hash: usize) -> Option<(TreeEntry<'_>, &[u8])> {
    let space = raw.iter().position(|b| *b == b' ')?;
    let (mode, rest) = (Mode::from_octal(&raw[..space])?, &raw[space + 1..]);
    let nul = memchr::memchr(0, rest)?;
    let (name, rest) = (&rest[..nul], &rest[nul + 1..]);
    let (id, rest) = rest.split_at_checked(hash)?;
    Some((TreeEntry { name, mode, id: ObjectId::from_bytes(id)? }, rest))
}
