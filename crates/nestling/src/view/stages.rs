//! The plan as a table: the stages in the order in which they run, each with its jobs.

use super::absences::absences_within;
use super::facts::by_stage;
use super::fit::{counted, end_cut, middle_cut, width, wrapped};
use super::paint::Screen;
use super::planned::{Count, PlannedJob, absent_names, possible_jobs};
use super::row;
use super::tree::summary;
use crate::plan::Plan;
use std::fmt::Write as _;

/// The largest number of absent jobs that are listed.
const ABSENCES: usize = 20;

/// Returns the jobs by stage, with their units, and the jobs that are not in the pipeline.
pub fn stages(plan: &Plan, screen: Screen) -> String {
    stages_within(plan, screen, usize::MAX)
}

/// As [`stages`], with at most so many jobs of each stage, and the number of the others.
pub fn stages_within(plan: &Plan, screen: Screen, most: usize) -> String {
    let paint = screen.paint;
    let by_stage = by_stage(&plan.pipeline, possible_jobs(plan));
    let jobs: Vec<PlannedJob<'_>> =
        by_stage.iter().flat_map(|(_, jobs)| jobs.iter().take(most)).copied().collect();
    let mut rows = Vec::new();
    for planned in &jobs {
        let unit = planned.job.unit.as_ref().map_or("workspace", |unit| unit.as_str());
        rows.push([unit.to_owned(), row::name(*planned)]);
    }
    let unit = |_: usize, unit: &str| paint.bold(unit);
    let name = |index: usize, name: &str| row::paint_name(jobs[index], name, paint);
    // All stages share the widths of their columns.
    let lines = row::padded_names(&rows, screen.columns.saturating_sub(2), [&unit, &name]);
    let mut lines = lines.into_iter();
    let absent = absent_names(plan);
    let mut text = String::new();
    for (stage, jobs) in by_stage {
        let count = Count::of(jobs.iter().copied()).in_words("job");
        let stage = middle_cut(stage, screen.columns.saturating_sub(width(&count) + 2));
        let _ = writeln!(text, "{}  {}", paint.cyan(stage), paint.dim(count));
        for (planned, line) in jobs.iter().take(most).zip(lines.by_ref()) {
            let _ = writeln!(text, "{}", row::job_line(["  ", "      "], &line, *planned, &absent, screen));
        }
        if jobs.len() > most {
            let _ =
                writeln!(text, "  {}", paint.dim(format!("and {}", counted(jobs.len() - most, "more job"))));
        }
        text.push('\n');
    }
    let absences = absences_within(plan, screen.columns / 2);
    for line in absences.iter().take(ABSENCES) {
        let _ = writeln!(text, "{}", paint.dim(end_cut(line, screen.columns)));
    }
    if absences.len() > ABSENCES {
        let _ = writeln!(text, "{}", paint.dim(format!("and without {} more", absences.len() - ABSENCES)));
    }
    if !absences.is_empty() {
        text.push('\n');
    }
    text + &wrapped(&summary(plan), screen.columns) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::plan_files;

    #[test]
    fn the_jobs_beyond_a_number_are_counted() {
        let plan = plan_files([
            ("nestling.yml", "workspace: {}"),
            ("a/nestling.yml", "one: { script: x }\ntwo: { script: x }\nthree: { script: x }"),
            ("b/nestling.yml", "late: { stage: deploy, script: x }"),
        ])
        .unwrap();
        let screen = Screen::PLAIN;
        let shown = |most| stages_within(&plan, screen, most);
        assert_eq!(shown(3), stages(&plan, screen));
        assert!(shown(2).contains("and 1 more job\n"), "{}", shown(2));
        let shortest = shown(1);
        assert!(shortest.contains("and 2 more jobs\n") && shortest.contains("late"), "{shortest}");
        assert!(!shortest.contains("two"), "{shortest}");
    }
}
