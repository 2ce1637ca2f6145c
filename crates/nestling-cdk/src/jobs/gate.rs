//! Jobs that wait: for a person, or for others.

use super::writer::Writer;
use crate::shell::quoted;

/// The longest text that is shown beside a button.
const CONFIRMATION_LIMIT: usize = 250;

/// A manual approval of the pipeline.
pub(crate) fn approve(job: &mut Writer<'_>, comment: Option<&str>) {
    job.accessing("prepare");
    if let Some(comment) = comment {
        let short: String = comment.chars().take(CONFIRMATION_LIMIT).collect();
        job.body.text("manual_confirmation", short);
    }
    let name = &job.job.name;
    only_say(job, &format!("{name}: approved"));
}

/// The button that starts an environment that the catalogue calls manual.
pub(crate) fn start(job: &mut Writer<'_>) {
    job.accessing("prepare");
    let name = job.target.map(|target| target.name.as_str()).unwrap_or_default();
    only_say(job, &format!("{name}: started"));
}

/// A job that others wait for in place of many.
pub(crate) fn barrier(job: &mut Writer<'_>) {
    only_say(job, "All of it is done.");
}

/// Nothing is checked out for a line on the log.
fn only_say(job: &mut Writer<'_>, text: &str) {
    job.body.default_variables(|variables| _ = variables.text("GIT_STRATEGY", "none"));
    job.body.texts("script", [format!("echo {}", quoted(text))]);
}
