//! A file that is read a block at a time, some of which are kept.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;

pub(super) struct Blocks {
    file: File,
    length: u64,
    size: usize,
    most: usize,
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
    pub(super) fn open(path: &Path, size: usize, most: usize) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let count = usize::try_from(length.div_ceil(size as u64)).map_err(io::Error::other)?;
        let kept = RefCell::new(Kept { blocks: vec![None; count], order: VecDeque::new() });
        Ok(Self { file, length, size, most, kept })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Gives up to so many bytes from a place on: fewer only at the end of the file. `None` where it cannot be read.
    pub(super) fn read<T>(&self, at: u64, length: usize, take: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let size = self.size as u64;
        let end = at.checked_add(length as u64)?.min(self.length);
        let (first, from) = (at / size, usize::try_from(at % size).ok()?);
        if end <= at {
            return None;
        }
        if end <= (first + 1) * size {
            let block = self.block(first)?;
            return Some(take(block.get(from..from + usize::try_from(end - at).ok()?)?));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(end - at).ok()?);
        for number in first..=(end - 1) / size {
            let block = self.block(number)?;
            let from = if number == first { from } else { 0 };
            let to = usize::try_from(end - number * size).ok()?.min(block.len());
            bytes.extend_from_slice(block.get(from..to)?);
        }
        Some(take(&bytes))
    }

    fn block(&self, number: u64) -> Option<Rc<Vec<u8>>> {
        let at = usize::try_from(number).ok()?;
        let mut kept = self.kept.borrow_mut();
        if let Some(block) = kept.blocks.get(at)? {
            return Some(Rc::clone(block));
        }
        let room = if kept.order.len() < self.most { Vec::new() } else { kept.oldest() };
        let block = Rc::new(self.loaded(number, room)?);
        kept.order.push_back(at);
        kept.blocks[at] = Some(Rc::clone(&block));
        Some(block)
    }

    fn loaded(&self, number: u64, mut room: Vec<u8>) -> Option<Vec<u8>> {
        let start = number.checked_mul(self.size as u64)?;
        let length = self.length.checked_sub(start)?.min(self.size as u64);
        room.resize(usize::try_from(length).ok()?, 0);
        let mut file = &self.file;
        file.seek(SeekFrom::Start(start)).ok()?;
        file.read_exact(&mut room).ok()?;
        Some(room)
    }
}

impl Kept {
    /// Forgets the block that was read first. Gives its memory, if nobody else has it.
    fn oldest(&mut self) -> Vec<u8> {
        let oldest = self.order.pop_front().and_then(|at| self.blocks[at].take());
        oldest.and_then(|block| Rc::try_unwrap(block).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_in_blocks_is_what_is_in_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..1000_u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
        std::fs::write(file.path(), &bytes).unwrap();
        let blocks = Blocks::open(file.path(), 16, 3).unwrap();
        assert_eq!(blocks.length(), 1000);
        for at in (0..1000).chain((0..1000).rev().step_by(7)) {
            for length in [1, 15, 16, 17, 100] {
                let want = &bytes[at..(at + length).min(1000)];
                assert_eq!(blocks.read(at as u64, length, <[u8]>::to_vec).unwrap(), want);
            }
        }
        assert!(
            blocks.read(1000, 1, <[u8]>::to_vec).is_none() && blocks.read(u64::MAX, 9, <[u8]>::len).is_none()
        );
    }
}
