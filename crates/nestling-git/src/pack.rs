//! Reads trees and files out of packs (<https://git-scm.com/docs/pack-format>): what nearly all time of a run would go
//! into. libgit2 takes locks, maps windows and sets zlib up anew for each of many thousand small objects, which costs four
//! times as much as reading them one after the other from files that are read in blocks.
//!
//! This is a shortcut and never the last word: what is not in a pack, or in one of another make, or anything that does not
//! look as it should, is `None`, and libgit2 is asked, which knows all of git and says what is wrong.

mod blocks;
mod delta;
mod index;

use super::id::{AsItIs, ObjectId};
use blocks::Blocks;
use index::Index;
use libdeflater::Decompressor;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasherDefault;
use std::path::Path;
use std::rc::Rc;

/// What an object is, as packs number it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Tree = 2,
    Blob = 3,
}

/// An object by difference from one before it in the same pack, or from any one in it.
const BY_OFFSET: u8 = 6;
const BY_ID: u8 = 7;

/// Objects larger than this are left to libgit2.
const LARGEST: usize = 64 << 20;
/// Differences on top of each other; git makes 50, and at most 4095.
const DEEPEST: usize = 4096;
/// Bytes at a time, and how many times of it are kept: trees that are read one after the other stand side by side.
const BLOCK: usize = 8 << 10;
const BLOCKS: usize = 1024;
/// Bytes of objects that others are differences from.
const BASES: usize = 2 << 20;

/// The packs of a repository.
pub(super) struct Packs {
    packs: Vec<Pack>,
    /// The pack that had the last object: it mostly has the next one too.
    last: Cell<usize>,
}

impl Packs {
    /// The packs in a directory of objects.
    pub(super) fn open(objects: &Path) -> Self {
        let entries = std::fs::read_dir(objects.join("pack")).into_iter().flatten();
        let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
        let indexes = paths.filter(|path| path.extension().is_some_and(|extension| extension == "idx"));
        Self { packs: indexes.filter_map(|index| Pack::open(&index)).collect(), last: Cell::new(0) }
    }

    /// The bytes of an object, if it is in one of these packs and of that kind.
    pub(super) fn read(&self, kind: Kind, id: &ObjectId) -> Option<Rc<[u8]>> {
        let last = self.last.get();
        let others = (0..self.packs.len()).filter(|at| *at != last);
        for at in std::iter::once(last).chain(others) {
            let pack = self.packs.get(at)?;
            if let Some(place) = pack.index.find(id.as_bytes())? {
                self.last.set(at);
                let (found, bytes) = pack.object(place)?;
                return (found == kind as u8).then_some(bytes);
            }
        }
        None
    }
}

/// A pack with its index.
struct Pack {
    index: Index,
    data: Blocks,
    inflate: RefCell<Decompressor>,
    bases: RefCell<Bases>,
}

/// How an object begins: what it is, how long it is, where its data is, and what it is a difference from.
struct Head {
    kind: u8,
    size: usize,
    data: u64,
    base: Option<u64>,
}

impl Pack {
    fn open(index: &Path) -> Option<Self> {
        let data = Blocks::open(&index.with_extension("pack"), BLOCK, BLOCKS).ok()?;
        data.read(0, 8, |bytes| bytes == b"PACK\0\0\0\x02").filter(|known| *known)?;
        let inflate = RefCell::new(Decompressor::new());
        Some(Self { index: Index::open(index)?, data, inflate, bases: RefCell::default() })
    }

    /// The object at a place of the pack.
    fn object(&self, mut at: u64) -> Option<(u8, Rc<[u8]>)> {
        let mut deltas = Vec::new();
        let (kind, mut bytes) = loop {
            let kept = self.bases.borrow().get(at);
            if let Some(base) = kept {
                break base;
            }
            let head = self.head(at)?;
            let bytes = self.inflated(&head)?;
            let Some(base) = head.base else { break (head.kind, Rc::from(bytes)) };
            deltas.push((at, bytes));
            at = base;
            if deltas.len() > DEEPEST {
                return None;
            }
        };
        // Others are likely to be differences from the same objects.
        if !deltas.is_empty() {
            self.bases.borrow_mut().keep(at, kind, &bytes);
        }
        while let Some((at, delta)) = deltas.pop() {
            bytes = delta::apply(&bytes, &delta)?.into();
            if !deltas.is_empty() {
                self.bases.borrow_mut().keep(at, kind, &bytes);
            }
        }
        Some((kind, bytes))
    }

    fn head(&self, at: u64) -> Option<Head> {
        // Enough for a size of ten bytes and an id or a distance.
        let (kind, size, length, base) = self.data.read(at, 48, |bytes| self.parsed(at, bytes))??;
        let size = usize::try_from(size).ok().filter(|size| *size <= LARGEST)?;
        Some(Head { kind, size, data: at + length, base })
    }

    /// Kind, size, the length of the head, and the place of the base.
    fn parsed(&self, at: u64, bytes: &[u8]) -> Option<(u8, u64, u64, Option<u64>)> {
        let (first, mut rest) = bytes.split_first()?;
        let kind = first >> 4 & 7;
        let mut size = u64::from(first & 15);
        if first & 0x80 != 0 {
            size |= delta::number(&mut rest)?.checked_mul(16)?;
        }
        let base = match kind {
            BY_OFFSET => Some(at.checked_sub(distance(&mut rest)?)?),
            BY_ID => {
                let (id, after) = rest.split_at_checked(index::HASH)?;
                rest = after;
                Some(self.index.find(id)??)
            }
            1..=4 => None,
            _ => return None,
        };
        Some((kind, size, (bytes.len() - rest.len()) as u64, base))
    }

    fn inflated(&self, head: &Head) -> Option<Vec<u8>> {
        let mut bytes = vec![0; head.size];
        // What cannot be made smaller becomes a little larger.
        let most = head.size + head.size / 8 + 256;
        let inflate = &mut self.inflate.borrow_mut();
        let length =
            self.data.read(head.data, most, |data| inflate.zlib_decompress(data, &mut bytes).ok())??;
        (length == head.size).then_some(bytes)
    }
}

/// How far before it the base of an object stands: seven bits a byte, the highest first, each further byte one more.
fn distance(bytes: &mut &[u8]) -> Option<u64> {
    let mut distance = 0_u64;
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        distance = distance.checked_mul(128)? | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(distance);
        }
        distance = distance.checked_add(1)?;
    }
}

/// Objects that others are differences from, by their places; the oldest goes first.
#[derive(Default)]
struct Bases {
    kept: HashMap<u64, (u8, Rc<[u8]>), BuildHasherDefault<AsItIs>>,
    order: VecDeque<u64>,
    bytes: usize,
}

impl Bases {
    fn get(&self, at: u64) -> Option<(u8, Rc<[u8]>)> {
        self.kept.get(&at).cloned()
    }

    fn keep(&mut self, at: u64, kind: u8, bytes: &Rc<[u8]>) {
        if bytes.len() > BASES / 4 || self.kept.insert(at, (kind, Rc::clone(bytes))).is_some() {
            return;
        }
        self.order.push_back(at);
        self.bytes += bytes.len();
        while self.bytes > BASES
            && let Some(oldest) = self.order.pop_front()
        {
            self.bytes -= self.kept.remove(&oldest).map_or(0, |(_, bytes)| bytes.len());
        }
    }
}
