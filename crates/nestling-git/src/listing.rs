//! The entries of one tree with the ids of their content, for programs that identify files by what is in them.

use super::tree::{Mode, RawEntry};
use super::{EntryMode, TreeId};

/// An entry of a tree, as it was committed.
///
/// ```
/// use nestling_git::{EntryMode, GitRepository, Trust};
/// # let fixture = nestling_git::testing::Fixture::new();
/// # fixture.write("api/main.rs", "fn main() {}");
/// # let commit = fixture.commit("one");
/// # let directory = &fixture.root;
///
/// let repository = GitRepository::discover(directory, &Trust::Owner)?;
/// let mut names = Vec::new();
/// repository.list(&repository.tree_of(&commit)?, &mut |entry| {
///     names.push((String::from_utf8_lossy(entry.name).into_owned(), entry.mode));
/// })?;
/// assert_eq!(names, [("api".to_owned(), EntryMode::Directory)]);
/// # Ok::<(), nestling_git::GitError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedEntry<'a> {
    /// Its name in the directory.
    pub name: &'a [u8],
    /// Its type.
    pub mode: EntryMode,
    /// The bytes of the id of its content: of a blob, a tree, or the commit of a submodule.
    pub id: &'a [u8],
    /// The tree of a directory.
    pub tree: Option<TreeId>,
}

/// Returns an entry for the crates above; `None` where its id is none.
pub(super) fn listed(entry: RawEntry<'_>) -> Option<ListedEntry<'_>> {
    let mode = match entry.mode {
        Mode::File => EntryMode::File,
        Mode::Executable => EntryMode::Executable,
        Mode::Symlink => EntryMode::Symlink,
        Mode::Submodule => EntryMode::Submodule,
        Mode::Directory => EntryMode::Directory,
    };
    let id = super::id::ObjectId::from_bytes(entry.id)?;
    let tree = (mode == EntryMode::Directory).then_some(TreeId(id));
    Some(ListedEntry { name: entry.name, mode, id: entry.id, tree })
}
