//! A tree object, as git stores it: for each entry its mode, a space, its name, a NUL byte and its id.

use super::id::ObjectId;
use super::{GitError, TreeId};
use std::cell::OnceCell;
use std::rc::Rc;

/// Type of an entry, and whether a file is executable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    File,
    Executable,
    Symlink,
    Submodule,
    Directory,
}

impl Mode {
    /// Reads a mode as trees and the index have it. Old trees hold modes such as `100664`: git reads them as the nearest of
    /// the few that count.
    pub(super) fn from_number(mode: u32) -> Option<Self> {
        match mode & 0o170_000 {
            0o100_000 if mode & 0o100 == 0 => Some(Self::File),
            0o100_000 => Some(Self::Executable),
            0o120_000 => Some(Self::Symlink),
            0o040_000 => Some(Self::Directory),
            0o160_000 => Some(Self::Submodule),
            _ => None,
        }
    }

    fn from_octal(digits: &[u8]) -> Option<Self> {
        match digits {
            b"40000" => Some(Self::Directory),
            b"100644" => Some(Self::File),
            b"100755" => Some(Self::Executable),
            _ => Self::from_number(u32::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()?),
        }
    }

    /// Returns `true` for a regular file.
    pub(super) fn is_file(self) -> bool {
        matches!(self, Self::File | Self::Executable)
    }

    /// Returns true where git calls the change from one to the other no change of type. A submodule on disk is a directory.
    pub(super) fn same_type(self, other: Self) -> bool {
        self.plain() == other.plain()
    }

    fn plain(self) -> Self {
        match self {
            Self::Executable => Self::File,
            Self::Directory => Self::Submodule,
            plain => plain,
        }
    }
}

/// An entry with its id.
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

/// An entry as it is in the tree: every run looks at all entries of a repository, and needs the ids of few.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawEntry<'a> {
    pub(super) name: &'a [u8],
    pub(super) mode: Mode,
    pub(super) id: &'a [u8],
}

impl<'a> RawEntry<'a> {
    fn with_id(self) -> Option<TreeEntry<'a>> {
        Some(TreeEntry { name: self.name, mode: self.mode, id: ObjectId::from_bytes(self.id)? })
    }
}

#[derive(Debug, thiserror::Error)]
#[error("it is not laid out as a tree")]
struct NotATree;

/// The entries, sorted by name. (Git sorts a directory as if its name ended in a slash.)
pub(super) fn entries<'a>(id: &TreeId, raw: &'a [u8]) -> Result<Vec<TreeEntry<'a>>, GitError> {
    let mut entries = Vec::new();
    scan(id, raw, &mut |entry| entries.extend(entry.with_id()))?;
    entries.sort_by(|a, b| a.name.cmp(b.name));
    Ok(entries)
}

/// Finds the entry of a name.
pub(super) fn find_entry<'a>(
    id: &TreeId,
    raw: &'a [u8],
    name: &[u8],
) -> Result<Option<TreeEntry<'a>>, GitError> {
    let mut offset = 0;
    while let Some((entry, next)) = next_entry(id, raw, offset)? {
        if entry.name == name {
            return Ok(entry.with_id());
        }
        offset = next;
    }
    Ok(None)
}

/// Reads the entry at an offset, and returns it with the offset of the next one; `None` at the end.
pub(super) fn next_entry<'a>(
    id: &TreeId,
    raw: &'a [u8],
    offset: usize,
) -> Result<Option<(RawEntry<'a>, usize)>, GitError> {
    let rest = raw.get(offset..).unwrap_or_default();
    if rest.is_empty() {
        return Ok(None);
    }
    match first_entry(rest, id.0.as_bytes().len()) {
        Some((entry, rest)) => Ok(Some((entry, raw.len() - rest.len()))),
        None => Err(malformed(id)),
    }
}

/// A tree whose entries are looked up by name, again and again. The first look-up sorts them.
pub(super) struct NamedEntries {
    id: TreeId,
    raw: Rc<[u8]>,
    /// Offsets of the entries, by name.
    offsets: OnceCell<Vec<usize>>,
}

impl NamedEntries {
    pub(super) fn new(id: TreeId, raw: Rc<[u8]>) -> Self {
        Self { id, raw, offsets: OnceCell::new() }
    }

    /// Returns the tree as git stores it.
    pub(super) fn raw(&self) -> &Rc<[u8]> {
        &self.raw
    }

    /// Finds the entry of a name.
    pub(super) fn find(&self, name: &[u8]) -> Result<Option<TreeEntry<'_>>, GitError> {
        if self.offsets.get().is_none() {
            let _ = self.offsets.set(self.sorted()?);
        }
        let offsets = self.offsets.get().map(Vec::as_slice).unwrap_or_default();
        let position = offsets.partition_point(|offset| self.name(*offset) < name);
        let Some(offset) = offsets.get(position) else { return Ok(None) };
        let entry = next_entry(&self.id, &self.raw, *offset)?;
        Ok(entry.filter(|(entry, _)| entry.name == name).and_then(|(entry, _)| entry.with_id()))
    }

    fn sorted(&self) -> Result<Vec<usize>, GitError> {
        let (mut offsets, mut offset) = (Vec::new(), 0);
        while let Some((_, next)) = next_entry(&self.id, &self.raw, offset)? {
            offsets.push(offset);
            offset = next;
        }
        offsets.sort_by(|a, b| self.name(*a).cmp(self.name(*b)));
        Ok(offsets)
    }

    /// Returns the name of the entry at an offset where there is one.
    fn name(&self, offset: usize) -> &[u8] {
        match next_entry(&self.id, &self.raw, offset) {
            Ok(Some((entry, _))) => entry.name,
            _ => &[],
        }
    }
}

/// Visits the entries in git's order.
pub(super) fn scan<'a>(
    id: &TreeId,
    raw: &'a [u8],
    visit: &mut dyn FnMut(RawEntry<'a>),
) -> Result<(), GitError> {
    let mut offset = 0;
    while let Some((entry, next)) = next_entry(id, raw, offset)? {
        visit(entry);
        offset = next;
    }
    Ok(())
}

/// Writes an entry as it is in trees.
pub(super) fn write_entry(entry: &RawEntry<'_>, raw: &mut Vec<u8>) {
    let mode: &[u8] = match entry.mode {
        Mode::File => b"100644",
        Mode::Executable => b"100755",
        Mode::Symlink => b"120000",
        Mode::Submodule => b"160000",
        Mode::Directory => b"40000",
    };
    for part in [mode, b" ", entry.name, b"\0", entry.id] {
        raw.extend_from_slice(part);
    }
}

fn malformed(id: &TreeId) -> GitError {
    GitError::Malformed { what: "tree", id: id.to_string(), source: NotATree.into() }
}

fn first_entry(raw: &[u8], hash_length: usize) -> Option<(RawEntry<'_>, &[u8])> {
    // Modes have five or six digits in all but very old trees.
    let space = match (raw.get(5), raw.get(6)) {
        (Some(b' '), _) => 5,
        (_, Some(b' ')) => 6,
        _ => raw.iter().position(|byte| *byte == b' ')?,
    };
    let mode = Mode::from_octal(&raw[..space])?;
    let rest = &raw[space + 1..];
    let name_end = memchr::memchr(0, rest)?;
    let (name, rest) = (&rest[..name_end], &rest[name_end + 1..]);
    let (id, rest) = rest.split_at_checked(hash_length)?;
    Some((RawEntry { name, mode, id }, rest))
}
