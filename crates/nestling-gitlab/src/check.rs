//! What GitLab would refuse in a pipeline, or accept and then not do as meant, found before it is pushed.
//!
//! One rule, one file under [`rules`], its documentation and its examples in it. GitLab's JSON schema lets more than half
//! of these mistakes pass, and GitLab's own linter does not see child pipelines.

mod form;
mod file;
mod parent;
mod settings;
mod job_names;
mod index;
pub mod rules;
mod fold;
pub mod allow;

pub use allow::{Allow, AllowEntry, AllowOutcome, Entries, Scope};
pub use file::{read_configuration, read_file};
pub use parent::Parent;
pub use settings::{CheckSettings, Division, Level, WorkflowRules};

pub use crate::pipeline::known::KnownVariables;

use crate::diagnostic::Diagnostic;
use crate::parallel::parallel_map;
use crate::pipeline::Pipeline;
use crate::pipeline::presence::{Creation, JobPresence, presences};
use index::Index;
pub(crate) use index::is_partial;

/// Everything that is wrong with a pipeline, rule by rule. The work grows with the jobs and their needs.
///
/// Which jobs are in the pipeline is decided by the settings' variables alone; [`check_present`] is for those who know more.
pub fn check(pipeline: &Pipeline, settings: &CheckSettings) -> Vec<Diagnostic> {
    let creation = Creation::of(&settings.variables);
    let presence = presences(pipeline, &creation.moment(settings.workflow.are_there(pipeline)));
    check_present(pipeline, &presence, settings)
}

/// As [`check`], where the presence of each job is known, in the order of the pipeline's jobs.
pub fn check_present(
    pipeline: &Pipeline,
    presence: &[JobPresence],
    settings: &CheckSettings,
) -> Vec<Diagnostic> {
    let index = Index::new(pipeline, presence, settings);
    let found = parallel_map(rules::LINTS, |lint| {
        let mut problems = Vec::new();
        (lint.check)(&index, &mut problems);
        debug_assert!(problems.iter().all(|problem| problem.rule == lint.rule), "{}", lint.rule);
        problems
    });
    fold::by_place(found.into_iter().flatten().collect(), pipeline)
}
