//! The last steps of a plan: what GitLab would say of its pipeline, and what the user has allowed.

use super::Error;
use crate::allow::allowed;
use crate::changes::{Occasion, Policy};
use crate::plan::Plan;
use nestling_cdk::report::LineKind;
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::check::{
    self, BranchComparison, CheckSettings, Division, KnownVariables, Parent, ParentSurroundings,
};
use nestling_gitlab::diagnostic::{Diagnostic, Severity, Sources, folded};

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
    let first_of_parent = plan.sources.next_id();
    let parent = parent(plan, files)?;
    let files_of_parent = first_of_parent..plan.sources.next_id();
    diagnostics.extend(checked(plan, parent));
    let outcome = allowed(plan, &plan.sources, diagnostics);
    plan.diagnostics = outcome.problems;
    plan.allowed = outcome.allowed;
    plan.unused_allows = outcome.unused;
    // What a comment of the parent allows may be of one of its other jobs, which only `check FILE` looks at.
    plan.unused_allows
        .retain(|problem| problem.origin().is_none_or(|origin| !files_of_parent.contains(&origin.file)));
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

/// Reads what the repository's own `.gitlab-ci.yml` does to the child pipeline, and what is wrong with it.
fn parent(plan: &Plan, files: &dyn Files) -> Result<Parent, Error> {
    let path = RepoPath::root().child(b".gitlab-ci.yml");
    let Some(bytes) = files.read(&path)? else { return Ok(Parent::default()) };
    let text = String::from_utf8_lossy(&bytes);
    let is_changed = plan.workspace.policies.get(Occasion::Branch) == Policy::Changed;
    let surroundings = |sources| ParentSurroundings {
        files,
        sources,
        gitlab: &plan.workspace.gitlab,
        default_branch: plan.facts.default_branch.as_deref(),
        branches: if is_changed { BranchComparison::CommitBefore } else { BranchComparison::Other },
    };
    // The files of a parent that nothing is said about are none of the plan's sources: nobody looks for comments in them.
    let apart = Sources::default();
    let parent = Parent::read(&text, &surroundings(&apart));
    if parent.problems.is_empty() {
        return Ok(parent);
    }
    Ok(Parent::read(&text, &surroundings(&plan.sources)))
}

fn checked(plan: &Plan, mut parent: Parent) -> Vec<Diagnostic> {
    let problems = std::mem::take(&mut parent.problems);
    let gitlab = &plan.workspace.gitlab;
    let mut settings = CheckSettings::new(gitlab.clone()).with_parent(parent);
    settings.variables = KnownVariables::of_child(&plan.facts);
    // A plan that is too large is written in parts: only then is known what is too large even so.
    settings.division = Division::Parts;
    let mut diagnostics = gitlab.problems.clone();
    diagnostics.extend(problems);
    diagnostics.extend(check::check_present(&plan.pipeline, &plan.presence, &settings));
    folded(diagnostics)
}
