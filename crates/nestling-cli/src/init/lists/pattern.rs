//! The members of a list of globs.

use super::Reader;
use nestling::RepoPath;
use nestling::listed::{MemberGlobs, Membership};
use std::collections::BTreeSet;

/// Directories that the globs of a list match.
#[derive(Debug, Default)]
pub(super) struct Members {
    pub included: BTreeSet<RepoPath>,
    pub excluded: BTreeSet<RepoPath>,
}

/// Returns the directories below one that have a manifest of this name, by what the globs say of them.
pub(super) fn members(reader: &Reader<'_>, dir: &RepoPath, globs: &MemberGlobs, manifest: &str) -> Members {
    let mut members = Members::default();
    for (path, directory) in &reader.inventory.directories {
        let is_below = path != dir && directory.has(manifest);
        let Some(relative) = path.relative_to(dir).filter(|_| is_below) else { continue };
        match globs.membership(relative) {
            Membership::Member => members.included.insert(path.clone()),
            Membership::Excluded => members.excluded.insert(path.clone()),
            Membership::Unlisted => false,
        };
    }
    members
}
