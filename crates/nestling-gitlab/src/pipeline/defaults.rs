//! `default:` and `variables:` of a file, pushed down into its jobs, so that jobs of many files can share one pipeline
//! (<https://docs.gitlab.com/ci/yaml/#default>, <https://docs.gitlab.com/ci/yaml/#inherit>).

use super::keywords::{self, PASSED_ON};
use super::merge::empty_nulls;
use crate::diagnostic::{Diagnostic, Severity, Suggestion};
use crate::pipeline::rules::{DEFAULT_KEY, DEFAULT_TIMEOUT, DEFAULT_TWICE, GLOBAL_MAP};
use crate::yaml::{Entry, Key, Map, Node};

mod inherit;

use inherit::Inherit;

/// The defaults that a file gives to each of its jobs.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    default: Map,
    variables: Map,
    /// Keys of `default` that are written without a value.
    unset: Vec<String>,
}

impl Defaults {
    /// Reads them from the global keywords, old forms (`image:` at the root) included.
    ///
    /// Reports `default` or `variables` that is not a mapping, unknown keywords of `default` (an error if one resembles a
    /// known one; another may be newer than this program), a keyword both there and in its old form, and
    /// `default:timeout`, which GitLab ignores (<https://docs.gitlab.com/ci/yaml/#timeout>).
    pub fn from_globals(globals: &Map) -> (Self, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut default = Map::default();
        let mut unset = Vec::new();
        for entry in mapping(globals, "default", &mut diagnostics).entries {
            match entry.key.text() {
                key if entry.value.is_null() && keywords::DEFAULT.contains(&key) => {
                    unset.push(key.to_owned());
                }
                "timeout" => diagnostics.push(ignored_timeout(&entry)),
                key => {
                    let unknown = (!keywords::DEFAULT.contains(&key)).then(|| unknown_default(&entry));
                    // A job that gets what is refused here would be reported once more.
                    if unknown.as_ref().is_none_or(|problem| problem.severity != Severity::Error) {
                        default.entries.push(entry);
                    }
                    diagnostics.extend(unknown);
                }
            }
        }
        for entry in globals.entries.iter().filter(|entry| !entry.value.is_null()) {
            if !keywords::GLOBAL_DEFAULTS.contains(&entry.key.text()) {
                continue;
            }
            match default.entry(entry.key.text()) {
                Some(twice) => diagnostics.push(defined_twice(entry, twice)),
                None => default.entries.push(entry.clone()),
            }
        }
        let mut variables = job_variables(&mapping(globals, "variables", &mut diagnostics));
        empty_nulls(&mut variables);
        (Self { default, variables, unset }, diagnostics)
    }

    /// Lays these defaults over weaker ones, as those of a unit over those of its workspace: keys of `default` are taken
    /// whole, variables one by one. A key of `default` without a value takes the weaker one out.
    #[must_use]
    pub fn over(mut self, weaker: &Self) -> Self {
        for entry in &weaker.default.entries {
            let key = entry.key.text();
            if !self.default.contains(key) && !self.unset.iter().any(|unset| unset == key) {
                self.default.entries.push(entry.clone());
            }
        }
        let mut variables = weaker.variables.clone();
        for entry in self.variables.entries {
            match variables.entries.iter_mut().find(|weaker| weaker.key.text() == entry.key.text()) {
                Some(weaker) => *weaker = entry,
                None => variables.entries.push(entry),
            }
        }
        self.variables = variables;
        self
    }

    /// Returns `true` if jobs get the same from both, wherever it is written.
    pub fn same_as(&self, other: &Self) -> bool {
        self.default.same_as(&other.default) && self.variables.same_as(&other.variables)
    }

    /// Returns `true` if jobs get nothing.
    pub fn is_empty(&self) -> bool {
        self.default.is_empty() && self.variables.is_empty()
    }

