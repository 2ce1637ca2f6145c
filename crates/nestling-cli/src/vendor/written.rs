//! The vendored files on disk: which are there, and which are written or removed.

use super::Contents;
use crate::exit::Failure;
use crate::output::replace_bytes;
use anyhow::Context as _;
use nestling::vendor::{DIRECTORY, LOCK_FILE, VendorLock, VendorSource};
use nestling::{RepoPath, Workspace};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// The files that a run writes.
pub(super) struct Written<'w> {
    workspace: &'w Workspace,
    contents: Contents,
}

impl<'w> Written<'w> {
    pub(super) fn new(workspace: &'w Workspace) -> Self {
        Self { workspace, contents: Contents::new() }
    }

    /// Adds a file of a component or a project.
    pub(super) fn add(&mut self, source: &VendorSource, path: &str, bytes: Vec<u8>) {
        self.contents.insert(self.path(source, path), bytes);
    }

    /// Writes the files and the lock file, and removes the files that only the old lock file has.
    pub(super) fn write(&self, root: &Path, old: &VendorLock, new: &VendorLock) -> Result<(), Failure> {
        let on_disk = |path: &RepoPath| root.join(OsStr::from_bytes(path.as_bytes()));
        self.refuse_links(root, old, new)?;
        for (path, bytes) in &self.contents {
            let path = on_disk(path);
            create_directory(&path)?;
            replace_bytes(&path, bytes)?;
        }
        let lock = on_disk(&self.lock_path());
        if new.components.is_empty() {
            remove(root, &lock)?;
        } else if old != new || !lock.is_file() {
            create_directory(&lock)?;
            replace_bytes(&lock, new.to_text().as_bytes())?;
        }
        for (source, entry) in old.entries() {
            let kept = new.get(&source);
            let gone =
                entry.files.keys().filter(|path| kept.is_none_or(|kept| !kept.files.contains_key(*path)));
            gone.map(|path| on_disk(&self.path(&source, path))).try_for_each(|path| remove(root, &path))?;
        }
        Ok(())
    }

    /// Refuses a link on the way to a file that is written or removed: anyone who may commit a link would choose the file.
    fn refuse_links(&self, root: &Path, old: &VendorLock, new: &VendorLock) -> Result<(), Failure> {
        let files = old.entries().chain(new.entries()).flat_map(|(source, entry)| {
            entry.files.keys().map(|path| self.path(&source, path)).collect::<Vec<_>>()
        });
        for path in files.chain([self.lock_path()]) {
            let mut on_disk = root.to_owned();
            for part in path.as_bytes().split(|byte| *byte == b'/') {
                on_disk.push(OsStr::from_bytes(part));
                if on_disk.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
                    let shown = on_disk.strip_prefix(root).unwrap_or(&on_disk).display();
                    let error = anyhow::Error::msg(format!(
                        "`{shown}` is a link, and vendored files are not written through links"
                    ));
                    return Err(Failure::output(error).with_help("replace it with a directory or a file"));
                }
            }
        }
        Ok(())
    }

    /// Returns the path of a file of a component or a project in the repository.
    pub(super) fn path(&self, source: &VendorSource, path: &str) -> RepoPath {
        let directory = source.directory();
        let parts = DIRECTORY.split('/').chain(directory.split('/')).chain(path.split('/'));
        parts.fold(self.workspace.directory().clone(), |path, part| path.child(part.as_bytes()))
    }

    fn lock_path(&self) -> RepoPath {
        let parts = DIRECTORY.split('/').chain([LOCK_FILE]);
        parts.fold(self.workspace.directory().clone(), |path, part| path.child(part.as_bytes()))
    }
}

fn create_directory(path: &Path) -> Result<(), Failure> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let context = || format!("cannot create `{}`", directory.display());
    fs::create_dir_all(directory).with_context(context).map_err(Failure::output)
}

/// Removes a file, and the directories that become empty.
fn remove(root: &Path, path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let context = format!("cannot remove `{}`", path.display());
            return Err(Failure::output(anyhow::Error::new(error).context(context)));
        }
        _ => {}
    }
    let mut directory: PathBuf = path.to_owned();
    // A directory with other files cannot be removed, and stays.
    while directory.pop() && directory != root && fs::remove_dir(&directory).is_ok() {}
    Ok(())
}
