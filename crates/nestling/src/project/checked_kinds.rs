//! A check of all units in several kinds of pipelines.

use super::finish::{ParentFile, Unconverted, checked};
use super::place_of_use::move_to_uses;
use crate::allow::allowed;
use crate::idle::WalkedJobs;
use crate::plan::Plan;
use crate::workspace::Workspace;
use nestling_gitlab::check::allow::rules::ALLOW_UNKNOWN;
use nestling_gitlab::check::{AllowOutcome, allowed_count};
use nestling_gitlab::diagnostic::{Diagnostic, FindingsByKind, KindName, Origin, Sources, has_errors};
use nestling_gitlab::facts::WalkedKind;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::Pipeline;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Findings in all units in several kinds of pipelines, made by [`Planning::check`](super::Planning::check).
///
/// ```
/// use nestling::{MemoryFiles, PipelineFacts, Project};
///
/// let files = MemoryFiles::new([
///     ("nestling.yml", "workspace: { environments: { review: { when: merge_request } } }"),
///     ("api/nestling.yml", "unit: {}\n---\ndeploy: { script: make, environment: [review], needs: [biuld] }"),
/// ]);
/// let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
/// let checked = project.plan(project.changes()?).check(project.kinds()?)?;
/// assert_eq!(checked.kinds.len(), 5);
/// assert_eq!(checked.diagnostics[0].kinds[0].name, "merge requests");
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct CheckedKinds {
    /// The workspace.
    pub workspace: Arc<Workspace>,
    /// The kinds, in the order in which they were checked.
    pub kinds: Vec<CheckedKind>,
    /// Each finding once. One that does not hold in all kinds names those that it holds in.
    pub diagnostics: Vec<Diagnostic>,
    /// Number of warnings and notes that were allowed.
    pub allowed: usize,
    /// A warning for each comment and entry of `allow` that silences nothing in any of the kinds.
    pub unused_allows: Vec<Diagnostic>,
    /// The texts of the files that were read, which diagnostics point into.
    pub sources: Sources,
}

/// A kind of pipeline with the jobs that all units have in it.
#[derive(Debug)]
#[non_exhaustive]
pub struct CheckedKind {
    /// Its name.
    pub name: KindName,
    /// The jobs that are in such a pipeline, or can be.
    pub jobs: Vec<CheckedJob>,
}

/// A job of a checked pipeline.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CheckedJob {
    /// Its unit; `None` for a job of the workspace.
    pub unit: Option<UnitName>,
    /// The place where it was written.
    pub origin: Origin,
    /// Number of jobs that GitLab makes of it.
    pub count: usize,
}

impl CheckedKind {
    /// Returns the number of jobs that GitLab makes in such a pipeline, or can make.
    pub fn job_count(&self) -> usize {
        self.jobs.iter().map(|job| job.count).sum()
    }
}

impl CheckedKinds {
    /// Reports whether something is wrong in one of the kinds that keeps its pipeline from being written.
    pub fn has_errors(&self) -> bool {
        has_errors(&self.diagnostics)
    }
}

/// The findings while one kind after the other is checked.
pub(super) struct Walk<'a> {
    workspace: &'a Arc<Workspace>,
    sources: &'a Sources,
    parent: &'a ParentFile,
    kinds: Vec<CheckedKind>,
    findings: FindingsByKind,
    allowed: FindingsByKind,
    unused: Option<Vec<Diagnostic>>,
    /// The jobs of all kinds so far.
    pub(super) jobs: WalkedJobs,
}

impl<'a> Walk<'a> {
    pub(super) fn new(workspace: &'a Arc<Workspace>, sources: &'a Sources, parent: &'a ParentFile) -> Self {
        Self {
            workspace,
            sources,
            parent,
            kinds: Vec::new(),
            findings: FindingsByKind::default(),
            allowed: FindingsByKind::default(),
            unused: None,
            jobs: WalkedJobs::default(),
        }
    }

    /// Adds the findings in a plan for a kind.
    pub(super) fn add(&mut self, kind: WalkedKind, mut plan: Plan) {
        let mut problems = std::mem::take(&mut plan.diagnostics);
        problems.extend(checked(&plan, self.parent.parent.clone()));
        move_to_uses(&plan, &mut problems);
        let outcome = allowed(self.workspace, &plan.pipeline, self.sources, problems);
        self.collect(&kind.name, outcome);
        self.jobs.add(&plan);
        let jobs = plan.pipeline.jobs.iter().zip(&plan.presence).filter_map(|(job, presence)| {
            let count = presence.count();
            (count > 0).then(|| CheckedJob { unit: job.unit.clone(), origin: job.origin, count })
        });
        self.kinds.push(CheckedKind { name: kind.name, jobs: jobs.collect() });
    }

    fn collect(&mut self, kind: &KindName, outcome: AllowOutcome) {
        self.findings.add(kind.clone(), outcome.problems, self.sources);
        self.allowed.add(kind.clone(), outcome.allowed, self.sources);
        self.keep_unused(outcome.unused);
    }

    /// Keeps the comments and entries of `allow` that silenced nothing before either.
    fn keep_unused(&mut self, unused: Vec<Diagnostic>) {
        let Some(known) = &mut self.unused else {
            self.unused = Some(unused);
            return;
        };
        let identity = |problem: &Diagnostic| {
            let place = problem.origin().map(|origin| self.sources.place(origin));
            (place, problem.message.clone())
        };
        let still: BTreeSet<_> = unused.iter().map(identity).collect();
        known.retain(|problem| still.contains(&identity(problem)));
    }

    /// Adds the findings that no kind of pipeline changes, and finishes.
    pub(super) fn finish(mut self, mut problems: Vec<Diagnostic>, unconverted: Unconverted) -> CheckedKinds {
        let mut diagnostics = std::mem::take(&mut self.findings).finish();
        problems.extend(self.parent.parent.problems.iter().cloned());
        let outcome = allowed(self.workspace, &Pipeline::default(), self.sources, problems);
        // Comments that name no rule are reported for each kind already.
        diagnostics.extend(outcome.problems.into_iter().filter(|problem| problem.rule != &ALLOW_UNKNOWN));
        let mut allowed = std::mem::take(&mut self.allowed).finish();
        allowed.extend(outcome.allowed);
        self.keep_unused(outcome.unused);
        let mut unused = self.unused.unwrap_or_default();
        self.parent.keep_decided(&mut unused);
        unconverted.apply(&mut diagnostics);
        CheckedKinds {
            workspace: Arc::clone(self.workspace),
            kinds: self.kinds,
            diagnostics,
            allowed: allowed_count(&allowed),
            unused_allows: unused,
            sources: self.sources.clone(),
        }
    }
}
