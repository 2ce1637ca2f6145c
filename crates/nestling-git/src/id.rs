//! Ids of objects: hashes of their content.

use super::GitError;
use super::entry_mode::EntryMode;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// The hash of an object: 20 bytes of SHA-1, or 32 of SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ObjectId {
    length: u8,
    bytes: [u8; 32],
}

impl ObjectId {
    /// The id with these bytes; `None` if there are not 20 or 32.
    pub(super) fn from_bytes(id: &[u8]) -> Option<Self> {
        let length = u8::try_from(id.len()).ok().filter(|length| matches!(length, 20 | 32))?;
        let mut bytes = [0; 32];
        bytes[..id.len()].copy_from_slice(id);
        Some(Self { length, bytes })
    }

    /// Reads all 40 or 64 hexadecimal digits.
    pub(super) fn from_hex(hex: &str) -> Option<Self> {
        let length = match hex.len() {
            40 => 20,
            64 => 32,
            _ => return None,
        };
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self { length, bytes })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

fn digit(hex: u8) -> Option<u8> {
    char::from(hex).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An id is a hash already: eight bytes of it are as good as any hash of all.
impl Hash for ObjectId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from_le_bytes(std::array::from_fn(|position| self.bytes[position])));
    }
}

/// The first digits of an id, as people abbreviate it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prefix {
    digits: String,
}

impl Prefix {
    /// Fewest digits that are taken for an id, as git has it.
    const SHORTEST: usize = 4;

    /// Reads hexadecimal digits; `None` for anything else.
    pub(super) fn parse(digits: &str) -> Option<Self> {
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let is_long = digits.len() >= Self::SHORTEST;
        (is_hex && is_long).then(|| Self { digits: digits.to_ascii_lowercase() })
    }

    pub(super) fn digits(&self) -> &str {
        &self.digits
    }

    /// The first byte of all ids that it can mean.
    pub(super) fn first_byte(&self) -> u8 {
        self.digits.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or(0)
    }

    pub(super) fn matches(&self, id: &ObjectId) -> bool {
        id.to_string().starts_with(&self.digits)
    }
}

/// A set of objects.
pub(super) type ObjectIds = HashSet<ObjectId, BuildHasherDefault<IdHasher>>;

/// Passes on what an id gives for its hash.
#[derive(Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The id of a commit.
///
/// ```
/// use nestling_git::CommitId;
///
/// let commit = CommitId::parse("8164348b5a6d1e0f3c2b9a7d4e5f60718293a4b5").expect("forty digits");
/// assert_eq!(commit.short(), "8164348b");
/// // `CI_COMMIT_BEFORE_SHA` of a branch's first pipeline.
/// assert_eq!(CommitId::parse("0000000000000000000000000000000000000000"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(pub(super) ObjectId);

/// The id of a tree: the same files give the same id.
///
/// The example of [the crate](crate) compares two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeId(pub(super) ObjectId);

impl CommitId {
    /// Reads a whole id, as CI variables hold it. Returns `None` for anything else, and for the zeros that mean "none".
    pub fn parse(id: &str) -> Option<Self> {
        if id.bytes().all(|digit| digit == b'0') { None } else { ObjectId::from_hex(id).map(Self) }
    }

    /// Returns the first eight digits, for a person.
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

impl TreeId {
    /// Returns the bytes of the id.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Returns the id of the tree with these entries, in git's order: their names, types and ids. The ids say which hash it is.
    /// No object is written.
    ///
    /// ```
    /// use nestling_git::{EntryMode, GitRepository, TreeId, Trust};
    /// # let fixture = nestling_git::testing::Fixture::new();
    /// # fixture.write("a", "1");
    /// # fixture.write("b/c", "2");
    /// # let commit = fixture.commit("one");
    /// # let directory = &fixture.root;
    ///
    /// let repository = GitRepository::discover(directory, &Trust::Owner)?;
    /// let tree = repository.tree_of(&commit)?;
    /// let mut entries = Vec::new();
    /// repository.list(&tree, &mut |entry| entries.push((entry.name.to_vec(), entry.mode, entry.id.to_vec())))?;
    /// let same = TreeId::of_entries(entries.iter().map(|(name, mode, id)| (&**name, *mode, &**id)))?;
    /// assert_eq!(same, tree);
    /// # Ok::<(), nestling_git::GitError>(())
    /// ```
    ///
    /// # Errors
    /// The hash cannot be computed.
    pub fn of_entries<'e>(
        entries: impl IntoIterator<Item = (&'e [u8], EntryMode, &'e [u8])>,
    ) -> Result<Self, GitError> {
        let mut raw = Vec::new();
        let mut is_sha256 = false;
        for (name, mode, id) in entries {
            raw.extend_from_slice(mode.as_str().as_bytes());
            raw.push(b' ');
            raw.extend_from_slice(name);
            raw.push(0);
            raw.extend_from_slice(id);
            is_sha256 |= id.len() == 32;
        }
        let id = if is_sha256 { sha256_of_tree(&raw) } else { sha1_of_tree(&raw)? };
        ObjectId::from_bytes(&id).map(Self).ok_or_else(|| unhashed("its length is unknown".into()))
    }
}

fn sha256_of_tree(raw: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new_with_prefix(format!("tree {}\0", raw.len()));
    hash.update(raw);
    hash.finalize().to_vec()
}

/// libgit2 knows SHA-1 alone.
fn sha1_of_tree(raw: &[u8]) -> Result<Vec<u8>, GitError> {
    let id = git2::Oid::hash_object(git2::ObjectType::Tree, raw).map_err(|error| unhashed(error.into()))?;
    Ok(id.as_bytes().to_vec())
}

fn unhashed(source: Box<dyn std::error::Error + Send + Sync>) -> GitError {
    GitError::Read { what: "hash of a tree", source }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for TreeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
