//! Waits until a file of the repository is saved.

use crate::exit::Failure;
use anyhow::Context;
use ignore::WalkBuilder;
use notify::event::{AccessKind, AccessMode, CreateKind, EventKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// How long the disk has to be quiet before it is looked at: an editor saves in several steps.
const QUIET: Duration = Duration::from_millis(15);

/// The directories that git does not ignore, watched. What is built or downloaded there can be a thousand times more.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    events: Receiver<notify::Result<Event>>,
    git_dir: PathBuf,
    own: Option<PathBuf>,
}

impl Watch {
    /// Watches a work tree, and where `HEAD` points. `own` is a file that this very program writes on each change.
    ///
    /// # Errors
    /// The system allows no more watches.
    pub(crate) fn new(root: &Path, git_dir: &Path, own: Option<&Path>) -> Result<Self, Failure> {
        let (sender, events) = channel();
        let watcher = notify::recommended_watcher(sender).map_err(Failure::repository)?;
        let own = own.map(|path| path.canonicalize().unwrap_or_else(|_| path.to_owned()));
        let root = root.canonicalize().map_err(Failure::repository)?;
        let git_dir = git_dir.canonicalize().map_err(Failure::repository)?;
        let mut watch = Self { watcher, events, git_dir, own };
        watch.add(&root)?;
        let git_dir = watch.git_dir.clone();
        watch.watcher.watch(&git_dir, RecursiveMode::NonRecursive).map_err(Failure::repository)?;
        Ok(watch)
    }

    fn add(&mut self, folder: &Path) -> Result<(), Failure> {
        let mut walk = WalkBuilder::new(folder);
        walk.hidden(false).require_git(false).filter_entry(|entry| entry.file_name() != ".git");
        let folders = walk.build().flatten().filter(|entry| entry.file_type().is_some_and(|it| it.is_dir()));
        for folder in folders {
            let watched = self.watcher.watch(folder.path(), RecursiveMode::NonRecursive);
            watched
                .with_context(|| format!("cannot watch `{}`", folder.path().display()))
                .map_err(Failure::repository)?;
        }
        Ok(())
    }

    /// Waits for the next change, and until the disk is quiet again. `false` where nothing can come any more.
    pub(crate) fn wait(&mut self) -> Result<bool, Failure> {
        loop {
            let Ok(event) = self.events.recv() else { return Ok(false) };
            if !self.take(event)? {
                continue;
            }
            loop {
                match self.events.recv_timeout(QUIET) {
                    Ok(event) => {
                        self.take(event)?;
                    }
                    Err(RecvTimeoutError::Timeout) => return Ok(true),
                    Err(RecvTimeoutError::Disconnected) => return Ok(false),
                }
            }
        }
    }

    /// Whether an event can change the plan; a new directory is watched from now on.
    fn take(&mut self, event: notify::Result<Event>) -> Result<bool, Failure> {
        // Too many events at once: something has changed, whatever it was.
        let Ok(event) = event else { return Ok(true) };
        let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
        if event.kind.is_access() && event.kind != written {
            return Ok(false);
        }
        if matches!(event.kind, EventKind::Create(CreateKind::Folder | CreateKind::Any)) {
            for folder in event.paths.iter().filter(|path| path.is_dir()) {
                if !self.is_git(folder) {
                    self.add(folder)?;
                }
            }
        }
        Ok(event.paths.is_empty() || event.paths.iter().any(|path| self.counts(path)))
    }

    fn is_git(&self, path: &Path) -> bool {
        path.starts_with(&self.git_dir)
    }

    fn counts(&self, path: &Path) -> bool {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if self.is_git(path) {
            return name == "HEAD";
        }
        !name.starts_with(crate::output::TEMPORARY) && self.own.as_deref() != Some(path)
    }
}
