//! Symbolic links inside the repository.

use super::{DirectoryEntry, FileQuery, FileVisitor, Files, ReadError, Walk};
use crate::path::RepoPath;

/// Number of links that are followed for one path, as Linux does.
const LINKS: usize = 40;

/// Files that are read through symbolic links, as long as these stay inside the repository. Walks do not follow links.
pub struct Links<F>(pub F);

/// A path without links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The path that the links lead to.
    pub path: RepoPath,
    /// The links, in the order in which they were followed.
    pub links: Vec<RepoPath>,
}

/// A link that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Its target is outside of the repository.
    #[error("link `{link}` points outside of the repository, to `{target}`")]
    Outside {
        /// The link.
        link: RepoPath,
        /// Its target as written.
        target: String,
    },
    /// Links lead to each other.
    #[error("link `{link}` points to itself")]
    Circular {
        /// The first link.
        link: RepoPath,
    },
}

/// Follows the links in a path. What they lead to need not exist.
///
/// # Errors
/// A link cannot be read.
pub fn resolve_links(files: &dyn Files, path: &RepoPath) -> Result<Result<Resolved, LinkError>, ReadError> {
    resolve_links_with(|path| files.read_link(path), path)
}

/// As [`resolve_links`], where something else than files knows the targets of links.
///
/// # Errors
/// Those of the function that returns targets.
pub fn resolve_links_with(
    mut read_link: impl FnMut(&RepoPath) -> Result<Option<Vec<u8>>, ReadError>,
    path: &RepoPath,
) -> Result<Result<Resolved, LinkError>, ReadError> {
    let mut links = Vec::new();
    let mut resolved = RepoPath::root();
    let mut rest: Vec<Vec<u8>> = components(path);
    while let Some(name) = rest.pop() {
        let next = resolved.child(&name);
        let Some(target) = read_link(&next)? else {
            resolved = next;
            continue;
        };
        let outside = || LinkError::Outside {
            link: next.clone(),
            target: String::from_utf8_lossy(&target).into_owned(),
        };
        if links.len() == LINKS {
            let link = links.into_iter().next().unwrap_or(next);
            return Ok(Err(LinkError::Circular { link }));
        }
        if target.starts_with(b"/") {
            return Ok(Err(outside()));
        }
        let Ok(meant) = resolved.join(&target) else { return Ok(Err(outside())) };
        links.push(next);
        rest.extend(components(&meant));
        resolved = RepoPath::root();
    }
    Ok(Ok(Resolved { path: resolved, links }))
}

/// The components of a path, the last one first.
fn components(path: &RepoPath) -> Vec<Vec<u8>> {
    let names = path.as_bytes().split(|byte| *byte == b'/').filter(|name| !name.is_empty());
    names.rev().map(<[u8]>::to_vec).collect()
}

impl<F: Files> Files for Links<F> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        if let Some(bytes) = self.0.read(path)? {
            return Ok(Some(bytes));
        }
        match resolve_links(&self.0, path)? {
            Ok(resolved) if !resolved.links.is_empty() => self.0.read(&resolved.path),
            _ => Ok(None),
        }
    }

    fn read_link(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        self.0.read_link(path)
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        self.0.walk(visit)
    }

    fn walk_to(
        &self,
        target: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError> {
        self.0.walk_to(target, visit)
    }

    fn find(&self, query: &FileQuery<'_>, visitor: &mut dyn FileVisitor) -> Result<(), ReadError> {
        self.0.find(query, visitor)
    }
}
