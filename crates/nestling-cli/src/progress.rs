//! A word on standard error when something takes longer than a second and a person is watching.

use std::io::Write;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Says what takes so long, until it is dropped.
pub(crate) struct Progress {
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

/// Whether a person sees the progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watched {
    Yes,
    No,
}

impl Progress {
    /// Starts to wait. Nothing is written in the first second, nor where nobody watches.
    pub(crate) fn start(what: &'static str, watched: Watched) -> Self {
        if watched == Watched::No {
            return Self { running: None };
        }
        let (done, wait) = channel();
        let thread = std::thread::spawn(move || tell(what, &wait, SECOND, &mut std::io::stderr()));
        Self { running: Some((done, thread)) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.running.take() {
            drop(done);
            let _ = thread.join();
        }
    }
}

/// Writes one line over and over, and clears it at the end.
fn tell(what: &str, wait: &Receiver<()>, every: Duration, out: &mut impl Write) {
    let mut seconds = 0;
    while wait.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
        seconds += 1;
        let _ = write!(out, "\r\x1b[K{what} … {seconds} s").and_then(|()| out.flush());
    }
    if seconds > 0 {
        let _ = write!(out, "\r\x1b[K").and_then(|()| out.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quick_says_nothing_and_what_is_slow_clears_its_line() {
        let told = |time: Duration| {
            let (done, wait) = channel();
            let mut out = Vec::new();
            let stop = std::thread::spawn(move || {
                std::thread::sleep(time);
                drop(done);
            });
            tell("planning", &wait, Duration::from_millis(200), &mut out);
            stop.join().unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(told(Duration::ZERO), "");
        let slow = told(Duration::from_millis(500));
        assert!(slow.starts_with("\r\x1b[Kplanning … 1 s") && slow.ends_with("\r\x1b[K"), "{slow:?}");
    }
}
