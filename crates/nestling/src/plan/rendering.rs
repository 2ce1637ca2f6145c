//! The units of one plan while they are rendered.

use super::linked;
use super::notes::UnitNotes;
use crate::assemble::{KnownUnit, KnownUnits};
use crate::select::{Selection, Verdict};
use crate::template::FEWER_UNITS;
use crate::template::rules::TEMPLATE_LIMIT;
use crate::unit::{self, UnitChange, UnitJobs, UnitRenderer};
use crate::workspace::{Unit, are_same};
use nestling_cdk::report::Report;
use nestling_gitlab::diagnostic::{Diagnostic, Severity};
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};

/// The most that all units of a pipeline can have together: nodes and pieces of text ([`Node::weight`]). GitLab takes less
/// than two percent of it in one pipeline, and all of it is in memory at once.
///
/// [`Node::weight`]: nestling_gitlab::yaml::Node::weight
const WEIGHT_LIMIT: usize = 4_000_000;

/// The units of one plan while they are rendered, with what is collected on the way.
pub(super) struct Rendering<'a> {
    renderer: &'a UnitRenderer<'a>,
    selection: &'a Selection,
    pub cdk_reports: BTreeMap<UnitName, Report>,
    pub diagnostics: Vec<Diagnostic>,
    /// The units that may lack jobs because of errors.
    pub incomplete: BTreeSet<UnitName>,
    /// The weight of the jobs so far.
    weight: usize,
    /// Notes on the units that were rendered, if they are to be known to later plans.
    pub notes: Option<BTreeMap<UnitName, UnitNotes>>,
}

impl<'a> Rendering<'a> {
    pub(super) fn new(
        renderer: &'a UnitRenderer<'a>,
        selection: &'a Selection,
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        let (cdk_reports, incomplete) = (BTreeMap::new(), BTreeSet::new());
        Self { renderer, selection, cdk_reports, diagnostics, incomplete, weight: 0, notes: None }
    }

    pub(super) fn renderer(&self) -> &'a UnitRenderer<'a> {
        self.renderer
    }

    /// Renders all selected units but those that are known and have to do with none of the others.
    pub(super) fn selected(&mut self, own: &UnitJobs, known: &KnownUnits) -> BTreeMap<UnitName, UnitJobs> {
        let selection = self.selection;
        let mut units = BTreeMap::new();
        for name in selection.selected() {
            if !self.leave_out(name, known) {
                units.insert(name.clone(), self.jobs(name, selection.verdict(name)));
            }
        }
        linked::take_in(known, self.renderer.workspace, own, &mut units, |name, unit| {
            self.take_in(name, unit, selection.verdict(name))
        });
        units
    }

    /// Leaves out a known unit; `false` if it has to be rendered, since templates of it have changed.
    fn leave_out(&mut self, name: &UnitName, known: &KnownUnits) -> bool {
        let Some(unit) = known.get(name) else { return false };
        // In the order of all units, so that the files are read in the order in which they would be with this unit.
        if !are_same(&unit.templates, self.renderer.templates, self.renderer.sources) {
            known.take(name);
            return false;
        }
        self.weight += unit.weight;
        if !self.renderer.engine.add_work(unit.work) {
            known.give_up();
        }
        true
    }

    /// Renders a known unit after all: others have to do with it.
    fn take_in(&mut self, name: &UnitName, known: &KnownUnit, verdict: &Verdict) -> UnitJobs {
        self.weight = self.weight.saturating_sub(known.weight);
        self.jobs(name, verdict)
    }

    /// Returns `true` if the jobs of all units together are too much.
    pub(super) fn is_too_much(&self) -> bool {
        self.weight > WEIGHT_LIMIT
    }

    /// Renders a unit that may not be in, to see which jobs it has. What is wrong with it is reported where it is in.
    pub(super) fn offered(&self, name: &UnitName) -> UnitJobs {
        let Some(unit) = self.renderer.workspace.unit(name.as_str()) else { return UnitJobs::default() };
        unit::unit_jobs(self.renderer, unit, &UnitChange::default()).jobs
    }

    /// Renders a unit that is in for the reasons of this verdict.
    pub(super) fn jobs(&mut self, name: &UnitName, verdict: &Verdict) -> UnitJobs {
        let Some(unit) = self.renderer.workspace.unit(name.as_str()) else { return UnitJobs::default() };
        if self.weight > WEIGHT_LIMIT {
            self.incomplete.insert(name.clone());
            return UnitJobs::default();
        }
        let paths = self.selection.paths.get(name).map(Vec::as_slice).unwrap_or_default();
        let reasons = verdict.reasons().iter().map(ToString::to_string).collect();
        let work_before = self.renderer.work();
        let made = unit::unit_jobs(self.renderer, unit, &UnitChange { paths, reasons, is_compared: false });
        let weight = made.jobs.jobs.values().map(|job| job.body.weight()).sum::<usize>();
        if let Some(notes) = &mut self.notes {
            let work = self.renderer.work().since(work_before);
            notes.insert(name.clone(), UnitNotes::of(self.renderer, unit, &made, weight, work));
        }
        self.diagnostics.extend(made.problems);
        if made.is_incomplete {
            self.incomplete.insert(name.clone());
        }
        if !made.report.lines.is_empty() {
            self.cdk_reports.insert(name.clone(), made.report);
        }
        self.weight += weight;
        if self.weight > WEIGHT_LIMIT {
            self.diagnostics.push(too_much(unit));
            self.incomplete.insert(name.clone());
            return UnitJobs::default();
        }
        made.jobs
    }
}

fn too_much(unit: &Unit) -> Diagnostic {
    let message = format!(
        "the units up to `{}` have more than {WEIGHT_LIMIT} nodes and pieces of text in their jobs",
        unit.name
    );
    Diagnostic::new(&TEMPLATE_LIMIT, Severity::Error, message)
        .with_note("the units after it are omitted")
        .with_help(FEWER_UNITS)
}
