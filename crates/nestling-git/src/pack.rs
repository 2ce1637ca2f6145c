//! Reads objects out of packs (<https://git-scm.com/docs/pack-format>): what nearly all time of a run would go into. libgit2
//! takes locks, maps windows and sets zlib up again for each of many thousand small objects, which costs four times as much as
//! reading them one after the other from files that are read in blocks.
//!
//! Each offset and each length of the files is checked before it is used. What does not look as it should is reported as
//! damaged, and what is of another make as such; [`super::store`] decides whom to ask next.

mod blocks;
mod delta;
mod index;

use super::GitError;
use super::id::{IdHasher, ObjectId, Prefix};
use super::object::{Kind, LARGEST, Object, ObjectSource};
use blocks::Blocks;
use index::Index;
use libdeflater::Decompressor;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasherDefault;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// An object as a difference from one before it in the same pack, or from any one in it.
const BY_OFFSET: u8 = 6;
const BY_ID: u8 = 7;

/// Differences on top of each other; git makes 50, and at most 4095.
const DEEPEST: usize = 4096;
/// Bytes that may be produced on the way to one object: a pack of a few kilobytes can ask for any number.
const MOST_WORK: usize = 4 << 30;
/// Bytes of a block, and how many blocks of a pack are kept: trees that are read one after the other are neighbours in it.
const BLOCK: usize = 8 << 10;
const BLOCKS: usize = 1024;
/// Bytes of objects that others are differences from, kept for each pack.
const BASES: usize = 2 << 20;

/// Reason why an object cannot be read out of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Defect {
    /// The pack or its index is not laid out as it should be.
    Damaged,
    /// The object is a difference from itself through others, or takes more than [`MOST_WORK`].
    Endless,
    /// The object is larger than [`LARGEST`].
    TooLarge,
    /// The index is of a version that is not read here.
    OtherMake,
}

/// A pack from which an object cannot be read.
#[derive(Debug, Clone)]
pub(super) struct DefectivePack {
    index: PathBuf,
    pub(super) defect: Defect,
}

impl DefectivePack {
    pub(super) fn into_error(self, id: &ObjectId) -> GitError {
        let reason = match self.defect {
            Defect::Damaged => "the pack or its index is damaged",
            Defect::Endless => "its deltas are circular or too long",
            Defect::TooLarge => "it requires too much memory",
            Defect::OtherMake => "unknown pack format",
        };
        GitError::Corrupt {
            form: "packed",
            id: id.to_string(),
            path: self.index.with_extension("pack"),
            reason: reason.to_owned(),
        }
    }
}

/// The packs of one directory of objects.
pub(super) struct Packs {
    directory: PathBuf,
    packs: RefCell<Vec<Pack>>,
    /// A pack that cannot be opened: what seems to be missing may be in it.
    unopened: RefCell<Option<DefectivePack>>,
    /// The pack that had the last object: it mostly has the next one too.
    last: Cell<usize>,
}

impl Packs {
    /// Opens the packs of a directory of objects.
    pub(super) fn open(objects: &Path) -> Self {
        let packs = Self {
            directory: objects.join("pack"),
            packs: RefCell::default(),
            unopened: RefCell::default(),
            last: Cell::new(0),
        };
        packs.open_new();
        packs
    }

    /// Opens the packs that are not open yet; returns true if there are any.
    pub(super) fn open_new(&self) -> bool {
        let mut packs = self.packs.borrow_mut();
        let before = packs.len();
        for entry in std::fs::read_dir(&self.directory).into_iter().flatten().flatten() {
            let index = entry.path();
            let is_index = index.extension().is_some_and(|extension| extension == "idx");
            if !is_index || packs.iter().any(|pack| pack.index_path == index) {
                continue;
            }
            match Pack::open(&index) {
                Ok(pack) => packs.extend(pack),
                Err(defect) => *self.unopened.borrow_mut() = Some(DefectivePack { index, defect }),
            }
        }
        packs.len() > before
    }

