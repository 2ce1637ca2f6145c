//! The plan as a table: the stages in the order in which they run, and in each its jobs.

use super::facts::by_stage;
use super::fit::width;
use super::paint::Screen;
use super::row;
use super::tree::summary;
use crate::plan::Plan;
use std::fmt::Write as _;

/// The jobs by stage, with their units.
pub fn stages(plan: &Plan, screen: Screen) -> String {
    let paint = screen.paint;
    let mut text = String::new();
    let all: Vec<Vec<String>> = by_stage(&plan.pipeline)
        .iter()
        .flat_map(|(_, jobs)| jobs)
        .map(|job| {
            let unit = job.unit.as_ref().map_or("workspace", |unit| unit.as_str());
            vec![paint.bold(unit), row::name(job, paint)]
        })
        .collect();
    let mut lines = row::padded(&all).into_iter();
    for (stage, jobs) in by_stage(&plan.pipeline) {
        let count = if jobs.len() == 1 { "1 job".to_owned() } else { format!("{} jobs", jobs.len()) };
        let _ = writeln!(text, "{}  {}", paint.cyan(stage), paint.dim(count));
        for (job, line) in jobs.iter().zip(lines.by_ref()) {
            let facts = row::facts(job, screen, screen.columns.saturating_sub(2 + width(&line)));
            let _ = writeln!(text, "  {}", format!("{line}{facts}").trim_end());
        }
        text.push('\n');
    }
    text + &summary(plan)
}
