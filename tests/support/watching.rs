//! `preview --watch`, running: its drawings, one after the other.

use super::example::Example;
use super::nestling;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A running `preview --watch`, which ends with the value.
pub(crate) struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    /// Starts it in an example's repository, and waits for its first drawing.
    pub(crate) fn start(example: &Example) -> (Self, Vec<String>) {
        let mut command = nestling(&example.path());
        command.args(["preview", "--watch"]).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let watching = Self { child, lines };
        let first = watching.drawing();
        // The first drawing may come before the directories are watched.
        std::thread::sleep(Duration::from_millis(300));
        (watching, first)
    }

    /// Waits for the last line of a drawing, and returns all of its lines.
    pub(crate) fn drawing(&self) -> Vec<String> {
        let mut drawing = Vec::new();
        loop {
            let line =
                self.lines.recv_timeout(Duration::from_secs(20)).expect("no drawing in twenty seconds");
            drawing.push(line);
            if drawing.last().is_some_and(|line| line.contains(" units, ")) {
                return drawing;
            }
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
