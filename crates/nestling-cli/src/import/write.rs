//! Writes the files into the work tree.

use crate::exit::Failure;
use crate::output::replace;
use anyhow::Context as _;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Writes files, and removes those of which nothing is left.
///
/// # Errors
/// A file cannot be written or removed.
pub(crate) fn write(
    root: &Path,
    written: &BTreeMap<String, String>,
    deleted: &BTreeSet<String>,
) -> Result<(), Failure> {
    for (path, text) in written {
        let path = root.join(path);
        if let Some(directory) = path.parent() {
            let context = || format!("cannot create `{}`", directory.display());
            fs::create_dir_all(directory).with_context(context).map_err(Failure::output)?;
        }
        replace(&path, text)?;
    }
    for path in deleted {
        let path = root.join(path);
        fs::remove_file(&path)
            .with_context(|| format!("cannot remove `{}`", path.display()))
            .map_err(Failure::output)?;
    }
    Ok(())
}
