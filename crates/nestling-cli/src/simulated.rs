//! What `--as` changes against the pipeline that would run without it.

use crate::exit::Failure;
use crate::io::Io;
use crate::session::Session;
use nestling::plan::Plan;

/// Tells which jobs a simulated pipeline has more and fewer; nothing where none is simulated.
pub(crate) fn tell_difference(session: &Session, plan: &Plan, io: &mut Io) -> Result<(), Failure> {
    let Some(usual) = session.plan_without_as()? else { return Ok(()) };
    let only_in = |one: &Plan, other: &Plan| -> Vec<String> {
        let jobs = one.pipeline.jobs.iter().filter(|job| other.pipeline.job(job.name.as_str()).is_none());
        jobs.map(|job| job.name.to_string()).collect()
    };
    let dim = |text: String| io.screen_of_talk().paint.dim(text);
    let (more, less) = (only_in(plan, &usual.plan), only_in(&usual.plan, plan));
    let usual = usual.plan.facts.describe();
    let text = match (more.len(), less.len()) {
        (0, 0) => format!("the same jobs as {usual}"),
        _ => format!("against {usual}: {}", [("more", more), ("fewer", less)].map(counted).join("; ")),
    };
    let text = dim(text);
    io.talk(format_args!("{text}\n"));
    Ok(())
}

/// How many names are listed.
const NAMES: usize = 3;

fn counted((word, names): (&str, Vec<String>)) -> String {
    let more = names.len().saturating_sub(NAMES);
    let listed = names.iter().take(NAMES).cloned().collect::<Vec<_>>().join(", ");
    match (names.len(), more) {
        (0, _) => format!("none {word}"),
        (count, 0) => format!("{count} {word} ({listed})"),
        (count, more) => format!("{count} {word} ({listed} and {more} others)"),
    }
}
