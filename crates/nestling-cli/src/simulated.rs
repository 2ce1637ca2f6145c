//! Compares a pipeline that `--as` simulates with the one that would run without it.

use crate::exit::Failure;
use crate::io::{Io, counted};
use crate::session::Session;
use nestling::Plan;
use nestling::view::kind_difference;

/// Reports the jobs that a simulated pipeline adds, removes and changes; nothing without `--as`.
pub(crate) fn report_difference(session: &Session, plan: &Plan, io: &mut Io) -> Result<(), Failure> {
    let Some(usual) = session.plan_without_as()? else { return Ok(()) };
    let difference = kind_difference(&usual, plan);
    let screen = io.message_screen();
    let description = usual.facts.describe();
    let mut lines = match [&difference.added, &difference.removed, &difference.changed].map(|jobs| jobs.count)
    {
        [0, 0, 0] => vec![format!("Same jobs as for {description}.")],
        [added, removed, changed] => {
            let added = counted(added, "job");
            let changed = if changed == 0 { String::new() } else { format!(", {changed} changed") };
            vec![format!("Compared with {description}: {added} added, {removed} removed{changed}.")]
        }
    };
    for (sign, jobs) in [('+', difference.added), ('-', difference.removed), ('~', difference.changed)] {
        if !jobs.names.is_empty() {
            lines.push(format!("  {sign} {}", listed(&jobs.names, screen.columns.saturating_sub(4))));
        }
    }
    for line in lines {
        io.message(screen.paint.dim(line) + "\n");
    }
    Ok(())
}

/// Joins as many names as fit, at least one, with the number of the others.
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
