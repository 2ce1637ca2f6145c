//! Defaults, versions and examples of the keys that people write: `keys.txt` and the files in `examples`.

use crate::support::repository::Repository;
use crate::support::{nestling, read, root, run};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const KEYS: &str = "tests/book/keys.txt";

/// Rules that report a header which cannot be read as it was written.
const HEADER_RULES: [&str; 13] = [
    "yaml-syntax",
    "yaml-duplicate-key",
    "header",
    "template-header",
    "input-definition",
    "inputs",
    "path",
    "glob",
    "pipelines",
    "unclaimed",
    "environment-name",
    "environment-when",
    "environment-after",
];

/// The lines of `keys.txt` for one file: `PATH | DEFAULT | SINCE`, and a type if the schema has none.
pub(super) struct Keys {
    rows: BTreeMap<String, Key>,
    taken: BTreeSet<String>,
}

/// One line.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) default: String,
    pub(super) since: String,
    pub(super) kind: Option<String>,
}

impl Keys {
    /// Reads the lines below the heading of a schema.
    pub(super) fn read(schema: &str) -> Self {
        let text = read(KEYS);
        let heading = format!("# {schema}");
        let lines = text.lines().skip_while(|line| *line != heading).skip(1);
        let lines = lines.take_while(|line| !line.starts_with("# ")).filter(|line| !line.is_empty());
        let rows = lines.map(row).collect();
        Self { rows, taken: BTreeSet::new() }
    }

    /// Returns the line of a key.
    pub(super) fn take(&mut self, path: &str) -> Key {
        self.taken.insert(path.to_owned());
        let row = self.rows.get(path);
        row.unwrap_or_else(|| panic!("add a line `{path} | DEFAULT | SINCE` to {KEYS}")).clone()
    }

    /// Returns the lines of keys that the schema does not have.
    pub(super) fn unused(&self) -> Vec<String> {
        let unused = self.rows.keys().filter(|path| !self.taken.contains(*path));
        unused.map(|path| format!("{KEYS}: no schema has the key `{path}`")).collect()
    }
}

fn row(line: &str) -> (String, Key) {
    let cells: Vec<&str> = line.split(" | ").collect();
    let [path, default, since, kind @ ..] = &cells[..] else { panic!("{KEYS}: `{line}`") };
    let kind = kind.first().map(|kind| (*kind).to_owned());
    ((*path).to_owned(), Key { default: (*default).to_owned(), since: (*since).to_owned(), kind })
}

/// Returns the example for the mapping at a path, which has to show all of its keys.
pub(super) fn example(path: &str, keys: &[&String]) -> String {
    let file = format!("tests/book/examples/{path}.yml");
    let text = read(&file);
    let mut shown = BTreeSet::new();
    for document in serde_yaml::Deserializer::from_str(&text) {
        let document: Value = serde::Deserialize::deserialize(document).unwrap();
        collect(&document, &path.split('.').collect::<Vec<_>>(), &mut shown);
    }
    let missing: Vec<_> = keys.iter().filter(|key| !shown.contains(key.as_str())).collect();
    assert!(missing.is_empty(), "{file} does not show {missing:?}");
    text
}

/// Collects the keys of all mappings at a path; `NAME` is any key.
fn collect(value: &Value, path: &[&str], shown: &mut BTreeSet<String>) {
    match (value, path) {
        (Value::Array(items), _) => {
            for item in items {
                collect(item, path, shown);
            }
        }
        (Value::Object(map), []) => shown.extend(map.keys().cloned()),
        (Value::Object(map), ["NAME", rest @ ..]) => {
            for value in map.values() {
                collect(value, rest, shown);
            }
        }
        (Value::Object(map), [key, rest @ ..]) => {
            if let Some(value) = map.get(*key) {
                collect(value, rest, shown);
            }
        }
        _ => {}
    }
}

/// Nestling reads each example without an error in a header.
#[test]
fn every_example_of_the_reference_is_a_valid_header() {
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("tests/book/examples")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let repository = Repository::new();
        repository.write("nestling.yml", "workspace: { templates: [ci/templates] }\n");
        let place = match name.split('.').next().unwrap() {
            "workspace" => "nestling.yml",
            "unit" => "services/api/nestling.yml",
            _ => "ci/templates/example.yml",
        };
        if place.starts_with("ci") {
            repository.write("services/api/nestling.yml", "unit: { use: example }\n");
        }
        repository.write(place, &text);
        let checked = run(nestling(repository.path()).args(["check", "--no-run", "--format", "json"]));
        let report: Value = serde_json::from_slice(&checked.stdout).unwrap();
        let diagnostics = report["diagnostics"].as_array().unwrap_or_else(|| panic!("{report}"));
        for diagnostic in diagnostics {
            let rule = diagnostic["rule"].as_str().unwrap();
            let is_of_header = HEADER_RULES.contains(&rule) && diagnostic["severity"] == "error";
            assert!(!is_of_header, "{name}: {diagnostic}");
        }
        count += 1;
    }
    assert!(count > 15, "only {count} examples");
}
