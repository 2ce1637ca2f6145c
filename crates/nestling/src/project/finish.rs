//! The last steps of a plan: what GitLab would say of its pipeline, and what the user has allowed.

use super::Error;
use crate::allow::allowed;
use crate::plan::Plan;
use nestling_cdk::report::LineKind;
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::check::{self, CheckSettings, Division, KnownVariables, Parent};
use nestling_gitlab::diagnostic::{Diagnostic, Severity, folded};

/// How much it matters that a part of a CDK pipeline becomes no job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unconverted {
    Warn,
    Fail,
}

/// Checks a plan's pipeline against GitLab's rules, and leaves out the warnings that comments allow.
///
/// # Errors
/// The parent pipeline cannot be read.
pub(super) fn finish(plan: &mut Plan, files: &dyn Files, unconverted: Unconverted) -> Result<(), Error> {
    let mut diagnostics = std::mem::take(&mut plan.diagnostics);
    diagnostics.extend(checked(plan, parent(files)?));
    let outcome = allowed(plan, &plan.sources, diagnostics);
    plan.diagnostics = outcome.problems;
    plan.allowed = outcome.allowed;
    plan.unused_allows = outcome.unused;
    // After `allow`: what has been dealt with is no error either.
    if unconverted == Unconverted::Fail {
        for diagnostic in &mut plan.diagnostics {
            if LineKind::is_rule_of_open_lines(diagnostic.rule) {
                diagnostic.severity = Severity::Error;
            }
        }
    }
    Ok(())
}

/// Reads what the repository's own `.gitlab-ci.yml` does to the child pipeline.
fn parent(files: &dyn Files) -> Result<Parent, Error> {
    let path = RepoPath::root().child(b".gitlab-ci.yml");
    match files.read(&path)? {
        Some(bytes) => Ok(Parent::read(&String::from_utf8_lossy(&bytes))),
        None => Ok(Parent::default()),
    }
}

fn checked(plan: &Plan, parent: Parent) -> Vec<Diagnostic> {
    let gitlab = &plan.workspace.gitlab;
    let mut settings = CheckSettings::new(gitlab.clone()).with_parent(parent);
    settings.variables = KnownVariables::of_child(&plan.facts);
    // A plan that is too large is written in parts: only then is known what is too large even so.
    settings.division = Division::Parts;
    let mut diagnostics = gitlab.problems.clone();
    diagnostics.extend(check::check_present(&plan.pipeline, &plan.presence, &settings));
    folded(diagnostics)
}
