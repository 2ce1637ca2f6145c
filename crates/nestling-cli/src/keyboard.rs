//! Single keys of a terminal, for a command that runs until somebody quits.

use rustix::process::{Signal, getpid, kill_process};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io::{IsTerminal, Read};
use std::sync::mpsc::{Receiver, channel};

/// The keys that quit: `q`, and Ctrl-D.
const QUIT: [u8; 3] = [b'q', b'Q', 4];

/// Ctrl-C.
const INTERRUPT: u8 = 3;

/// A terminal that passes each key on at once. Its former mode comes back with the end of the value.
pub(crate) struct Keyboard {
    former: Termios,
    quit: Receiver<()>,
}

impl Keyboard {
    /// Takes over the keyboard; `None` where standard input is no terminal.
    pub(crate) fn open() -> Option<Self> {
        let stdin = std::io::stdin();
        if !stdin.is_terminal() {
            return None;
        }
        let former = tcgetattr(&stdin).ok()?;
        let mut mode = former.clone();
        // Ctrl-C comes as a key as well: a signal would end the command and leave the terminal without echo.
        mode.local_modes -= LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
        tcsetattr(&stdin, OptionalActions::Now, &mode).ok()?;
        let (sender, quit) = channel();
        let restored = former.clone();
        std::thread::spawn(move || {
            let keys = std::io::stdin().lock().bytes().map_while(Result::ok);
            for key in keys {
                if key == INTERRUPT {
                    // At once, even while the command plans.
                    let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &restored);
                    let _ = kill_process(getpid(), Signal::INT);
                }
                if QUIT.contains(&key) && sender.send(()).is_err() {
                    return;
                }
            }
        });
        Some(Self { former, quit })
    }

    /// Returns `true` if a key was pressed that quits.
    pub(crate) fn wants_to_quit(&self) -> bool {
        self.quit.try_recv().is_ok()
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.former);
    }
}
