//! Paths relative to the project's directory, which GitLab stores artifacts by.

use std::path::{Path, PathBuf};

/// Returns a directory's path from a root; `None` if it is not below it or does not exist. Links are followed.
pub(crate) fn from_root(directory: &Path, root: &Path) -> Option<PathBuf> {
    let root = root.canonicalize();
    let root = root.as_deref().ok()?;
    directory.canonicalize().ok()?.strip_prefix(root).ok().map(Path::to_owned)
}
