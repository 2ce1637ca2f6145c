//! The files of a repository that GitLab may read as pipelines.

use crate::belonging::{is_named_as_pipeline, is_of_ci};
use crate::documents::Documents;
use nestling::Repository;
use nestling_files::files::{DirectoryFiles, EntryKind, Files, Walk};
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
    let is_closed = |path: &PathBuf| !documents.open.contains_key(path);
    let find = || {
        let files = yaml_files(root, documents).into_iter();
        files.filter(|path| is_closed(path) && may_include(path)).collect()
    };
    let closed = documents.found.of(root, find);
    let open = documents.open.keys().filter(|path| path.starts_with(root) && is_yaml(path));
    let mut paths: Vec<PathBuf> = open.filter(|path| may_include(path)).cloned().collect();
    paths.extend(closed.iter().filter(|path| is_closed(path)).cloned());
    paths.sort();
    paths
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml")
}

/// Returns the YAML files of a repository that are not ignored, and those that are open.
pub(crate) fn yaml_files(root: &Path, documents: &Documents) -> BTreeSet<PathBuf> {
    let open = documents.open.keys().filter(|path| path.starts_with(root) && is_yaml(path));
    let mut paths: BTreeSet<PathBuf> = open.cloned().collect();
    let repository = Repository::discover(root).ok();
    let work_tree = repository.as_ref().and_then(|repository| repository.git().work_tree().ok());
    let files: Box<dyn Files + '_> = match work_tree {
        Some(work_tree) => Box::new(work_tree),
        None => Box::new(DirectoryFiles::new(root)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::{Document, FoundPipelines};
    use crate::uri::uri_of;
    use nestling_git::testing::Fixture;

    #[test]
    fn a_repository_is_not_walked_again_before_files_on_disk_may_have_changed() {
        let fixture = Fixture::new();
        fixture.write("a.gitlab-ci.yml", "include: x.yml\n");
        fixture.write("compose.yml", "include: [x.yml]\nservices: {}\n");
        fixture.commit("start");
        let mut documents = Documents::default();
        let found = |documents: &Documents| {
            let paths = pipelines(&fixture.root, documents);
            let names = paths.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
            names.collect::<Vec<String>>().join(" ")
        };
        assert_eq!(found(&documents), "a.gitlab-ci.yml");
        fixture.write("b.gitlab-ci.yml", "include: x.yml\n");
        assert_eq!(found(&documents), "a.gitlab-ci.yml");
        // Those that are open are as they are in the editor.
        for (name, text) in [("c.gitlab-ci.yml", "include: x.yml\n"), ("a.gitlab-ci.yml", "a: {}\n")] {
            let path = fixture.root.join(name);
            let (uri, language, text) = (uri_of(&path).unwrap(), "yaml".to_owned(), text.to_owned());
            documents.open.insert(path, Document { uri, language, version: 0, text });
        }
        assert_eq!(found(&documents), "c.gitlab-ci.yml");
        documents.found = FoundPipelines::default();
        assert_eq!(found(&documents), "b.gitlab-ci.yml c.gitlab-ci.yml");
    }
}
