//! What `--as` changes against the pipeline that would run without it.

use crate::exit::Failure;
use crate::io::{Io, counted};
use crate::session::Session;
use nestling::{NOOP_JOB, Plan};

/// Tells which jobs a simulated pipeline has more and fewer; nothing where none is simulated.
pub(crate) fn tell_difference(session: &Session, plan: &Plan, io: &mut Io) -> Result<(), Failure> {
    let Some(usual) = session.plan_without_as()? else { return Ok(()) };
    let only_in = |one: &Plan, other: &Plan| -> Vec<String> {
        let jobs = one.pipeline.jobs.iter().filter(|job| other.pipeline.job(job.name.as_str()).is_none());
        let jobs = jobs.filter(|job| job.unit.is_some() || job.name.as_str() != NOOP_JOB);
        jobs.map(|job| job.name.to_string()).collect()
    };
    let screen = io.screen_of_talk();
    let (more, fewer) = (only_in(plan, &usual), only_in(&usual, plan));
    let usual = usual.facts.describe();
    let mut text = match (more.len(), fewer.len()) {
        (0, 0) => format!("The same jobs as for {usual}.\n"),
        (more, fewer) => {
            format!("Against {usual}: {} more, {fewer} fewer.\n", counted(more, "job"))
        }
    };
    for (sign, names) in [('+', more), ('-', fewer)] {
        if !names.is_empty() {
            text += &format!("  {sign} {}\n", listed(&names, screen.columns.saturating_sub(4)));
        }
    }
    let text: String = text.lines().map(|line| screen.paint.dim(line) + "\n").collect();
    io.talk(text);
    Ok(())
}

/// As many names as fit on a line, at least one, and the number of the others.
fn listed(names: &[String], columns: usize) -> String {
    for shown in (2..=names.len()).rev() {
        let more = names.len() - shown;
        let count = if more == 0 { String::new() } else { format!(", +{more}") };
        let text = names[..shown].join(", ") + &count;
        if text.chars().count() <= columns {
            return text;
        }
    }
    let count = if names.len() == 1 { String::new() } else { format!(", +{}", names.len() - 1) };
    format!("{}{count}", names[0])
}
