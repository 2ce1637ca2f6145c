//! The index as it is in a file: rows in order, the bytes that they name, and a checksum of all.
//!
//! | part | bytes |
//! |---|---|
//! | key of the query and of this format | 32 |
//! | number of rows, in big endian as all numbers are | 4 |
//! | rows: id of the object, kind, offset and length of its bytes | 20 or 32, 1, 4, 4 |
//! | the bytes | |
//! | CRC-32 of all before it | 4 |

use crate::id::ObjectId;
use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Bytes of the key.
pub(super) const KEY: usize = 32;
const HEADER: usize = KEY + 4;
const CHECKSUM: usize = 4;
/// Bytes of a row beside its id.
const ROW: usize = 1 + 4 + 4;

/// Kind of an entry. Directories that a query visits in any case hold more for it than those where it looks for names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Entry {
    /// A tree, of which only what has one of the names counts, and the directories with such files in them.
    Tree = 0,
    /// A tree of which all directories and links count as well.
    VisitedTree = 1,
    /// A file.
    Blob = 2,
}

/// Entries by the object that they are made from.
pub(super) type Entries<'e> = BTreeMap<(ObjectId, Entry), &'e [u8]>;

/// An index in memory. It is searched as it is: nothing is built from it.
pub(super) struct Image {
    bytes: Vec<u8>,
    hash_length: usize,
    rows: usize,
    /// Number of the first row whose id begins with each byte, and the number of all rows.
    first_rows: Vec<usize>,
    /// Set for each row that was found.
    used: Vec<Cell<bool>>,
}

impl Image {
    /// Checks the bytes of a file; `None` unless it is whole, and made for this key.
    pub(super) fn read(bytes: Vec<u8>, key: &[u8; KEY], hash_length: usize) -> Option<Self> {
        let content = bytes.len().checked_sub(CHECKSUM)?;
        let is_whole = libdeflater::crc32(&bytes[..content]).to_be_bytes() == bytes[content..];
        if !is_whole || bytes.get(..KEY)? != key {
            return None;
        }
        let rows = usize::try_from(number(&bytes, KEY)?).ok()?;
        let end = rows.checked_mul(hash_length + ROW)?.checked_add(HEADER)?;
        if end > content {
            return None;
        }
        let mut image =
            Self { bytes, hash_length, rows, first_rows: Vec::new(), used: vec![Cell::new(false); rows] };
        image.first_rows = (0..=256).map(|first| image.rows_before(first)).collect();
        Some(image)
    }

    /// Writes entries.
    ///
    /// Returns `None` if they are too large for the numbers of the format.
    pub(super) fn write(entries: &Entries<'_>, key: &[u8; KEY]) -> Option<Vec<u8>> {
        let row = |id: &ObjectId| id.as_bytes().len() + ROW;
        let table: usize = entries.keys().map(|(id, _)| row(id)).sum();
        let mut offset = HEADER + table;
        let content: usize = entries.values().map(|bytes| bytes.len()).sum();
        let mut file = Vec::with_capacity(offset + content + CHECKSUM);
        file.extend_from_slice(key);
        file.extend(u32::try_from(entries.len()).ok()?.to_be_bytes());
        for ((id, kind), bytes) in entries {
            file.extend_from_slice(id.as_bytes());
            file.push(*kind as u8);
            file.extend(u32::try_from(offset).ok()?.to_be_bytes());
            file.extend(u32::try_from(bytes.len()).ok()?.to_be_bytes());
            offset += bytes.len();
        }
        entries.values().for_each(|bytes| file.extend_from_slice(bytes));
        let checksum = libdeflater::crc32(&file);
        file.extend(checksum.to_be_bytes());
        Some(file)
    }