    /// Looks an object up; `None` where it is in none of the packs, and all of them could be opened.
    pub(super) fn find(&self, id: &ObjectId) -> Result<Option<Object>, DefectivePack> {
        let packs = self.packs.borrow();
        match packs.get(self.last.get()).map(|pack| pack.read(id)) {
            Some(Ok(Some(object))) => Ok(Some(object)),
            Some(Err(defect)) => self.find_in_others(&packs, id, Some(defect)),
            Some(Ok(None)) | None => self.find_in_others(&packs, id, None),
        }
    }

    /// Looks an object up in all packs but the one that had the last object. What is damaged there may be whole here.
    fn find_in_others(
        &self,
        packs: &[Pack],
        id: &ObjectId,
        defect_of_last: Option<Defect>,
    ) -> Result<Option<Object>, DefectivePack> {
        let last = self.last.get();
        let mut defective = defect_of_last.map(|defect| (last, defect));
        for (number, pack) in packs.iter().enumerate().filter(|(number, _)| *number != last) {
            match pack.read(id) {
                Ok(Some(object)) => {
                    self.last.set(number);
                    return Ok(Some(object));
                }
                Ok(None) => {}
                Err(defect) => defective = Some((number, defect)),
            }
        }
        match defective {
            Some((number, defect)) => Err(DefectivePack { index: packs[number].index_path.clone(), defect }),
            None => self.unopened.borrow().clone().map_or(Ok(None), Err),
        }
    }
}

impl ObjectSource for Packs {
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, GitError> {
        self.find(id).map_err(|defective| defective.into_error(id))
    }

    fn contains(&self, id: &ObjectId) -> bool {
        self.packs.borrow().iter().any(|pack| matches!(pack.index.find(id.as_bytes()), Ok(Some(_))))
    }

    fn with_prefix(&self, prefix: &Prefix, ids: &mut Vec<ObjectId>) {
        self.packs.borrow().iter().for_each(|pack| pack.index.with_prefix(prefix, ids));
    }

    fn refresh(&self) {
        self.open_new();
    }
}

/// A pack with its index.
struct Pack {
    index_path: PathBuf,
    index: Index,
    data: Blocks,
    inflate: RefCell<Decompressor>,
    bases: RefCell<Bases>,
}

/// The beginning of an object in a pack.
struct Header {
    /// The number of its type, or of the form of its difference.
    number: u8,
    /// Length of the object, or of its delta.
    size: usize,
    /// Offset of its data.
    data: u64,
    /// Location of the object that it is a delta of.
    base: Option<u64>,
}

impl Pack {
    /// Opens a pack by the path of its index; `None` where only the index is there, as while git removes one.
    fn open(index_path: &Path) -> Result<Option<Self>, Defect> {
        let data = match Blocks::open(&index_path.with_extension("pack"), BLOCK, BLOCKS) {
            Ok(data) => data,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(_) => return Err(Defect::Damaged),
        };
        let is_known = data.read(0, 8, |bytes| bytes == b"PACK\0\0\0\x02");
        if is_known != Some(true) {
            return Err(Defect::Damaged);
        }
        let index = Index::open(index_path)?;
        if !index.is_of(&data) {
            return Err(Defect::Damaged);
        }
        Ok(Some(Self {
            index_path: index_path.to_owned(),
            index,
            data,
            inflate: RefCell::new(Decompressor::new()),
            bases: RefCell::default(),
        }))
    }

    fn read(&self, id: &ObjectId) -> Result<Option<Object>, Defect> {
        match self.index.find(id.as_bytes())? {
            Some(offset) => self.object(offset).map(Some),
            None => Ok(None),
        }
    }

    /// Reads the object at an offset: down to the one that is no difference, and up again.
    fn object(&self, mut offset: u64) -> Result<Object, Defect> {
        let mut deltas: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut work = 0;
        let mut object = loop {
            if let Some(kept) = self.bases.borrow().get(offset) {
                break kept;
            }
            let header = self.header(offset)?;
            let bytes = self.inflate(&header)?;
            let Some(base) = header.base else {
                let kind = Kind::from_number(header.number).ok_or(Defect::Damaged)?;
                break Object { kind, bytes: bytes.into() };
            };
            work = worked(work, bytes.len())?;
            deltas.push((offset, bytes));
            // Offsets that only go down end; those that go up may be circular.
            let is_circle = base >= offset && deltas.iter().any(|(offset, _)| *offset == base);
            if is_circle || deltas.len() > DEEPEST {
                return Err(Defect::Endless);
            }
            offset = base;
        };
        // Others are likely to be differences from the same objects.
        if !deltas.is_empty() {
            self.bases.borrow_mut().keep(offset, &object);
        }
        while let Some((offset, delta)) = deltas.pop() {
            object.bytes = delta::apply(&object.bytes, &delta)?.into();
            work = worked(work, object.bytes.len())?;
            if !deltas.is_empty() {
                self.bases.borrow_mut().keep(offset, &object);
            }
        }
        Ok(object)
    }

