//! Units behind symbolic links: a `nestling.yml` that is a link, and a link to a directory that a rule matches.

use super::FILE_NAME;
use super::directory_rule::DirectoryRule;
use super::document::split;
use nestling_files::files::{Files, ReadError, Resolved, Walk, resolve_links};
use nestling_files::path::RepoPath;

/// A directory that is a unit, and why.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The bytes of its `nestling.yml`, if it has one.
    pub file: Option<Vec<u8>>,
    /// The rules of the workspace that match it, by index, in order.
    pub rules: Vec<usize>,
    /// Links that it or its file is behind, and what they lead to.
    pub linked: Vec<Linked>,
}

/// A path that a unit is made from because of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Linked {
    /// A link, or the file that it leads to.
    File(RepoPath),
    /// The directory that a link leads to, with all below it.
    Directory(RepoPath),
}

/// A file that is read by its name, through links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LinkedFile {
    /// Its name.
    pub path: RepoPath,
    /// The links, and the file that they lead to: a change to one of them is one of the file.
    pub through: Vec<RepoPath>,
}

impl LinkedFile {
    /// A file that is behind one link at least.
    pub(super) fn new(path: RepoPath, resolved: Resolved) -> Self {
        let mut through = resolved.links;
        through.push(resolved.path);
        Self { path, through }
    }
}

/// Returns those files among these that are behind links.
///
/// # Errors
/// A link cannot be read.
pub(super) fn linked_files<'p>(
    files: &dyn Files,
    paths: impl Iterator<Item = &'p RepoPath>,
) -> Result<Vec<LinkedFile>, ReadError> {
    let mut linked = Vec::new();
    for path in paths {
        // A link that cannot be followed is reported by the reader of the file.
        let Ok(resolved) = resolve_links(files, path)? else { continue };
        if !resolved.links.is_empty() {
            linked.push(LinkedFile::new(path.clone(), resolved));
        }
    }
    Ok(linked)
}

/// Target of a link.
pub(super) enum Followed {
    /// A unit, with the directory that it has through the link.
    Unit(RepoPath, Found),
    /// The file of a workspace of its own, in this directory.
    Workspace(RepoPath),
    /// A file that is not a unit's.
    File,
}

/// Follows a link that has the name of a unit's file, or that rules match.
///
/// # Errors
/// A file or a link cannot be read. A link that leads to nothing in the repository is a message.
pub(super) fn follow(
    files: &dyn Files,
    rules: &[DirectoryRule],
    root: &RepoPath,
    link: &RepoPath,
) -> Result<Result<Followed, String>, ReadError> {
    let resolved = match resolve_links(files, link)? {
        Ok(resolved) => resolved,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let mut linked: Vec<Linked> = resolved.links.iter().cloned().map(Linked::File).collect();
    let Resolved { path, .. } = resolved;
    if link.file_name() == FILE_NAME.as_bytes() {
        let Some(bytes) = files.read(&path)? else { return Ok(Err(leads_nowhere(link, &path))) };
        let directory = link.parent().unwrap_or_default();
        // The root's file is the workspace's, and is read as such.
        if directory == *root {
            return Ok(Ok(Followed::File));
        }
        if opens_workspace(&bytes) {
            return Ok(Ok(Followed::Workspace(directory)));
        }
        linked.push(Linked::File(path));
        let rules = matching(rules, &directory);
        return Ok(Ok(Followed::Unit(directory, Found { file: Some(bytes), rules, linked })));
    }
    if files.read(&path)?.is_some() {
        return Ok(Ok(Followed::File));
    }
    if !is_directory(files, &path)? {
        return Ok(Err(leads_nowhere(link, &path)));
    }
    let file = files.read(&path.child(FILE_NAME.as_bytes()))?;
    if file.as_deref().is_some_and(opens_workspace) {
        return Ok(Ok(Followed::Workspace(link.clone())));
    }
    linked.push(Linked::Directory(path));
    Ok(Ok(Followed::Unit(link.clone(), Found { file, rules: matching(rules, link), linked })))
}

fn matching(rules: &[DirectoryRule], directory: &RepoPath) -> Vec<usize> {
    let matching = rules.iter().enumerate().filter(|(_, rule)| rule.matches(directory));
    matching.map(|(rule, _)| rule).collect()
}

fn leads_nowhere(link: &RepoPath, path: &RepoPath) -> String {
    format!("link `{link}` points to `{path}`, which is not in the repository")
}

/// Returns `true` if a directory is there. Only those above it are listed.
pub(crate) fn is_directory(files: &dyn Files, path: &RepoPath) -> Result<bool, ReadError> {
    let mut exists = false;
    files.walk(&mut |directory, _| {
        exists |= directory == path;
        if path.is_in(directory) && directory != path { Walk::Descend } else { Walk::Skip }
    })?;
    Ok(exists)
}

/// Returns `true` if a file starts with the header of a workspace.
pub(super) fn opens_workspace(bytes: &[u8]) -> bool {
    if !bytes.windows(10).any(|window| window == b"workspace:") {
        return false;
    }
    let text = String::from_utf8_lossy(bytes);
    let header = split(&text).header.unwrap_or_default();
    header.lines().any(|line| line.starts_with("workspace:"))
}
