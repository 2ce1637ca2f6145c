//! The comment at the top: what made this file, from what, and for which units. No clock and no machine in it.

use crate::changes::Extent;
use crate::plan::Plan;
use crate::select::Reason;
use nestling_files::path::is_misleading;
use std::fmt::Write as _;

/// Number of units that are listed; the plan's other views list all.
const UNITS: usize = 100;

pub(crate) fn of(plan: &Plan) -> String {
    let mut out = String::new();
    let version = env!("CARGO_PKG_VERSION");
    let _ = writeln!(out, "# Written by Nestling {version}; do not edit. It is generated for each pipeline.");
    for line in plan.changes.provenance().lines() {
        comment(&mut out, line);
    }
    for (name, value) in plan.workspace.given_vars.iter() {
        comment(&mut out, &format!("Variable: {name}={value}"));
    }
    match &plan.changes.extent {
        Extent::Everything(reason) => comment(&mut out, &format!("All units are selected: {reason}")),
        Extent::Nothing(reason) => comment(&mut out, &format!("No unit is selected: {reason}")),
        Extent::Paths(paths) => comment(&mut out, &format!("Changed paths: {}", paths.len())),
    }
    let included = plan.included();
    for (unit, verdict) in included.iter().take(UNITS) {
        let reason = verdict.reasons().first().map(Reason::to_string).unwrap_or_default();
        comment(&mut out, &format!("- {unit}: {reason}"));
    }
    if included.len() > UNITS {
        comment(&mut out, &format!("- and {} more units", included.len() - UNITS));
    }
    out
}

/// A comment of one line: a path or a name in it may contain anything, and must not end the comment.
pub(crate) fn comment(out: &mut String, text: &str) {
    let safe: String = text.chars().map(|c| if is_safe(c) { c } else { '\u{fffd}' }).collect();
    let _ = writeln!(out, "# {safe}");
}

/// Characters that YAML allows in a comment and that no reader takes for a line break.
fn is_safe(c: char) -> bool {
    !is_misleading(c) && !matches!(c, '\u{85}' | '\u{fffe}' | '\u{ffff}')
}
