//! Runs the system's git, for what is not done here: fetch with the runner's credentials, and read repositories of kinds that
//! libgit2 does not know.

use super::GitError;
use super::masked::masked;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Time for the messages of a command that has ended.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(1);

/// The system's git in one repository. It never prompts, never fetches by itself, and runs none of the programs that a
/// repository's configuration can name.
#[derive(Debug, Clone)]
pub(super) struct Git {
    git_dir: PathBuf,
    work_dir: Option<PathBuf>,
    /// Names of the filters that are turned off.
    filters_off: Vec<String>,
}

/// Answer of a command that may say no.
pub(super) enum Answer {
    /// Its output.
    Yes(Vec<u8>),
    /// It ended with 1: the object does not exist.
    No,
}

impl Git {
    pub(super) fn new(git_dir: &Path, work_dir: Option<&Path>) -> Self {
        Self { git_dir: git_dir.to_owned(), work_dir: work_dir.map(Path::to_owned), filters_off: Vec::new() }
    }

    /// Returns the same git without the filters that the configuration names (`filter.NAME.clean`): they are programs, and
    /// the files of the repository say which of them run.
    pub(super) fn without_filters(&self) -> Self {
        let listed =
            self.output(&["config", "-z", "--name-only", "--get-regexp", r"^filter\."]).unwrap_or_default();
        let listed = String::from_utf8_lossy(&listed);
        let names = listed.split('\0').filter_map(|key| key.strip_prefix("filter.")?.rsplit_once('.'));
        let mut filters_off: Vec<String> = names.map(|(name, _)| name.to_owned()).collect();
        filters_off.sort_unstable();
        filters_off.dedup();
        Self { filters_off, ..self.clone() }
    }

    pub(super) fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    pub(super) fn work_dir(&self) -> Option<&Path> {
        self.work_dir.as_deref()
    }

    /// Returns a command that is ready but for its streams.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = quiet();
        self.turn_filters_off(&mut command);
        command.arg("--git-dir").arg(&self.git_dir);
        if let Some(work_dir) = &self.work_dir {
            command.arg("--work-tree").arg(work_dir).current_dir(work_dir);
        }
        command.args(arguments);
        command
    }

    fn turn_filters_off(&self, command: &mut Command) {
        /// Variables that contain the values: a name may contain `=`, so that `-c` cannot have it, and `--config-env` splits at
        /// the last one. `GIT_CONFIG_COUNT` may be the caller's own.
        const EMPTY: &str = "NESTLING_GIT_EMPTY";
        const FALSE: &str = "NESTLING_GIT_FALSE";
        if self.filters_off.is_empty() {
            return;
        }
        command.env(EMPTY, "").env(FALSE, "false");
        for name in &self.filters_off {
            for key in ["clean", "smudge", "process"] {
                command.arg(format!("--config-env=filter.{name}.{key}={EMPTY}"));
            }
            command.arg(format!("--config-env=filter.{name}.required={FALSE}"));
        }
    }

    /// Runs a command and returns its output.
    ///
    /// # Errors
    /// There is no git, or the command fails.
    pub(super) fn output(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let output = self.command(arguments).output().map_err(GitError::NoGit)?;
        if output.status.success() { Ok(output.stdout) } else { Err(failed(arguments, &output)) }
    }

    /// As [`Git::output`], where ending with 1 is an answer.
    ///
    /// # Errors
    /// There is no git, or the command fails.
    pub(super) fn ask(&self, arguments: &[&str]) -> Result<Answer, GitError> {
        let output = self.command(arguments).output().map_err(GitError::NoGit)?;
        match output.status.code() {
            Some(0) => Ok(Answer::Yes(output.stdout)),
            Some(1) => Ok(Answer::No),
            _ => Err(failed(arguments, &output)),
        }
    }

    /// Runs a command and returns its only line; `None` where it says no or fails.
    pub(super) fn line(&self, arguments: &[&str]) -> Option<String> {
        let output = String::from_utf8(self.output(arguments).ok()?).ok()?;
        let line = output.trim_end_matches('\n');
        if line.is_empty() { None } else { Some(line.to_owned()) }
    }

    /// Runs a command that reads `input`, and kills it when the time is up.
    ///
    /// # Errors
    /// There is no git, the command fails, or its time is up.
    pub(super) fn run(&self, arguments: &[&str], input: &[u8], time_limit: Duration) -> Result<(), GitError> {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(GitError::NoGit)?;
        feed(&mut child, input);
        wait(&mut child, arguments, time_limit)
    }
}

