//! Where each object of a pack stands: an index of version 2
//! (<https://git-scm.com/docs/pack-format#_version_2_pack_idx_files_support_packs_larger_than_4_gib_and>).

use super::blocks::Blocks;
use std::cmp::Ordering;
use std::path::Path;

/// The bytes of an id; libgit2 opens no repository with longer ones.
pub(super) const HASH: usize = 20;
/// Where the ids begin: behind a signature, a version and the table of first bytes.
const IDS: u64 = 8 + 256 * 4;
/// Bytes at a time. All that are read are kept, as a mapped file would be.
const BLOCK: usize = 16 << 10;
/// Guesses before the search halves what is left: ids are as good as random, and three or four find them.
const GUESSES: usize = 8;

pub(super) struct Index {
    file: Blocks,
    /// How many ids begin with at most each byte.
    first_bytes: Vec<u32>,
    count: u64,
}

impl Index {
    pub(super) fn open(path: &Path) -> Option<Self> {
        let file = Blocks::open(path, BLOCK, usize::MAX).ok()?;
        let head = file.read(0, 8, |bytes| bytes == b"\xfftOc\0\0\0\x02")?;
        let first_bytes: Vec<u32> =
            file.read(8, 256 * 4, |bytes| bytes.chunks_exact(4).map(big_endian).collect())?;
        let count = u64::from(*first_bytes.last()?);
        let sound = head && first_bytes.is_sorted() && file.length() >= IDS + count * (HASH as u64 + 8);
        sound.then_some(Self { file, first_bytes, count })
    }

    /// Where an object stands in the pack, if it does; `None` where the index cannot be read.
    pub(super) fn find(&self, id: &[u8]) -> Option<Option<u64>> {
        let first = usize::from(*id.first().filter(|_| id.len() == HASH)?);
        let before = first.checked_sub(1).and_then(|at| self.first_bytes.get(at));
        let (mut low, mut high) =
            (u64::from(before.copied().unwrap_or(0)), u64::from(*self.first_bytes.get(first)?));
        // Ids between two others lie where their bytes say, nearly.
        let (mut least, mut most) = (0, 1 << 32);
        let wanted = key(id)?;
        for round in 0.. {
            if low >= high {
                return Some(None);
            }
            let share = u128::from(high - low) * u128::from(wanted.saturating_sub(least));
            let guess = u64::try_from(share / u128::from((most - least).max(1))).ok()?;
            let middle =
                if round < GUESSES { low + guess.min(high - low - 1) } else { low + (high - low) / 2 };
            let (order, found) =
                self.file.read(IDS + middle * HASH as u64, HASH, |at| (id.cmp(at), key(at)))?;
            match order {
                Ordering::Equal => return self.place(middle).map(Some),
                Ordering::Less => (high, most) = (middle, found?.max(least)),
                Ordering::Greater => (low, least) = (middle + 1, found?.min(most)),
            }
        }
        None
    }

    /// The place of the object with this number; those past two gigabytes have a table of their own.
    fn place(&self, number: u64) -> Option<u64> {
        // Behind the ids are four bytes of checksum for each.
        let places = IDS + self.count * (HASH as u64 + 4);
        let place = self.file.read(places + number * 4, 4, big_endian)?;
        if place & 0x8000_0000 == 0 {
            return Some(u64::from(place));
        }
        let far = places + self.count * 4 + u64::from(place & 0x7fff_ffff) * 8;
        self.file.read(far, 8, |bytes| Some(u64::from_be_bytes(bytes.try_into().ok()?)))?
    }
}

/// The four bytes of an id behind the first.
fn key(id: &[u8]) -> Option<u64> {
    id.get(1..5).map(|bytes| u64::from(big_endian(bytes)))
}

fn big_endian(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}
