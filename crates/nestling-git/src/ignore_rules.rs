//! Ignore rules of the work tree (<https://git-scm.com/docs/gitignore>).

use super::bounded;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use nestling_files::files::{DirectoryEntry, EntryKind};
use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

/// A directory as git sees it.
#[derive(Clone)]
pub(super) struct Listing {
    /// Tracked and unignored entries, sorted by name.
    pub(super) entries: Rc<[DirectoryEntry]>,
    /// Names of subdirectories that are ignored as a whole, and hold something that is tracked.
    pub(super) ignored: Rc<BTreeSet<Vec<u8>>>,
    /// Ignored entries in it.
    pub(super) rules: IgnoreRules,
}

/// Ignore rules of a directory, for untracked files.
#[derive(Clone)]
pub(super) enum IgnoreRules {
    /// Patterns, in order of increasing precedence.
    Patterns(Vec<Rc<Gitignore>>),
    /// All of it: the directory itself is ignored, and no pattern in it counts.
    Everything,
}

impl IgnoreRules {
    /// Adds the patterns of a directory, which win over those of the directories above it.
    pub(super) fn extend(&mut self, patterns_here: Option<Rc<Gitignore>>) {
        if let Self::Patterns(patterns) = self {
            patterns.extend(patterns_here);
        }
    }

    /// Returns `true` for a path that is ignored. The strongest patterns that match it, or exclude it from being ignored,
    /// decide.
    pub(super) fn ignore(&self, path: &Path, kind: EntryKind) -> bool {
        let Self::Patterns(patterns) = self else { return true };
        let is_directory = matches!(kind, EntryKind::Directory | EntryKind::Submodule);
        for patterns in patterns.iter().rev() {
            let verdict = patterns.matched(path, is_directory);
            if !verdict.is_none() {
                return verdict.is_ignore();
            }
        }
        false
    }
}

/// Reads the patterns of an ignore file that apply below `root`. Git reads no such file through a link, and skips a line that
/// is no pattern. One that is too large to be read is left out: then more is seen, not less.
pub(super) fn read_patterns(root: &Path, file: &Path) -> Option<Rc<Gitignore>> {
    if !file.symlink_metadata().ok()?.is_file() || bounded::check_if_there(file, bounded::TEXT).is_err() {
        return None;
    }
    let mut builder = GitignoreBuilder::new(root);
    builder.add(file);
    builder.build().ok().filter(|patterns| !patterns.is_empty()).map(Rc::new)
}
