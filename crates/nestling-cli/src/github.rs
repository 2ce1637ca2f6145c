//! `nestling import --from github`: a unit from one workflow of GitHub Actions.
//!
//! Keywords with a counterpart are converted, the others are reported, and no expression of GitHub remains.

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
