//! The system's git, for what libgit2 cannot do: fetch with the runner's credentials, and read repositories of kinds
//! that it does not know.

use super::GitError;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// The system's git in one repository. It never asks, never fetches what it was not told to, and runs none of the
/// programs that a repository's configuration can name.
#[derive(Debug, Clone)]
pub(super) struct Git {
    git_dir: PathBuf,
    work_dir: Option<PathBuf>,
}

/// What a command that may say no answered.
pub(super) enum Answer {
    /// What it printed.
    Yes(Vec<u8>),
    /// It ended with 1, git's way to say that there is no such thing.
    No,
}

impl Git {
    pub(super) fn new(git_dir: &Path, work_dir: Option<&Path>) -> Self {
        Self { git_dir: git_dir.to_owned(), work_dir: work_dir.map(Path::to_owned) }
    }

    pub(super) fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    pub(super) fn work_dir(&self) -> Option<&Path> {
        self.work_dir.as_deref()
    }

    /// A command, ready but for its streams.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = quiet();
        command.arg("--git-dir").arg(&self.git_dir);
        if let Some(work_dir) = &self.work_dir {
            command.arg("--work-tree").arg(work_dir).current_dir(work_dir);
        }
        command.args(arguments);
        command
    }

    /// What a command prints.
    ///
    /// # Errors
    /// There is no git, or the command fails.
    pub(super) fn output(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        match finished(self.command(arguments))? {
            Ok(printed) => Ok(printed),
            Err(output) => Err(failed(arguments, &said(&output.stderr))),
        }
    }

    /// As [`Git::output`], where ending with 1 is an answer.
    pub(super) fn ask(&self, arguments: &[&str]) -> Result<Answer, GitError> {
        match finished(self.command(arguments))? {
            Ok(printed) => Ok(Answer::Yes(printed)),
            Err(output) if output.status.code() == Some(1) => Ok(Answer::No),
            Err(output) => Err(failed(arguments, &said(&output.stderr))),
        }
    }

    /// The one line that a command prints; `None` where it says no or fails.
    pub(super) fn line(&self, arguments: &[&str]) -> Option<String> {
        let printed = self.output(arguments).ok()?;
        let line = String::from_utf8(printed).ok()?;
        Some(line.trim_end_matches('\n').to_owned()).filter(|line| !line.is_empty())
    }

    /// Runs a command that reads `input`, and ends it when the time is up.
    ///
    /// # Errors
    /// There is no git, the command fails, or its time is up.
    pub(super) fn run(&self, arguments: &[&str], input: &[u8], timeout: Duration) -> Result<(), GitError> {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(GitError::NoGit)?;
        feed(&mut child, input);
        let heard = messages(&mut child);
        let end = Instant::now() + timeout;
        loop {
            match child.try_wait().map_err(GitError::NoGit)? {
                Some(status) if status.success() => return Ok(()),
                Some(_) => {
                    let message = heard.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
                    return Err(failed(arguments, &message));
                }
                None if Instant::now() >= end => {
                    // It may have ended by itself meanwhile; either way its time is up.
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(GitError::TimedOut { command: arguments.join(" "), after: timeout });
                }
                None => thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

/// Finds the repository that a directory is in, as git itself does, its check of the owner included.
///
/// # Errors
/// There is no git, or git finds nothing, or will not open it.
pub(super) fn discover(directory: &Path, owner: Owner) -> Result<Git, GitError> {
    let ask = |arguments: &[&str]| {
        let mut command = quiet();
        if owner == Owner::Anyone {
            command.args(["-c", "safe.directory=*"]);
        }
        command.current_dir(directory).args(arguments);
        finished(command).map(|output| output.map_err(|output| said(&output.stderr)))
    };
    let git_dir = match ask(&["rev-parse", "--absolute-git-dir"])? {
        Ok(printed) => path_of_line(&printed),
        Err(message) if message.contains("dubious ownership") => {
            return Err(GitError::Owner { path: directory.to_owned() });
        }
        Err(message) => return Err(failed(&["rev-parse", "--absolute-git-dir"], &message)),
    };
    let work_dir = ask(&["rev-parse", "--show-toplevel"])?.ok().map(|printed| path_of_line(&printed));
    Ok(Git { git_dir, work_dir })
}

/// Whose repositories git may open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The user's own.
    User,
    /// Anybody's.
    Anyone,
}

/// Git without questions, without the caller's repository, and without programs of the repository's choice.
fn quiet() -> Command {
    let mut command = Command::new("git");
    command
        .args(["-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "core.fsmonitor=false"])
        .args(["-c", "core.quotePath=false", "-c", "color.ui=false"])
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_EXTERNAL_DIFF")
        .stdin(Stdio::null());
    command
}

fn finished(mut command: Command) -> Result<Result<Vec<u8>, Output>, GitError> {
    let output = command.output().map_err(GitError::NoGit)?;
    Ok(if output.status.success() { Ok(output.stdout) } else { Err(output) })
}

fn failed(arguments: &[&str], message: &str) -> GitError {
    GitError::Command { command: arguments.join(" "), message: message.to_owned() }
}

fn said(stderr: &[u8]) -> String {
    let said = String::from_utf8_lossy(stderr);
    said.lines().map(str::trim).collect::<Vec<_>>().join("; ")
}

/// A path that git printed on a line.
fn path_of_line(printed: &[u8]) -> PathBuf {
    path(printed.strip_suffix(b"\n").unwrap_or(printed)).to_owned()
}

/// A path of bytes that git wrote.
pub(super) fn path(bytes: &[u8]) -> &Path {
    Path::new(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes))
}

/// Writes what the command reads, aside: it may not read all of it.
fn feed(child: &mut Child, input: &[u8]) {
    if let Some(mut pipe) = child.stdin.take() {
        let input = input.to_vec();
        thread::spawn(move || {
            let _ = pipe.write_all(&input);
        });
    }
}

/// What the command says, read aside: a program that it leaves behind may keep the pipe open for ever.
pub(super) fn messages(child: &mut Child) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    if let Some(mut pipe) = child.stderr.take() {
        thread::spawn(move || {
            let mut heard = Vec::new();
            let _ = pipe.read_to_end(&mut heard);
            let _ = send.send(said(&heard));
        });
    }
    receive
}
