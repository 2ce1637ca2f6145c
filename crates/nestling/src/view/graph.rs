//! The pipeline as a graph for other programs to draw: Mermaid and Graphviz's dot.
//!
//! Stages are boxes, jobs are nodes, needs are arrows. A job without `needs` waits for the previous stage: one arrow
//! between the two boxes stands for all of these jobs. Conditional jobs have dotted borders. Jobs that are not in the pipeline
//! are not drawn; comments name them, each with its reason.

use super::absences::absences;
use super::facts::{by_stage, deploys_to, needed, short};
use super::planned::{PlannedJob, Start, possible_jobs};
use super::row::start_in_words;
use crate::plan::Plan;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::need::needs;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Returns a Mermaid flowchart (<https://mermaid.js.org/syntax/flowchart.html>), which GitLab draws in Markdown.
pub fn mermaid(plan: &Plan) -> String {
    let pipeline = &plan.pipeline;
    let ids = ids(plan);
    let mut out = String::from("flowchart LR\n");
    let stages = by_stage(pipeline, possible_jobs(plan));
    for (index, (stage, jobs)) in stages.iter().enumerate() {
        let _ = writeln!(out, "  subgraph s{index}[\"{}\"]\n    direction TB", mermaid_text(stage));
        for planned in jobs {
            let id = &ids[planned.job.name.as_str()];
            let label = mermaid_label(*planned);
            let _ = writeln!(out, "    {id}[\"{label}\"]{}", class(*planned));
        }
        out.push_str("  end\n");
    }
    for (index, pair) in stages.windows(2).enumerate() {
        // An invisible link keeps the stages in order where no job waits for the previous stage.
        let arrow = if waits_for_stage(&pair[1].1) { "-->" } else { "~~~" };
        let _ = writeln!(out, "  s{index} {arrow} s{}", index + 1);
    }
    for Edge { from, to, optional } in edges(plan, &ids) {
        let arrow = if optional { "-.->" } else { "-->" };
        let _ = writeln!(out, "  {from} {arrow} {to}");
    }
    out.push_str("  classDef deploy stroke:#108548,stroke-width:2px\n");
    out.push_str("  classDef manual stroke:#9e5400,stroke-width:2px,stroke-dasharray:4 3\n");
    out.push_str("  classDef conditional stroke:#626168,stroke-width:1px,stroke-dasharray:2 3\n");
    for line in absences(plan) {
        let _ = writeln!(out, "  %% {line}");
    }
    out
}

/// Returns a dot digraph (<https://graphviz.org/doc/info/lang.html>).
pub fn dot(plan: &Plan) -> String {
    let pipeline = &plan.pipeline;
    let ids = ids(plan);
    let mut out = String::from(
        "digraph pipeline {\n  rankdir=LR\n  compound=true\n  node [shape=box style=rounded fontname=\"sans-serif\"]\n",
    );
    let stages = by_stage(pipeline, possible_jobs(plan));
    for (index, (stage, jobs)) in stages.iter().enumerate() {
        let _ = writeln!(out, "  subgraph cluster_{index} {{\n    label={}", quoted(stage));
        for planned in jobs {
            let job = planned.job;
            let style = match planned.start() {
                _ if planned.condition().is_some() => " style=\"rounded,dotted\"",
                Start::Manual | Start::Delayed(_) | Start::Varies => " style=\"rounded,dashed\"",
                Start::Automatic | Start::OnFailure => "",
            };
            let color = if is_deploy(job) { " color=darkgreen" } else { "" };
            let id = &ids[job.name.as_str()];
            let label = quoted(&label(*planned, "\n"));
            let _ = writeln!(out, "    {id} [label={label}{style}{color}]");
        }
        out.push_str("  }\n");
    }
    for (index, pair) in stages.windows(2).enumerate() {
        // dot has no edges between clusters: the edge joins their first jobs and is clipped at the boxes.
        let [from, to] = [&pair[0].1, &pair[1].1].map(|jobs| &ids[jobs[0].job.name.as_str()]);
        let style = if waits_for_stage(&pair[1].1) { "" } else { " style=invis" };
        let _ = writeln!(out, "  {from} -> {to} [ltail=cluster_{index} lhead=cluster_{}{style}]", index + 1);
    }
    for Edge { from, to, optional } in edges(plan, &ids) {
        let style = if optional { " [style=dashed]" } else { "" };
        let _ = writeln!(out, "  {from} -> {to}{style}");
    }
    for line in absences(plan) {
        let _ = writeln!(out, "  // {line}");
    }
    out.push_str("}\n");
    out
}

/// Returns `true` if a job of the stage waits for the whole previous stage.
fn waits_for_stage(jobs: &[PlannedJob<'_>]) -> bool {
    jobs.iter().any(|planned| needed(planned.job).is_none())
}

/// A need, between the ids of two jobs.
struct Edge<'a> {
    from: &'a str,
    to: &'a str,
    optional: bool,
}

/// Assigns an id to each job: names may have characters that the formats forbid in ids.
fn ids(plan: &Plan) -> BTreeMap<&str, String> {
    let mut ids = BTreeMap::new();
    for (index, planned) in possible_jobs(plan).enumerate() {
        ids.insert(planned.job.name.as_str(), format!("j{index}"));
    }
    ids
}

/// Returns the needs between jobs that are drawn, in the jobs' order.
fn edges<'a>(plan: &Plan, ids: &'a BTreeMap<&str, String>) -> Vec<Edge<'a>> {
    let mut edges = Vec::new();
    for PlannedJob { job, .. } in possible_jobs(plan) {
        for need in needs(&job.body).unwrap_or_default() {
            let Some(from) = need.job().and_then(|name| ids.get(name)) else { continue };
            edges.push(Edge { from, to: &ids[job.name.as_str()], optional: need.optional });
        }
    }
    edges
}

/// Returns the unit, the job with its copies, its environment, its target, its start and its condition, one per line.
fn label(planned: PlannedJob<'_>, line_break: &str) -> String {
    let job = planned.job;
    let mut lines: Vec<String> = job.unit.iter().map(ToString::to_string).collect();
    lines.push(match planned.multiplier() {
        Some(multiplier) => format!("{} {multiplier}", short(job)),
        None => short(job).to_owned(),
    });
    if let Some(environment) = deploys_to(job) {
        let name = environment.name_text();
        lines.push(match environment.action() {
            "start" => format!("→ {name}"),
            action => format!("{action} {name}"),
        });
    }
    lines.extend(planned.trigger().map(|target| format!("triggers {target}")));
    lines.extend(start_in_words(planned));
    lines.extend(planned.condition().map(|condition| format!("if {condition}")));
    lines.join(line_break)
}

fn is_deploy(job: &Job) -> bool {
    deploys_to(job).is_some_and(|environment| environment.deploys())
}

fn class(planned: PlannedJob<'_>) -> &'static str {
    match (planned.start(), is_deploy(planned.job)) {
        _ if planned.condition().is_some() => ":::conditional",
        (Start::Manual | Start::Delayed(_) | Start::Varies, _) => ":::manual",
        (_, true) => ":::deploy",
        _ => "",
    }
}

fn mermaid_label(planned: PlannedJob<'_>) -> String {
    label(planned, "\n").split('\n').map(mermaid_text).collect::<Vec<_>>().join("<br/>")
}

/// Escapes a label as `#code;`, all but letters, digits and a few signs: Mermaid reads Markdown and HTML in labels.
fn mermaid_text(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() || matches!(c, ' ' | '/' | '-' | '.' | ':' | '→' | '$' | ',') {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}
