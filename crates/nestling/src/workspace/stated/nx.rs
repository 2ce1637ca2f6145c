//! Nx: dependencies that projects state themselves (<https://nx.dev/reference/project-configuration#implicitdependencies>).
//! Those that Nx finds in the imports of sources are in its own graph alone, which `{ file: … }` reads.

use super::manifest::{Manifest, jsonc, strings};
use super::{Edges, Reading};
use nestling_files::path::RepoPath;
use serde_json::Value;
use std::collections::HashMap;

pub(super) const FILES: [&str; 2] = ["project.json", "package.json"];

pub(super) fn edges(reading: &mut Reading<'_>, edges: &mut Edges<'_>) {
    let projects: Vec<Manifest<Value>> = FILES.iter().flat_map(|name| reading.all(name, jsonc)).collect();
    let mut named: HashMap<String, &RepoPath> = HashMap::new();
    for project in &projects {
        named.entry(name_of(project)).or_insert(&project.dir);
    }
    for project in &projects {
        let settings = project.content.get("nx").unwrap_or(&project.content);
        for name in implicit(settings).chain(of_targets(settings)) {
            // `!name` takes an edge away that Nx finds by itself; `*` and tags mean projects that only Nx knows.
            if let Some(directory) = named.get(name) {
                edges.add(&project.dir, directory, || project.place(name));
            }
        }
    }
}

/// The name of a project: its own, or that of its directory.
fn name_of(project: &Manifest<Value>) -> String {
    let name = project.content.get("name").and_then(Value::as_str).map(str::to_owned);
    name.unwrap_or_else(|| String::from_utf8_lossy(project.dir.file_name()).into_owned())
}

fn implicit(settings: &Value) -> impl Iterator<Item = &str> {
    strings(settings.get("implicitDependencies"))
}

/// The projects whose targets a target needs first: `dependsOn: [{ "projects": ["ui"], "target": "build" }]`.
fn of_targets(settings: &Value) -> impl Iterator<Item = &str> {
    let targets = settings.get("targets").and_then(Value::as_object).into_iter();
    let needs =
        targets.flat_map(|targets| targets.values()).filter_map(|target| target.get("dependsOn")?.as_array());
    needs.flatten().flat_map(|need| {
        let single = need.get("projects").and_then(Value::as_str);
        single.into_iter().chain(strings(need.get("projects")))
    })
}
