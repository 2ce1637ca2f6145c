//! The pipeline as a graph for other programs to draw: mermaid and Graphviz's dot.
//!
//! Stages are boxes, jobs are nodes, needs are arrows. A job without `needs` waits for the stage before its own, which
//! an arrow between two boxes says once for all of them.

use super::facts::{Start, by_stage, deploys_to, needed, short, start};
use crate::plan::Plan;
use nestling_gitlab::pipeline::need::needs;
use nestling_gitlab::pipeline::{Job, Pipeline};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// As a mermaid flowchart (<https://mermaid.js.org/syntax/flowchart.html>), which GitLab draws in Markdown.
pub fn mermaid(plan: &Plan) -> String {
    let pipeline = &plan.pipeline;
    let ids = ids(pipeline);
    let mut out = String::from("flowchart LR\n");
    let stages = by_stage(pipeline);
    for (at, (stage, jobs)) in stages.iter().enumerate() {
        let _ = writeln!(out, "  subgraph s{at}[\"{}\"]\n    direction TB", mermaid_text(stage));
        for job in jobs {
            let id = &ids[job.name.as_str()];
            let _ = writeln!(out, "    {id}[\"{}\"]{}", mermaid_label(job), class(job));
        }
        out.push_str("  end\n");
    }
    for (at, pair) in stages.windows(2).enumerate() {
        let arrow = if waits(&pair[1].1) { "-->" } else { "~~~" };
        let _ = writeln!(out, "  s{at} {arrow} s{}", at + 1);
    }
    for (from, to, kind) in edges(pipeline, &ids) {
        let _ = writeln!(out, "  {from} {} {to}", if kind == Edge::Optional { "-.->" } else { "-->" });
    }
    out.push_str("  classDef deploy stroke:#108548,stroke-width:2px\n");
    out.push_str("  classDef manual stroke:#9e5400,stroke-width:2px,stroke-dasharray:4 3\n");
    out
}

/// As a dot digraph (<https://graphviz.org/doc/info/lang.html>).
pub fn dot(plan: &Plan) -> String {
    let pipeline = &plan.pipeline;
    let ids = ids(pipeline);
    let mut out = String::from(
        "digraph pipeline {\n  rankdir=LR\n  compound=true\n  node [shape=box style=rounded fontname=\"sans-serif\"]\n",
    );
    let stages = by_stage(pipeline);
    for (at, (stage, jobs)) in stages.iter().enumerate() {
        let _ = writeln!(out, "  subgraph cluster_{at} {{\n    label={}", quoted(stage));
        for job in jobs {
            let style = match start(job) {
                Start::Manual | Start::Delayed(_) => " style=\"rounded,dashed\"",
                Start::Automatic | Start::OnFailure => "",
            };
            let color = if is_deploy(job) { " color=darkgreen" } else { "" };
            let _ = writeln!(
                out,
                "    {} [label={}{style}{color}]",
                ids[job.name.as_str()],
                quoted(&label(job, "\n"))
            );
        }
        out.push_str("  }\n");
    }
    for (at, pair) in stages.windows(2).enumerate() {
        let [from, to] = [&pair[0].1, &pair[1].1].map(|jobs| &ids[jobs[0].name.as_str()]);
        let style = if waits(&pair[1].1) { "" } else { " style=invis" };
        let _ = writeln!(out, "  {from} -> {to} [ltail=cluster_{at} lhead=cluster_{}{style}]", at + 1);
    }
    for (from, to, kind) in edges(pipeline, &ids) {
        let style = if kind == Edge::Optional { " [style=dashed]" } else { "" };
        let _ = writeln!(out, "  {from} -> {to}{style}");
    }
    out.push_str("}\n");
    out
}

/// Whether one of a stage's jobs waits for all of the stage before.
fn waits(jobs: &[&Job]) -> bool {
    jobs.iter().any(|job| needed(job).is_none())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Needed,
    Optional,
}

fn ids(pipeline: &Pipeline) -> BTreeMap<&str, String> {
    pipeline.jobs.iter().enumerate().map(|(at, job)| (job.name.as_str(), format!("j{at}"))).collect()
}

/// The needs on jobs that are there, in the jobs' order.
fn edges<'a>(pipeline: &Pipeline, ids: &'a BTreeMap<&str, String>) -> Vec<(&'a str, &'a str, Edge)> {
    let mut edges = Vec::new();
    for job in &pipeline.jobs {
        for need in needs(&job.body).unwrap_or_default() {
            let Some(from) = need.job().and_then(|name| ids.get(name)) else { continue };
            let kind = if need.optional { Edge::Optional } else { Edge::Needed };
            edges.push((from.as_str(), ids[job.name.as_str()].as_str(), kind));
        }
    }
    edges
}

/// The unit, the job, and what is special about it.
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
    match start(job) {
        Start::Automatic => {}
        Start::Manual => lines.push("manual".to_owned()),
        Start::Delayed(time) => lines.push(format!("after {time}")),
        Start::OnFailure => lines.push("on failure".to_owned()),
    }
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

/// Mermaid reads `#code;` as a character, and Markdown and HTML in labels: everything but letters, digits and a few
/// signs is written so.
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
