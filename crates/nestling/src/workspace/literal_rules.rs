//! Rules of paths that nobody wrote as a glob: what links lead to, and what manifests name.

use super::globs::escape;
use super::unit::{PathRule, Sign, Stated};
use nestling_files::path::{Glob, RepoPath};
use nestling_gitlab::diagnostic::Origin;

/// The rule of one file. `None` for a name that no glob can have.
pub(crate) fn of_file(path: &RepoPath, stated: Stated, origin: Origin) -> Option<PathRule> {
    literal(path, "", stated, origin)
}

/// The rule of the files directly in a directory. `None` for a name that no glob can have.
pub(crate) fn of_files_in(path: &RepoPath, stated: Stated, origin: Origin) -> Option<PathRule> {
    literal(path, "/*", stated, origin)
}

/// The rule of all files below a directory. `None` for a name that no glob can have.
pub(crate) fn of_directory(path: &RepoPath, stated: Stated, origin: Origin) -> Option<PathRule> {
    literal(path, "/**/*", stated, origin)
}

fn literal(path: &RepoPath, below: &str, stated: Stated, origin: Origin) -> Option<PathRule> {
    let text = path.as_str()?;
    let glob = format!("{}{below}", escape(text));
    let glob = Glob::parse(glob.trim_start_matches('/')).ok()?;
    let written = format!("/{text}{below}").replace("//", "/");
    Some(PathRule { sign: Sign::Include, glob, written, stated, link: None, origin })
}
