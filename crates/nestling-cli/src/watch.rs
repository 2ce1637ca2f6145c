//! Waits until a file of the repository is saved.

use crate::exit::Failure;
use anyhow::Context;
use ignore::WalkBuilder;
use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Time without events before a change is reported: editors save in several steps.
const QUIET: Duration = Duration::from_millis(15);

/// Watches the directories that git does not ignore. Ignored ones may have a thousand times more files.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    events: Receiver<notify::Result<Event>>,
    root: PathBuf,
    /// Git's own directories: that of this work tree, and the one that all work trees share.
    git_directories: Vec<PathBuf>,
    own: Option<PathBuf>,
    saved: Saved,
}

/// Outcome of waiting for a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Waited {
    /// These paths were saved.
    Saved(Saved),
    /// Nothing that can change the plan.
    Nothing,
    /// The watcher has ended.
    Ended,
}

/// The paths that were saved since the last report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Saved {
    /// These paths, from the root of the work tree.
    Paths(BTreeSet<PathBuf>),
    /// Any path: events were lost, or another commit was checked out.
    Anything,
}

impl Default for Saved {
    fn default() -> Self {
        Self::Paths(BTreeSet::new())
    }
}

impl Saved {
    fn add(&mut self, path: Option<PathBuf>) {
        match (&mut *self, path) {
            (Self::Paths(paths), Some(path)) => {
                paths.insert(path);
            }
            _ => *self = Self::Anything,
        }
    }
}

impl Watch {
    /// Watches a work tree, `HEAD`, the references and the ignore rules of a clone. `own` is a file that this program writes itself on
    /// each change.
    ///
    /// # Errors
    /// The system's limit of watches is reached.
    pub(crate) fn new(root: &Path, git_directories: &[PathBuf], own: Option<&Path>) -> Result<Self, Failure> {
        let (sender, events) = channel();
        let watcher = notify::recommended_watcher(sender).map_err(Failure::repository)?;
        let own = own.map(|path| path.canonicalize().unwrap_or_else(|_| path.to_owned()));
        let root = root.canonicalize().map_err(Failure::repository)?;
        let git_directories: Result<Vec<PathBuf>, _> =
            git_directories.iter().map(|directory| directory.canonicalize()).collect();
        let git_directories = git_directories.map_err(Failure::repository)?;
        let mut watch = Self { watcher, events, root, git_directories, own, saved: Saved::default() };
        let root = watch.root.clone();
        watch.add(&root)?;
        for directory in watch.git_directories.clone() {
            let watched = [
                (directory.clone(), RecursiveMode::NonRecursive),
                (directory.join("refs"), RecursiveMode::Recursive),
                (directory.join("reftable"), RecursiveMode::NonRecursive),
                (directory.join("info"), RecursiveMode::NonRecursive),
            ];
            for (path, mode) in watched.iter().filter(|(path, _)| path.is_dir()) {
                watch.watcher.watch(path, *mode).map_err(Failure::repository)?;
            }
        }
        Ok(watch)
    }

    fn add(&mut self, directory: &Path) -> Result<(), Failure> {
        let mut walk = WalkBuilder::new(directory);
        walk.hidden(false).require_git(false).filter_entry(|entry| entry.file_name() != ".git");
        for entry in walk.build().flatten() {
            if !entry.file_type().is_some_and(|file_type| file_type.is_dir()) {
                continue;
            }
            let watched = self.watcher.watch(entry.path(), RecursiveMode::NonRecursive);
            let watched = watched.with_context(|| format!("cannot watch `{}`", entry.path().display()));
            watched.map_err(Failure::repository)?;
        }
        Ok(())
    }

    /// Waits for a change for some time, and then until the disk is quiet again.
    pub(crate) fn wait(&mut self, patience: Duration) -> Result<Waited, Failure> {
        let event = match self.events.recv_timeout(patience) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => return Ok(Waited::Nothing),
            Err(RecvTimeoutError::Disconnected) => return Ok(Waited::Ended),
        };
        if !self.take(event)? {
            return Ok(Waited::Nothing);
        }
        loop {
            match self.events.recv_timeout(QUIET) {
                Ok(event) => {
                    self.take(event)?;
                }
                Err(RecvTimeoutError::Timeout) => return Ok(Waited::Saved(std::mem::take(&mut self.saved))),
                Err(RecvTimeoutError::Disconnected) => return Ok(Waited::Ended),
            }
        }
    }

    /// Returns `true` if an event can change the plan. A new directory is watched from now on.
    fn take(&mut self, event: notify::Result<Event>) -> Result<bool, Failure> {
        // An error means lost events: anything may have changed.
        let Ok(event) = event else {
            self.saved.add(None);
            return Ok(true);
        };
        let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
        if event.kind.is_access() && event.kind != written {
            return Ok(false);
        }
        // A directory that was moved reports what happens in it by its old path, until it is watched by the new one.
        let is_new = matches!(
            event.kind,
            EventKind::Create(CreateKind::Folder | CreateKind::Any) | EventKind::Modify(ModifyKind::Name(_))
        );
        if is_new {
            for directory in event.paths.iter().filter(|path| path.is_dir()) {
                if !self.is_git(directory) {
                    self.add(directory)?;
                }
            }
        }
        let paths: Vec<&PathBuf> = event.paths.iter().filter(|path| self.counts(path)).collect();
        for path in &paths {
            let inside = path.strip_prefix(&self.root).ok().filter(|_| !self.is_git(path));
            self.saved.add(inside.map(Path::to_owned));
        }
        if event.paths.is_empty() {
            self.saved.add(None);
        }
        Ok(event.paths.is_empty() || !paths.is_empty())
    }

    fn is_git(&self, path: &Path) -> bool {
        self.git_directories.iter().any(|directory| path.starts_with(directory))
    }

    /// Returns `true` for a file of git's own that decides about commits, or about ignored files.
    fn is_deciding(&self, path: &Path) -> bool {
        let inside = self.git_directories.iter().find_map(|directory| path.strip_prefix(directory).ok());
        let Some(inside) = inside else { return false };
        let is_lock = inside.extension().is_some_and(|extension| extension == "lock");
        let files = ["HEAD", "packed-refs", "info/exclude"];
        !is_lock
            && (files.iter().any(|file| inside == Path::new(file))
                || inside.starts_with("refs")
                || inside.starts_with("reftable"))
    }

    fn counts(&self, path: &Path) -> bool {
        if self.is_git(path) {
            return self.is_deciding(path);
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        !name.starts_with(crate::output::TEMPORARY) && self.own.as_deref() != Some(path)
    }
}
