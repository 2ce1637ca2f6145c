//! One rendered document, taken apart into what is global and what is a job. Nothing is resolved yet.

use super::keywords;
use crate::diagnostic::{Diagnostic, Origin, Severity, Suggestion};
use crate::pipeline::rules::{JOB_DUPLICATE, JOB_MAP, JOB_NAME, ROOT_MAP};
use crate::yaml::{Entry, Key, Kind, Map, Meaning, Node};
use indexmap::IndexMap;

/// One document before `extends`, `!reference` and `default` are resolved.
#[derive(Debug, Clone, Default)]
pub struct Fragment {
    /// The global keywords (`default`, `variables`, `stages`, `workflow`, `include` …) as written.
    pub globals: Map,
    /// The jobs by name as written, hidden ones too.
    pub jobs: IndexMap<String, RawJob>,
    /// Hidden keys that contain no mapping, such as `.lint: [a, b]`: only `!reference` can use them.
    pub snippets: IndexMap<String, Node>,
}

/// A job as written.
#[derive(Debug, Clone)]
pub struct RawJob {
    /// The key that names it.
    pub origin: Origin,
    /// Its keys.
    pub body: Map,
}

impl Fragment {
    /// Reads a document: global keywords to one side, jobs to the other. An empty document is an empty fragment.
    ///
    /// Reports a root or a job that is not a mapping, a name that YAML does not read as a string, a reserved name, a job
    /// with the name of a keyword, and a duplicate job (the last one counts, as in GitLab).
    pub fn from_node(node: Node) -> (Self, Vec<Diagnostic>) {
        let mut fragment = Self::default();
        let mut diagnostics = Vec::new();
        if node.is_null() {
            return (fragment, diagnostics);
        }
        let origin = node.origin;
        let Kind::Map(map) = node.kind else {
            let problem = Diagnostic::error(&ROOT_MAP, origin, "the file must be a mapping of jobs");
            diagnostics.push(problem.with_help("write `job name:` and, indented below it, `script: …`"));
            return (fragment, diagnostics);
        };
        for Entry { key, value } in map.entries {
            let problem = name_problem(&key).or_else(|| job_named_like_keyword(&key, &value));
            let is_refused = problem.as_ref().is_some_and(|problem| problem.severity == Severity::Error);
            diagnostics.extend(problem);
            if keywords::GLOBAL.contains(&key.text()) && !is_refused {
                fragment.globals.remove(key.text());
                fragment.globals.entries.push(Entry { key, value });
            } else if !is_refused || value.as_map().is_some() {
                // A job under a refused name stays, so that needs on it are not reported as well.
                fragment.add(&key, value, &mut diagnostics);
            }
        }
        (fragment, diagnostics)
    }

    fn add(&mut self, key: &Key, value: Node, diagnostics: &mut Vec<Diagnostic>) {
        let name = key.text();
        let origin = value.origin;
        let body = match value.kind {
            Kind::Map(body) if value.tag.is_none() => body,
            kind if keywords::is_hidden(name) => {
                self.snippets.insert(name.to_owned(), Node { kind, ..value });
                return;
            }
            _ => return diagnostics.push(not_a_job(key, origin)),
        };
        if let Some(first) = self.jobs.get(name) {
            diagnostics.push(
                Diagnostic::warning(&JOB_DUPLICATE, key.origin, format!("duplicate job `{name}`"))
                    .with_label(first.origin, "GitLab silently ignores this one")
                    .with_help("rename one of them, or merge their keys"),
            );
        }
        self.jobs.insert(name.to_owned(), RawJob { origin: key.origin, body });
    }
}

fn name_problem(key: &Key) -> Option<Diagnostic> {
    let name = key.text();
    if let Some(kind) = not_a_string(key) {
        let message = format!("a job name must be a string, but YAML reads `{name}` as {kind}");
        let problem = Diagnostic::error(&JOB_NAME, key.origin, message);
        return Some(problem.with_help(format!("quote it: \"{name}\":")));
    }
    if name.trim().is_empty() {
        return Some(Diagnostic::error(&JOB_NAME, key.origin, "a job name cannot be empty"));
    }
    // `image` and other old global keywords are reserved as well, but at the root of a file they are no jobs.
    if keywords::GLOBAL.contains(&name) || !keywords::RESERVED_JOB_NAMES.contains(&name) {
        return None;
    }
    let message = format!("`{name}` is a reserved name and cannot be a job");
    Some(Diagnostic::error(&JOB_NAME, key.origin, message).with_help("rename the job"))
}

/// Keywords that make a mapping a job, and that no global keyword has.
const JOB_MARKS: [&str; 4] = ["script", "run", "trigger", "extends"];

/// Reports a job with the name of a global keyword: GitLab would read it as that keyword.
fn job_named_like_keyword(key: &Key, value: &Node) -> Option<Diagnostic> {
    let name = key.text();
    let body = value.as_map().filter(|_| keywords::GLOBAL.contains(&name))?;
    let mark = JOB_MARKS.iter().find_map(|mark| body.entry(mark))?;
    let message = format!("`{name}` is a keyword and cannot be a job");
    let is_valid_variable = name == "variables" && matches!(mark.value.kind, Kind::Scalar(_));
    let problem = if is_valid_variable {
        // GitLab accepts it: `script` and the other keys become variables.
        body.entries
            .iter()
            .find(|entry| entry.key.text() != mark.key.text() && keywords::JOB.contains(&entry.key.text()))?;
        Diagnostic::warning(&JOB_NAME, key.origin, message)
    } else {
        Diagnostic::error(&JOB_NAME, key.origin, message)
    };
    let label = format!("`{}` is a keyword of a job", mark.key.text());
    Some(problem.with_label(mark.key.origin, label).with_help("rename the job"))
}

/// Returns the type that Psych gives to a key that is not a string.
fn not_a_string(key: &Key) -> Option<&'static str> {
    match key.scalar.meaning() {
        Meaning::Text(_) => None,
        Meaning::Null => Some("null"),
        Meaning::Bool(_) => Some("a boolean"),
        Meaning::Int(_) | Meaning::Float(_) => Some("a number"),
        Meaning::Date => Some("a date"),
        Meaning::Symbol => Some("a symbol"),
    }
}

fn not_a_job(key: &Key, value: Origin) -> Diagnostic {
    let name = key.text();
    let diagnostic = Diagnostic::error(&JOB_MAP, key.origin, format!("job `{name}` must be a mapping"))
        .with_label(value, "this is not a mapping");
    match Suggestion::among(name, keywords::GLOBAL.iter().copied()).word() {
        Some(keyword) => diagnostic.with_help(format!("did you mean the keyword `{keyword}`?")),
        None => diagnostic.with_help("write its keywords below it, indented, such as `script: …`"),
    }
}

#[cfg(test)]
mod tests;
