//! Reads a repository: which directories have files that mark a project, and which are left out.

use super::kinds::{KINDS, Kind};
use super::material::{FOREIGN, MATERIAL, Material};
use nestling::{FILE_NAME, Files, ReadError, RepoPath};
use nestling_files::files::{DirectoryEntry, EntryKind, Walk};
use std::collections::{BTreeMap, BTreeSet};

/// A directory as far as its names say something.
#[derive(Debug, Default)]
pub(super) struct Directory {
    /// Names of its files.
    pub files: BTreeSet<String>,
    /// Names of its subdirectories.
    pub directories: BTreeSet<String>,
    /// Names of its symbolic links, which are not followed.
    pub links: BTreeSet<String>,
}

impl Directory {
    /// Returns true for a name of one of its files.
    pub(super) fn has(&self, name: &str) -> bool {
        self.files.contains(name)
    }

    /// Returns the file that marks a project of a kind.
    pub(super) fn marker(&self, kind: &Kind) -> Option<&str> {
        kind.marker(&self.files)
    }
}

/// A directory that is not entered, with the reason.
#[derive(Debug)]
pub(super) struct LeftOut {
    pub dir: RepoPath,
    pub reason: &'static str,
}

/// The contents of a repository.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// All directories that are entered.
    pub directories: BTreeMap<RepoPath, Directory>,
    /// Directories that are not, with something in them.
    pub left_out: Vec<LeftOut>,
    /// Paths that are not UTF-8, of which nothing can be proposed.
    pub unspeakable: Vec<RepoPath>,
    /// Directories with a `nestling.yml` of their own, but the root.
    pub own_files: BTreeSet<RepoPath>,
    /// Names at the root, of every type.
    pub at_root: BTreeSet<String>,
    /// Number of files.
    pub file_count: usize,
}

impl Inventory {
    /// Reads all files that git tracks or does not ignore.
    ///
    /// # Errors
    /// A directory cannot be listed.
    pub(super) fn read(files: &dyn Files) -> Result<Self, ReadError> {
        let mut inventory = Self::default();
        files.walk(&mut |directory, entries| inventory.add(directory, entries))?;
        Ok(inventory)
    }

    fn add(&mut self, path: &RepoPath, entries: &[DirectoryEntry]) -> Walk {
        if let Some(reason) = foreign(path).filter(|_| !is_module(path, entries)) {
            self.left_out.push(LeftOut { dir: path.clone(), reason });
            return Walk::Skip;
        }
        if path.as_str().is_none() {
            self.unspeakable.push(path.clone());
            return Walk::Skip;
        }
        let mut directory = Directory::default();
        for entry in entries {
            let Ok(name) = str::from_utf8(&entry.name) else { continue };
            match entry.kind {
                EntryKind::File => {
                    directory.files.insert(name.to_owned());
                }
                EntryKind::Directory => {
                    directory.directories.insert(name.to_owned());
                }
                EntryKind::Submodule => {
                    self.left_out
                        .push(LeftOut { dir: path.child(&entry.name), reason: "a repository of its own" });
                }
                EntryKind::Symlink => {
                    directory.links.insert(name.to_owned());
                }
            }
            if path.is_root() {
                self.at_root.insert(name.to_owned());
            }
        }
        self.file_count += directory.files.len();
        if directory.has(FILE_NAME) && !path.is_root() {
            self.own_files.insert(path.clone());
        }
        self.directories.insert(path.clone(), directory);
        Walk::Descend
    }

    /// Returns true for a new repository: it has at most documents at its root.
    pub(super) fn is_blank(&self) -> bool {
        let is_text = |name: &String| {
            let name = name.to_lowercase();
            name.starts_with('.')
                || name.ends_with(".md")
                || name.starts_with("readme")
                || name.starts_with("licen")
        };
        self.at_root.iter().all(is_text)
    }

