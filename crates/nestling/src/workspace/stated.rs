//! Dependencies that the repository already states: `depends_from: [cargo, npm]` reads them from the manifests of
//! packages, so that nobody writes them twice. No package manager is run.

mod manifest;
mod edges;
mod graph_file;
mod members;
mod cargo;
mod docker;
mod dotnet;
pub(crate) mod go;
mod gradle;
mod helm;
mod kustomize;
mod maven;
mod npm;
mod nx;
mod python;
mod terraform;
mod turbo;
mod typescript;

use super::Workspace;
use super::directories::UnitDirectories;
use super::repeated::repeated;
use super::unit::Unit;
use crate::graph_outputs::{GraphAnswer, GraphOutputs};
use crate::workspace::rules::DEPENDS_FROM;
use edges::Edges;
use graph_file::{GraphFile, GraphSource};
use manifest::Reading;
use nestling_files::files::{FileQuery, Files, ReadError};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Sources, Suggestion};
use nestling_gitlab::yaml::Node;

pub(crate) use gradle::Settings as GradleSettings;
pub(crate) use manifest::Manifests;

/// Reader of one ecosystem's manifests: an entry of `depends_from`.
#[derive(Debug)]
pub(crate) struct Reader {
    /// The name that it has in `depends_from`.
    pub name: &'static str,
    /// Others by which people know what it reads, for the help where one of them is written.
    also: &'static [&'static str],
    /// The names of the files that are read; one `*` stands for anything.
    files: &'static [&'static str],
    edges: fn(&mut Reading<'_>, &mut Edges<'_>),
}

/// Directories of installed packages, whose manifests do not count.
pub(crate) const INSTALLED: &[u8] = b"node_modules";

/// All readers, in the order of the documentation.
pub(crate) const READERS: [Reader; 14] = [
    Reader { name: "cargo", also: &["rust"], files: &["Cargo.toml"], edges: cargo::edges },
    Reader {
        name: "npm",
        also: &["pnpm", "yarn", "bun", "node"],
        files: &["package.json", "pnpm-workspace.yaml"],
        edges: npm::edges,
    },
    Reader {
        name: "typescript",
        also: &["tsconfig", "tsc"],
        files: &typescript::FILES,
        edges: typescript::edges,
    },
    Reader { name: "nx", also: &[], files: &nx::FILES, edges: nx::edges },
    Reader { name: "turbo", also: &["turborepo"], files: &turbo::FILES, edges: turbo::edges },
    Reader {
        name: "python",
        also: &["uv", "poetry", "pdm", "hatch", "pip"],
        files: &["pyproject.toml", "requirements*.txt"],
        edges: python::edges,
    },
    Reader { name: "maven", also: &["java"], files: &["pom.xml"], edges: maven::edges },
    Reader { name: "gradle", also: &["kotlin"], files: &gradle::FILES, edges: gradle::edges },
    Reader {
        name: "dotnet",
        also: &[".net", "nuget", "csharp"],
        files: &dotnet::FILES,
        edges: dotnet::edges,
    },
    Reader { name: "go", also: &["golang"], files: &["go.mod", "go.work"], edges: go::edges },
    Reader {
        name: "terraform",
        also: &["opentofu", "tofu", "terragrunt"],
        files: &terraform::FILES,
        edges: terraform::edges,
    },
    Reader { name: "helm", also: &[], files: &["Chart.yaml", "requirements.yaml"], edges: helm::edges },
    Reader { name: "kustomize", also: &[], files: &kustomize::FILES, edges: kustomize::edges },
    Reader { name: "docker", also: &["compose", "dockerfile"], files: &docker::FILES, edges: docker::edges },
];

/// The entries of `depends_from`.
#[derive(Debug, Clone, Default)]
pub(crate) struct DependsFrom {
    /// Each with the place of its name.
    pub readers: Vec<(&'static Reader, Origin)>,
    graphs: Vec<GraphFile>,
}

impl DependsFrom {
    /// Returns `true` if a path is that of a manifest or of a graph: a change to it may give units other dependencies.
    pub(crate) fn reads(&self, path: &RepoPath) -> bool {
        let names: Vec<&[u8]> =
            self.readers.iter().flat_map(|(reader, _)| reader.files).map(|name| name.as_bytes()).collect();
        let query = FileQuery { collect: &names, ..FileQuery::new(b"") };
        query.collected_as(path.file_name()).is_some() || self.is_graph(path)
    }

    /// Returns `true` if a path is that of a graph.
    pub(crate) fn is_graph(&self, path: &RepoPath) -> bool {
        self.graphs.iter().any(|graph| matches!(&graph.source, GraphSource::File(file) if file == path))
    }

    /// Returns the files with graphs, in order.
    pub(crate) fn graph_files(&self) -> impl Iterator<Item = &RepoPath> {
        self.graphs.iter().filter_map(|graph| match &graph.source {
            GraphSource::File(path) => Some(path),
            GraphSource::Command(_) => None,
        })
    }