    /// Returns the keys of `default`, then the names of the variables.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.default.entries.iter().chain(&self.variables.entries).map(|entry| &entry.key)
    }

    /// Gives a job what it does not say itself, as far as its `inherit` allows, and takes `inherit` out.
    ///
    /// Keys of `default` are taken whole or not at all; variables one by one, the job's own over the file's. A job
    /// with `trigger` takes the variables and `interruptible` only. Diagnosed: an `inherit` that GitLab cannot read.
    pub fn fold_into(&self, body: &mut Map) -> Vec<Diagnostic> {
        let ((default, variables), diagnostics) = inherit::read(body.remove("inherit").as_ref());
        let trigger = body.contains("trigger");
        for Entry { key, value } in &self.default.entries {
            let name = key.text();
            let fits = !trigger || name == keywords::TRIGGER_DEFAULT;
            if fits && default.includes(name) && body.get(name).is_none_or(Node::is_null) {
                body.remove(name);
                body.entries.push(Entry { key: key.clone(), value: value.clone() });
            }
        }
        self.fold_variables(&variables, body);
        diagnostics
    }

    /// Returns the keywords of `default`, old forms included, and the variables, in the form that jobs get.
    pub fn parts(&self) -> (&Map, &Map) {
        (&self.default, &self.variables)
    }

    /// Returns a key of `default`, or of its old form.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.default.get(key)
    }

    /// Returns `true` if a key of a job, or of its `variables`, comes from here and not from the job.
    pub fn gave(&self, key: &Key) -> bool {
        let given = self.default.entries.iter().chain(&self.variables.entries);
        given.map(|entry| &entry.key).any(|given| given.origin == key.origin && given.text() == key.text())
    }

    fn fold_variables(&self, inherit: &Inherit, body: &mut Map) {
        let inherited = self.variables.entries.iter().filter(|entry| inherit.includes(entry.key.text()));
        let mut variables = Map { entries: inherited.cloned().collect() };
        let Some(first) = variables.entries.first().map(|entry| entry.key.origin) else { return };
        match body.get_mut("variables") {
            None => body.set("variables", Node::map(first, variables)),
            Some(node) if node.is_null() => *node = Node::map(first, variables),
            Some(node) => {
                // `check` reports `variables` that is not a mapping.
                let Some(own) = node.as_map_mut() else { return };
                for entry in own.entries.drain(..) {
                    let name = entry.key.text();
                    match variables.entries.iter_mut().find(|inherited| inherited.key.text() == name) {
                        Some(inherited) => *inherited = entry,
                        None => variables.entries.push(entry),
                    }
                }
                *own = variables;
            }
        }
    }
}

/// The mapping under a global keyword; nothing where there is none, or something else.
fn mapping(globals: &Map, key: &str, diagnostics: &mut Vec<Diagnostic>) -> Map {
    let Some(node) = globals.get(key).filter(|node| !node.is_null()) else { return Map::default() };
    if let Some(map) = node.as_map() {
        return map.clone();
    }
    let message = format!("`{key}` must be a mapping, found {}", node.type_name());
    let help = format!("write names and values below `{key}:`, indented");
    diagnostics.push(Diagnostic::error(&GLOBAL_MAP, node.origin, message).with_help(help));
    Map::default()
}

/// Returns the variables of a file in the form that they take in a job: `description` and `options` are for the page on which a person
/// starts a pipeline (<https://docs.gitlab.com/ci/yaml/#variablesdescription>).
pub fn job_variables(globals: &Map) -> Map {
    let mut variables = Map::default();
    for Entry { key, value } in &globals.entries {
        let value = match value.as_map() {
            None => value.clone(),
            Some(long) => {
                // What is no scalar is reported at the file's own variables.
                let text = long.get("value").filter(|text| text.as_scalar().is_some()).cloned();
                let text = text.unwrap_or_else(|| Node::string(value.origin, ""));
                match long.get("expand").cloned() {
                    None => text,
                    Some(expand) => {
                        let mut kept = Map::default();
                        kept.set("value", text);
                        kept.set("expand", expand);
                        Node::map(value.origin, kept)
                    }
                }
            }
        };
        variables.entries.push(Entry { key: key.clone(), value });
    }
    variables
}

fn ignored_timeout(entry: &Entry) -> Diagnostic {
    let message = "`default:timeout` has no effect in GitLab";
    Diagnostic::warning(&DEFAULT_TIMEOUT, entry.key.origin, message).with_help("set `timeout` in the jobs")
}

fn unknown_default(entry: &Entry) -> Diagnostic {
    let key = entry.key.text();
    let origin = entry.key.origin;
    if key == "reuse" {
        let problem = Diagnostic::error(&DEFAULT_KEY, origin, "`reuse` cannot be in `default`");
        return problem.with_help("set it below `workspace:`, next to `spec:` of a template, or in the jobs");
    }
    let suggestion = Suggestion::among(key, keywords::DEFAULT.iter().copied());
    if suggestion.word().is_none() && keywords::JOB.contains(&key) {
        let problem = Diagnostic::error(&DEFAULT_KEY, origin, format!("`{key}` cannot be in `default`"));
        return problem.with_help("set it in the jobs, or in a hidden job that they extend");
    }
    let message = format!("unknown keyword `{key}` in `default`");
    Diagnostic::misspelt(&DEFAULT_KEY, origin, message, suggestion, PASSED_ON)
}

fn defined_twice(entry: &Entry, twice: &Entry) -> Diagnostic {
    let key = entry.key.text();
    let message = format!("`{key}` is set both at the top level and in `default`");
    Diagnostic::error(&DEFAULT_TWICE, entry.key.origin, message)
        .with_label(twice.key.origin, "also set here")
        .with_help("keep the one in `default`: the other form is deprecated")
}

#[cfg(test)]
mod tests;
