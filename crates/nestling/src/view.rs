//! Views of a plan. Each owns its format, and none makes decisions.

mod paint;
mod fit;
mod siblings;
mod varied;
mod planned;
mod absences;
mod touched;
mod facts;
mod row;
mod trace;
mod unclaimed;
mod tree;
mod stages;
mod graph;
mod job;
mod escape;
mod parts;
mod markdown;
pub mod diff;
mod explain;
pub mod affected;
pub mod json_v1;
mod html;
pub mod replay;
mod rule;

pub use explain::{
    Asked, Effect, ExplainedRule, Explanation, RuleValue, Step, Subject, explain, explanation_schema,
};
pub(crate) use facts::short;
pub use graph::{dot, mermaid};
pub use html::{HtmlError, HtmlPage, html};
pub use job::job;
pub use markdown::markdown;
pub use paint::{Paint, Screen};
pub use parts::{changed_paths, comparison, environments, units};
pub(crate) use planned::{PlannedJob, Start, planned_jobs, possible_jobs};
pub use rule::rule;
pub use stages::{stages, stages_within};
pub use touched::{Starts, Touched, touched};
pub use tree::{branches, summary, tree};
pub use unclaimed::unclaimed;
