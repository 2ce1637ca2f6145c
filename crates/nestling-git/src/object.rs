//! Objects, and the trait of all who read them: packs, loose objects, the system's git, and a partial clone that fetches.
//!
//! libgit2 reads no object: it has no bounds where a pack or a loose object is damaged, and never ends or crashes.

use super::commit::{self, Commit};
use super::id::{ObjectId, Prefix};
use super::{CommitId, GitError, TreeId};
use std::rc::Rc;

/// Largest object that is read into memory by this crate's own readers, in bytes. What is larger is left to git.
pub(super) const LARGEST: usize = 64 << 20;

/// Tags that point to tags that point to tags.
const DEEPEST_TAG: usize = 100;

/// Type of an object, numbered as in packs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Commit = 1,
    Tree = 2,
    Blob = 3,
    Tag = 4,
}

impl Kind {
    /// The type with this number in packs.
    pub(super) fn from_number(number: u8) -> Option<Self> {
        [Self::Commit, Self::Tree, Self::Blob, Self::Tag].into_iter().find(|kind| *kind as u8 == number)
    }

    /// The type of this name, as in loose objects.
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        [Self::Commit, Self::Tree, Self::Blob, Self::Tag]
            .into_iter()
            .find(|kind| kind.name().as_bytes() == name)
    }

    /// Its name, as git writes it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }
}

/// An object with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) kind: Kind,
    pub(super) bytes: Rc<[u8]>,
}

/// Reads objects by their ids.
pub(super) trait ObjectSource {
    /// Reads an object; `None` where this source does not have it.
    ///
    /// # Errors
    /// The object is here and is damaged, or the source cannot be read.
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, GitError>;

    /// Reads an object without fetching it.
    ///
    /// # Errors
    /// As [`ObjectSource::read`].
    fn read_local(&self, id: &ObjectId) -> Result<Option<Object>, GitError> {
        self.read(id)
    }

    /// Returns `true` if the object is here, which says nothing about damage.
    fn contains(&self, id: &ObjectId) -> bool;

    /// Adds the ids that begin with these digits.
    fn with_prefix(&self, prefix: &Prefix, ids: &mut Vec<ObjectId>);

    /// Looks again for what has come since the repository was opened.
    fn refresh(&self) {}

    /// Returns `true` if objects that are not here can be had with [`ObjectSource::prefetch`].
    fn fetches(&self) -> bool {
        false
    }

    /// Gets blobs that are about to be read, where that can be done for many at once.
    fn prefetch(&self, _blobs: &[ObjectId]) -> Result<(), GitError> {
        Ok(())
    }
}

impl dyn ObjectSource + '_ {
    /// Reads a tree as git stores it.
    pub(super) fn tree(&self, id: &TreeId) -> Result<Rc<[u8]>, GitError> {
        of_kind(Kind::Tree, &id.0, self.read(&id.0)?)
    }

    /// Reads the content of a file or the target of a link.
    pub(super) fn blob(&self, id: &ObjectId) -> Result<Vec<u8>, GitError> {
        of_kind(Kind::Blob, id, self.read(id)?).map(|bytes| bytes.to_vec())
    }

    /// Reads a commit, which is never fetched: a shallow clone lacks some on purpose.
    pub(super) fn commit(&self, id: &CommitId) -> Result<Commit, GitError> {
        parsed(id, &of_kind(Kind::Commit, &id.0, self.read_local(&id.0)?)?)
    }

    /// Reads a commit and the first line of its message.
    pub(super) fn commit_with_subject(&self, id: &CommitId) -> Result<(Commit, String), GitError> {
        let bytes = of_kind(Kind::Commit, &id.0, self.read_local(&id.0)?)?;
        Ok((parsed(id, &bytes)?, commit::subject(&bytes)))
    }

    /// Follows tags to a commit; `None` where there is none at the end, or the object is not here.
    pub(super) fn peel(&self, id: &ObjectId) -> Result<Option<CommitId>, GitError> {
        let target = self.target(id)?;
        Ok(target.and_then(|(kind, id)| (kind == Kind::Commit).then_some(CommitId(id))))
    }

    /// Follows tags to what they mark, and returns its type and id; `None` where it is not here.
    pub(super) fn target(&self, id: &ObjectId) -> Result<Option<(Kind, ObjectId)>, GitError> {
        let mut id = *id;
        for _ in 0..DEEPEST_TAG {
            match self.read_local(&id)? {
                Some(object) if object.kind == Kind::Tag => match tagged(&object.bytes) {
                    Some(tagged) => id = tagged,
                    None => return Ok(None),
                },
                object => return Ok(object.map(|object| (object.kind, id))),
            }
        }
        Ok(None)
    }
}

fn parsed(id: &CommitId, bytes: &[u8]) -> Result<Commit, GitError> {
    Commit::parse(bytes).ok_or_else(|| malformed(Kind::Commit, &id.0, "it names no tree".to_owned()))
}

/// The bytes of an object of one type.
fn of_kind(kind: Kind, id: &ObjectId, object: Option<Object>) -> Result<Rc<[u8]>, GitError> {
    match object {
        Some(object) if object.kind == kind => Ok(object.bytes),
        Some(object) => Err(malformed(kind, id, format!("it is a {}", object.kind.name()))),
        None => Err(GitError::Missing { what: kind.name(), id: id.to_string(), fetch: None }),
    }
}

/// The object that a tag marks.
fn tagged(tag: &[u8]) -> Option<ObjectId> {
    let line = tag.split(|byte| *byte == b'\n').next()?;
    ObjectId::from_hex(std::str::from_utf8(line.strip_prefix(b"object ")?).ok()?)
}

fn malformed(kind: Kind, id: &ObjectId, reason: String) -> GitError {
    GitError::Malformed { what: kind.name(), id: id.to_string(), source: reason.into() }
}
