//! A graph that another tool has written into a file of the repository, `depends_from: [{ file: graph.json }]`, or that a command
//! prints, `depends_from: [{ command: "npx nx graph --print" }]`.

use super::edges::Edges;
use super::manifest::{Manifest, Unreadable, jsonc};
use crate::graph_outputs::{GraphAnswer, GraphOutputs};
use crate::workspace::rules::DEPENDS_FROM;
use nestling_files::files::{Files, ReadError};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Sources, utf8};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// A graph of another tool, as a header names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GraphFile {
    pub source: GraphSource,
    pub origin: Origin,
}

/// The source of a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GraphSource {
    /// A file of the repository.
    File(RepoPath),
    /// A shell command that prints it.
    Command(String),
}

/// An edge between two directories.
struct Edge {
    from: String,
    to: String,
    /// The text of the file that states it.
    mention: String,
}

type Graph = Vec<Edge>;

const FORMS: &str = "write `{ \"services/api\": [\"libs/core\"] }`, or what `nx graph --file=graph.json` or \
                     `turbo run build --dry=json` writes";

impl GraphFile {
    /// Adds the edges of the graph; its paths are from the directory of the workspace.
    ///
    /// # Errors
    /// The file is there and cannot be read. What is wrong in it is a diagnostic.
    pub(super) fn add(
        &self,
        root: &RepoPath,
        files: &dyn Files,
        sources: &Sources,
        outputs: &GraphOutputs,
        edges: &mut Edges<'_>,
    ) -> Result<Vec<Diagnostic>, ReadError> {
        let read = match &self.source {
            GraphSource::File(path) => self.of_file(path, files, sources)?,
            GraphSource::Command(command) => self.of_command(command, outputs),
        };
        let text = match read {
            Ok(Some(text)) => text,
            Ok(None) => return Ok(Vec::new()),
            Err(problem) => return Ok(vec![problem]),
        };
        let file = sources.add(self.name(), Arc::clone(&text));
        let graph = match jsonc(&text).and_then(|content| graph(&content)) {
            Ok(graph) => graph,
            Err(why) => return Ok(vec![self.unreadable(&why, file)]),
        };
        let manifest = Manifest { path: root.clone(), dir: root.clone(), file, text, content: () };
        let mut problems = Vec::new();
        for Edge { from, to, mention } in &graph {
            match (root.join(from), root.join(to)) {
                (Ok(from), Ok(to)) => edges.add(&from, &to, || manifest.place(mention)),
                (from_path, _) => {
                    let path = if from_path.is_err() { from } else { to };
                    let message = format!("`{path}` is not a path in the repository");
                    let origin = manifest.place(path);
                    problems.push(Diagnostic::error(&DEPENDS_FROM, origin, message).with_help(FORMS));
                }
            }
        }
        Ok(problems)
    }

    /// Reads the content of a file.
    fn of_file(
        &self,
        path: &RepoPath,
        files: &dyn Files,
        sources: &Sources,
    ) -> Result<Result<Option<Arc<str>>, Diagnostic>, ReadError> {
        let Some(bytes) = files.read(path)? else {
            let message = format!("`{path}` is not in the repository");
            return Ok(Err(Diagnostic::error(&DEPENDS_FROM, self.origin, message).with_help(FORMS)));
        };
        Ok(utf8(sources, path, bytes).map(|text| Some(text.into())))
    }

    /// Returns what a command printed; `None` if it was not run.
    fn of_command(&self, command: &str, outputs: &GraphOutputs) -> Result<Option<Arc<str>>, Diagnostic> {
        match outputs.of(command) {
            GraphAnswer::Printed(text) => Ok(Some(text)),
            GraphAnswer::NotRun(_) => Ok(None),
            GraphAnswer::Failed(why) => {
                let message = format!("`{command}`, which is to print a graph, failed");
                Err(Diagnostic::error(&DEPENDS_FROM, self.origin, message).with_note(why))
            }
        }
    }

    /// Name of the text in messages.
    fn name(&self) -> String {
        match &self.source {
            GraphSource::File(path) => path.to_string(),
            GraphSource::Command(command) => format!("output of {command}"),
        }
    }

    fn unreadable(&self, why: &Unreadable, file: nestling_gitlab::diagnostic::FileId) -> Diagnostic {
        let message = format!("`{}` contains no valid graph", self.name());
        let problem = Diagnostic::error(&DEPENDS_FROM, why.origin(file), message);
        problem.with_note(why.reason().to_owned()).with_help(FORMS)
    }
}

/// Reads a graph in one of the forms that are known.
fn graph(content: &Value) -> Result<Graph, Unreadable> {
    let nx = content.get("graph").and_then(nx);
    let turbo = content.get("tasks").and_then(Value::as_array).and_then(|tasks| turbo(tasks));
    let graph = nx.or(turbo).or_else(|| directories(content));
    graph.ok_or_else(|| String::from("it is no object with a list of directories for each directory").into())
}

/// Nestling's own form: directories, each with the directories that it needs.
fn directories(content: &Value) -> Option<Graph> {
    let mut edges = Graph::new();
    for (from, needed) in content.as_object()? {
        for to in needed.as_array()? {
            let to = to.as_str()?.to_owned();
            edges.push(Edge { from: from.clone(), mention: to.clone(), to });
        }
    }
    Some(edges)
}

/// The form of `nx graph --file`: projects with their roots, and what each depends on. Packages of a registry are no projects.
fn nx(graph: &Value) -> Option<Graph> {
    let root = |name: &str| graph.get("nodes")?.get(name)?.get("data")?.get("root")?.as_str();
    let mut edges = Graph::new();
    for (name, dependencies) in graph.get("dependencies")?.as_object()? {
        for dependency in dependencies.as_array()? {
            let target = dependency.get("target")?.as_str()?;
            if let (Some(from), Some(to)) = (root(name), root(target)) {
                edges.push(Edge { from: from.to_owned(), to: to.to_owned(), mention: target.to_owned() });
            }
        }
    }
    Some(edges)
}

/// The form of `turbo run … --dry=json`: tasks with the directory of their package, and the tasks that each needs.
fn turbo(tasks: &[Value]) -> Option<Graph> {
    let text = |task: &Value, key: &str| task.get(key)?.as_str().map(str::to_owned);
    let directories: HashMap<String, String> =
        tasks.iter().filter_map(|task| Some((text(task, "taskId")?, text(task, "directory")?))).collect();
    let mut edges = Graph::new();
    for task in tasks {
        let from = text(task, "directory")?;
        for needed in task.get("dependencies")?.as_array()? {
            let mention = needed.as_str()?;
            if let Some(to) = directories.get(mention).filter(|to| **to != from) {
                edges.push(Edge { from: from.clone(), to: to.clone(), mention: mention.to_owned() });
            }
        }
    }
    Some(edges)
}
