//! The plan as a tree: units with their reasons, and under each its jobs.

use super::paint::Paint;
use super::table::{Align, columns};
use crate::changes::Extent;
use crate::environments::is_manual;
use crate::name::UnitName;
use crate::pipeline::Job;
use crate::plan::Plan;
use crate::select::{Reason, Verdict};
use crate::yaml::Node;
use std::fmt::Write as _;

/// How many reasons of a unit are shown.
const REASONS: usize = 3;

/// The plan as a tree, for a terminal or a job's log.
pub fn tree(plan: &Plan, paint: Paint) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}\n", heading(plan, paint));
    let shown = |jobs: Vec<&Job>, text: &mut String| jobs_of(&jobs, paint, text);
    let own: Vec<&Job> = plan.pipeline.jobs.iter().filter(|job| job.unit.is_none()).collect();
    if !own.is_empty() {
        let _ = writeln!(text, "{}", paint.bold("workspace"));
        shown(own, &mut text);
    }
    for group in plan.pipeline.jobs.chunk_by(|a, b| a.unit == b.unit) {
        let Some(unit) = &group[0].unit else { continue };
        let _ = writeln!(text, "{}  {}", paint.bold(unit), paint.dim(reasons(plan, unit)));
        shown(group.iter().collect(), &mut text);
        for left_out in plan.left_out.get(unit).into_iter().flatten() {
            let line = format!("  without {}: {}", left_out.job, left_out.reason);
            let _ = writeln!(text, "{}", paint.dim(line));
        }
    }
    let _ = write!(text, "\n{}", summary(plan));
    text
}

/// The pipeline, what changed, and how that is known.
fn heading(plan: &Plan, paint: Paint) -> String {
    let what = match &plan.changes.extent {
        Extent::Paths(paths) if paths.len() == 1 => "1 path changed".to_owned(),
        Extent::Paths(paths) => format!("{} paths changed", paths.len()),
        Extent::Everything(reason) => format!("every unit: {reason}"),
        Extent::Nothing(reason) => format!("no unit: {reason}"),
    };
    format!("{}: {what}\n{}", paint.bold(plan.facts.describe()), paint.dim(plan.changes.provenance()))
}

fn reasons(plan: &Plan, unit: &UnitName) -> String {
    let reasons = plan.selection.verdicts.get(unit).map(Verdict::reasons).unwrap_or_default();
    let shown: Vec<String> = reasons.iter().take(REASONS).map(Reason::to_string).collect();
    match reasons.len().saturating_sub(REASONS) {
        0 => shown.join("; "),
        more => format!("{}; {more} more reasons", shown.join("; ")),
    }
}

fn jobs_of(jobs: &[&Job], paint: Paint, text: &mut String) {
    let rows: Vec<Vec<String>> = jobs.iter().map(|job| row(job, paint)).collect();
    for (at, line) in columns(&rows, &[Align::Left, Align::Left, Align::Left]).into_iter().enumerate() {
        let branch = if at + 1 == jobs.len() { "└─" } else { "├─" };
        let _ = writeln!(text, "{} {line}", paint.dim(branch));
    }
}

fn row(job: &Job, paint: Paint) -> Vec<String> {
    let name = short(job);
    let name = if is_manual(&job.body) { paint.yellow(name) } else { name.to_owned() };
    vec![name, paint.cyan(job.stage()), facts(job, paint).join("  ")]
}

/// What else there is to say of a job: what it waits for, where it deploys, who starts it.
fn facts(job: &Job, paint: Paint) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(environment) = job.body.get("environment") {
        let name = environment.text().or_else(|| environment.get("name").and_then(Node::text)).unwrap_or("?");
        let action = environment.get("action").and_then(Node::text).unwrap_or("start");
        facts.push(match action {
            "start" => paint.green(format!("→ {name}")),
            "stop" => paint.dim(format!("stops {name}")),
            action => paint.dim(format!("{action} {name}")),
        });
    }
    if is_manual(&job.body) {
        facts.push(paint.yellow("manual"));
    }
    if let Some(start_in) = job.body.get("start_in").and_then(Node::text) {
        facts.push(paint.yellow(format!("after {start_in}")));
    }
    let needs = needs(job);
    if !needs.is_empty() {
        facts.push(paint.dim(format!("needs {}", needs.join(", "))));
    }
    facts
}

fn needs(job: &Job) -> Vec<&str> {
    let prefix = job.unit.as_ref().map(|unit| format!("{unit}:"));
    let items = job.body.get("needs").and_then(Node::as_seq).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| item.text().or_else(|| item.get("job").and_then(Node::text)))
        .map(|name| prefix.as_ref().and_then(|prefix| name.strip_prefix(prefix.as_str())).unwrap_or(name))
        .collect()
}

fn short(job: &Job) -> &str {
    let name = job.name.as_str();
    job.unit.as_ref().and_then(|unit| name.strip_prefix(unit.as_str())?.strip_prefix(':')).unwrap_or(name)
}

/// One line that counts: units, jobs, environments.
pub fn summary(plan: &Plan) -> String {
    let selected = plan.selection.selected().count();
    let deploys = crate::environments::touched(&plan.pipeline).iter().filter(|t| t.action == "start").count();
    let jobs = plan.pipeline.jobs.len();
    format!(
        "{selected} of {} units, {jobs} {}, {deploys} {}\n",
        plan.selection.verdicts.len(),
        if jobs == 1 { "job" } else { "jobs" },
        if deploys == 1 { "deployment" } else { "deployments" },
    )
}
