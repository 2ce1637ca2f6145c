//! The plan as Markdown: what a merge request's note or a job's summary says.

use super::escape::{cell, code};
use super::facts::by_stage;
use super::tree::{extent, summary};
use crate::plan::Plan;
use crate::view::touched::{Starts, Touched, touched};
use nestling_cdk::report::{Line, Report};
use nestling_gitlab::diagnostic::{Diagnostic, Severity};
use nestling_gitlab::name::UnitName;
use std::fmt::Write as _;

/// How many rows a table has at most.
const ROWS: usize = 200;

/// Environments touched, units with their reasons, jobs by stage.
pub fn markdown(plan: &Plan) -> String {
    let mut out = format!("## {}\n\n{}\n\n", cell(&plan.facts.describe()), summary(plan).trim());
    let _ = writeln!(out, "{}.  ", cell(&extent(plan)));
    for line in plan.changes.provenance().lines() {
        let _ = writeln!(out, "{}  ", cell(line));
    }
    out.push('\n');
    if let Some(line) = wrong(&plan.diagnostics) {
        let _ = writeln!(out, "**{line}**\n");
    }
    environments(&mut out, plan);
    units(&mut out, plan);
    stages(&mut out, plan);
    cdk(&mut out, plan);
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn wrong(problems: &[Diagnostic]) -> Option<String> {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    match (errors, problems.len()) {
        (_, 0) => None,
        (0, remarks) => Some(format!("{remarks} remarks: `nestling check` tells them")),
        (errors, _) => Some(format!("{errors} errors: nothing was written")),
    }
}

fn environments(out: &mut String, plan: &Plan) {
    let all = touched(&plan.pipeline);
    out.push_str("### Environments\n\n");
    if all.is_empty() {
        out.push_str("None is touched.\n\n");
        return;
    }
    out.push_str("| environment | tier | what happens | unit | started |\n|---|---|---|---|---|\n");
    for it in all.iter().take(ROWS) {
        let unit = it.unit.as_ref().map(|unit| code(unit.as_str())).unwrap_or_default();
        let start = if it.start == Starts::Manual { "by hand" } else { "automatically" };
        let tier = it.tier.as_deref().unwrap_or_default();
        let _ = writeln!(out, "| {} | {} | {} | {unit} | {start} |", place(it), cell(tier), action(it));
    }
    more(out, all.len());
}

fn place(touched: &Touched) -> String {
    let name = cell_code(&touched.name);
    match touched.url.as_deref() {
        // An address with a variable in it leads nowhere yet.
        Some(url) if url.starts_with("https://") && !url.contains(['$', ')', ' ', '|', '<']) => {
            format!("[{name}]({url})")
        }
        Some(url) => format!("{name}<br>{}", cell_code(url)),
        None => name,
    }
}

/// Inline code in a table, where a bar would end the cell even so.
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
        out.push_str("None is selected.\n\n");
        return;
    }
    out.push_str("| unit | why |\n|---|---|\n");
    for (unit, verdict) in included.iter().take(ROWS) {
        let reasons: Vec<String> = verdict.reasons().iter().map(|reason| cell(&reason.to_string())).collect();
        let _ = writeln!(out, "| {} | {} |", cell_code(unit.as_str()), reasons.join("<br>"));
    }
    more(out, included.len());
}

fn stages(out: &mut String, plan: &Plan) {
    out.push_str("### Jobs\n\n");
    for (stage, jobs) in by_stage(&plan.pipeline) {
        let count = if jobs.len() == 1 { "1 job".to_owned() } else { format!("{} jobs", jobs.len()) };
        let _ = writeln!(out, "<details><summary>{}: {count}</summary>\n", cell(stage));
        for job in jobs.iter().take(ROWS) {
            let _ = writeln!(out, "- {}", code(job.name.as_str()));
        }
        if jobs.len() > ROWS {
            let _ = writeln!(out, "- and {} more", jobs.len() - ROWS);
        }
        out.push_str("\n</details>\n\n");
    }
}

/// What of CDK assemblies became no job: first what somebody has to do, then what is done without them.
fn cdk(out: &mut String, plan: &Plan) {
    let lines = |open: bool| {
        let of = move |(unit, report): (&'_ UnitName, &'_ Report)| {
            let lines = report.lines.iter().filter(move |line| line.kind.is_open() == open);
            lines.map(|line| cdk_row(unit, line)).collect::<Vec<_>>()
        };
        plan.cdk_reports.iter().flat_map(of).collect::<Vec<_>>()
    };
    if plan.cdk_reports.is_empty() {
        return;
    }
    out.push_str("### From CDK assemblies, to be done\n\n");
    table(out, &lines(true));
    out.push_str("<details><summary>Done by GitLab, or before</summary>\n\n");
    table(out, &lines(false));
    out.push_str("</details>\n");
}

fn cdk_row(unit: &UnitName, line: &Line) -> String {
    let (unit, kind) = (cell_code(unit.as_str()), line.kind.as_str());
    format!("| {unit} | {kind} | {} | {} |", cell(&line.subject), cell(&line.text))
}

fn table(out: &mut String, rows: &[String]) {
    if rows.is_empty() {
        out.push_str("Nothing.\n\n");
        return;
    }
    out.push_str("| unit | kind | whose | what |\n|---|---|---|---|\n");
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
