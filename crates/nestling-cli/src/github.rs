//! `nestling import --from github`: a unit from one workflow of GitHub Actions.
//!
//! Keywords with a counterpart are converted, the others are reported, and no expression of GitHub remains.

mod expression;
mod notes;
mod context;
mod condition;
mod facts;
mod fold;
mod scope;
mod told;
mod shell;
mod quotes;
mod text;
mod triggers;
mod paths;
mod documents;
mod job_name;
mod matrix;
mod possible;
mod new_job;
mod runner;
mod localhost;
mod keywords;
mod action_inputs;
mod stored;
mod registries;
mod versions;
mod setups;
mod actions;
mod step_script;
mod steps;
mod values;
mod called;
mod job;
mod jobs;
mod run;

pub(crate) use run::{FromGithub, import_workflow};

#[cfg(test)]
mod tests;
