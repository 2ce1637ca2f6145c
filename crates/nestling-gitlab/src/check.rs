//! Finds mistakes in a pipeline that GitLab rejects, or accepts with another effect than intended, before it is pushed.
//!
//! Each rule is a file under [`rules`] with its documentation and examples. GitLab's JSON schema accepts more than half of
//! these mistakes, and GitLab's own linter does not check child pipelines.

mod form;
mod yaml_types;
mod file;
pub mod parent;
mod settings;
mod job_names;
mod needed;
mod index;
pub mod rules;
mod by_table;
mod shared;
mod fold;
pub mod allow;

pub use allow::{Allow, AllowEntry, AllowOutcome, Entries, Scope, allowed_count};
pub use by_table::global_variables;
pub use file::{read_configuration, read_file};
pub use parent::{BranchComparison, Parent, ParentSurroundings, named_sources};
pub use settings::{CheckSettings, Division, FurtherJobs, Level, WorkflowRules};
pub use shared::shared_things;

pub use crate::pipeline::known::KnownVariables;

use crate::diagnostic::{Diagnostic, Rule};
use crate::parallel::parallel_map;
use crate::pipeline::Pipeline;
use crate::pipeline::presence::{Creation, JobPresence, presences};
use index::Index;
pub(crate) use index::is_partial;
use rules::Lint;
use std::iter;

/// Returns the findings of all rules, in the order of the rules. The time grows linearly with the jobs and their needs.
///
/// The settings' variables decide which jobs are in the pipeline; [`check_present`] is for callers that know more.
pub fn check(pipeline: &Pipeline, settings: &CheckSettings) -> Vec<Diagnostic> {
    let creation = Creation::of(&settings.variables);
    let presence = presences(pipeline, &creation.moment(settings.workflow.are_there(pipeline)));
    check_present(pipeline, &presence, settings)
}

/// Returns the findings as [`check`] does, for a known presence of each job, in the order of the pipeline's jobs.
pub fn check_present(
    pipeline: &Pipeline,
    presence: &[JobPresence],
    settings: &CheckSettings,
) -> Vec<Diagnostic> {
    let index = Index::new(pipeline, presence, settings);
    let tasks: Vec<Option<&Lint>> = iter::once(None).chain(rules::LINTS.iter().map(Some)).collect();
    let mut findings = parallel_map(&tasks, |task| {
        let Some(lint) = task else { return by_table::findings(&index) };
        let mut problems = Vec::new();
        (lint.check)(&index, &mut problems);
        debug_assert!(problems.iter().all(|problem| problem.rule == lint.rule), "{}", lint.rule);
        problems
    });
    let by_table = findings.remove(0);
    let of_rule = |rule: &'static Rule| by_table.iter().filter(move |problem| problem.rule == rule).cloned();
    let by_rule = rules::LINTS.iter().zip(findings).flat_map(|(lint, own)| of_rule(lint.rule).chain(own));
    // A few keywords belong to rules of earlier stages, which leave their values to the table.
    let others = by_table.iter().filter(|problem| !rules::RULES.contains(&problem.rule)).cloned();
    fold::by_origin(others.chain(by_rule).collect(), pipeline)
}
