//! The log of a job: collapsible sections in GitLab, plain text elsewhere.

use crate::ci_env::ProcessEnvironment;
use crate::io::Io;
use nestling::{Plan, view};
use std::time::{SystemTime, UNIX_EPOCH};

/// The initial state of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Open,
    Folded,
}

/// A longer section is folded.
const LINES: usize = 40;

/// More jobs of a stage are counted: GitLab cuts a log after 4 MiB, and with it what follows.
const JOBS: usize = 1000;

/// Writes the plan: comparison, changed paths, units with their reasons, jobs and environments.
pub(crate) fn plan(io: &mut Io, environment: &ProcessEnvironment, plan: &Plan) {
    let screen = io.message_screen();
    io.message(view::comparison(plan, screen));
    io.message("\n");
    let units = view::units(plan, screen);
    let jobs = view::stages_within(plan, screen, JOBS);
    let environments = view::environments(plan, screen);
    if plan.changes.paths().is_some() {
        let paths = view::changed_paths(plan, screen);
        section(io, environment, "changes", "Changed paths by unit", &paths, Shown::Folded);
    }
    section(io, environment, "units", "Units with reasons", &units, folded_if_long(&units));
    section(io, environment, "jobs", "Jobs by stage", &jobs, folded_if_long(&jobs));
    section(io, environment, "environments", "Environments", &environments, folded_if_long(&environments));
}

fn folded_if_long(text: &str) -> Shown {
    if text.lines().count() > LINES { Shown::Folded } else { Shown::Open }
}

/// Writes a section. In GitLab's log it can be folded
/// (<https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections>).
fn section(io: &mut Io, environment: &ProcessEnvironment, id: &str, title: &str, text: &str, shown: Shown) {
    let title = io.message_screen().paint.bold(title);
    if !environment.in_gitlab() {
        return io.message(format_args!("{title}\n{text}\n"));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let folded = if shown == Shown::Folded { "[collapsed=true]" } else { "" };
    io.message(format_args!("\x1b[0Ksection_start:{now}:nestling_{id}{folded}\r\x1b[0K{title}\n"));
    io.message(text);
    io.message(format_args!("\x1b[0Ksection_end:{now}:nestling_{id}\r\x1b[0K\n"));
}
