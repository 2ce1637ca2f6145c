//! A lock file as it was understood: its packages, and the directories whose dependencies it resolves.

use nestling_files::path::RepoPath;
use std::collections::{BTreeMap, BTreeSet};

/// A lock file, and what each directory that it serves needs of it.
#[derive(Debug, Default)]
pub(super) struct Lock {
    /// Everything that affects all who are served: the version of the format, settings, overrides.
    pub(super) settings: String,
    /// The packages, each as it is resolved.
    pub(super) packages: Vec<Package>,
    /// The needs of each package of the repository, by its directory.
    pub(super) members: BTreeMap<RepoPath, Vec<Need>>,
    /// Directory of a package whose dependencies all others can use, such as tools that the root of a workspace installs.
    pub(super) shared: Option<RepoPath>,
}

/// A package of a registry, a URL or a repository, as it is resolved.
#[derive(Debug, Default)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// All that the lock file says of it, hashes included.
    pub(super) text: String,
    pub(super) needs: Vec<Need>,
    /// Text of the lock file by which its line is found.
    pub(super) mention: String,
}

/// A dependency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// A package by its index.
    Package(usize),
    /// A package of the repository by its directory.
    Directory(RepoPath),
}

impl Lock {
    /// Returns the packages that those directories need, by index, and their needs in turn. Packages of the repository lead on
    /// where `leads_on` returns `true`.
    pub(super) fn closure<'l>(
        &'l self,
        directories: impl IntoIterator<Item = &'l RepoPath>,
        leads_on: impl Fn(&RepoPath) -> bool,
    ) -> BTreeSet<usize> {
        let mut seen: BTreeSet<&RepoPath> = directories.into_iter().chain(&self.shared).collect();
        let mut open: Vec<&Need> = seen.iter().filter_map(|dir| self.members.get(*dir)).flatten().collect();
        let mut closure = BTreeSet::new();
        while let Some(need) = open.pop() {
            match need {
                Need::Package(index) => {
                    if closure.insert(*index) {
                        open.extend(&self.packages[*index].needs);
                    }
                }
                Need::Directory(directory) => {
                    if leads_on(directory) && seen.insert(directory) {
                        open.extend(self.members.get(directory).into_iter().flatten());
                    }
                }
            }
        }
        closure
    }
}

/// The number of the line with a string; the first line where it is not found.
pub(super) fn line_of(text: &str, mention: &str) -> usize {
    let before = text.find(mention).map_or("", |start| &text[..start]);
    before.matches('\n').count() + 1
}
