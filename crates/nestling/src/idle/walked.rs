//! Keys that have an effect in some kinds of pipelines, and here in none of those that `check` walks through.

use super::job_globs::JobGlobs;
use super::optional_needs::OptionalNeeds;
use crate::plan::Plan;
use crate::workspace::idle_rules::KEY_UNUSED;
use crate::workspace::{Unit, Workspace};
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Severity};
use nestling_gitlab::name::{EnvironmentName, JobName, UnitName};
use nestling_gitlab::pipeline::Job;
use std::collections::{BTreeMap, BTreeSet};

/// The environments of the jobs of several plans.
#[derive(Debug, Default)]
pub(crate) struct WalkedJobs {
    environments: BTreeSet<(Option<UnitName>, EnvironmentName)>,
    /// The environments that a job starts.
    started: BTreeSet<EnvironmentName>,
    /// Jobs that are delayed by themselves, with the place of `when`.
    delayed: BTreeMap<EnvironmentName, (JobName, Origin)>,
    /// The units with a job.
    pub(super) units: BTreeSet<UnitName>,
    /// The globs of all jobs.
    pub(super) globs: JobGlobs,
    /// Units with errors: what their jobs would be is not known.
    pub(super) incomplete: BTreeSet<UnitName>,
    optional_needs: OptionalNeeds,
    /// Set if GitLab includes jobs that are not known here.
    has_unread_includes: bool,
}

impl WalkedJobs {
    /// Adds the units of a plan that have errors.
    pub(crate) fn add_incomplete(&mut self, plan: &Plan) {
        self.has_unread_includes |= !plan.pipeline.includes.is_empty();
        self.incomplete.extend(plan.incomplete.iter().cloned());
    }

    /// Adds a job.
    pub(crate) fn add_job(&mut self, job: &Job) {
        self.globs.add(job);
        self.optional_needs.add(job);
        self.units.extend(job.unit.clone());
        if let Some(environment) = &job.environment {
            if starts(job) {
                self.started.insert(environment.clone());
            }
            if let Some(when) = job.body.get("when").filter(|when| when.text() == Some("delayed")) {
                self.delayed.insert(environment.clone(), (job.name.clone(), when.origin));
            }
            self.environments.insert((job.unit.clone(), environment.clone()));
        }
    }

    /// Adds the jobs of others, as if they were added here in their order.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.environments.extend(other.environments.iter().cloned());
        self.started.extend(other.started.iter().cloned());
        self.delayed.extend(other.delayed.iter().map(|(name, job)| (name.clone(), job.clone())));
        self.units.extend(other.units.iter().cloned());
        self.globs.merge(&other.globs);
        self.optional_needs.merge(&other.optional_needs);
        self.incomplete.extend(other.incomplete.iter().cloned());
    }

    /// Returns `true` if a job is sent to an entry of the catalogue.
    pub(crate) fn deploy_to(&self, entry: &EnvironmentName) -> bool {
        self.environments.iter().any(|(_, environment)| environment == entry)
    }

    /// Returns `true` if a job starts an entry of the catalogue.
    pub(super) fn start(&self, entry: &EnvironmentName) -> bool {
        self.started.contains(entry)
    }

    /// Returns a job of an entry of the catalogue that is delayed by itself, with the place of `when`.
    pub(super) fn delayed(&self, entry: &EnvironmentName) -> Option<&(JobName, Origin)> {
        self.delayed.get(entry)
    }

    /// Returns `true` if one unit has jobs of both environments, or a unit with errors may have.
    pub(super) fn any_unit_deploys_to_both(&self, one: &EnvironmentName, other: &EnvironmentName) -> bool {
        let units = self.environments.iter().filter(|(_, name)| name == other).map(|(unit, _)| unit);
        let deploys_to_both =
            |unit: &Option<UnitName>| self.environments.contains(&(unit.clone(), one.clone()));
        !self.incomplete.is_empty() || units.into_iter().any(deploys_to_both)
    }

    /// Warns of optional needs on jobs that no kind of pipeline has, unless some jobs are not known.
    pub(super) fn unmet_optional_needs(&self) -> Vec<Diagnostic> {
        match self.has_unread_includes || !self.incomplete.is_empty() {
            true => Vec::new(),
            false => self.optional_needs.unmet(),
        }
    }

    /// Notes inputs for environments that units are not deployed to.
    pub(super) fn unused_inputs(&self, workspace: &Workspace) -> Vec<Diagnostic> {
        let complete = workspace.units.iter().filter(|unit| !self.incomplete.contains(&unit.name));
        complete.flat_map(|unit| self.unused_inputs_of(unit)).collect()
    }

    fn unused_inputs_of(&self, unit: &Unit) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        for used in &unit.uses {
            for (name, inputs) in &used.environments {
                let is_used = EnvironmentName::parse(name)
                    .is_ok_and(|name| self.environments.contains(&(Some(unit.name.clone()), name)));
                if is_used {
                    continue;
                }
                let message = format!("inputs for `{name}` have no effect: no job of the unit deploys there");
                problems.push(note(
                    Diagnostic::warning(&KEY_UNUSED, inputs.origin, message).for_unit(&unit.name),
                ));
            }
        }
        problems
    }
}

/// A job that only reads its environment has an `action`.
fn starts(job: &Job) -> bool {
    let action = job.body.get("environment").and_then(|environment| environment.get("action")?.text());
    action.is_none_or(|action| action == "start")
}

/// Other values of variables or other kinds of pipelines may use what these do not.
fn note(problem: Diagnostic) -> Diagnostic {
    Diagnostic { severity: Severity::Note, ..problem }
}
