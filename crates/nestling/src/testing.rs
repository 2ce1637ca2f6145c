//! Cases beside templates: given inputs, a directory, changed paths and a kind of pipeline, expect these jobs.
//!
//! A case is a file of plain data in a folder `tests` beside templates. It is planned exactly as a repository whose only unit
//! uses the template, through the same [`Project`](crate::Project). What a case does not expect, it does not look at: an
//! expected job is a part of the job that comes out, at any depth.

mod discover;
mod case;
mod compare;
mod diff;
mod outcome;
mod junit;
mod run;
mod suite;
mod template;

pub use crate::template::RenderLimits;
pub use case::TemplateCase;
pub use discover::CaseFile;
pub use junit::junit;
pub use outcome::{CaseOutcome, Snapshot, summary};
pub use suite::Suite;
pub use template::{TemplateRenderer, TemplateValues, with_templates};

use nestling_gitlab::yaml::Node;

/// Estimates how large GitLab finds a document, in bytes of the objects that Ruby makes of it: what
/// [`PipelineLimits::objects`](crate::PipelineLimits) limits.
pub fn parsed_size(document: &Node) -> usize {
    crate::emit::size(document)
}

/// Returns a node as the plain value that templates see, which is how the documentation shows defaults.
pub fn plain_value(node: &Node) -> serde_json::Value {
    crate::template::plain_value(node)
}
