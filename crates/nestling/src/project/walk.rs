//! The findings of a check while one kind of pipeline after the other is planned.

use super::checked_kinds::{CheckedJob, CheckedKind, CheckedKinds};
use super::finish::{ParentFile, Unconverted, check_settings, checked};
use super::memo::LeftOutParts;
use super::recorded_parts::{RecordedParts, rendered_files};
use crate::allow::allowed;
use crate::assemble::{KnownUnits, PipelineTotals, unit_order};
use crate::emit::EmitOptions;
use crate::idle::WalkedJobs;
use crate::plan::{Plan, PlanNotes, move_to_uses};
use crate::workspace::{Loaded, Workspace};
use nestling_gitlab::check::allow::rules::ALLOW_UNKNOWN;
use nestling_gitlab::check::{AllowOutcome, CheckSettings, FurtherJobs, allowed_count, shared_things};
use nestling_gitlab::diagnostic::{Diagnostic, FindingsByKind, KindName, Severity, Sources};
use nestling_gitlab::facts::WalkedKind;
use nestling_gitlab::pipeline::Pipeline;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// The findings while one kind after the other is checked.
pub(super) struct Walk<'a> {
    workspace: &'a Arc<Workspace>,
    loaded: &'a Loaded,
    sources: &'a Sources,
    parent: &'a ParentFile,
    left_out: &'a LeftOutParts,
    emit_options: &'a EmitOptions,
    kinds: Vec<CheckedKind>,
    findings: FindingsByKind,
    allowed: FindingsByKind,
    unused: Option<Vec<Diagnostic>>,
    /// The jobs of all kinds so far.
    pub(super) jobs: WalkedJobs,
    /// The parts of the units that were rendered.
    pub(super) recorded: RecordedParts,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        loaded: &'a Loaded,
        sources: &'a Sources,
        parent: &'a ParentFile,
        left_out: &'a LeftOutParts,
        emit_options: &'a EmitOptions,
    ) -> Self {
        Self {
            workspace: &loaded.workspace,
            loaded,
            sources,
            parent,
            left_out,
            emit_options,
            kinds: Vec::new(),
            findings: FindingsByKind::default(),
            allowed: FindingsByKind::default(),
            unused: None,
            jobs: WalkedJobs::default(),
            recorded: RecordedParts::default(),
        }
    }

    /// Adds the findings in a plan for a kind.
    pub(super) fn add(&mut self, kind: WalkedKind, mut plan: Plan, notes: Option<PlanNotes>) {
        let known = self.left_out.known.get(self.kinds.len()).filter(|known| !known.is_empty());
        let mut problems = std::mem::take(&mut plan.diagnostics);
        let mut settings = check_settings(&plan, self.parent.parent.clone());
        if let Some(known) = known {
            settings.further_jobs = FurtherJobs::present(known.have_copies());
        }
        let found = checked(&plan, &settings);
        if let Some(known) = known {
            known.expect(&PipelineTotals::of(&plan.pipeline, &plan.presence, Some(known)));
            self.expect_none_of(known, &plan, &problems, &found, &settings);
        }
        if let Some(notes) = notes {
            let own = problems.iter().filter(|problem| !self.loaded.diagnostics.contains(problem));
            let of_jobs: Vec<&Diagnostic> = own.chain(&found).collect();
            let totals = PipelineTotals::of(&plan.pipeline, &plan.presence, known);
            self.recorded.add(&plan, &notes, &of_jobs, &settings, totals);
        }
        problems.extend(found);
        match known {
            // A memo holds no jobs, of which the files would be made.
            Some(known) if !plan.has_no_file_problems_with(&self.left_out.weights(self.kinds.len())) => {
                known.give_up();
            }
            Some(_) => {}
            None => problems.extend(plan.file_problems(self.emit_options)),
        }
        move_to_uses(&plan, &mut problems);
        let outcome = allowed(self.workspace, &plan.pipeline, self.sources, problems);
        self.collect(&kind.name, outcome);
        let jobs = self.walk_jobs(&plan);
        self.kinds.push(CheckedKind { name: kind.name, jobs });
    }

    /// Adds the jobs of a plan and of the units that it leaves out, in the order of the pipeline.
    fn walk_jobs(&mut self, plan: &Plan) -> Vec<CheckedJob> {
        let kind = self.kinds.len();
        self.jobs.add_incomplete(plan);
        let mut checked = Vec::new();
        let mut jobs = plan.pipeline.jobs.iter().zip(&plan.presence).peekable();
        let order = match self.left_out.known.get(kind) {
            None => Vec::new(),
            Some(_) => unit_order(self.workspace, &self.workspace.unit_names().collect()),
        };
        for unit in std::iter::once(None).chain(order.into_iter().map(Some)) {
            if let Some(part) = unit.and_then(|unit| self.left_out.part(kind, unit)) {
                self.jobs.merge(&part.walked);
                checked.extend(part.jobs.iter().cloned());
                continue;
            }
            while let Some((job, presence)) = jobs.next_if(|(job, _)| job.unit.as_ref() == unit) {
                self.jobs.add_job(job);
                checked.extend(CheckedJob::of(job, presence));
            }
        }
        for (job, presence) in jobs {
            self.jobs.add_job(job);
            checked.extend(CheckedJob::of(job, presence));
        }
        checked
    }

    /// Gives up if a finding, or what is said about it, may be another one with the units that are left out.
    fn expect_none_of(
        &self,
        known: &KnownUnits,
        plan: &Plan,
        problems: &[Diagnostic],
        found: &[Diagnostic],
        settings: &CheckSettings,
    ) {
        let files = rendered_files(self.workspace.units.iter(), |unit| known.contains(unit));
        let is_own =
            |problem: &Diagnostic| problem.origin().is_some_and(|origin| files.contains(&origin.file));
        let allowed = self.allowed_rules();
        // Jobs that are left out can have the same place, and an entry can name them.
        let may_be_of_others = |problem: &Diagnostic| {
            let is_moved = problem.origin().is_some_and(|origin| plan.built_in.contains_key(&origin.file));
            let may_be_allowed = problem.severity != Severity::Error && allowed.contains(problem.rule.id);
            !is_own(problem) && (may_be_allowed || (is_moved && problem.units.is_empty()))
        };
        let jobs = plan.pipeline.jobs.iter().zip(&plan.presence);
        let shared: BTreeSet<String> =
            jobs.flat_map(|(job, presence)| shared_things(job, presence, settings)).collect();
        let depends_on_known = settings.further_jobs.are_needed()
            || !found.iter().all(is_own)
            || problems.iter().any(may_be_of_others)
            || self.left_out.have_any(self.kinds.len(), &shared);
        if depends_on_known {
            known.give_up();
        }
    }

    /// Returns the rules that entries of headers allow.
    fn allowed_rules(&self) -> HashSet<&'a str> {
        let of_units = self.workspace.units.iter().flat_map(|unit| &unit.allow);
        self.workspace.allow.iter().chain(of_units).map(|entry| entry.rule.as_str()).collect()
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
