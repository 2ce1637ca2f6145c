//! Fetching one commit with the system's git: libgit2 is built without network transports, and the system's git
//! has the runner's credentials.

use super::{CommitId, GitError, History};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

pub(super) fn fetch_commit(
    git_dir: &Path,
    commit: &CommitId,
    history: History,
    timeout: Duration,
) -> Result<(), GitError> {
    let mut arguments =
        vec!["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"];
    if history == History::Shallow {
        arguments.push("--depth=1");
    }
    let id = commit.to_string();
    arguments.extend(["origin", &id]);
    run(git_dir, &arguments, timeout)
}

/// Runs git without a terminal, and ends it when the time is up.
fn run(git_dir: &Path, arguments: &[&str], timeout: Duration) -> Result<(), GitError> {
    let command = arguments.join(" ");
    let mut child = Command::new("git")
        .arg("--git-dir")
        .arg(git_dir)
        .args(["-c", "gc.auto=0", "-c", "maintenance.auto=false"])
        .args(arguments)
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(GitError::NoGit)?;
    let said = messages(&mut child);
    let end = Instant::now() + timeout;
    loop {
        match child.try_wait().map_err(GitError::NoGit)? {
            Some(status) if status.success() => return Ok(()),
            Some(_) => {
                let message = said.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
                return Err(GitError::Command { command, message });
            }
            None if Instant::now() >= end => {
                // It may have ended by itself meanwhile; either way its time is up.
                let _ = child.kill();
                let _ = child.wait();
                return Err(GitError::TimedOut { command, after: timeout });
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// What the command says, read aside: a program that it leaves behind may keep the pipe open for ever.
fn messages(child: &mut Child) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    if let Some(mut pipe) = child.stderr.take() {
        thread::spawn(move || {
            let mut said = Vec::new();
            let _ = pipe.read_to_end(&mut said);
            let said = String::from_utf8_lossy(&said);
            let _ = send.send(said.lines().map(str::trim).collect::<Vec<_>>().join("; "));
        });
    }
    receive
}
