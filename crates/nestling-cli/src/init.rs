//! A first configuration for a repository: inspects it and writes files that work without edits.

mod parent;
mod look;
mod starter;
mod propose;

pub(crate) use look::look;
pub(crate) use propose::{Proposal, propose};