/// Waits for a command, and kills it when the time is up.
fn wait(child: &mut Child, arguments: &[&str], time_limit: Duration) -> Result<(), GitError> {
    let messages = messages(child);
    let end = Instant::now() + time_limit;
    loop {
        match child.try_wait().map_err(GitError::NoGit)? {
            Some(status) if status.success() => return Ok(()),
            Some(_) => {
                let message = messages.recv_timeout(LAST_WORDS).unwrap_or_default();
                return Err(GitError::Command { command: arguments.join(" "), message });
            }
            None if Instant::now() >= end => {
                // It may have ended by itself meanwhile; either way its time is up.
                let _ = child.kill();
                let _ = child.wait();
                return Err(GitError::TimedOut { command: arguments.join(" "), after: time_limit });
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Runs a command that is about no repository on disk, and returns its output. It is killed when the time is up.
///
/// # Errors
/// There is no git, the command fails, or its time is up.
pub(super) fn output_in_time(arguments: &[&str], time_limit: Duration) -> Result<Vec<u8>, GitError> {
    let mut command = quiet();
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(GitError::NoGit)?;
    let (send, receive) = mpsc::channel();
    if let Some(mut pipe) = child.stdout.take() {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            let _ = send.send(bytes);
        });
    }
    wait(&mut child, arguments, time_limit)?;
    receive
        .recv_timeout(LAST_WORDS)
        .map_err(|_| GitError::TimedOut { command: arguments.join(" "), after: time_limit })
}

/// Finds the repository that a directory is in, as git itself does, its check of the owner included.
///
/// # Errors
/// There is no git, or git finds nothing, or will not open it.
pub(super) fn discover(directory: &Path, owner: Owner) -> Result<Git, GitError> {
    let arguments = ["rev-parse", "--absolute-git-dir"];
    let output = in_directory(directory, owner, &arguments)?;
    if !output.status.success() {
        let is_refused = message(&output.stderr).contains("dubious ownership");
        return Err(if is_refused {
            GitError::Owner { path: directory.to_owned() }
        } else {
            failed(&arguments, &output)
        });
    }
    let git_dir = path_of_line(&output.stdout);
    let top_level = in_directory(directory, owner, &["rev-parse", "--show-toplevel"])?;
    // A bare repository has none.
    let work_dir = top_level.status.success().then(|| path_of_line(&top_level.stdout));
    Ok(Git::new(&git_dir, work_dir.as_deref()))
}

fn in_directory(directory: &Path, owner: Owner, arguments: &[&str]) -> Result<Output, GitError> {
    let mut command = quiet();
    if owner == Owner::Anyone {
        command.args(["-c", "safe.directory=*"]);
    }
    command.current_dir(directory).args(arguments).output().map_err(GitError::NoGit)
}

/// Owners of repositories that git may open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The user.
    User,
    /// Anybody.
    Anyone,
}

/// Configuration of every command, which takes precedence over the repository's.
const CONFIGURATION: [&str; 10] = [
    "gc.auto=0",
    "maintenance.auto=false",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.askPass=",
    "core.pager=cat",
    "protocol.ext.allow=never",
    "core.quotePath=false",
    "color.ui=false",
    "log.showSignature=false",
];

/// Variables that name another repository or a program, or that make git write more than messages: the headers of its
/// requests have credentials.
const UNSET: [&str; 17] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_EXTERNAL_DIFF",
    "GIT_PAGER",
    "GIT_EDITOR",
    "GIT_TRACE",
    "GIT_TRACE_CURL",
    "GIT_TRACE_PACKET",
    "GIT_TRACE2",
    "GIT_TRACE2_EVENT",
    "GIT_TRACE_SETUP",
    "GIT_CURL_VERBOSE",
];

/// Git without questions, without the caller's repository, and without programs of the repository's choice.
fn quiet() -> Command {
    let mut command = Command::new("git");
    for setting in CONFIGURATION {
        command.args(["-c", setting]);
    }
    for variable in UNSET {
        command.env_remove(variable);
    }
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        // Empty, so that neither `core.askPass` nor `SSH_ASKPASS` is asked.
        .env("GIT_ASKPASS", "")
        .env("SSH_ASKPASS_REQUIRE", "never")
        .env("GIT_NO_LAZY_FETCH", "1")
        // Objects and parents are those that the ids name, here as where they are read without git.
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_GRAFT_FILE", "/dev/null")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    command
}

pub(super) fn failed(arguments: &[&str], output: &Output) -> GitError {
    GitError::Command { command: arguments.join(" "), message: message(&output.stderr) }
}

/// The lines of standard error in one, without credentials: they go into pipelines and reports.
fn message(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    // Progress is written over itself.
    let lines = text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty());
    lines.map(masked).collect::<Vec<_>>().join("; ")
}

/// The path in a line of output.
fn path_of_line(printed: &[u8]) -> PathBuf {
    path(printed.strip_suffix(b"\n").unwrap_or(printed)).to_owned()
}

/// The path of these bytes: on Linux and macOS a path is any bytes.
pub(super) fn path(bytes: &[u8]) -> &Path {
    Path::new(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes))
}

/// Writes the input of a command in a thread of its own: the command may not read all of it.
fn feed(child: &mut Child, input: &[u8]) {
    let Some(mut pipe) = child.stdin.take() else { return };
    let input = input.to_vec();
    thread::spawn(move || {
        let _ = pipe.write_all(&input);
    });
}

/// Reads standard error in a thread of its own: a program that the command leaves behind may keep the pipe open for ever.
pub(super) fn messages(child: &mut Child) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    if let Some(mut pipe) = child.stderr.take() {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            let _ = send.send(message(&bytes));
        });
    }
    receive
}
