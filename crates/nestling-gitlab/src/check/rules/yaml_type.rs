//! `yaml-type`: unquoted values that YAML reads as dates or symbols.

use super::Index;
use crate::check::yaml_types::{Symbols, below};
use crate::diagnostic::Diagnostic;

pub(super) use crate::check::yaml_types::RULE;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        job.body.iter().for_each(|(key, node)| below(key, node, Symbols::Refused, problems));
    }
    let beside_jobs = index.pipeline.workflow.iter().chain(index.pipeline.globals.iter());
    beside_jobs.for_each(|(key, node)| below(key, node, Symbols::Refused, problems));
}
