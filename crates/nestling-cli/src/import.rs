//! `nestling import`: a workspace from a pipeline that is there already, with the proof that nothing changes.
//!
//! The old configuration is read as GitLab reads it, each job gets a directory by its evidence, and what belongs together stays
//! together. What is not understood stays in the parent as it is, with a line in the report.

mod kind;
mod strings;
mod trigger_copies;
mod old;
mod includes;
mod candidate;
mod expression;
mod forwarded;
mod clause;
mod policy;
mod child_workflow;
mod tree;
mod evidence;
mod follow;
mod text;
mod raw;
mod written;
mod obstacle;
mod unmet;
mod order;
mod ties;
mod division;
mod naming;
mod stages;
mod unit;
mod relations;
mod pairs;
mod pairing;
mod compose;
mod files;
mod family;
mod parent;
mod making;
mod proposal;
mod keepers;
mod edits;
mod cures;
mod held;
mod plans;
mod place;
mod side;
mod workflow;
mod waiting;
mod likeness;
mod stop_needs;
mod sides;
mod settings;
mod proof;
mod faults;
mod report;
mod table;
mod write;
mod json;
mod run;
mod against;
mod export;

pub(crate) use against::{Compared, against};
pub(crate) use evidence::{literal_directory, whole};
pub(crate) use export::export;
pub(crate) use expression::{all_of, any_of};
pub(crate) use json::schema as against_schema;
pub(crate) use naming::is_job_name;
pub(crate) use run::{Asked, has_workspace, import};
pub(crate) use tree::Tree;
pub(crate) use write::write;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod held_tests;
