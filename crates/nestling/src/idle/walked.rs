//! Keys that have an effect in some kinds of pipelines, and here in none of those that `check` walks through.

use crate::plan::Plan;
use crate::workspace::idle_rules::KEY_UNUSED;
use crate::workspace::{Unit, Workspace};
use nestling_gitlab::diagnostic::{Diagnostic, Severity};
use nestling_gitlab::name::{EnvironmentName, UnitName};
use std::collections::BTreeSet;

/// The stages and the environments of the jobs of several plans.
#[derive(Debug, Default)]
pub(crate) struct WalkedJobs {
    stages: BTreeSet<String>,
    environments: BTreeSet<(Option<UnitName>, EnvironmentName)>,
}

impl WalkedJobs {
    /// Adds the jobs of a plan.
    pub(crate) fn add(&mut self, plan: &Plan) {
        for job in &plan.pipeline.jobs {
            if !self.stages.contains(job.stage()) {
                self.stages.insert(job.stage().to_owned());
            }
            if let Some(environment) = &job.environment {
                self.environments.insert((job.unit.clone(), environment.clone()));
            }
        }
    }

    /// Returns `true` if a job is sent to an entry of the catalogue.
    pub(crate) fn deploy_to(&self, entry: &EnvironmentName) -> bool {
        self.environments.iter().any(|(_, environment)| environment == entry)
    }

    /// Notes stages without jobs, and inputs for environments that the unit is not deployed to.
    pub(crate) fn without_effect(&self, workspace: &Workspace) -> Vec<Diagnostic> {
        let mut problems: Vec<Diagnostic> = self.unused_stages(workspace).into_iter().collect();
        for unit in &workspace.units {
            problems.extend(self.unused_inputs(unit));
        }
        problems
    }

    fn unused_stages(&self, workspace: &Workspace) -> Option<Diagnostic> {
        let unused = workspace.stages.iter().filter(|stage| !self.stages.contains(stage.name.as_str()));
        let unused: Vec<_> = unused.collect();
        let names: Vec<String> = unused.iter().map(|stage| format!("`{}`", stage.name)).collect();
        let message = match names.as_slice() {
            [] => return None,
            [name] => format!("no job is in the stage {name}"),
            names => format!("no job is in the stages {}", names.join(", ")),
        };
        Some(note(Diagnostic::warning(&KEY_UNUSED, unused.first()?.origin, message)))
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
