//! The plan as Markdown, for a comment on a merge request or a job's summary.

use super::escape::{cell, code};
use super::facts::by_stage;
use super::fit::counted;
use super::planned::{Count, PlannedJob, planned_jobs, possible_jobs};
use super::row::start_in_words;
use super::tree::{extent, summary};
use super::unclaimed::reported_provenance;
use crate::passed::JobReuse;
use crate::plan::Plan;
use crate::view::touched::{Touched, touched};
use nestling_cdk::report::Line;
use nestling_gitlab::diagnostic::{Diagnostic, Severity, has_errors};
use nestling_gitlab::name::UnitName;
use std::fmt::Write as _;

/// The maximal number of rows of a table.
const ROWS: usize = 200;

/// Returns the environments, the units with their reasons, and the jobs by stage.
pub fn markdown(plan: &Plan) -> String {
    let mut out = format!("## {}\n\n{}\n\n", cell(&plan.facts.describe()), summary(plan).trim());
    let _ = writeln!(out, "{}.  ", cell(&extent(plan)));
    for line in reported_provenance(plan).lines() {
        let _ = writeln!(out, "{}  ", cell(line));
    }
    out.push('\n');
    if let Some(line) = problems(&plan.diagnostics) {
        let _ = writeln!(out, "**{line}**\n");
    }
    environments(&mut out, plan);
    units(&mut out, plan);
    stages(&mut out, plan);
    cdk(&mut out, plan);
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn problems(diagnostics: &[Diagnostic]) -> Option<String> {
    let mut counts = Vec::new();
    for (severity, word) in
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
    {
        let count = diagnostics.iter().filter(|problem| problem.severity == severity).count();
        if count > 0 {
            counts.push(counted(count, word));
        }
    }
    if counts.is_empty() {
        return None;
    }
    let consequence =
        if has_errors(diagnostics) { "no pipeline was written" } else { "run `nestling check`" };
    Some(format!("{}: {consequence}", counts.join(", ")))
}

fn environments(out: &mut String, plan: &Plan) {
    let all = touched(plan);
    out.push_str("### Environments\n\n");
    if all.is_empty() {
        out.push_str("None.\n\n");
        return;
    }
    out.push_str("| environment | tier | action | unit | start |\n|---|---|---|---|---|\n");
    for touched in all.iter().take(ROWS) {
        let name = environment_name(touched);
        let tier = cell(touched.tier.as_deref().unwrap_or_default());
        let action = action(touched);
        let unit = touched.unit.as_ref().map(|unit| code(unit.as_str())).unwrap_or_default();
        let mut start = condition_cell(&touched.start.to_string());
        if let Some(condition) = &touched.condition {
            start = format!("{start} if {}", condition_cell(condition));
        }
        let _ = writeln!(out, "| {name} | {tier} | {action} | {unit} | {start} |");
    }
    more(out, all.len());
}

/// Returns a condition for a table: its back-ticks are kept as code.
fn condition_cell(condition: &str) -> String {
    condition.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
}

fn environment_name(touched: &Touched) -> String {
    let name = cell_code(&touched.name);
    match touched.url.as_deref() {
        // Only GitLab can expand variables in a URL: a link would lead nowhere.
        Some(url) if is_address(url) => format!("[{name}]({url})"),
        Some(url) => format!("{name}<br>{}", cell_code(url)),
        None => name,
    }
}

/// Returns `true` for a URL that can be linked.
fn is_address(url: &str) -> bool {
    url.starts_with("https://") && !url.contains(['$', ')', ' ', '|', '<'])
}

/// Returns inline code for a table, where a bar ends the cell even inside of code.
fn cell_code(text: &str) -> String {
    code(text).replace('|', "\\|")
}

fn action(touched: &Touched) -> String {
    let job = cell_code(touched.job.as_str());
    match touched.action.as_str() {
        "start" => format!("deployed by {job}"),
        "stop" => format!("stopped by {job}"),
        other => format!("{} by {job}", cell(other)),
    }
}

fn units(out: &mut String, plan: &Plan) {
    let included = plan.included();
    out.push_str("### Units\n\n");
    if included.is_empty() {
        out.push_str("No unit is selected.\n\n");
        return;
    }
    out.push_str("| unit | reason |\n|---|---|\n");
    for (unit, verdict) in included.iter().take(ROWS) {
        let reasons: Vec<String> = verdict.reasons().iter().map(|reason| cell(&reason.to_string())).collect();
        let _ = writeln!(out, "| {} | {} |", cell_code(unit.as_str()), reasons.join("<br>"));
    }
    more(out, included.len());
}

fn stages(out: &mut String, plan: &Plan) {
    out.push_str("### Jobs\n\n");
    for (stage, jobs) in by_stage(&plan.pipeline, possible_jobs(plan)) {
        let count = Count::of(jobs.iter().copied()).in_words("job");
        let lines: Vec<String> = jobs.iter().map(|planned| job_line(*planned)).collect();
        details(out, &format!("{}: {count}", cell(stage)), &lines);
    }
    let mut omitted = Vec::new();
    for planned in planned_jobs(plan) {
        if let Some(omission) = planned.omission() {
            let reason = condition_cell(&omission.in_words(&plan.sources));
            omitted.push(format!("- {}: {reason}", code(planned.job.name.as_str())));
        }
    }
    if !omitted.is_empty() {
        details(out, &format!("{} left out by rules", counted(omitted.len(), "job")), &omitted);
    }
    passed_jobs(out, plan);
    let others = plan.left_out.iter().flat_map(|(unit, left)| left.iter().map(move |left| (unit, left)));
    let others: Vec<String> = others
        .map(|(unit, left)| (format!("{unit}:{}", left.job), &left.reason))
        .filter(|(name, _)| !plan.reuse.contains_key(name.as_str()))
        .map(|(name, reason)| format!("- {}: {}", code(&name), condition_cell(reason)))
        .collect();
    if !others.is_empty() {
        details(out, &format!("{} left out by their environments", counted(others.len(), "job")), &others);
    }
}

/// Adds the jobs that are left out because they have passed, each with a link to the job that shows it.
fn passed_jobs(out: &mut String, plan: &Plan) {
    let mut lines = Vec::new();
    for (name, reuse) in &plan.reuse {
        let JobReuse::Reused(record) = reuse else { continue };
        let address = if record.url.is_empty() { &record.pipeline_url } else { &record.url };
        let pipeline = format!("pipeline {}", record.pipeline);
        let shown = if is_address(address) { format!("[{pipeline}]({address})") } else { pipeline };
        lines.push(format!("- {}: passed with the same content in {shown}", code(name.as_str())));
    }
    if !lines.is_empty() {
        details(
            out,
            &format!("{} left out that passed with the same content", counted(lines.len(), "job")),
            &lines,
        );
    }
}

fn details(out: &mut String, title: &str, lines: &[String]) {
    let _ = writeln!(out, "<details><summary>{title}</summary>\n");
    for line in lines.iter().take(ROWS) {
        let _ = writeln!(out, "{line}");
    }
    if lines.len() > ROWS {
        let _ = writeln!(out, "- and {} more", lines.len() - ROWS);
    }
    out.push_str("\n</details>\n\n");
}

/// Returns a job with its copies, its target, its start and its condition.
fn job_line(planned: PlannedJob<'_>) -> String {
    let mut line = format!("- {}", code(planned.job.name.as_str()));
    if let Some(multiplier) = planned.multiplier() {
        let _ = write!(line, " {multiplier}");
    }
    let mut facts = Vec::new();
    facts.extend(planned.trigger().map(|target| format!("triggers {}", code(target))));
    facts.extend(start_in_words(planned).map(|start| condition_cell(&start)));
    facts.extend(planned.condition().map(|condition| format!("if {}", condition_cell(&condition))));
    if !facts.is_empty() {
        let _ = write!(line, ": {}", facts.join(", "));
    }
    line
}

/// Adds the parts of CDK assemblies that became no job: first those that require an action, then the others.
fn cdk(out: &mut String, plan: &Plan) {
    if plan.cdk_reports.is_empty() {
        return;
    }
    let mut open_rows = Vec::new();
    let mut done_rows = Vec::new();
    for (unit, report) in &plan.cdk_reports {
        for line in &report.lines {
            let rows = if line.kind.is_open() { &mut open_rows } else { &mut done_rows };
            rows.push(cdk_row(unit, line));
        }
    }
    out.push_str("### CDK assemblies: manual steps\n\n");
    table(out, &open_rows);
    out.push_str("<details><summary>Done by GitLab or Nestling, and what to know</summary>\n\n");
    table(out, &done_rows);
    out.push_str("</details>\n");
}

fn cdk_row(unit: &UnitName, line: &Line) -> String {
    let unit = cell_code(unit.as_str());
    let kind = line.kind.as_str();
    let id = cell_code(&line.id());
    format!("| {unit} | {kind} | {} | {} | {id} |", cell(&line.subject), cell(&line.text))
}

fn table(out: &mut String, rows: &[String]) {
    if rows.is_empty() {
        out.push_str("None.\n\n");
        return;
    }
    out.push_str("| unit | kind | subject | description | id |\n|---|---|---|---|---|\n");
    for row in rows.iter().take(ROWS) {
        let _ = writeln!(out, "{row}");
    }
    more(out, rows.len());
}

fn more(out: &mut String, all: usize) {
    if all > ROWS {
        let _ = writeln!(out, "\nand {} more", all - ROWS);
    }
    out.push('\n');
}
