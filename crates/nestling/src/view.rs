//! Ways to look at a plan. Each owns its format; none decides anything.

mod explain;
mod paint;
mod table;
mod tree;

pub use explain::{Explained, explain_unit};
pub use paint::Paint;
pub use tree::{summary, tree};
