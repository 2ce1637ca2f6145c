//! Answers that are known, and the way to those that are not.

use super::question::FileQuestion;
use minijinja::Value;
use std::collections::BTreeMap;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Answer to a question: a value, or the reason for there being none.
pub(in crate::template) type Answer = Result<Value, String>;

/// An answer, with the bytes of the text that it was made from.
pub(in crate::template) struct Weighed {
    pub answer: Answer,
    pub bytes: usize,
}

/// A question on its way to the thread that has the files.
pub(super) struct Request {
    pub question: FileQuestion,
    pub reply: Sender<Weighed>,
}

/// Number of answers that are kept. Each of many units asks its own.
const KEPT: usize = 10_000;

/// Number of bytes of the files whose contents are kept. As data they take several times as much.
const KEPT_BYTES: usize = 8 << 20;

/// The answers of one renderer, whose files do not change.
#[derive(Clone, Default)]
pub(in crate::template) struct Answers(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    known: BTreeMap<FileQuestion, Answer>,
    bytes: usize,
    sender: Option<Sender<Request>>,
    /// Set once a question found nobody to answer it.
    unanswered: bool,
    /// Number of questions so far, also of those whose answers were known.
    questions: u64,
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Answers").field("known", &self.state().known.len()).finish()
    }
}

impl Answers {
    /// Returns the answer to a question; none where nobody who has the files is listening, which is noted.
    pub(in crate::template) fn ask(&self, question: &FileQuestion) -> Option<Answer> {
        let sender = {
            let mut state = self.state();
            state.questions += 1;
            if let Some(answer) = state.known.get(question) {
                return Some(answer.clone());
            }
            state.unanswered |= state.sender.is_none();
            state.sender.clone()?
        };
        let (reply, answer) = channel();
        sender.send(Request { question: question.clone(), reply }).ok()?;
        let Weighed { answer, bytes } = answer.recv().ok()?;
        let mut state = self.state();
        if state.known.len() >= KEPT || state.bytes + bytes > KEPT_BYTES {
            state.known.clear();
            state.bytes = 0;
        }
        state.bytes += bytes;
        state.known.insert(question.clone(), answer.clone());
        Some(answer)
    }

    /// Returns the number of questions so far.
    pub(in crate::template) fn questions(&self) -> u64 {
        self.state().questions
    }

    /// Says who answers from now on; none for nobody.
    pub(super) fn listen(&self, sender: Option<Sender<Request>>) {
        self.state().sender = sender;
    }

    /// Returns `true` if a question found nobody to answer it, and forgets that.
    pub(in crate::template) fn take_unanswered(&self) -> bool {
        std::mem::take(&mut self.state().unanswered)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that can fail is done while it is locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
