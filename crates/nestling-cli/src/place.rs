//! Where something is, seen from the folder that GitLab keeps artifacts by their paths from.

use std::path::{Path, PathBuf};

/// A folder's path from a root; `None` where it is not below it, or not there. Links on the way are followed.
pub(crate) fn from_root(folder: &Path, root: &Path) -> Option<PathBuf> {
    let root = root.canonicalize();
    let root = root.as_deref().ok()?;
    folder.canonicalize().ok()?.strip_prefix(root).ok().map(Path::to_owned)
}
