//! The objects of a repository: its packs, its loose objects, those of other repositories that it borrows from, and the
//! system's git where these readers find damage or a file of a make that they do not know.

use super::GitError;
use super::bounded;
use super::cat_file::{CatFile, TIME_LIMIT};
use super::command::Git;
use super::id::{ObjectId, Prefix};
use super::loose::LooseObjects;
use super::object::{Object, ObjectSource};
use super::pack::{Defect, DefectivePack, Packs};
use std::cell::{Cell, OnceCell};
use std::path::{Path, PathBuf};

/// Repositories that borrow from repositories that borrow; git continues for as many.
const DEEPEST_ALTERNATE: usize = 5;

/// All objects of a repository.
pub(super) struct ObjectStore {
    directory: PathBuf,
    /// Opened with the first object that is read.
    directories: OnceCell<Vec<Directory>>,
    git: CatFile,
    /// The list of other directories cannot be read in full.
    borrows_unknown: Cell<bool>,
}

/// One directory of objects.
struct Directory {
    packs: Packs,
    loose: LooseObjects,
}

impl ObjectStore {
    /// The objects in a directory, which the system's git reads too.
    pub(super) fn new(directory: PathBuf, git: Git) -> Self {
        Self {
            directory,
            directories: OnceCell::new(),
            git: CatFile::new(git, TIME_LIMIT),
            borrows_unknown: Cell::new(false),
        }
    }

    fn directories(&self) -> &[Directory] {
        self.directories.get_or_init(|| {
            let mut paths = Vec::new();
            self.add_with_alternates(&self.directory, 0, &mut paths);
            let open =
                |path: &PathBuf| Directory { packs: Packs::open(path), loose: LooseObjects::new(path) };
            paths.iter().map(open).collect()
        })
    }

    /// Adds a directory, and those that it borrows from (<https://git-scm.com/docs/gitrepository-layout>).
    fn add_with_alternates(&self, directory: &Path, depth: usize, paths: &mut Vec<PathBuf>) {
        // A directory that does not exist contains nothing.
        let Ok(directory) = directory.canonicalize() else { return };
        if paths.contains(&directory) || depth > DEEPEST_ALTERNATE {
            return;
        }
        paths.push(directory.clone());
        let Ok(listed) = bounded::read(&directory.join("info/alternates"), bounded::SMALL) else { return };
        for line in listed.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match line[0] {
                b'#' => {}
                // A path in quotes, which git alone knows how to read.
                b'"' => self.borrows_unknown.set(true),
                _ => self.add_with_alternates(&directory.join(super::command::path(line)), depth + 1, paths),
            }
        }
    }

    /// Looks an object up in all directories. What is damaged in one place may be whole in another.
    fn look_up(&self, id: &ObjectId) -> Lookup {
        let directories = self.directories();
        let mut lookup = if self.borrows_unknown.get() { Lookup::AskGit(None) } else { Lookup::Missing };
        for directory in directories {
            match directory.packs.find(id) {
                Ok(Some(object)) => return Lookup::Found(object),
                Ok(None) => {}
                Err(pack) => lookup = Lookup::of_defective(pack, id),
            }
            match directory.loose.read(id) {
                Ok(Some(object)) => return Lookup::Found(object),
                Ok(None) => {}
                Err(error) => lookup = Lookup::AskGit(Some(error)),
            }
        }
        lookup
    }

    /// Looks for packs that have come since, as when another process packs what was loose.
    fn has_new_packs(&self) -> bool {
        self.directories().iter().filter(|directory| directory.packs.open_new()).count() > 0
    }
}

/// Result of a search for an object.
enum Lookup {
    Found(Object),
    Missing,
    /// Git may be able to read it. If it is not, this is why it could not be read here.
    AskGit(Option<GitError>),
    /// Git would not be able to read it either, and would take its time.
    Damaged(GitError),
}

impl Lookup {
    fn of_defective(pack: DefectivePack, id: &ObjectId) -> Self {
        match pack.defect {
            Defect::OtherMake => Self::AskGit(None),
            Defect::Damaged | Defect::TooLarge => Self::AskGit(Some(pack.into_error(id))),
            Defect::Endless => Self::Damaged(pack.into_error(id)),
        }
    }
}

impl ObjectSource for ObjectStore {
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, GitError> {
        let mut lookup = self.look_up(id);
        if !matches!(lookup, Lookup::Found(_)) && self.has_new_packs() {
            lookup = self.look_up(id);
        }
        match lookup {
            Lookup::Found(object) => Ok(Some(object)),
            Lookup::Missing => Ok(None),
            Lookup::AskGit(None) => self.git.read(id),
            Lookup::AskGit(Some(damage)) => match self.git.read(id) {
                Ok(Some(object)) => Ok(Some(object)),
                // Git would say no more than that it is damaged or missing.
                Ok(None) | Err(_) => Err(damage),
            },
            Lookup::Damaged(damage) => Err(damage),
        }
    }

    fn contains(&self, id: &ObjectId) -> bool {
        let mut directories = self.directories().iter();
        directories.any(|directory| directory.packs.contains(id) || directory.loose.contains(id))
            || matches!(self.look_up(id), Lookup::AskGit(None)) && self.git.contains(id)
    }

    fn with_prefix(&self, prefix: &Prefix, ids: &mut Vec<ObjectId>) {
        for directory in self.directories() {
            directory.packs.with_prefix(prefix, ids);
            directory.loose.with_prefix(prefix, ids);
        }
        if ids.is_empty() {
            self.git.with_prefix(prefix, ids);
        }
    }

    fn refresh(&self) {
        self.has_new_packs();
    }
}