    /// Returns the commands that print graphs, in order.
    pub(crate) fn commands(&self) -> impl Iterator<Item = &str> {
        self.graphs.iter().filter_map(|graph| match &graph.source {
            GraphSource::Command(command) => Some(command.as_str()),
            GraphSource::File(_) => None,
        })
    }
}

/// Reads `depends_from`. The paths of files are from the directory of the workspace.
pub(crate) fn parse(list: &[Node], root: &RepoPath) -> (DependsFrom, Vec<Diagnostic>) {
    let mut depends_from = DependsFrom::default();
    let mut problems = Vec::new();
    let mut names = Vec::new();
    for node in list {
        let only =
            |key: &str| node.as_map().and_then(|map| map.get(key).filter(|_| map.len() == 1)?.as_str());
        let origin = node.origin;
        match (node.as_str(), only("file"), only("command")) {
            (Some(name), _, _) => {
                names.push((name.to_owned(), node.origin));
                match READERS.iter().find(|reader| reader.name == name) {
                    Some(reader) => depends_from.readers.push((reader, node.origin)),
                    None => problems.push(unknown(name, node.origin)),
                }
            }
            (_, Some(path), _) => match root.join(path) {
                Ok(path) => depends_from.graphs.push(GraphFile { source: GraphSource::File(path), origin }),
                Err(error) => problems.push(Diagnostic::error(&DEPENDS_FROM, node.origin, error.to_string())),
            },
            (_, _, Some(command)) if !command.trim().is_empty() => {
                let source = GraphSource::Command(command.to_owned());
                depends_from.graphs.push(GraphFile { source, origin });
            }
            _ => {
                let message = "an entry of `depends_from` must be the name of a reader, `{ file: graph.json }` or \
                               `{ command: \"…\" }`";
                problems.push(Diagnostic::error(&DEPENDS_FROM, node.origin, message).with_help(help("")));
            }
        }
    }
    problems.extend(repeated(names.into_iter(), "depends_from"));
    (depends_from, problems)
}

fn unknown(name: &str, origin: Origin) -> Diagnostic {
    let message = format!("unknown reader `{name}` in `depends_from`");
    Diagnostic::error(&DEPENDS_FROM, origin, message).with_help(help(name))
}

fn help(written: &str) -> String {
    if let Some(reader) = READERS.iter().find(|reader| reader.also.contains(&written)) {
        return format!("write `{}`, which reads {written}'s manifests too", reader.name);
    }
    let names: Vec<&str> = READERS.iter().map(|reader| reader.name).collect();
    Suggestion::among(written, names.iter().copied()).help_or(format!("write one of {}", names.join(", ")))
}

/// Adds to the units what the manifests in them state, and the graphs of other tools.
///
/// # Errors
/// A file with a graph is there and cannot be read.
pub(crate) fn add(
    depends_from: &DependsFrom,
    manifests: Manifests,
    files: &dyn Files,
    sources: &Sources,
    workspace: &mut Workspace,
    outputs: &GraphOutputs,
) -> Result<Vec<Diagnostic>, ReadError> {
    let readers = manifests.readers.clone();
    let mut reading = Reading { manifests, sources, problems: Vec::new() };
    let mut edges = Edges::new(&workspace.units);
    for reader in readers {
        (reader.edges)(&mut reading, &mut edges);
    }
    let mut problems = problems_of_units(reading.problems, &workspace.units, sources);
    for graph in &depends_from.graphs {
        problems.extend(graph.add(&workspace.root, files, sources, outputs, &mut edges)?);
    }
    edges.finish().add_to(&mut workspace.units);
    for command in depends_from.commands() {
        if let GraphAnswer::NotRun(why) = outputs.of(command) {
            workspace.unknown_graphs.push(format!("the graph that `{command}` prints is not known: {why}"));
        }
    }
    workspace.graph_outputs = outputs.clone();
    Ok(problems)
}

/// The problems of manifests that are in a unit, or in a directory above one, where the manifests of package workspaces are.
fn problems_of_units(problems: Vec<Diagnostic>, units: &[Unit], sources: &Sources) -> Vec<Diagnostic> {
    let directories = UnitDirectories::new(units);
    let is_above_unit = |directory: RepoPath| units.iter().any(|unit| unit.dir.is_in(&directory));
    let affects_a_unit = |problem: &Diagnostic| {
        let Some(label) = problem.labels.first() else { return false };
        let Ok(manifest) = RepoPath::parse(sources.path(label.origin.file)) else { return false };
        directories.owner(&manifest).is_some() || manifest.parent().is_some_and(is_above_unit)
    };
    problems.into_iter().filter(affects_a_unit).collect()
}

#[cfg(test)]
mod tests;
