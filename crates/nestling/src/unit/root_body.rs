//! The root's file below its header: jobs that every pipeline has, and the defaults of every unit's jobs.

use crate::template::{Renderer, Scope};
use crate::workspace::Body;
use nestling_gitlab::configuration::{Configuration, RemoteIncludes, Surroundings, fold};
use nestling_gitlab::diagnostic::Diagnostic;

/// The rendered jobs of the root's file, before they are fanned out.
#[derive(Debug, Default)]
pub(super) struct RootBody {
    /// The workspace's own jobs, with the defaults that they share with the jobs of units. What they include from elsewhere
    /// is kept for GitLab to read.
    pub configuration: Configuration,
    /// Set if `environment` was read, which is not known before the jobs are fanned out.
    pub reads_environment: bool,
    /// Set if it depends on the pipeline that it is rendered for.
    pub reads_facts: bool,
    /// Errors and warnings.
    pub problems: Vec<Diagnostic>,
}

impl RootBody {
    pub(super) fn read(
        body: &Body,
        engine: &Renderer<'_>,
        values: &Scope,
        surroundings: &Surroundings<'_>,
    ) -> Self {
        let rendered = match engine.render(body, values) {
            Ok(rendered) => rendered,
            Err(problems) => return Self { problems, ..Self::default() },
        };
        let (configuration, mut problems) = fold(vec![rendered.node], surroundings, RemoteIncludes::Keep);
        problems.extend(rendered.warnings);
        let reads_environment = rendered.environment_read;
        Self { configuration, reads_environment, reads_facts: false, problems }
    }
}
