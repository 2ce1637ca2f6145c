//! The pipeline as YAML that GitLab reads back unchanged, with a comment at each job that says where it came from.

mod header;
mod ordered;

use crate::diagnostic::Sources;
use crate::pipeline::{Job, Pipeline};
use crate::plan::Plan;
use crate::yaml::{Key, Map, Node, emit_entry};

/// Whether the output explains itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    /// A header, and at each job where it came from.
    Origins,
    /// None, for the smallest file.
    None,
}

/// Writes the child pipeline. The same plan gives the same bytes on every machine.
pub fn emit(plan: &Plan, sources: &Sources, comments: Comments) -> String {
    let mut out = String::new();
    if comments == Comments::Origins {
        out += &header::of(plan);
        out.push('\n');
    }
    emit_pipeline(&mut out, &plan.pipeline, sources, comments);
    out
}

/// Writes a pipeline without the header of a plan.
pub fn emit_pipeline(out: &mut String, pipeline: &Pipeline, sources: &Sources, comments: Comments) {
    let mut first = true;
    for (key, node) in ordered::globals(pipeline) {
        if !std::mem::take(&mut first) {
            out.push('\n');
        }
        entry(out, key, &node);
    }
    for job in &pipeline.jobs {
        out.push('\n');
        if comments == Comments::Origins {
            header::comment(out, &sources.place(job.origin));
        }
        entry(out, job.name.as_str(), &body(job));
    }
}

fn body(job: &Job) -> Node {
    Node::map(job.origin, ordered::by_custom(&job.body))
}

fn entry(out: &mut String, key: &str, node: &Node) {
    emit_entry(out, &Key::new(node.origin, key), node, 0);
}

/// The body of one job as it would be written, for views that show a single one.
pub fn emit_job(job: &Job) -> String {
    let mut map = Map::default();
    map.set(job.name.as_str(), body(job));
    crate::yaml::emit(&Node::map(job.origin, map))
}
