//! Members of a workspace of packages, as the globs of its root say.

use crate::workspace::member_globs::{MemberGlobs, Membership};
use nestling_files::path::RepoPath;

/// Directories that form one workspace of packages with the directory of its root.
pub(super) struct Members {
    /// The directory of the workspace's root, which is a member.
    pub root: RepoPath,
    pub globs: MemberGlobs,
}

impl Members {
    /// Returns `true` if a directory is a member.
    pub(super) fn holds(&self, directory: &RepoPath) -> bool {
        let Some(relative) = directory.relative_to(&self.root) else { return false };
        relative.is_empty() || self.globs.membership(relative) == Membership::Member
    }
}
