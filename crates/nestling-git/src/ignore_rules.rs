//! What git ignores in the work tree.

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use nestling_files::files::{Entry, EntryKind};
use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

/// What a folder holds that git sees, which of that are folders that are ignored as a whole, and what is ignored in it.
#[derive(Clone)]
pub(super) struct Listed {
    pub(super) entries: Rc<[Entry]>,
    pub(super) ignored: Rc<BTreeSet<Vec<u8>>>,
    pub(super) rules: Rules,
}

/// What git ignores in a folder, unless it is tracked.
#[derive(Clone)]
pub(super) enum Rules {
    /// What the patterns say, the weakest first.
    Patterns(Vec<Rc<Gitignore>>),
    /// All of it: the folder itself is ignored, and no pattern in it counts.
    Everything,
}

impl Rules {
    pub(super) fn extend(&mut self, stronger: Option<Rc<Gitignore>>) {
        if let Self::Patterns(patterns) = self {
            patterns.extend(stronger);
        }
    }

    /// The nearest file with something to say about the path decides.
    pub(super) fn ignore(&self, path: &Path, kind: EntryKind) -> bool {
        let Self::Patterns(patterns) = self else { return true };
        let is_folder = matches!(kind, EntryKind::Directory | EntryKind::Submodule);
        let verdict =
            patterns.iter().rev().map(|p| p.matched(path, is_folder)).find(|verdict| !verdict.is_none());
        verdict.is_some_and(|verdict| verdict.is_ignore())
    }
}

/// The patterns of an ignore file that apply below `root`. Git reads no such file through a link, and skips a line
/// that is no pattern.
pub(super) fn patterns(root: &Path, file: &Path) -> Option<Rc<Gitignore>> {
    if !file.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let mut builder = GitignoreBuilder::new(root);
    builder.add(file);
    builder.build().ok().filter(|patterns| !patterns.is_empty()).map(Rc::new)
}
