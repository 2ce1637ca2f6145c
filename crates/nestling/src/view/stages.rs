//! The plan as a table: the stages in the order in which they run, each with its jobs.

use super::facts::by_stage;
use super::fit::{counted, width};
use super::paint::Screen;
use super::row;
use super::tree::summary;
use crate::plan::Plan;
use std::fmt::Write as _;

/// Returns the jobs by stage, with their units.
pub fn stages(plan: &Plan, screen: Screen) -> String {
    let paint = screen.paint;
    let by_stage = by_stage(&plan.pipeline);
    let mut rows = Vec::new();
    for job in by_stage.iter().flat_map(|(_, jobs)| jobs) {
        let unit = job.unit.as_ref().map_or("workspace", |unit| unit.as_str());
        rows.push(vec![paint.bold(unit), row::name(job, paint)]);
    }
    // All stages share the widths of their columns.
    let mut lines = row::padded(&rows).into_iter();
    let mut text = String::new();
    for (stage, jobs) in by_stage {
        let _ = writeln!(text, "{}  {}", paint.cyan(stage), paint.dim(counted(jobs.len(), "job")));
        for (job, line) in jobs.iter().zip(lines.by_ref()) {
            let facts = row::facts(job, screen, screen.columns.saturating_sub(2 + width(&line)));
            let _ = writeln!(text, "  {}", format!("{line}{facts}").trim_end());
        }
        text.push('\n');
    }
    text + &summary(plan)
}
