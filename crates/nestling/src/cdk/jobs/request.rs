//! What the jobs of an assembly are written from.

use crate::cdk::deployment::Deployment;
use crate::cdk::rules::CDK_HEADER;
use crate::cdk::settings::{Purpose, Settings};
use crate::changes::PipelineFacts;
use crate::environments::Evaluate;
use crate::workspace::Catalogue;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::UnitName;

/// What jobs are written from.
pub struct Request<'a> {
    /// The graph of the assembly.
    pub deployment: &'a Deployment,
    /// The unit's header.
    pub settings: &'a Settings,
    /// The unit; `None` where an assembly is looked at by itself.
    pub unit: Option<&'a UnitName>,
    /// The unit's directory, from the root of the checkout; empty for the root.
    pub directory: &'a str,
    /// Where deploys may go.
    pub catalogue: &'a Catalogue,
    /// The pipeline that they are for.
    pub pipeline: &'a PipelineFacts,
    /// Evaluates the `${{ }}` in a text of the catalogue for this unit.
    pub evaluate: Evaluate<'a>,
    /// What happens to stages that nothing sends anywhere.
    pub unlisted: Unlisted,
    /// The most needs that a job may have.
    pub needs_limit: usize,
    /// What they are for.
    pub purpose: Purpose,
}

/// What happens to a stage that neither the header nor the catalogue knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlisted {
    /// It is an error: nothing is deployed by accident.
    Refuse,
    /// It goes to an environment of its own name: for looking at an assembly by itself.
    OwnName,
}

impl Request<'_> {
    /// Returns the pipelines that are migrated, by index: those that the header names, or all.
    ///
    /// The header names them by the whole construct path, by the beginning of it (all pipelines of a stack), or by the
    /// end of it; the first of these that fits any pipeline decides.
    pub(crate) fn chosen(&self) -> Vec<usize> {
        let paths = &self.deployment.pipelines;
        let Some(wanted) = &self.settings.pipeline else { return (0..paths.len()).collect() };
        let wanted = &wanted.value;
        let (beginning, end) = (format!("{wanted}/"), format!("/{wanted}"));
        let matching = |is_meant: &dyn Fn(&str) -> bool| -> Vec<usize> {
            (0..paths.len()).filter(|pipeline| is_meant(&paths[*pipeline])).collect()
        };
        let exact = matching(&|path| path == wanted);
        if !exact.is_empty() {
            return exact;
        }
        let beginning_with = matching(&|path| path.starts_with(&beginning));
        if !beginning_with.is_empty() {
            return beginning_with;
        }
        matching(&|path| path.ends_with(&end))
    }

    /// The assembly's directory, from the root of the checkout.
    pub(crate) fn assembly(&self) -> String {
        let written = self.settings.assembly.value.trim_end_matches('/');
        match (written.strip_prefix('/'), self.directory) {
            (Some(from_root), _) => from_root.to_owned(),
            (None, "") => written.trim_start_matches("./").to_owned(),
            (None, directory) => format!("{directory}/{}", written.trim_start_matches("./")),
        }
    }
}

/// Several pipelines may use the same names, so each is put before its own.
pub(crate) fn node_name(request: &Request<'_>, at: usize) -> String {
    let node = &request.deployment.nodes[at];
    let several = request.chosen().len() > 1;
    let label = node.pipeline.filter(|_| several).and_then(|pipeline| request.deployment.label(pipeline));
    label.map_or_else(|| node.name.clone(), |label| format!("{label}.{}", node.name))
}

/// A header that names no pipeline, or whose name is the end of several: one of them was meant, and which is not known.
pub(crate) fn unclear_pipeline(request: &Request<'_>) -> Option<Diagnostic> {
    let wanted = request.settings.pipeline.as_ref()?;
    let paths = &request.deployment.pipelines;
    let chosen = request.chosen();
    let in_ticks = |pipeline: usize| format!("`{}`", paths[pipeline]);
    let is_beginning = |pipeline: &usize| paths[*pipeline].starts_with(&format!("{}/", wanted.value));
    if chosen.len() > 1 && !chosen.iter().any(is_beginning) {
        let message = format!("several pipelines of the assembly end in `{}`", wanted.value);
        let known: Vec<String> = chosen.into_iter().map(in_ticks).collect();
        let problem = Diagnostic::error(&CDK_HEADER, wanted.origin, message);
        return Some(problem.with_help(format!("write one of {}", known.join(", "))));
    }
    if !chosen.is_empty() {
        return None;
    }
    let message = format!("the assembly has no pipeline `{}`", wanted.value);
    let known: Vec<String> = (0..paths.len()).map(in_ticks).collect();
    let help = match &known[..] {
        [] => "it has no pipeline at all; take the line out".to_owned(),
        known => format!("it has {}", known.join(", ")),
    };
    Some(Diagnostic::error(&CDK_HEADER, wanted.origin, message).with_help(help))
}
