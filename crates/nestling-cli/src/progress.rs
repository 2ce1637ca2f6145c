//! A progress line on standard error, if something takes longer than a second and standard error is a terminal.

use std::io::Write;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Shows a progress line until it is dropped.
pub(crate) struct Progress {
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

/// Presence of a terminal on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watched {
    Yes,
    No,
}

impl Progress {
    /// Starts the clock. Nothing is written in the first second, nor without a terminal.
    pub(crate) fn start(activity: &'static str, watched: Watched) -> Self {
        if watched == Watched::No {
            return Self { running: None };
        }
        let (done, wait) = channel();
        let thread = std::thread::spawn(move || show(activity, &wait, SECOND, &mut std::io::stderr()));
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

/// Rewrites one line every interval, and clears it at the end.
fn show(activity: &str, wait: &Receiver<()>, every: Duration, out: &mut impl Write) {
    let mut seconds = 0;
    while wait.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
        seconds += 1;
        let _ = write!(out, "\r\x1b[K{activity} … {seconds} s").and_then(|()| out.flush());
    }
    if seconds > 0 {
        let _ = write!(out, "\r\x1b[K").and_then(|()| out.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_work_writes_nothing_and_slow_work_clears_its_line() {
        let shown = |time: Duration| {
            let (done, wait) = channel();
            let mut out = Vec::new();
            let stop = std::thread::spawn(move || {
                std::thread::sleep(time);
                drop(done);
            });
            show("planning", &wait, Duration::from_millis(200), &mut out);
            stop.join().unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(shown(Duration::ZERO), "");
        let slow = shown(Duration::from_millis(500));
        assert!(slow.starts_with("\r\x1b[Kplanning … 1 s") && slow.ends_with("\r\x1b[K"), "{slow:?}");
    }
}
