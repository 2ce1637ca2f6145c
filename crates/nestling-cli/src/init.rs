//! A first configuration for a repository: reads it, proposes files that work without edits, and says what it made of it.

mod proposed_file;
mod own_templates;
mod dockerfile_names;
mod kinds;
mod material;
mod inventory;
mod glob;
mod text;
mod lists;
mod findings;
mod sources;
mod projects;
mod dockerfile;
mod terraform;
mod versions;
mod dotnet;
mod kustomize;
mod units;
mod making;
mod shared;
mod workspace_file;
mod requirements;
mod first_command;
mod overlay;
mod existing;
mod unneeded;
mod trial;
mod report;
mod parent;
mod propose;
mod ignored;
mod write;

pub(crate) use parent::plan_and_run;
pub(crate) use propose::{Proposal, propose};
pub(crate) use write::{Written, write};
