//! The log of a job: collapsible sections in GitLab, plain text elsewhere.

use crate::ci_env::ProcessEnvironment;
use crate::io::Io;
use nestling::{Plan, view};
use std::time::{SystemTime, UNIX_EPOCH};

/// Whether a section is folded at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Open,
    Folded,
}

/// More lines than this are folded at first.
const LINES: usize = 40;

/// Says what the plan is: how base was found, what changed, which units are in and why, their jobs, the environments.
pub(crate) fn plan(io: &mut Io, environment: &ProcessEnvironment, plan: &Plan) {
    let screen = io.screen_of_talk();
    io.talk(view::comparison(plan, screen));
    io.talk("\n");
    let long = |text: &str| if text.lines().count() > LINES { Shown::Folded } else { Shown::Open };
    let (units, jobs) = (view::units(plan, screen), view::stages(plan, screen));
    let environments = view::environments(plan, screen);
    if plan.changes.paths().is_some() {
        let paths = view::changed_paths(plan, screen);
        section(io, environment, "changes", "Changed paths by unit", &paths, Shown::Folded);
    }
    section(io, environment, "units", "Units, and why they are in", &units, long(&units));
    section(io, environment, "jobs", "Jobs by stage", &jobs, long(&jobs));
    section(io, environment, "environments", "Environments touched", &environments, long(&environments));
}

/// Says a section. In GitLab it can be folded
/// (<https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections>).
fn section(io: &mut Io, environment: &ProcessEnvironment, id: &str, title: &str, text: &str, shown: Shown) {
    let title = io.screen_of_talk().paint.bold(title);
    if !environment.in_gitlab() {
        return io.talk(format_args!("{title}\n{text}\n"));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let folded = if shown == Shown::Folded { "[collapsed=true]" } else { "" };
    io.talk(format_args!("\x1b[0Ksection_start:{now}:nestling_{id}{folded}\r\x1b[0K{title}\n"));
    io.talk(text);
    io.talk(format_args!("\x1b[0Ksection_end:{now}:nestling_{id}\r\x1b[0K\n"));
}
