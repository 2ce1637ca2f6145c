//! Reads loose objects: a file each, deflated, with a head that names the type and the length
//! (<https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_object_storage>).
//!
//! A full disk or a killed fetch leaves some of them cut off. libgit2 reads such a file for ever.

use super::GitError;
use super::bounded;
use super::id::{ObjectId, Prefix};
use super::object::{Kind, LARGEST, Object, ObjectSource};
use libdeflater::{DecompressionError, Decompressor};
use std::cell::RefCell;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Longest head: the name of a type, a space, twenty digits and a zero byte.
const LONGEST_HEAD: usize = 32;
/// First guess at how many times larger the content is than the file.
const RATIO: usize = 8;

/// The loose objects of one directory of objects.
pub(super) struct LooseObjects {
    directory: PathBuf,
    inflate: RefCell<Decompressor>,
}

impl LooseObjects {
    /// The loose objects of a directory of objects.
    pub(super) fn new(objects: &Path) -> Self {
        Self { directory: objects.to_owned(), inflate: RefCell::new(Decompressor::new()) }
    }

    fn path(&self, id: &ObjectId) -> PathBuf {
        let digits = id.to_string();
        let (directory, file) = digits.split_at(2);
        self.directory.join(directory).join(file)
    }

    fn object(&self, file: &[u8]) -> Result<Object, String> {
        let content = self.inflate(file)?;
        let head_end = content.iter().take(LONGEST_HEAD).position(|byte| *byte == 0);
        let (kind, length) =
            head_end.and_then(|end| parse_head(&content[..end])).ok_or("its header is invalid")?;
        let bytes = &content[head_end.unwrap_or(0) + 1..];
        if bytes.len() as u64 != length {
            return Err(format!("it has {} bytes, but its header has {length}", bytes.len()));
        }
        Ok(Object { kind, bytes: bytes.into() })
    }

    /// Inflates a file. The length of the content is in the content itself, so the size of the buffer is found by trying.
    fn inflate(&self, file: &[u8]) -> Result<Vec<u8>, String> {
        let most = LARGEST + LONGEST_HEAD;
        let mut room = file.len().saturating_mul(RATIO).clamp(4 << 10, most);
        loop {
            let mut content = vec![0; room];
            match self.inflate.borrow_mut().zlib_decompress(file, &mut content) {
                Ok(length) => {
                    content.truncate(length);
                    return Ok(content);
                }
                Err(DecompressionError::InsufficientSpace) if room < most => room = (room * 4).min(most),
                Err(DecompressionError::InsufficientSpace) => {
                    return Err("it requires too much memory".to_owned());
                }
                Err(DecompressionError::BadData) => {
                    return Err("it is truncated or damaged".to_owned());
                }
            }
        }
    }
}

impl ObjectSource for LooseObjects {
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, GitError> {
        let path = self.path(id);
        let read = match read_file(&path) {
            Ok(file) => self.object(&file),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => Err(error.to_string()),
        };
        match read {
            Ok(object) => Ok(Some(object)),
            Err(reason) => Err(GitError::Corrupt { form: "loose", id: id.to_string(), path, reason }),
        }
    }

    fn contains(&self, id: &ObjectId) -> bool {
        self.path(id).is_file()
    }

    fn with_prefix(&self, prefix: &Prefix, ids: &mut Vec<ObjectId>) {
        let directory = &prefix.digits()[..2];
        let entries = std::fs::read_dir(self.directory.join(directory)).into_iter().flatten().flatten();
        for entry in entries {
            let file = entry.file_name();
            let id = file.to_str().and_then(|file| ObjectId::from_hex(&format!("{directory}{file}")));
            ids.extend(id.filter(|id| prefix.matches(id)));
        }
    }
}

/// Reads a file of an object. One that is larger than any object that is read here is cut off, which shows in its content.
fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    // A link may lead to a device.
    let file = bounded::open(path, u64::MAX)?;
    let mut bytes = Vec::new();
    file.take(2 * LARGEST as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads `blob 12`.
fn parse_head(head: &[u8]) -> Option<(Kind, u64)> {
    let space = head.iter().position(|byte| *byte == b' ')?;
    let length = std::str::from_utf8(&head[space + 1..]).ok()?;
    let is_number = length.bytes().all(|digit| digit.is_ascii_digit());
    Some((Kind::from_name(&head[..space])?, length.parse().ok().filter(|_| is_number)?))
}
