//! The units of one plan while they are rendered.

use crate::select::{Selection, Verdict};
use crate::unit::{self, UnitChange, UnitJobs, UnitRenderer};
use nestling_cdk::report::Report;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};

/// The units of one plan while they are rendered, with what is collected on the way.
pub(super) struct Rendering<'a> {
    renderer: &'a UnitRenderer<'a>,
    selection: &'a Selection,
    pub cdk_reports: BTreeMap<UnitName, Report>,
    pub diagnostics: Vec<Diagnostic>,
    /// The units that may lack jobs because of errors.
    pub incomplete: BTreeSet<UnitName>,
}

impl<'a> Rendering<'a> {
    pub(super) fn new(
        renderer: &'a UnitRenderer<'a>,
        selection: &'a Selection,
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        Self { renderer, selection, cdk_reports: BTreeMap::new(), diagnostics, incomplete: BTreeSet::new() }
    }

    /// Renders a unit that may not be in, to see which jobs it has. What is wrong with it is reported where it is in.
    pub(super) fn offered(&self, name: &UnitName) -> UnitJobs {
        let Some(unit) = self.renderer.workspace.unit(name.as_str()) else { return UnitJobs::default() };
        unit::unit_jobs(self.renderer, unit, &UnitChange::default()).jobs
    }

    /// Renders a unit that is in for the reasons of this verdict.
    pub(super) fn jobs(&mut self, name: &UnitName, verdict: &Verdict) -> UnitJobs {
        let Some(unit) = self.renderer.workspace.unit(name.as_str()) else { return UnitJobs::default() };
        let paths = self.selection.paths.get(name).map(Vec::as_slice).unwrap_or_default();
        let reasons = verdict.reasons().iter().map(ToString::to_string).collect();
        let made = unit::unit_jobs(self.renderer, unit, &UnitChange { paths, reasons });
        self.diagnostics.extend(made.problems);
        if made.is_incomplete {
            self.incomplete.insert(name.clone());
        }
        if !made.report.lines.is_empty() {
            self.cdk_reports.insert(name.clone(), made.report);
        }
        made.jobs
    }
}
