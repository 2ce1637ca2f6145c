//! The jobs as a plain list, for readers without scripts.

use crate::plan::Plan;
use crate::view::facts::by_stage;
use crate::view::planned::{Count, PlannedJob, possible_jobs};
use crate::view::row::start_in_words;
use nestling_files::path::readable;
use nestling_gitlab::pipeline::need::{Need, needs};
use serde::Serialize;

/// A stage with its jobs.
#[derive(Debug, Serialize)]
pub(super) struct Stage {
    name: String,
    count: String,
    jobs: Vec<String>,
}

/// Returns the stages with a line for each job.
pub(super) fn stages(plan: &Plan) -> Vec<Stage> {
    let mut stages = Vec::new();
    for (name, jobs) in by_stage(&plan.pipeline, possible_jobs(plan)) {
        stages.push(Stage {
            name: readable(name).into_owned(),
            count: Count::of(jobs.iter().copied()).in_words("job"),
            jobs: jobs.iter().map(|planned| readable(&line(*planned)).into_owned()).collect(),
        });
    }
    stages
}

fn line(planned: PlannedJob<'_>) -> String {
    let mut facts = Vec::new();
    facts.extend(start_in_words(planned));
    facts.extend(planned.condition().map(|condition| format!("if {condition}")));
    if let Some(needs) = needs(&planned.job.body) {
        let names: Vec<&str> = needs.iter().filter_map(Need::job).take(3).collect();
        let more = if needs.len() > names.len() {
            format!(" and {} more", needs.len() - names.len())
        } else {
            String::new()
        };
        if !names.is_empty() {
            facts.push(format!("needs {}{more}", names.join(", ")));
        }
    }
    let name = match planned.multiplier() {
        Some(multiplier) => format!("{} {multiplier}", planned.job.name),
        None => planned.job.name.to_string(),
    };
    if facts.is_empty() { name } else { format!("{name}: {}", facts.join("; ")) }
}
