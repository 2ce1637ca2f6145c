//! A first configuration for a repository: what it holds, what that suggests, and files that work as they are written.

mod parent;
mod look;
mod starter;
mod propose;

pub(crate) use look::look;
pub(crate) use propose::{Proposal, propose};
