//! The `.dot` files beside the manifest, and whose they are.

use super::dot::Graph;
use super::pipeline::Pipeline;
use crate::cdk::document::Reader;
use md5::{Digest, Md5};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Diagnostic;

/// Finds the graph of each pipeline: the file is called after the construct, with the beginning of the MD5 of its path.
pub(crate) fn attach(reader: &Reader<'_>, pipelines: &mut [Pipeline]) -> Result<(), Diagnostic> {
    let mut names = reader.root_files()?;
    names.retain(|name| name.ends_with(".dot"));
    names.sort_unstable();
    for pipeline in pipelines.iter_mut() {
        let suffixes =
            ancestors(&pipeline.path).map(|path| format!("{}.dot", suffix(path))).collect::<Vec<_>>();
        let found = names.iter().position(|name| suffixes.iter().any(|suffix| name.ends_with(suffix)));
        if let Some(at) = found {
            pipeline.graph = read(reader, &names.remove(at))?;
        }
    }
    let mut without: Vec<&mut Pipeline> = pipelines.iter_mut().filter(|p| p.graph.is_none()).collect();
    if let ([name], [pipeline]) = (&names[..], &mut without[..]) {
        pipeline.graph = read(reader, name)?;
    }
    Ok(())
}

fn read(reader: &Reader<'_>, name: &str) -> Result<Option<Graph>, Diagnostic> {
    let bytes = reader.bytes(&RepoPath::root().child(name.as_bytes()))?;
    let graph = bytes.map(|bytes| Graph::parse(&String::from_utf8_lossy(&bytes)));
    Ok(graph.filter(|graph| !graph.leaves.is_empty()))
}

/// A path and all paths above it.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(above, _)| above))
}

fn suffix(path: &str) -> String {
    Md5::digest(path.as_bytes()).iter().take(4).map(|byte| format!("{byte:02X}")).collect()
}
