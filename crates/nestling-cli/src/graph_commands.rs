//! Commands that print graphs of dependencies (`depends_from: [{ command: … }]`), within limits of time and output.

use crate::secrets::Secrets;
use nestling::GraphAnswer;
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Time of a command.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// The most bytes of a graph: that of a hundred thousand directories.
const OUTPUT_LIMIT: usize = 64 << 20;

/// Bytes of standard error that are kept, and lines that are shown.
const ERROR_LIMIT: usize = 1 << 20;
const ERROR_LINES: usize = 20;

/// Time between two looks at a command that runs.
const PAUSE: Duration = Duration::from_millis(10);

/// Runs a shell command in a directory, and returns its output, or the reason why there is no graph.
pub(crate) fn run(command: &str, directory: &Path, secrets: &Secrets) -> GraphAnswer {
    match printed(command, directory, TIME_LIMIT) {
        Ok(text) => GraphAnswer::Printed(text.into()),
        Err(why) => GraphAnswer::Failed(secrets.masked(&why)),
    }
}

fn printed(command: &str, directory: &Path, time_limit: Duration) -> Result<String, String> {
    let mut child = Command::new("sh")
        .args(["-c", command])
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own: what it has started ends with it.
        .process_group(0)
        .spawn()
        .map_err(|error| format!("`sh` cannot be run: {error}"))?;
    let output = reader(child.stdout.take(), OUTPUT_LIMIT);
    let errors = reader(child.stderr.take(), ERROR_LIMIT);
    let end = Instant::now() + time_limit;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() >= end => {
                kill(&mut child);
                return Err(format!("it ran for more than {} s and was stopped", time_limit.as_secs()));
            }
            Ok(None) => std::thread::sleep(PAUSE),
            Err(error) => return Err(error.to_string()),
        }
    };
    // A program that it leaves behind may keep the pipes open for ever.
    let received = output.recv_timeout(end.saturating_duration_since(Instant::now()));
    let Ok(bytes) = received else {
        kill(&mut child);
        return Err("a program that it started still has its output open".to_owned());
    };
    if !status.success() {
        let errors = errors.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
        return Err(format!("{status}\n{}", last_lines(&String::from_utf8_lossy(&errors))));
    }
    if bytes.len() > OUTPUT_LIMIT {
        return Err(format!("it printed more than {} MiB", OUTPUT_LIMIT >> 20));
    }
    String::from_utf8(bytes).map_err(|_| "it printed bytes that are not UTF-8".to_owned())
}

/// Reads a pipe in a thread of its own, and one byte more than the limit.
fn reader(pipe: Option<impl Read + Send + 'static>, limit: usize) -> mpsc::Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            let mut pipe = pipe.take(limit as u64 + 1);
            let _ = pipe.read_to_end(&mut bytes);
            let _ = send.send(bytes);
            // What comes after is thrown away, so that the command does not wait for its reader.
            let _ = std::io::copy(&mut pipe.into_inner(), &mut std::io::sink());
        }
    });
    receive
}

/// Ends a command with all that it has started.
fn kill(child: &mut Child) {
    // The group outlives the command as long as one of its programs runs.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    let _ = child.wait();
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(ERROR_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(command: &str, seconds: f32) -> Result<String, String> {
        printed(command, Path::new("/"), Duration::from_secs_f32(seconds))
    }

    #[test]
    fn a_command_has_limits_of_time_and_output() {
        assert_eq!(answer("echo '{}'", 60.0).as_deref(), Ok("{}\n"));
        let failed = answer("echo out; echo first >&2; echo second >&2; exit 3", 60.0).unwrap_err();
        assert_eq!(failed, "exit status: 3\nfirst\nsecond");
        let start = Instant::now();
        let slow = answer("sleep 100 & sleep 100", 0.2).unwrap_err();
        assert_eq!(slow, "it ran for more than 0 s and was stopped");
        let left_behind = answer("sleep 100 &", 0.5).unwrap_err();
        assert_eq!(left_behind, "a program that it started still has its output open");
        assert!(start.elapsed() < Duration::from_secs(20));
        let long = answer("yes | head -c 68000000", 100.0).unwrap_err();
        assert_eq!(long, "it printed more than 64 MiB");
        assert_eq!(answer("printf '\\377'", 60.0).unwrap_err(), "it printed bytes that are not UTF-8");
    }
}
