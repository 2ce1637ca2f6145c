//! Real repositories for tests, made by the system's git with nothing of the machine's configuration.
//!
//! Behind the feature `testing`, for the tests of this crate and of those that use it. Every function panics where git
//! fails.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test fails where its fixture cannot be made"
)]

use crate::cat_file::{CatFile, TIME_LIMIT};
use crate::command::Git;
use crate::id::ObjectId;
use crate::object::ObjectSource;
use crate::store::ObjectStore;
use crate::{Change, CommitId, GitError, GitRepository, Trust};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository in a temporary directory that is removed with it.
#[derive(Debug)]
pub struct Fixture {
    _directory: tempfile::TempDir,
    /// The root of the work tree.
    pub root: PathBuf,
}

impl Default for Fixture {
    fn default() -> Self {
        Self::new()
    }
}

impl Fixture {
    /// An empty repository on the branch `main`.
    pub fn new() -> Self {
        let fixture = Self::empty();
        fixture.git(&["init", "--quiet", "--initial-branch=main"]);
        fixture
    }

    /// An empty repository of another kind, by options of `git init`.
    pub fn of_kind(options: &[&str]) -> Self {
        let fixture = Self::empty();
        fixture.git(&[&["init", "--quiet", "--initial-branch=main"], options].concat());
        fixture
    }

    /// The same repository once more, with everything in it.
    pub fn copy(&self) -> Self {
        let fixture = Self::empty();
        let status = Command::new("cp").arg("-a").arg(self.root.join(".")).arg(&fixture.root).status();
        assert!(status.unwrap().success());
        fixture
    }

    /// A clone of another one, over `file://` so that depths and filters count.
    pub fn clone_of(other: &Self, options: &[&str]) -> Self {
        let fixture = Self::empty();
        let url = format!("file://{}", other.root.display());
        fixture.git(&[&["clone", "--quiet"], options, &[&url, "."]].concat());
        fixture
    }

    fn empty() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        Self { _directory: directory, root }
    }

    /// Runs git; what it prints.
    pub fn git(&self, arguments: &[&str]) -> Vec<u8> {
        let output = Command::new("git")
            .args(["-c", "uploadpack.allowAnySHA1InWant=true", "-c", "uploadpack.allowFilter=true"])
            .args(["-c", "protocol.file.allow=always"])
            .args(arguments)
            .current_dir(&self.root)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "A")))
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "a@example.com")))
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_DATE"), "2024-01-02T03:04:05Z")))
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Writes a file, with the directories above it.
    pub fn write(&self, path: impl AsRef<[u8]>, text: &str) {
        let file = self.path(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    /// Removes a file from the work tree.
    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.path(path)).unwrap();
    }

    /// Returns where a path of the repository is on disk.
    pub fn path(&self, path: impl AsRef<[u8]>) -> PathBuf {
        self.root.join(Path::new(OsStr::from_bytes(path.as_ref())))
    }

    /// Commits everything that is on disk.
    pub fn commit(&self, message: &str) -> CommitId {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.id("HEAD")
    }

    /// Returns the commit that a revision names.
    pub fn id(&self, revision: &str) -> CommitId {
        let id = String::from_utf8(self.git(&["rev-parse", revision])).unwrap();
        CommitId::parse(id.trim()).unwrap()
    }

    /// Adds empty commits on top of the current branch, many at once.
    pub fn fill(&self, count: usize) {
        let branch = String::from_utf8(self.git(&["symbolic-ref", "HEAD"])).unwrap();
        let mut stream = String::new();
        for n in 0..count {
            stream +=
                &format!("commit {branch}committer A <a@example.com> 1704164645 +0000\ndata 1\n{}\n", n % 10);
            if n == 0 {
                stream += &format!("from {}\n", self.id("HEAD"));
            }
        }
        self.feed(&["fast-import", "--quiet"], stream.as_bytes());
    }

    /// Runs git with something to read.
    pub fn feed(&self, arguments: &[&str], input: &[u8]) {
        use std::io::Write as _;
        let mut git = Command::new("git");
        git.args(arguments).current_dir(&self.root).stdin(std::process::Stdio::piped());
        let mut child = git.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        assert!(child.wait().unwrap().success(), "git {arguments:?}");
    }

    /// The same repository, read by the system's git alone.
    pub fn open_by_system(&self) -> GitRepository {
        GitRepository::open_by_system(&self.root, &Trust::Directory(self.root.clone())).unwrap()
    }

    /// Opens the repository as a program does.
    pub fn open(&self) -> GitRepository {
        GitRepository::open(&self.root, &Trust::Directory(self.root.clone())).unwrap()
    }
}

/// Objects of a repository by their ids, for tests that damage the files of a repository.
pub struct Objects {
    source: Box<dyn ObjectSource>,
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Objects")
    }
}

impl Objects {
    /// The objects of a repository as a program reads them, by the path of its `.git`.
    pub fn open(git_dir: &Path) -> Self {
        let store = ObjectStore::new(git_dir.join("objects"), Git::new(git_dir, None));
        Self { source: Box::new(store) }
    }

    /// The same objects as the system's git reads them.
    pub fn read_by_git(git_dir: &Path) -> Self {
        Self { source: Box::new(CatFile::new(Git::new(git_dir, None), TIME_LIMIT)) }
    }

    /// Reads an object: the name of its type, and its content.
    ///
    /// # Errors
    /// It is damaged.
    pub fn read(&self, id: &str) -> Result<Option<(&'static str, Vec<u8>)>, GitError> {
        let object = self.source.read(&ObjectId::from_hex(id).unwrap())?;
        Ok(object.map(|object| (object.kind.name(), object.bytes.to_vec())))
    }
}

/// Changes in one line each: `M path`.
pub fn shown(changes: &[Change]) -> Vec<String> {
    changes.iter().map(|change| format!("{} {}", change.status.letter(), change.path)).collect()
}
