//! The pipeline as a graph for other programs to draw: Mermaid and Graphviz's dot.
//!
//! Stages are boxes, jobs are nodes, needs are arrows. A job without `needs` waits for the previous stage: one arrow
//! between the two boxes stands for all of these jobs.

use super::facts::{Start, by_stage, deploys_to, needed, short, start};
use super::row::start_in_words;
use crate::plan::Plan;
use nestling_gitlab::pipeline::need::needs;
use nestling_gitlab::pipeline::{Job, Pipeline};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Returns a Mermaid flowchart (<https://mermaid.js.org/syntax/flowchart.html>), which GitLab draws in Markdown.
pub fn mermaid(plan: &Plan) -> String {
    let pipeline = &plan.pipeline;
    let ids = ids(pipeline);
    let mut out = String::from("flowchart LR\n");
    let stages = by_stage(pipeline);
    for (index, (stage, jobs)) in stages.iter().enumerate() {
        let _ = writeln!(out, "  subgraph s{index}[\"{}\"]\n    direction TB", mermaid_text(stage));
        for job in jobs {
            let id = &ids[job.name.as_str()];
            let _ = writeln!(out, "    {id}[\"{}\"]{}", mermaid_label(job), class(job));
        }
        out.push_str("  end\n");
    }
    for (index, pair) in stages.windows(2).enumerate() {
        // An invisible link keeps the stages in order where no job waits for the previous stage.
        let arrow = if waits_for_stage(&pair[1].1) { "-->" } else { "~~~" };
        let _ = writeln!(out, "  s{index} {arrow} s{}", index + 1);
    }
    for Edge { from, to, optional } in edges(pipeline, &ids) {
        let arrow = if optional { "-.->" } else { "-->" };
        let _ = writeln!(out, "  {from} {arrow} {to}");
    }
    out.push_str("  classDef deploy stroke:#108548,stroke-width:2px\n");
    out.push_str("  classDef manual stroke:#9e5400,stroke-width:2px,stroke-dasharray:4 3\n");
    out
}

/// Returns a dot digraph (<https://graphviz.org/doc/info/lang.html>).
pub fn dot(plan: &Plan) -> String {
    let pipeline = &plan.pipeline;
    let ids = ids(pipeline);
    let mut out = String::from(
        "digraph pipeline {\n  rankdir=LR\n  compound=true\n  node [shape=box style=rounded fontname=\"sans-serif\"]\n",
    );
    let stages = by_stage(pipeline);
    for (index, (stage, jobs)) in stages.iter().enumerate() {
        let _ = writeln!(out, "  subgraph cluster_{index} {{\n    label={}", quoted(stage));
        for job in jobs {
            let style = match start(job) {
                Start::Manual | Start::Delayed(_) => " style=\"rounded,dashed\"",
                Start::Automatic | Start::OnFailure => "",
            };
            let color = if is_deploy(job) { " color=darkgreen" } else { "" };
            let id = &ids[job.name.as_str()];
            let label = quoted(&label(job, "\n"));
            let _ = writeln!(out, "    {id} [label={label}{style}{color}]");
        }
        out.push_str("  }\n");
    }
    for (index, pair) in stages.windows(2).enumerate() {
        // dot has no edges between clusters: the edge joins their first jobs and is clipped at the boxes.
        let [from, to] = [&pair[0].1, &pair[1].1].map(|jobs| &ids[jobs[0].name.as_str()]);
        let style = if waits_for_stage(&pair[1].1) { "" } else { " style=invis" };
        let _ = writeln!(out, "  {from} -> {to} [ltail=cluster_{index} lhead=cluster_{}{style}]", index + 1);
    }
    for Edge { from, to, optional } in edges(pipeline, &ids) {
        let style = if optional { " [style=dashed]" } else { "" };
        let _ = writeln!(out, "  {from} -> {to}{style}");
    }
    out.push_str("}\n");
    out
}

/// Returns `true` if a job of the stage waits for the whole previous stage.
fn waits_for_stage(jobs: &[&Job]) -> bool {
    jobs.iter().any(|job| needed(job).is_none())
}

/// A need, between the ids of two jobs.
struct Edge<'a> {
    from: &'a str,
    to: &'a str,
    optional: bool,
}

/// Assigns an id to each job: names may have characters that the formats forbid in ids.
fn ids(pipeline: &Pipeline) -> BTreeMap<&str, String> {
    let mut ids = BTreeMap::new();
    for (index, job) in pipeline.jobs.iter().enumerate() {
        ids.insert(job.name.as_str(), format!("j{index}"));
    }
    ids
}

/// Returns the needs on jobs of this pipeline, in the jobs' order.
fn edges<'a>(pipeline: &Pipeline, ids: &'a BTreeMap<&str, String>) -> Vec<Edge<'a>> {
    let mut edges = Vec::new();
    for job in &pipeline.jobs {
        for need in needs(&job.body).unwrap_or_default() {
            let Some(from) = need.job().and_then(|name| ids.get(name)) else { continue };
            edges.push(Edge { from, to: &ids[job.name.as_str()], optional: need.optional });
        }
    }
    edges
}

/// Returns the unit, the job, its environment and its start, one per line.
fn label(job: &Job, line_break: &str) -> String {
    let mut lines: Vec<String> = job.unit.iter().map(ToString::to_string).collect();
    lines.push(short(job).to_owned());
    if let Some(environment) = deploys_to(job) {
        let name = environment.name_text();
        lines.push(match environment.action() {
            "start" => format!("→ {name}"),
            action => format!("{action} {name}"),
        });
    }
    lines.extend(start_in_words(job));
    lines.join(line_break)
}

fn is_deploy(job: &Job) -> bool {
    deploys_to(job).is_some_and(|environment| environment.deploys())
}

fn class(job: &Job) -> &'static str {
    match (start(job), is_deploy(job)) {
        (Start::Manual | Start::Delayed(_), _) => ":::manual",
        (_, true) => ":::deploy",
        _ => "",
    }
}

fn mermaid_label(job: &Job) -> String {
    label(job, "\n").split('\n').map(mermaid_text).collect::<Vec<_>>().join("<br/>")
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
