//! The files on disk.

use super::backend::{Backend, LeftOutFile};
use super::bounded;
use super::command;
use super::ignore_rules::{IgnoreRules, Listing, read_patterns};
use super::object::{LARGEST, ObjectSource};
use super::own_directories::own_directories;
use super::searches::WalkWhere;
use super::work_tree_cache::WorkTreeCache;
use ignore::gitignore::Gitignore;
use nestling_files::files::{
    DirectoryEntry, EntryKind, FileQuery, FileVisitor, Files, ReadError, Walk, find_by_walking, is_on_way,
};
use nestling_files::path::RepoPath;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::DirEntry;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The files on disk that git sees: what is tracked, and what is not ignored. Links are never followed, submodules
/// and other repositories never entered, so that nothing outside the repository is read.
pub struct WorkTree<'r> {
    backend: &'r dyn Backend,
    root: PathBuf,
    /// Git's own directories that are inside, beside those that are called `.git`.
    own_directories: Vec<RepoPath>,
    /// Patterns that apply everywhere, the weakest first.
    patterns: Vec<Rc<Gitignore>>,
    tracked: OnceCell<Vec<Vec<u8>>>,
    objects: &'r dyn ObjectSource,
    /// The files that a sparse checkout leaves out, by path.
    left_out: OnceCell<BTreeMap<RepoPath, LeftOutFile>>,
    cache: Option<&'r WorkTreeCache>,
}

impl<'r> WorkTree<'r> {
    pub(super) fn new(
        backend: &'r dyn Backend,
        objects: &'r dyn ObjectSource,
        root: &Path,
        git_dir: &Path,
        cache: Option<&'r WorkTreeCache>,
    ) -> Self {
        // The user's own patterns are weaker than those of this clone.
        let files = [backend.excludes_file(), Some(git_dir.join("info/exclude"))];
        let patterns = files.into_iter().flatten().filter_map(|file| read_patterns(root, &file)).collect();
        Self {
            backend,
            root: root.to_owned(),
            own_directories: own_directories(git_dir, root),
            patterns,
            tracked: OnceCell::new(),
            objects,
            left_out: OnceCell::new(),
            cache,
        }
    }

    /// Location of a path on disk; `None` if it does not exist, a component of it is a link, or it is git's own.
    fn locate(&self, path: &RepoPath) -> io::Result<Option<PathBuf>> {
        if self.is_own(path) {
            return Ok(None);
        }
        let mut on_disk = self.root.clone();
        for name in path.as_bytes().split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
            on_disk.push(command::path(name));
            match on_disk.symlink_metadata() {
                Ok(metadata) if metadata.is_symlink() => return Ok(None),
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Some(on_disk))
    }

    /// Returns `true` for git's own files. They are none of the repository's, and no commit can contain them.
    fn is_own(&self, path: &RepoPath) -> bool {
        path.as_bytes().split(|byte| *byte == b'/').any(|name| name.eq_ignore_ascii_case(b".git"))
            || self.own_directories.iter().any(|directory| path.is_in(directory))
    }

    /// Lists a directory by the rules of the directory above it, or as it is remembered.
    fn listing(&self, directory: &RepoPath, rules: &IgnoreRules) -> io::Result<Listing> {
        if let Some(known) = self.cache.and_then(|cache| cache.listing(directory)) {
            return Ok(known);
        }
        let mut rules = rules.clone();
        let mut entries = Vec::new();
        let mut ignored = BTreeSet::new();
        if let Some(on_disk) = self.locate(directory)? {
            rules.extend(read_patterns(&on_disk, &on_disk.join(".gitignore")));
            for entry in on_disk.read_dir()? {
                self.add_entry(directory, &entry?, &rules, &mut entries, &mut ignored)?;
            }
        }
        self.add_left_out(directory, &mut entries)?;
        entries.sort_unstable_by(|a: &DirectoryEntry, b| a.name.cmp(&b.name));
        let listing = Listing { entries: entries.into(), ignored: Rc::new(ignored), rules };
        if let Some(cache) = self.cache {
            cache.keep_listing(directory, &listing);
        }
        Ok(listing)
    }

    /// Adds the entries that a sparse checkout leaves out of a directory.
    fn add_left_out(&self, directory: &RepoPath, entries: &mut Vec<DirectoryEntry>) -> io::Result<()> {
        for (path, file) in self.left_out()?.range(directory.child(b"")..) {
            let Some(rest) = path.relative_to(directory) else { break };
            let mut components = rest.splitn(2, |byte| *byte == b'/');
            let name = components.next().unwrap_or_default();
            let kind = match (components.next(), file.is_link) {
                (Some(_), _) => EntryKind::Directory,
                (None, true) => EntryKind::Symlink,
                (None, false) => EntryKind::File,
            };
            if !entries.iter().any(|entry| entry.name == name) {
                entries.push(DirectoryEntry { name: name.to_vec(), kind });
            }
        }
        Ok(())
    }

    fn left_out(&self) -> io::Result<&BTreeMap<RepoPath, LeftOutFile>> {
        if let Some(known) = self.left_out.get() {
            return Ok(known);
        }
        let files = self.backend.left_out().map_err(io::Error::other)?;
        Ok(self.left_out.get_or_init(|| files.into_iter().map(|file| (file.path.clone(), file)).collect()))
    }

