//! A first configuration for a repository: what it holds, what that suggests, and files that work as they are written.

mod look;
mod parent;
mod propose;
mod starter;

pub(crate) use look::look;
pub(crate) use propose::{Proposal, propose};
