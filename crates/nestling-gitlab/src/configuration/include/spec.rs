//! `spec:include`: files that hold inputs, which the inputs of a header are joined with.

use super::{RemoteIncludes, Surroundings, error, local_path, unreadable};
use crate::configuration::header::RULE;
use crate::diagnostic::{Diagnostic, utf8};
use crate::yaml::{self, Map, Node};
use nestling_files::path::RepoPath;

/// The inputs of a header.
#[derive(Default)]
pub(in crate::configuration) struct SpecInputs {
    /// Those of included files first.
    pub inputs: Map,
    /// A file is not read, and may hold further ones.
    pub is_open: bool,
    pub problems: Vec<Diagnostic>,
}

/// Returns the inputs that a `spec` declares, those of the local files that it includes among them.
pub(in crate::configuration) fn spec_inputs(
    spec: Option<&Node>,
    surroundings: &Surroundings<'_>,
    remote: RemoteIncludes,
) -> SpecInputs {
    let mut found = SpecInputs::default();
    let include = spec.and_then(|spec| spec.get("include")).filter(|include| !include.is_null());
    for include in include.map(Node::items_or_self).unwrap_or_default() {
        match local_path(include) {
            Some(path) if remote != RemoteIncludes::AllUnread => found.file(path, include, surroundings),
            _ => found.is_open = true,
        }
    }
    let inline = spec.and_then(|spec| spec.get("inputs")).and_then(Node::as_map);
    inline.into_iter().for_each(|inputs| found.add(inputs));
    found
}

impl SpecInputs {
    /// Adds inputs. GitLab refuses a name that is there.
    fn add(&mut self, inputs: &Map) {
        for entry in &inputs.entries {
            let name = entry.key.text();
            if let Some(first) = self.inputs.entry(name).filter(|first| first.key.origin != entry.key.origin)
            {
                let message = format!("duplicate input `{name}`");
                let problem = Diagnostic::error(&RULE, entry.key.origin, message);
                self.problems.push(problem.with_label(first.key.origin, "it is declared here as well"));
                continue;
            }
            self.inputs.entries.push(entry.clone());
        }
    }

    fn file(&mut self, path: &str, include: &Node, surroundings: &Surroundings<'_>) {
        let parsed = match RepoPath::parse(path) {
            Ok(path) => path,
            Err(problem) => return self.problems.push(error(include.origin, problem.to_string())),
        };
        match surroundings.files.read(&parsed) {
            Err(problem) => self.problems.push(unreadable(&problem.to_string())),
            Ok(None) => {
                let message = format!("included file `{path}` does not exist");
                self.problems.push(error(include.origin, message));
            }
            Ok(Some(bytes)) => match read(&parsed, bytes, surroundings) {
                Ok(node) => self.content(&node),
                Err(problems) => self.problems.extend(problems),
            },
        }
    }

    /// Takes the inputs out of a file, which holds nothing else.
    fn content(&mut self, node: &Node) {
        let other =
            node.as_map().and_then(|map| map.entries.iter().find(|entry| entry.key.text() != "inputs"));
        if let Some(other) = other {
            let message = format!(
                "unknown keyword `{}`: a file of `spec:include` holds `inputs` only",
                other.key.text()
            );
            self.problems.push(Diagnostic::error(&RULE, other.key.origin, message));
        }
        let inputs = node.get("inputs").and_then(Node::as_map);
        inputs.into_iter().for_each(|inputs| self.add(inputs));
    }
}

fn read(path: &RepoPath, bytes: Vec<u8>, surroundings: &Surroundings<'_>) -> Result<Node, Vec<Diagnostic>> {
    let sources = surroundings.sources;
    let text = utf8(sources, path, bytes).map_err(|error| vec![error])?;
    let file = sources.add(path, text.as_str());
    let mut documents = yaml::parse_file(&text, file)?.into_iter();
    Ok(documents.next().unwrap_or_else(|| Node::plain(crate::diagnostic::Origin::file(file), "")))
}
