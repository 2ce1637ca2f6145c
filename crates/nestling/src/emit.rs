//! The pipeline as YAML that GitLab reads back unchanged, with a comment at each job that says where it came from.

mod size;
mod factor;
mod split;
mod written;
mod header;
mod ordered;
mod lines;
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
pub use split::PipelineLimits;

use crate::plan::Plan;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Key, Map, Node, emit_entry, emit_map};
use written::Written;

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
    write_pipeline(out, &Written::whole(pipeline), sources, comments);
}

fn write_pipeline(out: &mut String, written: &Written<'_>, sources: &Sources, comments: Comments) {
    let mut first = true;
    for (key, node) in ordered::globals(written) {
        if !std::mem::take(&mut first) {
            out.push('\n');
        }
        emit_entry(out, &Key::new(node.origin, key), &node, 0);
    }
    for hidden in &written.hidden {
        out.push('\n');
        emit_map(out, &hidden.name, &ordered::by_custom(&hidden.body));
    }
    for job in &written.jobs {
        out.push('\n');
        if comments == Comments::Origins {
            header::comment(out, &sources.place(job.origin));
        }
        emit_map(out, job.name.as_str(), &ordered::by_custom(&job.body));
    }
}

fn body(job: &Job) -> Node {
    let entries = ordered::by_custom(&job.body).into_iter().cloned().collect();
    Node::map(job.origin, Map { entries })
}

/// The body of one job as it would be written, for views that show a single one.
pub fn emit_job(job: &Job) -> String {
    let mut map = Map::default();
    map.set(job.name.as_str(), body(job));
    nestling_gitlab::yaml::emit(&Node::map(job.origin, map))
}

#[cfg(test)]
mod tests;
