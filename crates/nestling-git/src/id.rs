//! The ids of objects.

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
    /// The id with these bytes, if there are 20 or 32.
    pub(super) fn from_bytes(id: &[u8]) -> Option<Self> {
        let length = u8::try_from(id.len()).ok().filter(|length| matches!(length, 20 | 32))?;
        let mut bytes = [0; 32];
        bytes[..id.len()].copy_from_slice(id);
        Some(Self { length, bytes })
    }

    /// Reads all 40 or 64 hexadecimal digits.
    pub(super) fn from_hex(hex: &str) -> Option<Self> {
        let digits: Option<Vec<u32>> = hex.chars().map(|c| c.to_digit(16)).collect();
        let bytes: Vec<u8> = digits?
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | u8::try_from(*digit).unwrap_or(0)))
            .collect();
        if hex.len().is_multiple_of(2) { Self::from_bytes(&bytes) } else { None }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
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
        state.write_u64(u64::from_le_bytes(std::array::from_fn(|at| self.bytes[at])));
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(pub(super) ObjectId);

/// The id of a tree: the same files give the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeId(pub(super) ObjectId);

impl CommitId {
    /// Reads a whole id, as CI variables hold it. `None` for anything else, and for the zeros that stand for "none".
    pub fn parse(id: &str) -> Option<Self> {
        if id.bytes().all(|digit| digit == b'0') { None } else { ObjectId::from_hex(id).map(Self) }
    }

    /// The first eight digits, for a person.
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
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