    /// Reads a file, or the target of a link, that a sparse checkout leaves out.
    fn read_left_out(&self, path: &RepoPath, is_link: bool) -> io::Result<Option<Vec<u8>>> {
        match self.left_out()?.get(path).filter(|file| file.is_link == is_link) {
            Some(file) => self.objects.blob(&file.blob).map(Some).map_err(io::Error::other),
            None => Ok(None),
        }
    }

    fn add_entry(
        &self,
        directory: &RepoPath,
        entry: &DirEntry,
        rules: &IgnoreRules,
        entries: &mut Vec<DirectoryEntry>,
        ignored: &mut BTreeSet<Vec<u8>>,
    ) -> io::Result<()> {
        let name = entry.file_name().into_encoded_bytes();
        let path = directory.child(&name);
        let Some(kind) = kind(entry)?.filter(|_| name != b".git" && !self.own_directories.contains(&path))
        else {
            return Ok(());
        };
        if rules.ignore(&entry.path(), kind) {
            if !self.is_tracked(&path)? {
                return Ok(());
            }
            ignored.insert(name.clone());
        }
        entries.push(DirectoryEntry { name, kind });
        Ok(())
    }

    /// Returns `true` if the index contains a path, or anything below it.
    fn is_tracked(&self, path: &RepoPath) -> io::Result<bool> {
        let tracked = match self.tracked.get() {
            Some(tracked) => tracked,
            None => {
                let tracked = self.backend.tracked().map_err(io::Error::other)?;
                self.tracked.get_or_init(|| tracked)
            }
        };
        if tracked.binary_search_by(|known| known.as_slice().cmp(path.as_bytes())).is_ok() {
            return Ok(true);
        }
        let below = [path.as_bytes(), b"/"].concat();
        let first_below = tracked.partition_point(|known| known.as_slice() < below.as_slice());
        Ok(tracked.get(first_below).is_some_and(|known| known.starts_with(&below)))
    }

    fn read_from_disk(&self, path: &RepoPath) -> io::Result<Option<Vec<u8>>> {
        if self.is_own(path) {
            return Ok(None);
        }
        match self.locate(path)? {
            Some(file) if file.is_file() => bounded::read(&file, LARGEST as u64).map(Some),
            Some(_) => Ok(None),
            None => self.read_left_out(path, false),
        }
    }
}

impl WorkTree<'_> {
    /// Reads the target of a link that is in no directory behind a link.
    fn link_on_disk(&self, path: &RepoPath) -> io::Result<Option<Vec<u8>>> {
        let Some(directory) = path.parent() else { return Ok(None) };
        let Some(directory) = self.locate(&directory)? else { return self.read_left_out(path, true) };
        let link = directory.join(command::path(path.file_name()));
        match link.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => {
                Ok(Some(link.read_link()?.into_os_string().into_encoded_bytes()))
            }
            Ok(_) => Ok(None),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                self.read_left_out(path, true)
            }
            Err(error) => Err(error),
        }
    }
}

impl Files for WorkTree<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        if let Some(known) = self.cache.and_then(|cache| cache.file(path)) {
            return Ok(known);
        }
        let bytes = self.read_from_disk(path).map_err(|error| failed(path, error))?;
        if let Some(cache) = self.cache {
            cache.keep_file(path, bytes.as_ref());
        }
        Ok(bytes)
    }

    fn read_link(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        self.link_on_disk(path).map_err(|error| failed(path, error))
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        self.walk_where(&|_| true, visit)
    }

    fn walk_to(
        &self,
        target: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError> {
        self.walk_where(&|directory| is_on_way(directory, target), visit)
    }

    fn find(&self, query: &FileQuery<'_>, visitor: &mut dyn FileVisitor) -> Result<(), ReadError> {
        match self.cache {
            Some(cache) => cache.searches().find(self, query, visitor),
            None => find_by_walking(self, query, visitor),
        }
    }
}

impl WalkWhere for WorkTree<'_> {
    fn walk_where(
        &self,
        wants: &dyn Fn(&RepoPath) -> bool,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError> {
        let mut open = vec![(RepoPath::root(), IgnoreRules::Patterns(self.patterns.clone()))];
        while let Some((directory, rules)) = open.pop() {
            let listing = self.listing(&directory, &rules).map_err(|error| failed(&directory, error))?;
            if visit(&directory, &listing.entries) == Walk::Skip {
                continue;
            }
            for entry in listing.entries.iter().rev().filter(|entry| entry.kind == EntryKind::Directory) {
                let child = directory.child(&entry.name);
                if wants(&child) {
                    let is_ignored = listing.ignored.contains(&entry.name);
                    let rules = if is_ignored { IgnoreRules::Everything } else { listing.rules.clone() };
                    open.push((child, rules));
                }
            }
        }
        Ok(())
    }
}

/// Type of an entry; `None` for what is neither a file nor a link nor a directory.
fn kind(entry: &DirEntry) -> io::Result<Option<EntryKind>> {
    let file_type = entry.file_type()?;
    Ok(if file_type.is_symlink() {
        Some(EntryKind::Symlink)
    } else if file_type.is_file() {
        Some(EntryKind::File)
    } else if !file_type.is_dir() {
        None
    } else if entry.path().join(".git").symlink_metadata().is_ok() {
        Some(EntryKind::Submodule)
    } else {
        Some(EntryKind::Directory)
    })
}

fn failed(path: &RepoPath, error: io::Error) -> ReadError {
    ReadError { path: path.clone(), source: error.into() }
}
