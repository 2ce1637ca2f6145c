//! An assembly as a graph: the one picture that plain stages and pipelines both become, and that the jobs are written from.

mod app;
mod graph;
mod ordered;
mod role;
mod stage;
mod pipeline;
mod plain;
mod contract;
mod circle;

use super::codepipeline;
use super::document::Reader;
use super::id::Id;
use super::manifest;
use super::report::Report;
use nestling_files::files::Files;
use nestling_gitlab::diagnostic::{Diagnostic, Sources};
use std::collections::BTreeMap;

pub use super::codepipeline::{PipelineId, PipelinePath};
pub use app::{AppFiles, SourceLayout};
pub use graph::{
    Action, ActionId, Deployment, Fate, GraphNode, Input, InputSource, Namespace, NodeId, Order, ScriptStep,
    Work,
};

/// Reads an assembly and makes the graph. Paths in `files` start at the assembly's root; messages show them below
/// `directory`. Build specifications that are in the app's repository cannot be read: see [`read_with_app`].
///
/// # Errors
/// Everything that is wrong in the assembly, each at its file and JSON path.
pub fn read(files: &dyn Files, directory: &str, sources: &Sources) -> Result<Deployment, Vec<Diagnostic>> {
    read_with_app(files, None, directory, sources)
}

/// Reads an assembly with the repository that it was made from: steps may keep their commands there.
///
/// # Errors
/// Everything that is wrong in the assembly, each at its file and JSON path.
pub fn read_with_app(
    files: &dyn Files,
    app: Option<AppFiles<'_>>,
    directory: &str,
    sources: &Sources,
) -> Result<Deployment, Vec<Diagnostic>> {
    let reader = Reader::new(files, directory, sources);
    let assembly = manifest::read(&reader)?;
    let pipelines = codepipeline::read(&reader, &assembly)?;
    let mut deployment = Deployment {
        assembly,
        pipelines: pipelines.iter().map(|pipeline| pipeline.path.clone()).collect(),
        regions: pipelines.iter().map(|pipeline| pipeline.region.clone()).collect(),
        nodes: Vec::new(),
        actions: Vec::new(),
        namespaces: BTreeMap::new(),
        report: Report::default(),
    };
    for (index, pipeline) in pipelines.iter().enumerate() {
        pipeline::add(&mut deployment, Id::new(index), pipeline, app);
    }
    plain::add(&mut deployment, &pipelines);
    contract::contract(&mut deployment);
    circle::untangle(&mut deployment)?;
    Ok(deployment)
}
