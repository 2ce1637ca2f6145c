//! Ways to look at a plan. Each owns its format; none decides anything.

mod paint;
mod fit;
mod facts;
mod row;
mod tree;
mod stages;
mod graph;
mod job;
mod explain;
pub mod json_v1;

pub use explain::{Explained, explain_unit};
pub use graph::{dot, mermaid};
pub use job::job;
pub use paint::{Paint, Screen};
pub use stages::stages;
pub use tree::{branches, summary, tree};
