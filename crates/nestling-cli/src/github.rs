//! `nestling import --from github`: a unit from one workflow of GitHub Actions.
//!
//! What has a counterpart is written; all else is a line of the report, and no expression of GitHub's is left.

mod notes;
mod context;
mod condition;
mod triggers;
mod matrix;
mod new_job;
mod actions;
mod keywords;
mod job;
mod run;

pub(crate) use run::{FromGithub, import_workflow};
