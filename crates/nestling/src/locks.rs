//! Lock files by the units whose dependencies they resolve: a change to one affects the units that come to other packages.
//!
//! A lock file counts where `depends_from` names the reader of its ecosystem. Each unit that it serves has a share of it: the packages
//! that it comes to, with those that they need in turn, as the lock file describes them. What cannot be understood is the share of every
//! unit that the lock file serves: rather once too often.

mod lock;
mod toml_packages;
mod cargo;
mod npm;
mod pnpm;
mod yarn;
mod uv;
mod go;
mod whole;
mod shares;
mod compare;

pub(crate) use compare::compare;
pub(crate) use shares::{LockShares, serve_the_same};

use crate::workspace::Workspace;
use lock::Lock;
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use std::collections::HashSet;

/// The reason why a lock file is not understood.
type Unknown = String;

/// A lock file to read.
struct LockFile<'f> {
    /// The directory that it is in.
    directory: RepoPath,
    text: &'f str,
    /// The manifests that it is the nearest lock file of, each by its directory.
    manifests: &'f [(RepoPath, String)],
}

/// A kind of lock files.
#[derive(Debug)]
struct Kind {
    name: &'static str,
    /// The reader of `depends_from` that counts it in.
    reader: &'static str,
    /// The manifests of packages that it serves.
    manifest: &'static str,
    /// Set if it serves the directories below that have no manifest of their own.
    serves_below: bool,
    /// Set if a change to a manifest alone can make other shares: if not, `manifests` are read without their contents.
    asks_manifests: bool,
    read: fn(&LockFile<'_>) -> Result<Lock, Unknown>,
}

impl PartialEq for Kind {
    /// There is one of each name.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// A kind of lock files for packages with a manifest each.
const fn kind(
    name: &'static str,
    reader: &'static str,
    manifest: &'static str,
    read: fn(&LockFile<'_>) -> Result<Lock, Unknown>,
) -> Kind {
    Kind { name, reader, manifest, serves_below: false, asks_manifests: false, read }
}

/// All kinds.
static KINDS: [Kind; 8] = [
    Kind { asks_manifests: true, ..kind("Cargo.lock", "cargo", "Cargo.toml", cargo::read) },
    kind("package-lock.json", "npm", "package.json", npm::read),
    kind("npm-shrinkwrap.json", "npm", "package.json", npm::read),
    kind("pnpm-lock.yaml", "npm", "package.json", pnpm::read),
    Kind { asks_manifests: true, ..kind("yarn.lock", "npm", "package.json", yarn::read) },
    kind("uv.lock", "python", "pyproject.toml", uv::read),
    Kind { serves_below: true, ..kind("poetry.lock", "python", "pyproject.toml", whole::read) },
    Kind { serves_below: true, asks_manifests: true, ..kind("go.sum", "go", "go.mod", go::read) },
];

/// Returns the names of all lock files that units' packages are read from.
///
/// ```
/// assert!(nestling::lock_file_names().any(|name| name == "Cargo.lock"));
/// ```
pub fn lock_file_names() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.name)
}

/// Returns the kinds that a workspace asks for.
fn kinds(workspace: &Workspace) -> Vec<&'static Kind> {
    let readers = &workspace.depends_from.readers;
    KINDS.iter().filter(|kind| readers.iter().any(|(reader, _)| reader.name == kind.reader)).collect()
}

/// Returns `true` if a workspace asks for any.
pub(crate) fn has_any(workspace: &Workspace) -> bool {
    !kinds(workspace).is_empty()
}

/// Returns `true` if a path is that of a lock file which a workspace asks for.
pub(crate) fn is_lock(workspace: &Workspace, path: &RepoPath) -> bool {
    kinds(workspace).iter().any(|kind| path.file_name() == kind.name.as_bytes())
}

/// Returns `true` for a manifest that a lock file beside or above it could ask.
pub(crate) fn may_be_asked(workspace: &Workspace, path: &RepoPath) -> bool {
    asking(workspace, path).next().is_some()
}

/// Returns `true` if there is a lock file that asks one of these manifests. Where a file cannot be read, there may be one.
pub(crate) fn are_asked(files: &dyn Files, workspace: &Workspace, manifests: &[&RepoPath]) -> bool {
    let mut seen = HashSet::new();
    let mut places = Vec::new();
    for manifest in manifests {
        for directory in std::iter::successors(manifest.parent(), RepoPath::parent) {
            places.extend(asking(workspace, manifest).map(|kind| directory.child(kind.name.as_bytes())));
        }
    }
    places.retain(|place| seen.insert(place.clone()));
    places.iter().any(|place| files.read(place).map_or(true, |text| text.is_some()))
}

/// Returns the kinds of lock files that ask a manifest.
fn asking(workspace: &Workspace, path: &RepoPath) -> impl Iterator<Item = &'static Kind> {
    let name = path.file_name().to_vec();
    kinds(workspace).into_iter().filter(move |kind| kind.asks_manifests && name == kind.manifest.as_bytes())
}

#[cfg(test)]
mod tests;
