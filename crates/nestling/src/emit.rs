//! The pipeline as YAML that GitLab reads back unchanged, with a comment at each job that says where it came from.

mod header;
mod ordered;
mod lines;
mod size;
mod factor;
mod split;
mod output;
mod oversize;
mod router;
mod part;
mod files;
#[cfg(test)]
mod testing;

pub use files::files;
pub use lines::{Line, job_lines};
pub use output::{Emitted, File, Parts, Settings};
pub use part::{is_name_of_part, is_part};
pub use size::of_node as size;
pub use split::Limits;

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
    write_globals(out, pipeline);
    write_jobs(out, &pipeline.jobs, sources, comments);
}

/// Writes a pipeline whose shared bodies are in hidden jobs.
fn write_pipeline(out: &mut String, written: &files::Written, sources: &Sources, comments: Comments) {
    write_globals(out, &written.pipeline);
    for hidden in &written.hidden {
        out.push('\n');
        entry(out, &hidden.name, &Node::map(hidden.origin, ordered::by_custom(&hidden.body)));
    }
    write_jobs(out, &written.pipeline.jobs, sources, comments);
}

fn write_globals(out: &mut String, pipeline: &Pipeline) {
    let mut first = true;
    for (key, node) in ordered::globals(pipeline) {
        if !std::mem::take(&mut first) {
            out.push('\n');
        }
        entry(out, key, &node);
    }
}

fn write_jobs(out: &mut String, jobs: &[Job], sources: &Sources, comments: Comments) {
    for job in jobs {
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

#[cfg(test)]
mod tests;
