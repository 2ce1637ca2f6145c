//! Runs the engine in another thread, and answers its questions in this one.

use super::answers::{Answers, Request, Weighed};
use super::question::FileQuestion;
use std::panic::resume_unwind;
use std::sync::mpsc::channel;
use std::thread;

/// Ends the questions when the engine is done, also when it fails.
struct Listening<'a>(&'a Answers);

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        self.0.listen(None);
    }
}

/// Stack of the engine's thread, in bytes: as much as the main thread of a process has.
const STACK: usize = 8 << 20;

/// Runs something that asks questions, and answers them.
///
/// # Errors
/// No thread can be started.
pub(in crate::template) fn serving<T: Send>(
    answers: &Answers,
    answer: &dyn Fn(&FileQuestion) -> Weighed,
    run: impl FnOnce() -> T + Send,
) -> std::io::Result<T> {
    let (sender, requests) = channel::<Request>();
    answers.listen(Some(sender));
    thread::scope(|scope| {
        let listening = Listening(answers);
        let engine = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || {
            let _listening = listening;
            run()
        })?;
        // Ends when the last sender is dropped: that of the answers, and that of a question that is being asked.
        for Request { question, reply } in requests {
            // Anyone who asks waits for the answer.
            reply.send(answer(&question)).ok();
        }
        engine.join().map_err(|panic| resume_unwind(panic))
    })
}
