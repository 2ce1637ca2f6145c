//! The last steps of a plan: what GitLab would say of its pipeline, and what the user has allowed.

use super::Error;
use crate::allow::allowed;
use crate::changes::{Occasion, PipelineFacts, Policy};
use crate::plan::{Plan, move_to_uses};
use crate::workspace::Workspace;
use nestling_cdk::report::LineKind;
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::check::{
    self, BranchComparison, CheckSettings, Division, KnownVariables, Parent, ParentSurroundings,
};
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Severity, Sources, folded};
use nestling_gitlab::name::UnitName;
use std::ops::Range;

/// Severity of a part of a CDK pipeline that has no job.
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
    let parent = ParentFile::read(&plan.workspace, &plan.facts, files, &plan.sources)?;
    diagnostics.extend(parent.parent.problems.iter().cloned());
    diagnostics.extend(checked(plan, &check_settings(plan, parent.parent.clone())));
    move_to_uses(plan, &mut diagnostics);
    let outcome = allowed(&plan.workspace, &plan.pipeline, &plan.sources, diagnostics);
    plan.diagnostics = outcome.problems;
    plan.allowed = check::allowed_count(&outcome.allowed);
    plan.unused_allows = outcome.unused;
    parent.keep_decided(&mut plan.unused_allows);
    unconverted.apply(&mut plan.diagnostics);
    Ok(())
}

impl Unconverted {
    /// Makes what is left of the open lines errors, if they are to be: after `allow`, since what has been dealt with is no
    /// error either.
    pub(super) fn apply(self, diagnostics: &mut [Diagnostic]) {
        if self == Self::Warn {
            return;
        }
        for diagnostic in diagnostics {
            if LineKind::is_rule_of_open_lines(diagnostic.rule) {
                diagnostic.severity = Severity::Error;
            }
        }
    }
}

/// The repository's own `.gitlab-ci.yml`.
pub(super) struct ParentFile {
    /// Its effects on the child pipeline, and findings in it.
    pub(super) parent: Parent,
    /// The files that were read for it.
    files: Range<FileId>,
}

impl ParentFile {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn read(
        workspace: &Workspace,
        facts: &PipelineFacts,
        files: &dyn Files,
        sources: &Sources,
    ) -> Result<Self, Error> {
        let first = sources.next_id();
        let parent = parent(workspace, facts, files, sources)?;
        Ok(Self { parent, files: first..sources.next_id() })
    }

    /// Leaves out the warnings of comments in the parent: they may be about its other jobs, which only `check FILE` looks at.
    pub(super) fn keep_decided(&self, unused: &mut Vec<Diagnostic>) {
        unused.retain(|problem| problem.origin().is_none_or(|origin| !self.files.contains(&origin.file)));
    }
}

fn parent(
    workspace: &Workspace,
    facts: &PipelineFacts,
    files: &dyn Files,
    sources: &Sources,
) -> Result<Parent, Error> {
    let path = RepoPath::root().child(b".gitlab-ci.yml");
    let Some(bytes) = files.read(&path)? else { return Ok(Parent::default()) };
    let text = String::from_utf8_lossy(&bytes);
    let is_changed = workspace.policies.get(Occasion::Branch) == Policy::Changed;
    let surroundings = |sources| ParentSurroundings {
        files,
        sources,
        gitlab: &workspace.gitlab,
        default_branch: facts.default_branch.as_deref(),
        branches: if is_changed { BranchComparison::CommitBefore } else { BranchComparison::Other },
    };
    // The files of a parent without problems are not among the plan's sources: nobody looks for comments in them.
    let apart = Sources::default();
    let parent = Parent::read(&text, &surroundings(&apart));
    if parent.problems.is_empty() {
        return Ok(parent);
    }
    Ok(Parent::read(&text, &surroundings(sources)))
}

/// Returns the settings that the pipeline of a plan is checked with.
pub(super) fn check_settings(plan: &Plan, parent: Parent) -> CheckSettings {
    let mut settings = CheckSettings::new(plan.workspace.gitlab.clone()).with_parent(parent);
    settings.variables = KnownVariables::of_child(&plan.facts);
    // A plan that is too large is written in parts: only then is known what is too large even so.
    settings.division = Division::Parts;
    settings
}

/// Returns what is wrong with the pipeline of a plan.
pub(super) fn checked(plan: &Plan, settings: &CheckSettings) -> Vec<Diagnostic> {
    let gitlab = &plan.workspace.gitlab;
    let mut diagnostics = gitlab.problems.clone();
    let mut found = check::check_present(&plan.pipeline, &plan.presence, settings);
    found.retain(|problem| !follows_from_missing_jobs(plan, problem));
    diagnostics.extend(found);
    folded(diagnostics)
}

/// Rules about names of jobs that are not defined.
const RULES_OF_NAMES: [&str; 4] = ["needs-undefined", "extends-undefined", "dependencies", "on-stop"];

/// Returns `true` for a finding that the unit's own errors may be the only reason for.
fn follows_from_missing_jobs(plan: &Plan, problem: &Diagnostic) -> bool {
    let is_of = |unit: &UnitName| problem.message.contains(&format!("`{unit}:"));
    RULES_OF_NAMES.contains(&problem.rule.id) && plan.incomplete.iter().any(is_of)
}
