//! The log of a job: collapsible sections in GitLab, plain text elsewhere.

use crate::ci_env::Environment;
use crate::io::Io;
use std::time::{SystemTime, UNIX_EPOCH};

/// Says a section. In GitLab it can be folded
/// (<https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections>).
pub(crate) fn section(io: &mut Io, environment: &Environment, id: &str, title: &str, text: &str) {
    if !environment.in_gitlab() {
        return io.talk(format_args!("{title}\n{text}\n"));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    io.talk(format_args!("\x1b[0Ksection_start:{now}:nestling_{id}\r\x1b[0K{title}\n"));
    io.talk(text);
    io.talk(format_args!("\x1b[0Ksection_end:{now}:nestling_{id}\r\x1b[0K\n"));
}
