//! Keys that have an effect in some kinds of pipelines, and here in none of those that `check` walks through.

use crate::plan::Plan;
use crate::workspace::idle_rules::KEY_UNUSED;
use crate::workspace::{Unit, Workspace};
use nestling_gitlab::diagnostic::{Diagnostic, Severity};
use nestling_gitlab::name::{EnvironmentName, UnitName};
use std::collections::BTreeSet;

/// The environments of the jobs of several plans.
#[derive(Debug, Default)]
pub(crate) struct WalkedJobs {
    environments: BTreeSet<(Option<UnitName>, EnvironmentName)>,
}

impl WalkedJobs {
    /// Adds the jobs of a plan.
    pub(crate) fn add(&mut self, plan: &Plan) {
        for job in &plan.pipeline.jobs {
            if let Some(environment) = &job.environment {
                self.environments.insert((job.unit.clone(), environment.clone()));
            }
        }
    }

    /// Returns `true` if a job is sent to an entry of the catalogue.
    pub(crate) fn deploy_to(&self, entry: &EnvironmentName) -> bool {
        self.environments.iter().any(|(_, environment)| environment == entry)
    }

    /// Notes inputs for environments that the unit is not deployed to.
    pub(crate) fn without_effect(&self, workspace: &Workspace) -> Vec<Diagnostic> {
        workspace.units.iter().flat_map(|unit| self.unused_inputs(unit)).collect()
    }

    fn unused_inputs(&self, unit: &Unit) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        for used in &unit.uses {
            for (name, inputs) in &used.environments {
                let is_used = EnvironmentName::parse(name)
                    .is_ok_and(|name| self.environments.contains(&(Some(unit.name.clone()), name)));
                if is_used {
                    continue;
                }
                let message =
                    format!("inputs for `{name}` have no effect: no job of the unit is deployed there");
                problems.push(note(
                    Diagnostic::warning(&KEY_UNUSED, inputs.origin, message).for_unit(&unit.name),
                ));
            }
        }
        problems
    }
}

/// Other values of variables or other kinds of pipelines may use what these do not.
fn note(problem: Diagnostic) -> Diagnostic {
    Diagnostic { severity: Severity::Note, ..problem }
}