    fn header(&self, offset: u64) -> Result<Header, Defect> {
        // Enough for a size of ten bytes and an id or a distance.
        let header = self.data.read(offset, 48, |bytes| self.parse_header(offset, bytes));
        header.ok_or(Defect::Damaged)?
    }

    fn parse_header(&self, offset: u64, bytes: &[u8]) -> Result<Header, Defect> {
        let (first, mut rest) = bytes.split_first().ok_or(Defect::Damaged)?;
        let number = first >> 4 & 7;
        let mut size = u64::from(first & 15);
        if first & 0x80 != 0 {
            let more = delta::number(&mut rest)?;
            size |= more.checked_mul(16).ok_or(Defect::Damaged)?;
        }
        let base = match number {
            BY_OFFSET => Some(offset.checked_sub(distance(&mut rest)?).ok_or(Defect::Damaged)?),
            BY_ID => {
                let (id, after) = rest.split_at_checked(index::HASH).ok_or(Defect::Damaged)?;
                rest = after;
                // A base is in the same pack, but for packs on their way through the network.
                Some(self.index.find(id)?.ok_or(Defect::Damaged)?)
            }
            _ => None,
        };
        let size = usize::try_from(size).ok().filter(|size| *size <= LARGEST).ok_or(Defect::TooLarge)?;
        Ok(Header { number, size, data: offset + (bytes.len() - rest.len()) as u64, base })
    }

    fn inflate(&self, header: &Header) -> Result<Vec<u8>, Defect> {
        let mut bytes = vec![0; header.size];
        // What cannot be made smaller becomes a little larger.
        let most = header.size + header.size / 8 + 256;
        let mut inflate = self.inflate.borrow_mut();
        let inflated = self.data.read(header.data, most, |data| inflate.zlib_decompress(data, &mut bytes));
        match inflated {
            Some(Ok(length)) if length == header.size => Ok(bytes),
            _ => Err(Defect::Damaged),
        }
    }
}

/// Adds to the bytes that were produced for one object.
fn worked(before: usize, more: usize) -> Result<usize, Defect> {
    let work = before + more;
    if work > MOST_WORK { Err(Defect::Endless) } else { Ok(work) }
}

/// Reads how far before an object its base is: seven bits a byte, the highest first, each further byte one more.
fn distance(bytes: &mut &[u8]) -> Result<u64, Defect> {
    let mut distance = 0_u64;
    loop {
        let (byte, rest) = bytes.split_first().ok_or(Defect::Damaged)?;
        *bytes = rest;
        distance = distance.checked_mul(128).ok_or(Defect::Damaged)? | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Ok(distance);
        }
        distance = distance.checked_add(1).ok_or(Defect::Damaged)?;
    }
}

/// Objects that others are differences from, by their offsets; the oldest goes first.
#[derive(Default)]
struct Bases {
    kept: HashMap<u64, Object, BuildHasherDefault<IdHasher>>,
    order: VecDeque<u64>,
    bytes: usize,
}

impl Bases {
    fn get(&self, offset: u64) -> Option<Object> {
        self.kept.get(&offset).cloned()
    }

    fn keep(&mut self, offset: u64, object: &Object) {
        let length = object.bytes.len();
        if length > BASES / 4 || self.kept.insert(offset, object.clone()).is_some() {
            return;
        }
        self.order.push_back(offset);
        self.bytes += length;
        while self.bytes > BASES
            && let Some(oldest) = self.order.pop_front()
        {
            self.bytes -= self.kept.remove(&oldest).map_or(0, |object| object.bytes.len());
        }
    }
}
