//! What to look for in all directories, and how that is done where all of them have to be listed.

use super::{Entry, EntryKind, Files, ReadError, Walk};
use crate::path::RepoPath;

/// A search for the regular files of one name, and of some more names on the same way, in whatever directories they
/// are.
#[derive(Debug, Clone, Copy)]
pub struct Search<'n> {
    /// The last component of their paths.
    pub name: &'n [u8],
    /// Directories with at most so many components are visited whether such a file is in them or not.
    pub depth: usize,
    /// Further names. Their files are found below directories that a visit leaves out, too.
    pub also: &'n [&'n [u8]],
    /// Below directories of this name, wherever they are, none of the further names is looked for.
    pub without: Option<&'n [u8]>,
}

/// Hears of a directory with the bytes of the file that is looked for, and says whether to look for it below.
pub type Visit<'v> = dyn FnMut(&RepoPath, Option<Vec<u8>>) -> Walk + 'v;

/// Hears of a file of a further name: of its directory, which of the names it has, and its bytes.
pub type Also<'v> = dyn FnMut(&RepoPath, usize, Vec<u8>) + 'v;

impl<'n> Search<'n> {
    /// A search that visits the directories with such a file; others may be visited too.
    pub fn new(name: &'n [u8]) -> Self {
        Self { name, depth: 0, also: &[], without: None }
    }

    /// Names of directories below which nothing is looked for.
    pub fn leaves_out(&self, directory: &[u8]) -> bool {
        self.without.is_some_and(|name| name == directory)
    }
}

/// Finds files by listing every directory.
pub(super) fn by_walking(
    files: &(impl Files + ?Sized),
    search: &Search<'_>,
    visit: &mut Visit<'_>,
    also: &mut Also<'_>,
) -> Result<(), ReadError> {
    let mut failure = None;
    // All below a directory follows it at once, so that the last one of either kind is the one to be in.
    let (mut skipped, mut left_out): (Option<RepoPath>, Option<RepoPath>) = (None, None);
    let is_below = |above: &Option<RepoPath>, dir: &RepoPath| above.as_ref().is_some_and(|it| dir.is_in(it));
    files.walk(&mut |directory, entries| {
        if failure.is_some() {
            return Walk::Skip;
        }
        if search.leaves_out(directory.file_name()) && !is_below(&left_out, directory) {
            left_out = Some(directory.clone());
        }
        let (mut wants_name, wants_also) =
            (!is_below(&skipped, directory), !search.also.is_empty() && !is_below(&left_out, directory));
        let mut look = || {
            if wants_name && visit(directory, read(files, directory, entries, search.name)?) == Walk::Skip {
                skipped = Some(directory.clone());
                wants_name = false;
            }
            for (at, name) in search.also.iter().enumerate().filter(|_| wants_also) {
                if let Some(bytes) = read(files, directory, entries, name)? {
                    also(directory, at, bytes);
                }
            }
            Ok(if wants_name || wants_also { Walk::Descend } else { Walk::Skip })
        };
        look().unwrap_or_else(|error| {
            failure = Some(error);
            Walk::Skip
        })
    })?;
    failure.map_or(Ok(()), Err)
}

/// The bytes of a directory's regular file of that name.
fn read(
    files: &(impl Files + ?Sized),
    directory: &RepoPath,
    entries: &[Entry],
    name: &[u8],
) -> Result<Option<Vec<u8>>, ReadError> {
    let there = entries.iter().any(|entry| entry.kind == EntryKind::File && entry.name == name);
    if there { files.read(&directory.child(name)) } else { Ok(None) }
}
