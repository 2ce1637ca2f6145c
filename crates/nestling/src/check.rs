//! What GitLab would refuse in a pipeline, or accept and then not do as meant, found before it is pushed.
//!
//! One rule, one file under [`rules`], its documentation and its examples in it. GitLab's JSON schema lets more than half
//! of these mistakes pass, and GitLab's own linter does not see child pipelines.

mod allow;
mod file;
mod parent;
mod fold;
mod form;
mod index;
mod settings;
pub mod rules;

pub use allow::without_allowed;
pub use file::read_file;
pub use parent::Parent;
pub use settings::{Division, Settings};

pub use crate::pipeline::known::KnownVariables;

use crate::diagnostic::Diagnostic;
use crate::pipeline::Pipeline;
use index::Index;

/// Everything that is wrong with a pipeline, rule by rule. The work grows with the jobs and their needs.
pub fn check(pipeline: &Pipeline, settings: &Settings) -> Vec<Diagnostic> {
    let index = Index::new(pipeline, settings);
    let mut problems = Vec::new();
    for rule in rules::RULES {
        let found = problems.len();
        (rule.check)(&index, &mut problems);
        debug_assert!(problems[found..].iter().all(|problem| problem.rule == rule.id), "{}", rule.id);
    }
    fold::by_place(problems, pipeline)
}
