//! The jobs that were written and are not in the pipeline, a line each.

use super::fit::middle_cut;
use super::planned::planned_jobs;
use crate::plan::Plan;

/// Returns a line for each job that was written and is not in the pipeline: by its rules, or by the environment catalogue.
pub(crate) fn absences(plan: &Plan) -> Vec<String> {
    absences_within(plan, usize::MAX)
}

/// Returns the lines of [`absences`], with names of no more than this many columns.
pub(crate) fn absences_within(plan: &Plan, columns: usize) -> Vec<String> {
    let mut lines = left_out_by_rules(plan, columns);
    lines.extend(left_out_otherwise(plan, columns));
    lines
}

/// Returns a line for each job that its rules leave out: the number that the summary has.
pub(crate) fn left_out_by_rules(plan: &Plan, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for planned in planned_jobs(plan) {
        if let Some(omission) = planned.omission() {
            let name = middle_cut(planned.job.name.as_str(), columns);
            lines.push(format!("without {name}: {}", omission.in_words(&plan.sources)));
        }
    }
    lines
}

/// Returns a line for each job that is left out before GitLab sees it, such as one whose environments are of other pipelines.
pub(crate) fn left_out_otherwise(plan: &Plan, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (unit, jobs) in &plan.left_out {
        for left_out in jobs {
            let name = middle_cut(&format!("{unit}:{}", left_out.job), columns);
            lines.push(format!("without {name}: {}", left_out.reason));
        }
    }
    lines
}
