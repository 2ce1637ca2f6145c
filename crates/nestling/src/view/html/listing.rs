//! The jobs as a plain list, for readers without scripts.

use crate::plan::Plan;
use crate::view::absences::{left_out_by_rules, left_out_otherwise};
use crate::view::facts::{by_stage, deploys_to};
use crate::view::planned::{Count, PlannedJob, absent_names, possible_jobs};
use crate::view::row::start_in_words;
use nestling_files::path::readable;
use nestling_gitlab::diagnostic::{Diagnostic, Severity};
use nestling_gitlab::pipeline::need::needs;
use serde::Serialize;
use std::collections::BTreeSet;

/// The maximal number of needs that are named.
const NEEDS: usize = 3;

/// The page for readers without scripts.
#[derive(Debug, Serialize)]
pub(super) struct Listing {
    problems: Vec<String>,
    stages: Vec<Stage>,
    /// The jobs that their rules leave out.
    left_out: Vec<String>,
    /// The jobs that are not even written into the pipeline.
    not_written: Vec<String>,
}

impl Listing {
    /// Returns the listing of a plan.
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            problems: problems(plan),
            stages: stages(plan),
            left_out: readable_lines(&left_out_by_rules(plan, usize::MAX)),
            not_written: readable_lines(&left_out_otherwise(plan, usize::MAX)),
        }
    }
}

/// A stage with its jobs.
#[derive(Debug, Serialize)]
struct Stage {
    name: String,
    count: String,
    jobs: Vec<String>,
}

/// Returns a line for each error, warning and note, the most severe first.
fn problems(plan: &Plan) -> Vec<String> {
    let mut problems: Vec<&Diagnostic> = plan.diagnostics.iter().collect();
    problems.sort_by_key(|problem| match problem.severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Note => 2,
    });
    let mut lines = Vec::new();
    for problem in problems {
        let place = problem.origin().map(|origin| format!(" ({})", plan.sources.place(origin)));
        let help = problem.help.as_ref().map(|help| format!("; {help}"));
        let (place, help) = (place.unwrap_or_default(), help.unwrap_or_default());
        let line = format!("{}[{}]: {}{place}{help}", problem.severity, problem.rule.id, problem.message);
        lines.push(readable(&line).into_owned());
    }
    lines
}

fn readable_lines(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| readable(line).into_owned()).collect()
}

/// Returns the stages with a line for each job.
fn stages(plan: &Plan) -> Vec<Stage> {
    let absent = absent_names(plan);
    let mut stages = Vec::new();
    for (name, jobs) in by_stage(&plan.pipeline, possible_jobs(plan)) {
        stages.push(Stage {
            name: readable(name).into_owned(),
            count: Count::of(jobs.iter().copied()).in_words("job"),
            jobs: jobs.iter().map(|planned| readable(&line(*planned, &absent)).into_owned()).collect(),
        });
    }
    stages
}

fn line(planned: PlannedJob<'_>, absent: &BTreeSet<&str>) -> String {
    let mut facts = Vec::new();
    if let Some(environment) = deploys_to(planned.job) {
        facts.push(format!("{} {}", environment_verb(environment.action()), environment.name_text()));
    }
    facts.extend(planned.trigger().map(|target| format!("triggers {target}")));
    facts.extend(start_in_words(planned));
    facts.extend(planned.condition().map(|condition| format!("if {condition}")));
    if let Some(needs) = needs(&planned.job.body) {
        // Nothing waits for a job that is left out.
        let mut names = Vec::new();
        for need in &needs {
            if let Some(name) = need.job().filter(|name| !absent.contains(name)) {
                names.push(if need.optional { format!("{name} (optional)") } else { name.to_owned() });
            }
        }
        let more = match names.len().saturating_sub(NEEDS) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        names.truncate(NEEDS);
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

fn environment_verb(action: &str) -> &str {
    match action {
        "start" => "deploys to",
        "stop" => "stops",
        other => other,
    }
}
