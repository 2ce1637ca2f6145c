//! Offsets of the objects in a pack: an index of version 2
//! (<https://git-scm.com/docs/pack-format#_version_2_pack_idx_files_support_packs_larger_than_4_gib_and>).

use super::Defect;
use super::blocks::Blocks;
use crate::id::{ObjectId, Prefix};
use std::cmp::Ordering;
use std::path::Path;

/// Length of an id in bytes; repositories with longer ones are read by the system's git.
pub(super) const HASH: usize = 20;
/// Offset of the ids: after a signature, a version and the table of first bytes.
const IDS: u64 = 8 + 256 * 4;
/// Bytes of a block. All blocks that are read are kept, as a mapped file would be.
const BLOCK: usize = 16 << 10;
/// Guesses before the search halves what is left: ids are as good as random, and three or four guesses find them.
const GUESSES: usize = 8;

/// First bytes of an index, except of version 1.
const SIGNATURE: u32 = u32::from_be_bytes(*b"\xfftOc");

pub(super) struct Index {
    file: Blocks,
    /// Number of ids that begin with at most each byte.
    first_bytes: Vec<u32>,
    count: u64,
}

impl Index {
    /// Opens an index. Its tables are checked to be as long as it says.
    pub(super) fn open(path: &Path) -> Result<Self, Defect> {
        let file = Blocks::open(path, BLOCK, usize::MAX).map_err(|_| Defect::Damaged)?;
        match file.read(0, 8, big_endian_pair) {
            Some((SIGNATURE, 2)) => {}
            Some((SIGNATURE, _)) => return Err(Defect::OtherMake),
            _ if is_version_1(&file) => return Err(Defect::OtherMake),
            _ => return Err(Defect::Damaged),
        }
        let first_bytes = first_bytes(&file, 8).ok_or(Defect::Damaged)?;
        let count = u64::from(*first_bytes.last().ok_or(Defect::Damaged)?);
        // Behind the tables are two checksums; offsets past two gigabytes are in a further table before those.
        let least = IDS + count * (HASH as u64 + 8) + 2 * HASH as u64;
        let most = least + count.saturating_sub(1) * 8;
        if !(least..=most).contains(&file.length()) {
            return Err(Defect::Damaged);
        }
        Ok(Self { file, first_bytes, count })
    }

    /// Returns `true` if a pack is the one that it was made for, as far as git looks when it opens them: by the number of its
    /// objects and by its checksum, which is computed again by `git fsck` alone.
    pub(super) fn is_of(&self, pack: &Blocks) -> bool {
        let count = pack.read(8, 4, big_endian).map(u64::from);
        let checksum = |file: &Blocks, before_end: u64| {
            let offset = file.length().checked_sub(before_end * HASH as u64)?;
            file.read(offset, HASH, <[u8]>::to_vec).filter(|bytes| bytes.len() == HASH)
        };
        let own = checksum(pack, 1);
        count == Some(self.count) && own.is_some() && own == checksum(&self.file, 2)
    }

    /// Finds the offset of an object in the pack; `None` where the pack does not have it.
    pub(super) fn find(&self, id: &[u8]) -> Result<Option<u64>, Defect> {
        if id.len() != HASH {
            return Ok(None);
        }
        let (mut low, mut high) = self.range(id[0])?;
        // Ids between two others are where their bytes say, nearly.
        let (mut least, mut most) = (0, 1 << 32);
        let wanted = key(id).ok_or(Defect::Damaged)?;
        let mut round = 0;
        while low < high {
            let middle = if round < GUESSES {
                let share = u128::from(high - low) * u128::from(wanted.saturating_sub(least));
                let guess = u64::try_from(share / u128::from((most - least).max(1))).unwrap_or(u64::MAX);
                low + guess.min(high - low - 1)
            } else {
                low + (high - low) / 2
            };
            round += 1;
            let (order, nearest) = self.compare(middle, id)?;
            match order {
                Ordering::Equal => return self.offset(middle).map(Some),
                Ordering::Less => (high, most) = (middle, nearest.max(least)),
                Ordering::Greater => (low, least) = (middle + 1, nearest.min(most)),
            }
        }
        Ok(None)
    }

    /// Adds the ids that begin with these digits.
    pub(super) fn with_prefix(&self, prefix: &Prefix, ids: &mut Vec<ObjectId>) {
        let (low, high) = self.range(prefix.first_byte()).unwrap_or((0, 0));
        for number in low..high {
            let id = self.file.read(IDS + number * HASH as u64, HASH, ObjectId::from_bytes).flatten();
            ids.extend(id.filter(|id| prefix.matches(id)));
        }
    }

    /// The numbers of the ids that begin with a byte.
    fn range(&self, first: u8) -> Result<(u64, u64), Defect> {
        let first = usize::from(first);
        let low = match first.checked_sub(1) {
            Some(before) => self.first_bytes.get(before).copied(),
            None => Some(0),
        };
        let high = self.first_bytes.get(first).copied();
        low.zip(high).map(|(low, high)| (u64::from(low), u64::from(high))).ok_or(Defect::Damaged)
    }

    /// Compares an id with the one of this number, of which the key is given too.
    fn compare(&self, number: u64, id: &[u8]) -> Result<(Ordering, u64), Defect> {
        let offset = IDS + number * HASH as u64;
        let compared = self.file.read(offset, HASH, |other| Some((id.cmp(other), key(other)?)));
        compared.flatten().ok_or(Defect::Damaged)
    }

    /// The offset of the object of this number; those past two gigabytes have a table of their own.
    fn offset(&self, number: u64) -> Result<u64, Defect> {
        // Behind the ids are four bytes of checksum for each.
        let table = IDS + self.count * (HASH as u64 + 4);
        let offset = self.file.read(table + number * 4, 4, big_endian).ok_or(Defect::Damaged)?;
        if offset & 0x8000_0000 == 0 {
            return Ok(u64::from(offset));
        }
        let far = table + self.count * 4 + u64::from(offset & 0x7fff_ffff) * 8;
        let offset = self.file.read(far, 8, |bytes| bytes.try_into().ok().map(u64::from_be_bytes));
        offset.flatten().ok_or(Defect::Damaged)
    }
}

/// Returns `true` for an index of version 1, which has no signature: its length is the one that its table says.
fn is_version_1(file: &Blocks) -> bool {
    let Some(count) = first_bytes(file, 0).and_then(|first_bytes| first_bytes.last().copied()) else {
        return false;
    };
    // Behind the table are an offset and an id for each object, and two checksums.
    file.length() == 256 * 4 + u64::from(count) * (4 + HASH as u64) + 2 * HASH as u64
}

/// Reads the table of first bytes, if its numbers only rise.
fn first_bytes(file: &Blocks, offset: u64) -> Option<Vec<u32>> {
    let table: Vec<u32> =
        file.read(offset, 256 * 4, |bytes| bytes.chunks_exact(4).map(big_endian).collect())?;
    Some(table).filter(|table| table.len() == 256 && table.is_sorted())
}

fn big_endian_pair(bytes: &[u8]) -> (u32, u32) {
    bytes.split_at_checked(4).map_or((0, 0), |(first, second)| (big_endian(first), big_endian(second)))
}

/// The four bytes of an id after the first, as a number.
fn key(id: &[u8]) -> Option<u64> {
    id.get(1..5).map(|bytes| u64::from(big_endian(bytes)))
}

fn big_endian(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}
