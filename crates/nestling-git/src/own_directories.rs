//! Git's own directories inside the work tree. They are mostly called `.git`, which no commit can hold; `git init
//! --separate-git-dir` puts them anywhere, where nobody but git itself would know them from directories of files.

use super::bounded;
use nestling_files::path::RepoPath;
use std::path::{Path, PathBuf};

/// Returns the paths of a repository's own directories that are inside its work tree.
pub(super) fn own_directories(git_dir: &Path, work_dir: &Path) -> Vec<RepoPath> {
    let Ok(root) = work_dir.canonicalize() else { return Vec::new() };
    let directories = [Some(git_dir.to_owned()), common_directory(git_dir)];
    let inside = directories.into_iter().flatten().filter_map(|directory| {
        let directory = directory.canonicalize().ok()?;
        RepoPath::parse(directory.strip_prefix(&root).ok()?.as_os_str().as_encoded_bytes()).ok()
    });
    // A git directory is never the work tree itself.
    inside.filter(|path| !path.is_root()).collect()
}

/// Returns the directory that linked work trees share (<https://git-scm.com/docs/gitrepository-layout>).
pub(super) fn common_directory(git_dir: &Path) -> Option<PathBuf> {
    let written = bounded::read(&git_dir.join("commondir"), bounded::SMALL).ok()?;
    Some(git_dir.join(super::command::path(written.trim_ascii_end())))
}
