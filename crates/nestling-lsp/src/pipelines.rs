//! The files of a repository that GitLab may read as pipelines.

use crate::belonging::{is_named_as_pipeline, is_of_ci};
use crate::documents::Documents;
use nestling::Repository;
use nestling_files::files::{EntryKind, Files as _, Walk};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// Bytes of the largest file that is read in search of an `include`.
const LARGEST: u64 = 1 << 20;

/// Returns the files of a repository that may be read as pipelines: YAML with an `include` that has GitLab's
/// name, or looks like it. Ignored files are not looked at.
pub(crate) fn pipelines(root: &Path, documents: &Documents) -> Vec<PathBuf> {
    let may_include = |path: &PathBuf| {
        let is_small = std::fs::metadata(path).map_or(true, |metadata| metadata.len() <= LARGEST);
        let is_of_gitlab = |text: &str| is_named_as_pipeline(path) || is_of_ci(text);
        is_small && documents.text(path).is_some_and(|text| text.contains("include") && is_of_gitlab(&text))
    };
    yaml_files(root, documents).into_iter().filter(may_include).collect()
}

/// Returns the YAML files of a repository that are not ignored, and those that are open.
pub(crate) fn yaml_files(root: &Path, documents: &Documents) -> BTreeSet<PathBuf> {
    let is_yaml = |path: &Path| path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml");
    let open = documents.open.keys().filter(|path| path.starts_with(root) && is_yaml(path));
    let mut paths: BTreeSet<PathBuf> = open.cloned().collect();
    let repository = Repository::discover(root).ok();
    let Some(files) = repository.as_ref().and_then(|repository| repository.git().work_tree().ok()) else {
        return paths;
    };
    // What could not be listed is not known to the checks either.
    let _ = files.walk(&mut |directory, entries| {
        let of_files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
        let found = of_files.map(|entry| directory.child(&entry.name));
        paths.extend(
            found.map(|path| root.join(OsStr::from_bytes(path.as_bytes()))).filter(|path| is_yaml(path)),
        );
        Walk::Descend
    });
    paths
}
