//! CDK assemblies: what real ones become, that nothing of them is lost, and that broken ones are told as such.
//!
//! `tests/cdk/assemblies` holds assemblies of several versions of the library, trimmed by `tests/cdk/bundle.py`;
//! `tests/cdk/apps` the apps that they were made from.

mod assemblies;
pub(crate) mod aws;
mod base;
mod broken;
mod change_sets;
mod command;
mod deploy;
mod diff_counts;
mod drift;
mod edited;
mod gates;
mod golden;
mod headers;
mod interleavings;
mod nothing_lost;
mod removed;
mod report;
mod sources;
mod stacks;
mod steps;
pub(crate) mod synth;
mod tool;
mod versions;