    /// Returns the bytes of an entry.
    pub(super) fn get(&self, id: &ObjectId, kind: Entry) -> Option<&[u8]> {
        let first = usize::from(*id.as_bytes().first()?);
        let (mut low, mut high) = (*self.first_rows.get(first)?, *self.first_rows.get(first + 1)?);
        while low < high {
            let middle = low + (high - low) / 2;
            let (found, rest) = self.row(middle)?;
            match (found, rest.first()?).cmp(&(id.as_bytes(), &(kind as u8))) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => {
                    self.used[middle].set(true);
                    return self.content(rest);
                }
            }
        }
        None
    }

    /// Returns the number of entries.
    pub(super) fn len(&self) -> usize {
        self.rows
    }

    /// Returns the entries that were found since it was read; all of them if they are more than half.
    pub(super) fn used_entries(&self) -> impl Iterator<Item = ((ObjectId, Entry), &[u8])> {
        let used = self.used.iter().filter(|is_used| is_used.get()).count();
        let keeps_all = used * 2 >= self.rows;
        let kept = (0..self.rows).filter(move |number| keeps_all || self.used[*number].get());
        kept.filter_map(|number| {
            let (id, rest) = self.row(number)?;
            let mut kinds = [Entry::Tree, Entry::VisitedTree, Entry::Blob].into_iter();
            let kind = kinds.find(|kind| Some(&(*kind as u8)) == rest.first())?;
            Some(((ObjectId::from_bytes(id)?, kind), self.content(rest)?))
        })
    }

    /// Returns the id of a row, and what follows it.
    fn row(&self, number: usize) -> Option<(&[u8], &[u8])> {
        let length = self.hash_length + ROW;
        let start = HEADER + number * length;
        Some(self.bytes.get(start..start + length)?.split_at(self.hash_length))
    }

    /// Returns the bytes that a row names.
    fn content(&self, row: &[u8]) -> Option<&[u8]> {
        let (offset, length) = (number(row, 1)?, number(row, 5)?);
        let start = usize::try_from(offset).ok()?;
        self.bytes.get(start..start.checked_add(usize::try_from(length).ok()?)?)
    }

    /// Returns the number of rows whose id begins with a smaller byte.
    fn rows_before(&self, first: usize) -> usize {
        let (mut low, mut high) = (0, self.rows);
        while low < high {
            let middle = low + (high - low) / 2;
            let begins_smaller = self.row(middle).is_some_and(|(id, _)| usize::from(id[0]) < first);
            if begins_smaller { low = middle + 1 } else { high = middle }
        }
        low
    }
}

fn number(bytes: &[u8], offset: usize) -> Option<u32> {
    let bytes = bytes.get(offset..offset.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SOME_KEY: [u8; KEY] = [7; KEY];

    fn id(number: u32) -> ObjectId {
        let mut bytes = [0; 20];
        // As good as random, as ids are.
        bytes[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b9).to_be_bytes());
        bytes[16..].copy_from_slice(&number.to_be_bytes());
        ObjectId::from_bytes(&bytes).unwrap()
    }

    fn file(count: u32) -> Vec<u8> {
        let texts: Vec<String> = (0..count).map(|number| format!("entry {number}")).collect();
        let entry = |number: u32, text| ((id(number), Entry::Blob), text);
        let entries = (0..).zip(&texts).map(|(number, text)| entry(number, text.as_bytes())).collect();
        Image::write(&entries, &SOME_KEY).unwrap()
    }

    #[test]
    fn each_entry_is_found_by_its_object_and_kind() {
        let image = Image::read(file(1000), &SOME_KEY, 20).unwrap();
        for number in 0..1000 {
            assert_eq!(image.get(&id(number), Entry::Blob), Some(format!("entry {number}").as_bytes()));
            assert_eq!(image.get(&id(number), Entry::Tree), None);
        }
        assert_eq!(image.get(&id(1000), Entry::Blob), None);
        assert_eq!(image.used_entries().count(), 1000);
    }

    #[test]
    fn entries_that_nobody_asks_for_are_not_kept_for_ever() {
        let image = Image::read(file(1000), &SOME_KEY, 20).unwrap();
        assert!((0..300).all(|number| image.get(&id(number), Entry::Blob).is_some()));
        assert_eq!(image.used_entries().count(), 300);
        assert!((300..500).all(|number| image.get(&id(number), Entry::Blob).is_some()));
        assert_eq!(image.used_entries().count(), 1000);
    }

    #[test]
    fn an_index_of_another_query_is_none() {
        assert!(Image::read(file(3), &[8; KEY], 20).is_none());
        assert!(Image::read(Vec::new(), &SOME_KEY, 20).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2500))]

        #[test]
        fn a_file_with_a_flipped_bit_is_none(position in any::<prop::sample::Index>(), bit in 0..8_u8) {
            let mut bytes = file(40);
            let position = position.index(bytes.len());
            bytes[position] ^= 1 << bit;
            prop_assert!(Image::read(bytes, &SOME_KEY, 20).is_none());
        }

        #[test]
        fn a_file_that_was_cut_off_is_none(length in any::<prop::sample::Index>()) {
            let mut bytes = file(40);
            bytes.truncate(length.index(bytes.len()));
            prop_assert!(Image::read(bytes, &SOME_KEY, 20).is_none());
        }

        /// Someone who makes the checksum again can write anything: answers may then be wrong, and no run crashes.
        #[test]
        fn any_bytes_with_a_checksum_are_read_without_a_crash(
            position in any::<prop::sample::Index>(), byte in any::<u8>(), wanted in 0..40_u32,
        ) {
            let mut bytes = file(40);
            let content = bytes.len() - CHECKSUM;
            bytes[KEY + position.index(content - KEY)] = byte;
            let checksum = libdeflater::crc32(&bytes[..content]).to_be_bytes();
            bytes[content..].copy_from_slice(&checksum);
            if let Some(image) = Image::read(bytes, &SOME_KEY, 20) {
                let _ = image.get(&id(wanted), Entry::Blob);
                let _ = image.used_entries().count();
            }
        }
    }
}
