//! From the rendered fragments of many units to one pipeline in which no unit can change another's jobs.
//!
//! [`unit_jobs`] folds what a unit renders into complete jobs under their short names; the environments stage fans
//! those out; [`assemble`] scopes the names, ties jobs of different units together and orders the stages.

pub mod rules;
mod assemble;
mod naming;
mod order;
mod stages;
mod unit;

pub(crate) use assemble::renamed;
pub use assemble::{Target, assemble, resolve_target};
pub use naming::scoped;
pub use unit::{LeftOut, UnitJob, UnitJobs, unit_jobs, workspace_jobs};
