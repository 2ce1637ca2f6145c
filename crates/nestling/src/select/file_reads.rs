//! The changed files that the file functions of a template read.

use crate::template::{glob_from_root, path_from_root};
use crate::template_syntax::FileRead;
use nestling_files::files::{Files, Resolved, resolve_links};
use nestling_files::path::{Glob, RepoPath};
use std::collections::BTreeSet;
use std::iter::successors;

/// Returns the changed files that a read of a template can depend on, for a unit in this directory. A computed path can be any file.
pub(super) fn files_of_read<'c>(
    read: &FileRead,
    directory: &RepoPath,
    changed: &'c BTreeSet<RepoPath>,
    files: &dyn Files,
) -> Vec<&'c RepoPath> {
    match read {
        FileRead::Computed => changed.iter().collect(),
        // A path that points outside of the repository is an error of the template.
        FileRead::Path(text) => match path_from_root(directory, text) {
            // It may be a directory, which comes and goes with its files.
            Ok(path) => changed.iter().filter(|changed| changed.is_in(&path)).collect(),
            Err(_) => Vec::new(),
        },
        FileRead::Fingerprint(text) => match path_from_root(directory, text) {
            Ok(path) => {
                let (target, links) = behind_links(files, &path);
                let counts = |changed: &&RepoPath| {
                    changed.is_in(&path) || changed.is_in(&target) || links.contains(*changed)
                };
                changed.iter().filter(counts).collect()
            }
            Err(_) => Vec::new(),
        },
        FileRead::Nearest(name) => {
            let directories = successors(Some(directory.clone()), RepoPath::parent);
            let paths = directories.filter_map(|directory| directory.join(name).ok());
            paths.filter_map(|path| changed.get(&path)).collect()
        }
        FileRead::Glob(text) => match glob_from_root(directory, text).map(|glob| Glob::parse(&glob)) {
            Ok(Ok(glob)) => changed.iter().filter(|changed| glob.matches(changed)).collect(),
            _ => Vec::new(),
        },
    }
}

/// Follows a path. Returns its target, and the links on the way; a link that cannot be followed is reported by who hashes the file.
fn behind_links(files: &dyn Files, path: &RepoPath) -> (RepoPath, Vec<RepoPath>) {
    match resolve_links(files, path) {
        Ok(Ok(Resolved { path, links })) => (path, links),
        _ => (path.clone(), Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling_files::files::MemoryFiles;

    #[test]
    fn a_read_concerns_the_paths_that_can_change_its_answer() {
        let changed =
            ["package.json", "apps/package.json", "apps/web/charts/a/Chart.yaml", "apps/web2/package.json"];
        let changed: BTreeSet<RepoPath> =
            changed.iter().map(|path| RepoPath::parse(path).expect("a path")).collect();
        let directory = RepoPath::parse("apps/web").expect("a path");
        let files = MemoryFiles::default();
        for (read, expected) in [
            (FileRead::Path("package.json".to_owned()), &["package.json"][..]),
            (FileRead::Path("./package.json".to_owned()), &[]),
            (FileRead::Path("../package.json".to_owned()), &["apps/package.json"]),
            (FileRead::Path("/apps/web/charts".to_owned()), &["apps/web/charts/a/Chart.yaml"]),
            (FileRead::Path("../../../x".to_owned()), &[]),
            (FileRead::Fingerprint("./charts".to_owned()), &["apps/web/charts/a/Chart.yaml"]),
            (FileRead::Nearest("package.json".to_owned()), &["apps/package.json", "package.json"]),
            (FileRead::Glob("./charts/*/Chart.yaml".to_owned()), &["apps/web/charts/a/Chart.yaml"]),
            (FileRead::Glob("apps/*/package.json".to_owned()), &["apps/web2/package.json"]),
        ] {
            let paths: Vec<&str> = files_of_read(&read, &directory, &changed, &files)
                .into_iter()
                .filter_map(RepoPath::as_str)
                .collect();
            assert_eq!(paths, expected, "{read:?}");
        }
        assert_eq!(files_of_read(&FileRead::Computed, &directory, &changed, &files).len(), changed.len());
    }
}
