//! Many units' jobs to one pipeline in which no unit can change another's: names are scoped, jobs of different units are
//! tied together, and the stages get one order.

pub mod rules;
mod naming;
mod stages;
mod order;
mod pipeline;

pub use naming::scoped;
pub use pipeline::{Target, assemble, resolve_target};
