//! A unit whose jobs are fanned out: where its deploys may go, and its jobs as they render for each environment.

use super::for_environment::differs;
use super::jobs::UnitJobs;
use super::scope::UnitScope;
use super::shared::Folded;
use crate::changes::PipelineFacts;
use crate::workspace::{Catalogue, Environment};
use nestling_gitlab::configuration::Staged;
use nestling_gitlab::diagnostic::{Diagnostic, has_errors};
use nestling_gitlab::yaml::Node;

/// A unit, or the workspace, that deploys.
pub(super) struct Deploying<'a> {
    /// The unit with what it is rendered with.
    pub scope: &'a UnitScope<'a>,
    /// The jobs of its CDK assembly, which do not depend on the environment.
    pub assembly: Option<&'a Node>,
    /// Set if its templates read `environment`.
    pub reads_environment: bool,
}

impl<'a> Deploying<'a> {
    /// Returns where deploys may go.
    pub(super) fn catalogue(&self) -> &'a Catalogue {
        &self.scope.renderer.workspace.environments
    }

    /// Returns the facts of the pipeline that deploys.
    pub(super) fn facts(&self) -> &'a PipelineFacts {
        self.scope.renderer.facts()
    }

    /// Returns the workspace's stages, in order.
    pub(super) fn stages(&self) -> &'a [Staged] {
        &self.scope.renderer.workspace.stages
    }

    /// Renders the unit's jobs for one environment; `None` where they are the same for all.
    ///
    /// # Errors
    /// What is wrong with them for this environment.
    pub(super) fn jobs_for(&self, entry: &Environment) -> Result<Option<UnitJobs>, Vec<Diagnostic>> {
        let Some(unit) = self.scope.unit else { return Ok(None) };
        if !self.reads_environment && !differs(unit, entry) {
            return Ok(None);
        }
        let renderer = self.scope.renderer;
        let folded = renderer.folded(&unit.name, Some(&entry.name), || {
            let value = match self.scope.environment_value(entry) {
                Ok(value) => value,
                Err(problems) => return Folded::failed(problems),
            };
            let rendered = self.scope.render(unit, Some((entry, value)));
            if has_errors(&rendered.problems) {
                return Folded::failed(rendered.problems);
            }
            self.scope.fold(unit, self.assembly, rendered)
        });
        if folded.problems.is_empty() { Ok(Some(folded.jobs.clone())) } else { Err(folded.problems.clone()) }
    }
}
