//! The hash, and how values are put into it.

use sha2::{Digest, Sha256};
use std::fmt;

/// Version of the format: part of every fingerprint, so that those of another version never match.
const FORMAT: &str = "nestling-fingerprint-1";

/// A SHA-256 hash of what a unit or a job is made from.
///
/// ```
/// use nestling::Fingerprint;
///
/// let digits = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
/// let fingerprint = Fingerprint::parse(digits).expect("64 hexadecimal digits");
/// assert_eq!(fingerprint.to_string(), digits);
/// assert_eq!(fingerprint.short(), "9f86d081884c");
/// assert_eq!(Fingerprint::parse("9f86d081"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Reads 64 hexadecimal digits in lower case; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(bytes))
    }

    /// Returns the first twelve digits, for a person.
    pub fn short(&self) -> String {
        self.to_string().chars().take(12).collect()
    }
}

fn digit(hex: u8) -> Option<u8> {
    match hex {
        b'0'..=b'9' => Some(hex - b'0'),
        b'a'..=b'f' => Some(hex - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A fingerprint in the making. Each value is preceded by its length, so that no two sequences of values hash alike.
pub(super) struct Hasher(Sha256);

impl Hasher {
    /// Starts a fingerprint of this kind of thing.
    pub(super) fn new(kind: &str) -> Self {
        let mut hasher = Self(Sha256::new());
        hasher.add(FORMAT.as_bytes());
        hasher.add(kind.as_bytes());
        hasher
    }

    /// Adds a value.
    pub(super) fn add(&mut self, value: &[u8]) {
        self.0.update((value.len() as u64).to_be_bytes());
        self.0.update(value);
    }

    /// Adds another fingerprint.
    pub(super) fn add_fingerprint(&mut self, fingerprint: &Fingerprint) {
        self.add(&fingerprint.0);
    }

    pub(super) fn finish(self) -> Fingerprint {
        Fingerprint(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Fingerprint {
        let mut hasher = Hasher::new("test");
        values.iter().for_each(|value| hasher.add(value.as_bytes()));
        hasher.finish()
    }

    #[test]
    fn values_do_not_run_together() {
        assert_eq!(of(&["a", "bc"]), of(&["a", "bc"]));
        assert_ne!(of(&["a", "bc"]), of(&["ab", "c"]));
        assert_ne!(of(&["a"]), of(&["a", ""]));
    }

    #[test]
    fn only_whole_fingerprints_in_lower_case_are_read() {
        let text = of(&[]).to_string();
        assert_eq!(Fingerprint::parse(&text), Some(of(&[])));
        for wrong in [&text[1..], &text.to_uppercase(), &text.replace(|c: char| c.is_ascii_digit(), "g"), ""]
        {
            assert_eq!(Fingerprint::parse(wrong), None, "{wrong}");
        }
    }
}
