//! The `.dot` files beside the manifest, and the pipelines that they belong to.

use super::dot::Graph;
use super::pipeline::{Does, Pipeline};
use crate::document::Reader;
use md5::{Digest, Md5};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Diagnostic;
use std::collections::BTreeSet;

/// Gives each pipeline its graph: the file is called after the construct, with the beginning of the MD5 of its path.
pub(crate) fn attach(reader: &Reader<'_>, pipelines: &mut [Pipeline]) -> Result<(), Diagnostic> {
    let mut names = reader.root_files()?;
    names.retain(|name| name.ends_with(".dot"));
    names.sort_unstable();
    for pipeline in pipelines.iter_mut() {
        let endings: Vec<String> =
            constructs(pipeline).into_iter().map(|path| format!("{}.dot", hash(path))).collect();
        let own = names.iter().position(|name| endings.iter().any(|ending| name.ends_with(ending)));
        if let Some(index) = own {
            pipeline.graph = read(reader, &names.remove(index))?;
        }
    }
    let mut without_graph: Vec<&mut Pipeline> =
        pipelines.iter_mut().filter(|pipeline| pipeline.graph.is_none()).collect();
    if let ([name], [pipeline]) = (&names[..], &mut without_graph[..]) {
        pipeline.graph = read(reader, name)?;
    }
    Ok(())
}

fn read(reader: &Reader<'_>, name: &str) -> Result<Option<Graph>, Diagnostic> {
    let bytes = reader.bytes(&RepoPath::root().child(name.as_bytes()))?;
    let graph = bytes.map(|bytes| Graph::parse(&String::from_utf8_lossy(&bytes)));
    Ok(graph.filter(|graph| !graph.leaves.is_empty()))
}

/// Returns the constructs that the file may be named by: those above the pipeline itself, or above its projects, where the app
/// has made the pipeline elsewhere and handed it over.
fn constructs(pipeline: &Pipeline) -> BTreeSet<&str> {
    let actions = pipeline.stages.iter().flat_map(|stage| &stage.actions);
    let projects = actions.filter_map(|action| match &action.does {
        Does::Build(project) => Some(project.path.as_str()),
        _ => None,
    });
    projects.chain([pipeline.path.as_str()]).flat_map(ancestors).collect()
}

/// Returns a path and all paths above it.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(above, _)| above))
}

fn hash(path: &str) -> String {
    Md5::digest(path.as_bytes()).iter().take(4).map(|byte| format!("{byte:02X}")).collect()
}
