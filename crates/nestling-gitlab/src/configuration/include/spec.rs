//! `spec:include`: files that hold inputs, which the inputs of a header are joined with.

use super::spec_rule::RULE;
use super::{RemoteIncludes, Surroundings, error, local_path, unreadable};
use crate::diagnostic::{Diagnostic, Origin, Sources, utf8};
use crate::yaml::{self, Map, Node};
use nestling_files::files::{Files, Resolved, resolve_links};
use nestling_files::path::RepoPath;
use std::collections::HashMap;

/// The inputs of a header.
#[derive(Debug, Default)]
pub struct SpecInputs {
    /// The inputs by name, those of included files first.
    pub inputs: Map,
    /// The files that were read, in order, each after the links that lead to it.
    pub files: Vec<RepoPath>,
    /// Set if a file that may hold further inputs is not read.
    pub is_open: bool,
    /// Errors in the files.
    pub problems: Vec<Diagnostic>,
}

/// Returns the inputs that a `spec` declares: those of the local files that it includes, and its own.
pub(in crate::configuration) fn of_spec(
    spec: Option<&Node>,
    surroundings: &Surroundings<'_>,
    remote: RemoteIncludes,
) -> SpecInputs {
    let files = (remote != RemoteIncludes::AllUnread).then_some(surroundings.files);
    let of_spec = |key: &str| spec.and_then(|spec| spec.get(key));
    spec_inputs(of_spec("include"), of_spec("inputs"), files, surroundings.sources)
}

/// Returns the inputs of a header with this `spec:include` and these `spec:inputs`. Without `files` none is read.
pub fn spec_inputs(
    include: Option<&Node>,
    inputs: Option<&Node>,
    files: Option<&dyn Files>,
    sources: &Sources,
) -> SpecInputs {
    let mut found = SpecInputs::default();
    let include = include.filter(|include| !include.is_null());
    for include in include.map(Node::items_or_self).unwrap_or_default() {
        match (local_path(include), files) {
            (Some(path), Some(files)) => found.file(path, include, files, sources),
            _ => found.is_open = true,
        }
    }
    inputs.and_then(Node::as_map).into_iter().for_each(|inputs| found.add(inputs));
    found
}

impl SpecInputs {
    /// Adds inputs. GitLab refuses a name that is there.
    fn add(&mut self, inputs: &Map) {
        let known: HashMap<&str, Origin> =
            self.inputs.entries.iter().map(|entry| (entry.key.text(), entry.key.origin)).collect();
        let mut added = Vec::new();
        for entry in &inputs.entries {
            let name = entry.key.text();
            let Some(first) = known.get(name) else {
                added.push(entry.clone());
                continue;
            };
            let problem = Diagnostic::error(&RULE, entry.key.origin, format!("duplicate input `{name}`"));
            self.problems.push(problem.with_label(*first, "also declared here"));
        }
        self.inputs.entries.extend(added);
    }

    fn file(&mut self, path: &str, include: &Node, files: &dyn Files, sources: &Sources) {
        let parsed = match RepoPath::parse(path) {
            Ok(path) => path,
            Err(problem) => return self.problems.push(error(include.origin, problem.to_string())),
        };
        match files.read(&parsed) {
            Err(problem) => self.problems.push(unreadable(&problem.to_string())),
            Ok(None) => {
                let message = format!("included file `{path}` does not exist");
                self.problems.push(error(include.origin, message));
            }
            Ok(Some(bytes)) => {
                match read(&parsed, bytes, sources) {
                    Ok(node) => self.content(&node),
                    Err(problems) => self.problems.extend(problems),
                }
                self.files.extend(behind_links(files, &parsed));
                self.files.push(parsed);
            }
        }
    }

    /// Takes the inputs out of a file, which contains nothing else.
    fn content(&mut self, node: &Node) {
        let other =
            node.as_map().and_then(|map| map.entries.iter().find(|entry| entry.key.text() != "inputs"));
        if let Some(other) = other {
            let message = format!(
                "unknown keyword `{}`: a file of `spec:include` can only have `inputs`",
                other.key.text()
            );
            self.problems.push(Diagnostic::error(&RULE, other.key.origin, message));
        }
        let inputs = node.get("inputs").and_then(Node::as_map);
        inputs.into_iter().for_each(|inputs| self.add(inputs));
    }
}

/// Returns the links in a path, and the file that they lead to: a change to them is one of the file.
fn behind_links(files: &dyn Files, path: &RepoPath) -> Vec<RepoPath> {
    match resolve_links(files, path) {
        Ok(Ok(Resolved { path, mut links })) if !links.is_empty() => {
            links.push(path);
            links
        }
        _ => Vec::new(),
    }
}

fn read(path: &RepoPath, bytes: Vec<u8>, sources: &Sources) -> Result<Node, Vec<Diagnostic>> {
    let text = utf8(sources, path, bytes).map_err(|error| vec![error])?;
    let file = sources.add(path, text.as_str());
    let mut documents = yaml::parse_file(&text, file)?.into_iter();
    Ok(documents.next().unwrap_or_else(|| Node::plain(Origin::file(file), "")))
}
