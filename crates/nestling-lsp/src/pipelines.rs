//! The files of a repository that GitLab may read as pipelines.

use crate::belonging::{is_named_as_pipeline, is_of_ci};
use crate::documents::Documents;
use nestling::Repository;
use nestling_files::files::{EntryKind, Files, Walk};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// Bytes of the largest file that is read in search of an `include`.
const LARGEST: u64 = 1 << 20;

/// Returns the files of a repository that may be read as pipelines: YAML with an `include` that has GitLab's
/// name, or looks like it. Ignored files are not looked at.
pub(crate) fn pipelines(root: &Path, documents: &Documents) -> Vec<PathBuf> {
    let repository = Repository::discover(root).ok();
    let work_tree = repository.as_ref().and_then(|repository| repository.git().work_tree().ok());
    let files: Box<dyn Files + '_> = match work_tree {
        Some(work_tree) => Box::new(work_tree),
        None => return Vec::new(),
    };
    let mut paths = BTreeSet::new();
    let is_yaml = |path: &Path| path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml");
    // What could not be listed is not known to the checks either.
    let _ = files.walk(&mut |directory, entries| {
        let of_files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
        let found = of_files.map(|entry| directory.child(&entry.name));
        paths.extend(
            found.map(|path| root.join(OsStr::from_bytes(path.as_bytes()))).filter(|path| is_yaml(path)),
        );
        Walk::Descend
    });
    paths.extend(documents.open.keys().filter(|path| path.starts_with(root) && is_yaml(path)).cloned());
    let may_include = |path: &PathBuf| {
        let is_small = std::fs::metadata(path).map_or(true, |metadata| metadata.len() <= LARGEST);
        let is_of_gitlab = |text: &str| is_named_as_pipeline(path) || is_of_ci(text);
        is_small && documents.text(path).is_some_and(|text| text.contains("include") && is_of_gitlab(&text))
    };
    paths.into_iter().filter(may_include).collect()
}
