//! The check of all units in several kinds of pipelines, with or without a memo.

use super::checked_kinds::CheckedKinds;
use super::finish::ParentFile;
use super::memo::{CheckMemo, LeftOutParts, Surroundings};
use super::planning::UnusedKeys;
use super::recorded_parts::RecordedParts;
use super::walk::Walk;
use super::{Error, Planning};
use crate::assemble::KnownUnits;
use crate::changes::{Extent, PipelineFacts};
use crate::emit::EmitOptions;
use crate::idle;
use crate::plan::{self, Noting};
use nestling_gitlab::facts::WalkedKind;

impl Planning<'_> {
    /// Renders, composes and checks for each of these kinds of pipelines, such as those of [`Project::kinds`]. A finding that
    /// several kinds have is reported once. The changes should be everything: they are the same for all kinds.
    ///
    /// # Errors
    /// As [`Planning::run`].
    ///
    /// [`Project::kinds`]: crate::Project::kinds
    pub fn check(self, kinds: impl IntoIterator<Item = WalkedKind>) -> Result<CheckedKinds, Error> {
        let kinds: Vec<WalkedKind> = kinds.into_iter().collect();
        let project = self.project;
        let workspace = &project.loaded.workspace;
        let parent = ParentFile::read(workspace, project.facts(), project.files(), project.sources())?;
        let Some(memo) = self.memo.filter(|_| self.can_use_memo()) else {
            let attempt = self.attempt(&kinds, &parent, &LeftOutParts::default(), Noting::Nothing)?;
            return Ok(attempt.checked);
        };
        let surroundings = Surroundings::new(workspace, &kinds, &parent, project.sources());
        let left_out = memo.parts(&surroundings, workspace, project.sources());
        let first_source = project.sources().next_id();
        if !left_out.known.iter().all(KnownUnits::is_empty) {
            let attempt = self.clone().attempt(&kinds, &parent, &left_out, Noting::Units)?;
            if !left_out.known.iter().any(KnownUnits::has_given_up) {
                self.keep(memo, surroundings, &left_out, attempt.recorded);
                return Ok(attempt.checked);
            }
            // The files that it has read are read again in the order of a whole check.
            project.sources().drop_from(first_source);
        }
        let left_out = LeftOutParts::default();
        let attempt = self.clone().attempt(&kinds, &parent, &left_out, Noting::Units)?;
        self.keep(memo, surroundings, &left_out, attempt.recorded);
        Ok(attempt.checked)
    }

    fn keep(
        &self,
        memo: &CheckMemo,
        surroundings: Surroundings,
        left_out: &LeftOutParts,
        recorded: RecordedParts,
    ) {
        if recorded.is_mixed {
            return memo.clear();
        }
        let workspace = &self.project.loaded.workspace;
        let RecordedParts { new, totals, .. } = recorded;
        memo.keep(surroundings, workspace, self.project.sources(), left_out, new, totals);
    }

    /// Returns `true` for a check of all units as the planned files have them.
    fn can_use_memo(&self) -> bool {
        let project = self.project;
        let directories = &project.loaded.workspace.template_directories;
        self.patterns.only.is_empty()
            && self.patterns.except.is_empty()
            && self.changes.base.is_none()
            && matches!(self.changes.extent, Extent::Everything(_))
            && !self.fingerprints
            && self.emit_options == EmitOptions::default()
            && self.passed.is_none()
            && project.workspace_from.is_none()
            && directories.iter().all(|directory| directory.revision.is_none())
    }

    /// Checks all units but those that are left out.
    fn attempt(
        self,
        kinds: &[WalkedKind],
        parent: &ParentFile,
        left_out: &LeftOutParts,
        recording: Noting,
    ) -> Result<Attempt, Error> {
        let project = self.project;
        let unconverted = self.unconverted;
        let emit_options = self.emit_options.clone();
        let narrowing = self.patterns.narrowing(&[project.workspace()])?;
        let is_whole = narrowing.only.is_empty() && narrowing.except.is_empty();
        let reports_keys = self.unused_keys == UnusedKeys::Report && is_whole;
        let mut looks_for_keys = reports_keys;
        let base_files = self.base_files();
        let mut request = self.request(narrowing, base_files.as_deref());
        let mut unused_keys = Ok(Vec::new());
        let workspace = &project.loaded.workspace;
        let mut walk = Walk::new(&project.loaded, project.sources(), parent, left_out, &emit_options);
        let facts: Vec<PipelineFacts> = kinds.iter().map(|kind| kind.facts.clone()).collect();
        let mut kinds = kinds.iter();
        let unread_inputs =
            plan::plan_kinds(&mut request, facts.clone(), &left_out.known, recording, |plan, notes| {
                // Headers are the same for all kinds.
                if std::mem::take(&mut looks_for_keys) {
                    unused_keys = idle::find(project.files(), project.revisions(), &plan);
                }
                if let Some(kind) = kinds.next() {
                    walk.add(kind.clone(), plan, notes);
                }
            })?;
        let mut problems = unused_keys?;
        problems.extend(plan::unused_entries(&mut request, &facts, &|entry| walk.jobs.deploy_to(entry)));
        walk.recorded.drop_affected(&unread_inputs, workspace);
        if reports_keys {
            problems.extend(unread_inputs);
            if let Some(repository) = project.repository {
                problems.extend(idle::unknown_revisions(workspace, repository.git())?);
            }
            problems.extend(idle::find_walked(project.files(), workspace, &walk.jobs, project.sources())?);
        }
        let recorded = std::mem::take(&mut walk.recorded);
        Ok(Attempt { checked: walk.finish(problems, unconverted), recorded })
    }
}

/// A check that may have given up.
struct Attempt {
    checked: CheckedKinds,
    recorded: RecordedParts,
}
