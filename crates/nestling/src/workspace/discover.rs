//! One walk over the repository's directories: which hold a `nestling.yml`, which a rule matches, and which hold a
//! manifest that dependencies are read from.

use super::FILE_NAME;
use super::directory_globs::DirectoryGlobs;
use super::document::split;
use super::stated::{self, Manifests};
use nestling_files::files::{FileQuery, FileVisitor, Files, ReadError, Walk};
use nestling_files::path::RepoPath;

/// A directory that is a unit, and why.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The bytes of its `nestling.yml`, if it has one.
    pub file: Option<Vec<u8>>,
    /// The rules of the workspace that match it, by index, in order.
    pub rules: Vec<usize>,
}

/// Finds all units' directories, in order. The root is one where a rule says so: its `nestling.yml` is the workspace's.
/// A directory whose `nestling.yml` opens a workspace of its own is left
/// alone with all that is below it, as Cargo leaves nested workspaces alone.
///
/// On the same way it gathers the manifests that are asked for, in such workspaces too: what is in there may be needed.
///
/// # Errors
/// A directory cannot be listed, or a `nestling.yml` cannot be read.
pub(crate) fn discover(
    files: &dyn Files,
    rules: &[DirectoryGlobs],
    manifests: &mut Manifests,
) -> Result<Discovered, ReadError> {
    let collect = manifests.names();
    let query = FileQuery {
        depth: rules.iter().map(DirectoryGlobs::depth).max().unwrap_or(0),
        collect: &collect,
        collect_not_below: Some(stated::INSTALLED),
        ..FileQuery::new(FILE_NAME.as_bytes())
    };
    let mut discovery = Discovery { rules, manifests, found: Vec::new(), nested: Vec::new() };
    files.find(&query, &mut discovery)?;
    let Discovery { mut found, mut nested, .. } = discovery;
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    nested.sort_unstable();
    Ok(Discovered { units: found, nested })
}

/// Directories that a workspace's files are about.
pub(crate) struct Discovered {
    /// The directories that are units, in order.
    pub units: Vec<(RepoPath, Found)>,
    /// Directories with a workspace of their own, in order.
    pub nested: Vec<RepoPath>,
}

/// Gathers directories and manifests while the repository is walked.
struct Discovery<'d> {
    rules: &'d [DirectoryGlobs],
    manifests: &'d mut Manifests,
    found: Vec<(RepoPath, Found)>,
    nested: Vec<RepoPath>,
}

impl FileVisitor for Discovery<'_> {
    fn directory(&mut self, directory: &RepoPath, file: Option<Vec<u8>>) -> Walk {
        let is_root = directory.is_root();
        if !is_root && file.as_deref().is_some_and(opens_workspace) {
            self.nested.push(directory.clone());
            return Walk::Skip;
        }
        let matching = self.rules.iter().enumerate().filter(|(_, globs)| globs.matches(directory));
        let rules: Vec<usize> = matching.map(|(rule, _)| rule).collect();
        let file = file.filter(|_| !is_root);
        if file.is_some() || !rules.is_empty() {
            self.found.push((directory.clone(), Found { file, rules }));
        }
        Walk::Descend
    }

    fn collect(&mut self, directory: &RepoPath, name: usize, bytes: Vec<u8>) {
        self.manifests.add(name, directory, bytes);
    }
}

fn opens_workspace(bytes: &[u8]) -> bool {
    if !bytes.windows(10).any(|window| window == b"workspace:") {
        return false;
    }
    let text = String::from_utf8_lossy(bytes);
    let header = split(&text).header.unwrap_or_default();
    header.lines().any(|line| line.starts_with("workspace:"))
}
