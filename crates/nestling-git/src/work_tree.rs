//! The files on disk.

use super::backend::Backend;
use super::command;
use super::ignore_rules::{Listed, Rules, patterns};
use super::work_tree_cache::WorkTreeCache;
use ignore::gitignore::Gitignore;
use nestling_files::files::{Entry, EntryKind, Files, ReadError, Walk};
use nestling_files::path::RepoPath;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The files on disk that git sees: what is tracked, and what is not ignored. Links are never followed, submodules
/// and other repositories never entered, so that nothing outside the repository is read.
pub struct WorkTree<'r> {
    backend: &'r dyn Backend,
    root: PathBuf,
    patterns: Vec<Rc<Gitignore>>,
    tracked: OnceCell<Vec<Vec<u8>>>,
    cache: Option<&'r WorkTreeCache>,
}

impl<'r> WorkTree<'r> {
    pub(super) fn new(
        backend: &'r dyn Backend,
        root: &Path,
        git_dir: &Path,
        cache: Option<&'r WorkTreeCache>,
    ) -> Self {
        // The weakest first: the user's own patterns, then those of this clone.
        let files = [backend.excludes_file(), Some(git_dir.join("info/exclude"))];
        let patterns = files.into_iter().flatten().filter_map(|file| patterns(root, &file)).collect();
        Self { backend, root: root.to_owned(), patterns, tracked: OnceCell::new(), cache }
    }

    /// Where a path is on disk; `None` if it, or a folder above it, is a link or is not there.
    fn locate(&self, path: &RepoPath) -> io::Result<Option<PathBuf>> {
        let mut place = self.root.clone();
        for name in path.as_bytes().split(|b| *b == b'/').filter(|name| !name.is_empty()) {
            place.push(command::path(name));
            match place.symlink_metadata() {
                Ok(found) if !found.is_symlink() => {}
                Ok(_) => return Ok(None),
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
                {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Some(place))
    }

    /// The entries of a folder that git sees, and which of them are folders that are ignored as a whole.
    fn list(&self, folder: &RepoPath, rules: &Rules) -> io::Result<(Vec<Entry>, BTreeSet<Vec<u8>>)> {
        let (mut entries, mut ignored_folders) = (Vec::new(), BTreeSet::new());
        let Some(place) = self.locate(folder)? else { return Ok((entries, ignored_folders)) };
        for entry in place.read_dir()? {
            let entry = entry?;
            let name = bytes_of(&entry.file_name());
            let kind = match entry.file_type()? {
                kind if kind.is_symlink() => EntryKind::Symlink,
                kind if kind.is_file() => EntryKind::File,
                kind if !kind.is_dir() || name == b".git" => continue,
                _ if entry.path().join(".git").symlink_metadata().is_ok() => EntryKind::Submodule,
                _ => EntryKind::Directory,
            };
            if rules.ignore(&entry.path(), kind) {
                if !self.is_tracked(&folder.child(&name))? {
                    continue;
                }
                ignored_folders.insert(name.clone());
            }
            if name != b".git" {
                entries.push(Entry { name, kind });
            }
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok((entries, ignored_folders))
    }

    /// A folder with the rules of the folder above it, as it is remembered or as it is.
    fn look(&self, folder: &RepoPath, rules: &Rules) -> io::Result<Listed> {
        let known = self.cache.and_then(|cache| cache.folders.borrow().get(folder).cloned());
        if let Some(known) = known {
            return Ok(known);
        }
        let mut rules = rules.clone();
        if let Some(place) = self.locate(folder)? {
            rules.extend(patterns(&place, &place.join(".gitignore")));
        }
        let (entries, ignored) = self.list(folder, &rules)?;
        let listed = Listed { entries: entries.into(), ignored: Rc::new(ignored), rules };
        if let Some(cache) = self.cache {
            cache.folders.borrow_mut().insert(folder.clone(), listed.clone());
        }
        Ok(listed)
    }

    /// Whether the index holds this path, or anything below it.
    fn is_tracked(&self, path: &RepoPath) -> io::Result<bool> {
        let tracked = match self.tracked.get() {
            Some(tracked) => tracked,
            None => {
                let tracked = self.backend.tracked().map_err(io::Error::other)?;
                self.tracked.get_or_init(|| tracked)
            }
        };
        let folder = [path.as_bytes(), b"/"].concat();
        let at = tracked.partition_point(|known| known.as_slice() < folder.as_slice());
        Ok(tracked.binary_search_by(|known| known.as_slice().cmp(path.as_bytes())).is_ok()
            || tracked.get(at).is_some_and(|known| known.starts_with(&folder)))
    }
}

impl Files for WorkTree<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        let known = self.cache.and_then(|cache| cache.files.borrow().get(path).cloned());
        if let Some(known) = known {
            return Ok(known);
        }
        let read = || match self.locate(path)? {
            Some(place) if place.is_file() => std::fs::read(place).map(Some),
            _ => Ok(None),
        };
        let bytes = read().map_err(|source| failed(path, source))?;
        if let Some(cache) = self.cache {
            cache.files.borrow_mut().insert(path.clone(), bytes.clone());
        }
        Ok(bytes)
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[Entry]) -> Walk) -> Result<(), ReadError> {
        let mut open = vec![(RepoPath::root(), Rules::Patterns(self.patterns.clone()))];
        while let Some((folder, rules)) = open.pop() {
            let listed = self.look(&folder, &rules).map_err(|source| failed(&folder, source))?;
            let Listed { entries, ignored, rules } = &listed;
            if visit(&folder, entries) == Walk::Descend {
                let folders = entries.iter().rev().filter(|entry| entry.kind == EntryKind::Directory);
                open.extend(folders.map(|entry| {
                    let rules = if ignored.contains(&entry.name) { Rules::Everything } else { rules.clone() };
                    (folder.child(&entry.name), rules)
                }));
            }
        }
        Ok(())
    }
}

fn failed(path: &RepoPath, source: io::Error) -> ReadError {
    ReadError { path: path.clone(), source: source.into() }
}

fn bytes_of(name: &std::ffi::OsStr) -> Vec<u8> {
    name.as_encoded_bytes().to_vec()
}
