//! `default:` and `variables:` of a file, pushed down into its jobs, so that jobs of many files can share one pipeline
//! (<https://docs.gitlab.com/ci/yaml/#default>, <https://docs.gitlab.com/ci/yaml/#inherit>).

use super::keywords;
use super::value::{as_bool, is_null};
use crate::diagnostic::Diagnostic;
use crate::yaml::{Entry, Map, Node};

/// What a file gives to each of its jobs.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    default: Map,
    variables: Map,
}

/// What a job takes of the defaults or of the variables.
enum Inherit {
    All,
    Nothing,
    Only(Vec<String>),
}

impl Defaults {
    /// Reads them from the global keywords, old forms (`image:` at the root) included.
    ///
    /// Diagnosed: unknown keys of `default`, a key both there and in its old form, `default:timeout`, which GitLab
    /// reads and does not heed (<https://docs.gitlab.com/ci/yaml/#timeout>).
    pub fn from_globals(globals: &Map) -> (Self, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut default = Map::default();
        for entry in
            globals.get("default").and_then(Node::as_map).map(|map| &map.entries[..]).unwrap_or_default()
        {
            match entry.key.text() {
                "timeout" => diagnostics.push(ignored_timeout(entry)),
                key if keywords::DEFAULT.contains(&key) => default.entries.push(entry.clone()),
                _ => diagnostics.push(unknown_default(entry)),
            }
        }
        for entry in &globals.entries {
            if !keywords::GLOBAL_DEFAULTS.contains(&entry.key.text()) {
                continue;
            }
            match default.entry(entry.key.text()) {
                Some(twice) => diagnostics.push(defined_twice(entry, twice)),
                None => default.entries.push(entry.clone()),
            }
        }
        default.entries.retain(|entry| !is_null(&entry.value));
        let variables =
            globals.get("variables").and_then(Node::as_map).map(job_variables).unwrap_or_default();
        (Self { default, variables }, diagnostics)
    }

    /// Gives a job what it does not say itself, as far as its `inherit` allows, and takes `inherit` out.
    ///
    /// Keys of `default` are taken whole or not at all; variables one by one, the job's own over the file's. A job
    /// with `trigger` takes the variables and `interruptible` only.
    pub fn fold_into(&self, body: &mut Map) {
        let inherit = body.remove("inherit");
        let part = |key| Inherit::read(inherit.as_ref().and_then(|inherit| inherit.get(key)));
        let (default, variables) = (part("default"), part("variables"));
        let trigger = body.contains("trigger");
        for Entry { key, value } in &self.default.entries {
            let name = key.text();
            let fits = !trigger || name == keywords::TRIGGER_DEFAULT;
            if fits && default.takes(name) && body.get(name).is_none_or(is_null) {
                body.remove(name);
                body.entries.push(Entry { key: key.clone(), value: value.clone() });
            }
        }
        self.fold_variables(&variables, body);
    }

    fn fold_variables(&self, inherit: &Inherit, body: &mut Map) {
        let mut variables = Map::default();
        variables
            .entries
            .extend(self.variables.entries.iter().filter(|e| inherit.takes(e.key.text())).cloned());
        let Some(first) = variables.entries.first().map(|entry| entry.key.origin) else { return };
        match body.get_mut("variables") {
            None => body.entries.push(Entry {
                key: crate::yaml::Key::new(first, "variables"),
                value: Node::map(first, variables),
            }),
            Some(node) if is_null(node) => *node = Node::map(first, variables),
            Some(node) => {
                // A `variables` that is no mapping stays for `check` to refuse.
                let Some(own) = node.as_map_mut() else { return };
                for Entry { key, value } in own.entries.drain(..) {
                    match variables.get_mut(key.text()) {
                        Some(inherited) => *inherited = value,
                        None => variables.entries.push(Entry { key, value }),
                    }
                }
                *own = variables;
            }
        }
    }
}

impl Inherit {
    fn read(node: Option<&Node>) -> Self {
        match node {
            Some(node) if as_bool(node) == Some(false) => Self::Nothing,
            Some(node) => node.as_seq().map_or(Self::All, |names| {
                Self::Only(names.iter().filter_map(Node::text).map(str::to_owned).collect())
            }),
            None => Self::All,
        }
    }

    fn takes(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Only(names) => names.iter().any(|one| one == name),
        }
    }
}

/// The form that a file's variables take in a job: `description` and `options` are for the page on which a person
/// starts a pipeline (<https://docs.gitlab.com/ci/yaml/#variablesdescription>).
fn job_variables(globals: &Map) -> Map {
    let mut variables = Map::default();
    for Entry { key, value } in &globals.entries {
        let value = match value.as_map() {
            None => value.clone(),
            Some(long) => {
                let text = long.get("value").cloned().unwrap_or_else(|| Node::string(value.origin, ""));
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
    Diagnostic::warning("default-timeout", entry.key.origin, message).with_help("write `timeout` in the jobs")
}

fn unknown_default(entry: &Entry) -> Diagnostic {
    let key = entry.key.text();
    let message = format!("`default` cannot hold `{key}`");
    let diagnostic = Diagnostic::error("default-key", entry.key.origin, message);
    match crate::diagnostic::did_you_mean(key, keywords::DEFAULT.iter().copied()) {
        Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")),
        None => diagnostic.with_help("write it in the jobs, or in a hidden job that they extend"),
    }
}

fn defined_twice(entry: &Entry, twice: &Entry) -> Diagnostic {
    let key = entry.key.text();
    Diagnostic::error(
        "default-twice",
        entry.key.origin,
        format!("`{key}` is defined here and under `default`"),
    )
    .with_label(twice.key.origin, "the one under `default`")
    .with_help("keep the one under `default`; the other form is deprecated")
}

#[cfg(test)]
mod tests;
