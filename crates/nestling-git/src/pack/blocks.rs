//! A file that is read a block at a time, some of which are kept.

use crate::bounded;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;

/// A file, and those of its blocks that are kept.
pub(super) struct Blocks {
    file: File,
    length: u64,
    block_size: usize,
    /// Number of blocks that are kept.
    capacity: usize,
    kept: RefCell<Kept>,
}

struct Kept {
    /// The blocks by their numbers.
    blocks: Vec<Option<Rc<Vec<u8>>>>,
    /// The numbers of those that are kept, in the order in which they were read.
    order: VecDeque<usize>,
}

impl Blocks {
    /// Opens a file, to be read in blocks of this size, of which so many are kept.
    pub(super) fn open(path: &Path, block_size: usize, capacity: usize) -> io::Result<Self> {
        let file = bounded::open(path, bounded::PACK)?;
        let length = file.metadata()?.len();
        let count = usize::try_from(length.div_ceil(block_size as u64)).map_err(io::Error::other)?;
        let kept = RefCell::new(Kept { blocks: vec![None; count], order: VecDeque::new() });
        Ok(Self { file, length, block_size, capacity, kept })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Hands up to so many bytes from an offset on to a function: fewer only at the end of the file. `None` where there are
    /// none, or they cannot be read.
    pub(super) fn read<T>(&self, offset: u64, length: usize, take: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let block_size = self.block_size as u64;
        let end = offset.checked_add(length as u64)?.min(self.length);
        if end <= offset {
            return None;
        }
        let first = offset / block_size;
        let start = usize::try_from(offset % block_size).ok()?;
        let length = usize::try_from(end - offset).ok()?;
        // Mostly all is in one block, and nothing is copied.
        if end <= (first + 1) * block_size {
            let block = self.block(first)?;
            return Some(take(block.get(start..start + length)?));
        }
        let mut bytes = Vec::with_capacity(length);
        for number in first..=(end - 1) / block_size {
            let block = self.block(number)?;
            let start = if number == first { start } else { 0 };
            let end = usize::try_from(end - number * block_size).ok()?.min(block.len());
            bytes.extend_from_slice(block.get(start..end)?);
        }
        Some(take(&bytes))
    }

    fn block(&self, number: u64) -> Option<Rc<Vec<u8>>> {
        let index = usize::try_from(number).ok()?;
        let mut kept = self.kept.borrow_mut();
        if let Some(block) = kept.blocks.get(index)? {
            return Some(Rc::clone(block));
        }
        let memory = if kept.order.len() < self.capacity { Vec::new() } else { kept.forget_oldest() };
        let block = Rc::new(self.load(number, memory)?);
        kept.order.push_back(index);
        kept.blocks[index] = Some(Rc::clone(&block));
        Some(block)
    }

    fn load(&self, number: u64, mut memory: Vec<u8>) -> Option<Vec<u8>> {
        let start = number.checked_mul(self.block_size as u64)?;
        let length = self.length.checked_sub(start)?.min(self.block_size as u64);
        memory.resize(usize::try_from(length).ok()?, 0);
        let mut file = &self.file;
        file.seek(SeekFrom::Start(start)).ok()?;
        file.read_exact(&mut memory).ok()?;
        Some(memory)
    }
}

impl Kept {
    /// Forgets the block that was read first, and returns its memory if nobody else has it.
    fn forget_oldest(&mut self) -> Vec<u8> {
        let oldest = self.order.pop_front().and_then(|index| self.blocks[index].take());
        oldest.and_then(|block| Rc::try_unwrap(block).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_in_blocks_is_what_is_in_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..1000_u32).map(|n| u8::try_from(n % 251).unwrap()).collect();
        std::fs::write(file.path(), &bytes).unwrap();
        let blocks = Blocks::open(file.path(), 16, 3).unwrap();
        assert_eq!(blocks.length(), 1000);
        for offset in (0..1000).chain((0..1000).rev().step_by(7)) {
            for length in [1, 15, 16, 17, 100] {
                let expected = &bytes[offset..(offset + length).min(1000)];
                assert_eq!(blocks.read(offset as u64, length, <[u8]>::to_vec).unwrap(), expected);
            }
        }
        assert!(
            blocks.read(1000, 1, <[u8]>::to_vec).is_none() && blocks.read(u64::MAX, 9, <[u8]>::len).is_none()
        );
    }
}
