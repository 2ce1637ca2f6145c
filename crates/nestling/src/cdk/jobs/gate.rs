//! Jobs that wait: for a person, or for others.

use super::body::Body;
use super::writing::{Writing, under};
use crate::cdk::shell::quoted;

/// The longest text that is shown beside a button.
const CONFIRMATION_LIMIT: usize = 250;

/// A manual approval of the pipeline.
pub(crate) fn approve(writing: &mut Writing<'_>, at: usize, comment: Option<&str>, body: &mut Body) {
    let name = writing.graph.jobs[at].name.clone();
    writing.environment(at, Some("prepare"), None, body);
    if let Some(comment) = comment {
        let short: String = comment.chars().take(CONFIRMATION_LIMIT).collect();
        body.text("manual_confirmation", short);
    }
    quiet(body, &format!("{name}: approved"));
}

/// The button that starts an environment that the catalogue calls manual.
pub(crate) fn start(writing: &mut Writing<'_>, at: usize, target: usize, body: &mut Body) {
    let name = writing.targets.all[target].name.clone();
    writing.environment(at, Some("prepare"), None, body);
    quiet(body, &format!("{name}: started"));
}

/// A job that others wait for in place of many.
pub(crate) fn barrier(body: &mut Body) {
    quiet(body, "All of it is done.");
}

/// An action that no job can do: it fails, so that nothing behind it runs as if it had been done.
pub(crate) fn unsupported(writing: &mut Writing<'_>, at: usize, what: &str, body: &mut Body) {
    let name = writing.graph.jobs[at].name.clone();
    writing.environment(at, Some("prepare"), None, body);
    body.child("variables", |variables| _ = variables.text("GIT_STRATEGY", "none"));
    let text = format!("{what} has no counterpart. Write the job `{name}` in the unit's nestling.yml.");
    body.texts("script", [format!("echo {}", quoted(&text)), "exit 1".to_owned()]);
}

/// Nothing is checked out for a line on the log.
fn quiet(body: &mut Body, text: &str) {
    let mut variables = Body::new(body.origin());
    variables.text("GIT_STRATEGY", "none");
    under(body, variables);
    body.texts("script", [format!("echo {}", quoted(text))]);
}
