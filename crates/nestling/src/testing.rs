//! Test cases of templates: inputs, a directory, changed paths and a kind of pipeline, and the expected jobs.
//!
//! A case is a YAML file in a directory `tests` beside templates. It is planned as a repository whose only unit uses the
//! template, through the same [`Project`](crate::Project). An expected job is a part of the generated job, at any depth:
//! keys that a case does not name are not compared.

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

/// Estimates the size of a document in GitLab, in bytes of its Ruby objects, which
/// [`PipelineLimits::objects`](crate::PipelineLimits) limits.
pub fn parsed_size(document: &Node) -> usize {
    crate::emit::size(document)
}

/// Returns a node as the plain value that templates see, which is how the documentation shows defaults.
pub fn plain_value(node: &Node) -> serde_json::Value {
    crate::template::plain_value(node)
}
