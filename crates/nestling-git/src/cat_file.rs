//! `git cat-file --batch`, kept running: each object costs a line and an answer, not a process.

use super::GitError;
use super::command::Git;
use super::id::ObjectId;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

pub(super) struct CatFile {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl CatFile {
    pub(super) fn start(git: &Git) -> Result<Self, GitError> {
        let mut command = git.command(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(GitError::NoGit)?;
        let gone = || GitError::NoGit(ErrorKind::BrokenPipe.into());
        let answers = BufReader::new(child.stdout.take().ok_or_else(gone)?);
        Ok(Self { questions: child.stdin.take(), answers, child })
    }

    /// The type and the bytes of an object; an error of the kind `NotFound` where there is none.
    pub(super) fn read(&mut self, id: &ObjectId) -> io::Result<(String, Vec<u8>)> {
        let questions = self.questions.as_mut().ok_or(ErrorKind::BrokenPipe)?;
        writeln!(questions, "{id}")?;
        questions.flush()?;
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        let mut words = head.split_whitespace().skip(1);
        match (words.next(), words.next().map(str::parse::<usize>)) {
            (Some("missing"), _) => Err(io::Error::new(ErrorKind::NotFound, "it is not in this clone")),
            (Some(kind), Some(Ok(size))) => {
                let mut bytes = vec![0; size + 1];
                self.answers.read_exact(&mut bytes)?;
                bytes.truncate(size);
                Ok((kind.to_owned(), bytes))
            }
            _ => Err(io::Error::new(ErrorKind::InvalidData, "`git cat-file` gave no answer")),
        }
    }
}

impl Drop for CatFile {
    fn drop(&mut self) {
        // Without questions it ends by itself.
        self.questions = None;
        let _ = self.child.wait();
    }
}
