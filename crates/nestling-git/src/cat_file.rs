//! Objects as the system's git reads them: `git cat-file --batch`, kept running, so that each object costs a line and an
//! answer, not a process.
//!
//! It reads repositories of kinds that are not read here (SHA-256), and has the last word where a pack or a loose object is
//! damaged. Each answer has a time limit.

use super::GitError;
use super::command::{self, Git};
use super::id::{ObjectId, Prefix};
use super::object::{Kind, LARGEST, Object, ObjectSource};
use std::cell::{Cell, RefCell};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

/// Time for one answer. Git answers at once, or has a damaged file in hand that it reads for ever.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Bytes of the largest answer: what is read is configuration, and nobody writes that much.
const MOST: u64 = 4 * LARGEST as u64;

/// Objects as the system's git reads them.
pub(super) struct CatFile {
    git: Git,
    time_limit: Duration,
    contents: RefCell<Option<Conversation>>,
    heads: RefCell<Option<Conversation>>,
    /// After one answer that did not come, nothing more is asked: each may take all of its time.
    gave_up: Cell<bool>,
}

impl CatFile {
    /// Reads nothing and starts nothing yet.
    pub(super) fn new(git: Git, time_limit: Duration) -> Self {
        Self {
            git,
            time_limit,
            contents: RefCell::default(),
            heads: RefCell::default(),
            gave_up: Cell::new(false),
        }
    }

    /// Asks one of the two processes about an object. After a failure it is started again: its answers can no longer be
    /// distinguished.
    fn ask(
        &self,
        process: &RefCell<Option<Conversation>>,
        option: &'static str,
        id: &ObjectId,
    ) -> Result<Option<Answer>, GitError> {
        if self.gave_up.get() {
            return Err(Failure::TimedOut.into_error(option, id, self.time_limit));
        }
        let mut process = process.borrow_mut();
        let conversation = match &mut *process {
            Some(conversation) => conversation,
            none => none.insert(Conversation::start(&self.git, option)?),
        };
        let answered = conversation.ask(id, self.time_limit);
        if answered.is_err() {
            *process = None;
        }
        self.gave_up.set(matches!(answered, Err(Failure::TimedOut)));
        answered.map_err(|failure| failure.into_error(option, id, self.time_limit))
    }
}

impl ObjectSource for CatFile {
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, GitError> {
        let Some(answer) = self.ask(&self.contents, "--batch", id)? else { return Ok(None) };
        Ok(Some(Object { kind: answer.kind, bytes: answer.bytes.into() }))
    }

    fn contains(&self, id: &ObjectId) -> bool {
        self.ask(&self.heads, "--batch-check", id).is_ok_and(|answer| answer.is_some())
    }

    fn with_prefix(&self, prefix: &Prefix, ids: &mut Vec<ObjectId>) {
        let listed = self.git.output(&["rev-parse", &format!("--disambiguate={}", prefix.digits())]);
        let listed = listed.unwrap_or_default();
        ids.extend(String::from_utf8_lossy(&listed).lines().filter_map(ObjectId::from_hex));
    }
}

/// An answer about an object that is here. `bytes` is empty where only the head was asked for.
struct Answer {
    kind: Kind,
    bytes: Vec<u8>,
}

/// Reason why there is no answer.
enum Failure {
    /// The process has ended, mostly since the object is damaged.
    Ended(String),
    TimedOut,
}

impl Failure {
    fn into_error(self, option: &str, id: &ObjectId, time_limit: Duration) -> GitError {
        let command = format!("cat-file {option}");
        match self {
            Self::Ended(message) => GitError::Command { command: format!("{command} {id}"), message },
            Self::TimedOut => GitError::TimedOut { command: format!("{command} {id}"), after: time_limit },
        }
    }
}

/// A running `git cat-file`. Its answers are read in a thread of their own, since only so can one be waited for with a limit.
struct Conversation {
    child: Child,
    questions: Option<ChildStdin>,
    answers: Receiver<std::io::Result<Option<Answer>>>,
    messages: Receiver<String>,
}

impl Conversation {
    fn start(git: &Git, option: &'static str) -> Result<Self, GitError> {
        let mut command = git.command(&["cat-file", option]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(GitError::NoGit)?;
        let (send, answers) = sync_channel(1);
        let has_content = option == "--batch";
        if let Some(printed) = child.stdout.take() {
            let mut printed = BufReader::new(printed);
            thread::spawn(move || {
                loop {
                    let answer = read_answer(&mut printed, has_content);
                    let is_last = answer.is_err();
                    if send.send(answer).is_err() || is_last {
                        return;
                    }
                }
            });
        }
        let messages = command::messages(&mut child);
        Ok(Self { questions: child.stdin.take(), answers, messages, child })
    }

    fn ask(&mut self, id: &ObjectId, time_limit: Duration) -> Result<Option<Answer>, Failure> {
        let written = self.questions.as_mut().map(|questions| {
            let question = format!("{id}\n");
            questions.write_all(question.as_bytes()).and_then(|()| questions.flush())
        });
        if !matches!(written, Some(Ok(()))) {
            return Err(self.ended());
        }
        match self.answers.recv_timeout(time_limit) {
            Ok(Ok(answer)) => Ok(answer),
            Err(RecvTimeoutError::Timeout) => Err(Failure::TimedOut),
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => Err(self.ended()),
        }
    }

    fn ended(&self) -> Failure {
        let message = self.messages.recv_timeout(command::LAST_WORDS).unwrap_or_default();
        Failure::Ended(if message.is_empty() { "it returned no answer".to_owned() } else { message })
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        // It would end without questions, but for an answer that never ends.
        self.questions = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads `ID KIND SIZE` and the bytes after it, or `ID missing`.
fn read_answer(printed: &mut BufReader<ChildStdout>, has_content: bool) -> std::io::Result<Option<Answer>> {
    let mut head = String::new();
    printed.read_line(&mut head)?;
    let words: Vec<&str> = head.split_whitespace().collect();
    let (kind, size) = match words.as_slice() {
        [_, "missing"] => return Ok(None),
        [_, kind, size] => (Kind::from_name(kind.as_bytes()), size.parse::<u64>().ok()),
        _ => return Err(ErrorKind::UnexpectedEof.into()),
    };
    let (kind, size) = kind.zip(size).ok_or(ErrorKind::InvalidData)?;
    let mut bytes = Vec::new();
    if size > MOST {
        return Err(ErrorKind::OutOfMemory.into());
    }
    if has_content {
        // A line feed comes after the bytes.
        printed.by_ref().take(size + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != size + 1 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        bytes.pop();
    }
    Ok(Some(Answer { kind, bytes }))
}