    /// Returns true for a directory of the repository that is entered.
    pub(super) fn is_directory(&self, path: &RepoPath) -> bool {
        self.directories.contains_key(path)
    }

    /// Returns true for a regular file in a directory that is entered.
    pub(super) fn is_file(&self, path: &RepoPath) -> bool {
        let Some(parent) = path.parent() else { return false };
        let name = str::from_utf8(path.file_name()).unwrap_or_default();
        self.directories.get(&parent).is_some_and(|directory| directory.has(name))
    }

    /// Returns each directory that a kind marks, with the marker.
    pub(super) fn of_kind(&self, kind: &'static Kind) -> impl Iterator<Item = (&RepoPath, &str)> {
        // Other tools have files of this name as well.
        let is_known = kind.id != "nx" || self.at_root.contains("nx.json");
        let directories = self.directories.iter().filter(move |_| is_known);
        directories.filter_map(|(dir, directory)| Some((dir, directory.marker(kind)?)))
    }

    /// Returns the kinds that have a marker somewhere, in the order of the table, with the number of directories.
    pub(super) fn counts(&self) -> Vec<(&'static Kind, usize)> {
        let counted = KINDS.iter().map(|kind| (kind, self.of_kind(kind).count()));
        counted.filter(|(_, count)| *count > 0).collect()
    }
}

fn foreign(path: &RepoPath) -> Option<&'static str> {
    let name = path.file_name();
    FOREIGN.iter().find(|(known, _)| known.as_bytes() == name).map(|(_, reason)| *reason)
}

/// Returns true for a module that is called as other tools call their output: they do not write these manifests.
fn is_module(path: &RepoPath, entries: &[DirectoryEntry]) -> bool {
    let manifests: [&[u8]; 4] = [b"pom.xml", b"build.gradle", b"build.gradle.kts", b"go.mod"];
    matches!(path.file_name(), b"dist" | b"target" | b"coverage")
        && entries.iter().any(|entry| manifests.contains(&&*entry.name))
}

/// Returns what a directory's project is material for, by the names of the directories on the way to it. The directory's own
/// name counts for fixtures alone: `e2e/package.json` is a project that runs tests, `e2e/shop/package.json` one that they run on.
pub(super) fn material(dir: &RepoPath) -> Option<Material> {
    let text = dir.as_str()?;
    let mut names = text.split('/').rev();
    let own = names.next().and_then(by_name).filter(|material| *material == Material::Fixture);
    let above: Vec<Material> = names.filter_map(by_name).collect();
    if text.split('/').any(|name| name.starts_with('.')) {
        return Some(Material::Hidden);
    }
    let fixture = above.iter().copied().find(|material| *material == Material::Fixture);
    own.or(fixture).or_else(|| above.first().copied())
}

/// Returns a directory and those above it, the nearest first.
pub(super) fn and_above(dir: &RepoPath) -> impl Iterator<Item = RepoPath> + use<> {
    std::iter::successors(Some(dir.clone()), RepoPath::parent)
}

fn by_name(name: &str) -> Option<Material> {
    // `testdata2` is another `testdata`.
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    MATERIAL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, material)| *material)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn material_is_told_by_the_directories_above() {
        for (dir, expected) in [
            ("e2e", None),
            ("e2e/shop", Some(Material::Test)),
            ("examples/basic", Some(Material::Example)),
            ("packages/cli/fixtures", Some(Material::Fixture)),
            ("tests/fixtures/a/b", Some(Material::Fixture)),
            ("src/test/resources/project", Some(Material::Test)),
            ("services/api", None),
            ("examples", None),
            ("kio/testdata2/a", Some(Material::Fixture)),
            (".github/actions/lint", Some(Material::Hidden)),
            ("src/Yaml/Tests/Fixtures/stack", Some(Material::Fixture)),
            ("dev/e2e-tests/test-applications/next", Some(Material::Test)),
        ] {
            assert_eq!(material(&RepoPath::parse(dir).unwrap()), expected, "{dir}");
        }
    }
}
