//! Why a unit is in, or why it is not.

use super::paint::Paint;
use crate::changes::Extent;
use crate::diagnostic::Sources;
use crate::plan::Plan;
use crate::select::Verdict;
use crate::workspace::{Sign, Unit};
use std::fmt::Write as _;

/// What there is to say of a unit.
#[derive(Debug)]
pub struct Explained {
    /// The text.
    pub text: String,
}

/// Tells why a unit is in or out, from the reasons that selection kept.
pub fn explain_unit(plan: &Plan, unit: &Unit, sources: &Sources, paint: Paint) -> Explained {
    let mut text = String::new();
    let verdict = plan.selection.verdicts.get(&unit.name).unwrap_or(&Verdict::Skipped);
    let word = match verdict {
        Verdict::Everything(_) | Verdict::Selected(_) => "is selected",
        Verdict::Needed(_) => "is not selected, and single jobs of it are in",
        Verdict::Removed(_) => "is gone",
        Verdict::Skipped => "is not selected",
    };
    let _ = writeln!(text, "{} {word}", paint.bold(&unit.name));
    for reason in verdict.reasons() {
        let _ = writeln!(text, "  because {reason}");
    }
    if !verdict.is_selected() {
        for line in why_not(plan, unit) {
            let _ = writeln!(text, "  {line}");
        }
    }
    if let Some(paths) = plan.selection.paths.get(&unit.name) {
        let _ = writeln!(text, "\nchanged paths that concern it:");
        for path in paths {
            let _ = writeln!(text, "  {path}");
        }
    }
    let _ = writeln!(
        text,
        "\n{}",
        paint.dim(format!("declared at {}", sources.place(unit.declaration.origin())))
    );
    Explained { text }
}

/// What would select it, and why none of it did.
fn why_not(plan: &Plan, unit: &Unit) -> Vec<String> {
    let mut lines = Vec::new();
    match &plan.changes.extent {
        Extent::Nothing(reason) => lines.push(format!("no unit is: {reason}")),
        Extent::Paths(paths) => {
            lines.push(format!("none of the {} changed paths is in {}/", paths.len(), unit.dir));
            for rule in unit.changes.iter().filter(|rule| rule.sign == Sign::Include) {
                lines.push(format!("none matches `{}`", rule.written));
            }
            let ignored = plan.selection.ignored.iter().filter(|path| path.is_in(&unit.dir)).count();
            if ignored > 0 {
                lines.push(format!("{ignored} changed paths in it are left out by `ignore`"));
            }
        }
        Extent::Everything(_) => lines.push("it was left out with --only or --except".to_owned()),
    }
    for dependency in &unit.depends_on {
        lines.push(format!("`{}`, which it depends on, is not selected either", dependency.unit));
    }
    lines
}
