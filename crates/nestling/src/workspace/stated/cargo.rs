//! Cargo: path dependencies, those that members take over from their workspace, and patches by path
//! (<https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html>).

use super::manifest::{Manifest, Unreadable, and_above};
use super::{Edges, Reading};
use nestling_files::path::RepoPath;
use toml::{Table, Value};

/// The tables that hold dependencies, in every spelling that Cargo reads.
const TABLES: [&str; 5] =
    ["dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies", "build_dependencies"];

pub(super) fn edges(reading: &mut Reading<'_>, edges: &mut Edges<'_>) {
    let manifests = reading
        .all("Cargo.toml", |text| text.parse::<Table>().map_err(|error| Unreadable::toml(&error, text)));
    for manifest in &manifests {
        let workspace = workspace_of(manifest, &manifests);
        for (name, value) in dependencies(&manifest.content) {
            let to = match path_of(value) {
                Some(path) => manifest.dir.join(path).ok(),
                None => workspace.and_then(|workspace| by_workspace(workspace, name, value)),
            };
            if let Some(to) = to {
                edges.add(&manifest.dir, &to, || manifest.place(name));
            }
        }
    }
}

/// All dependencies of a manifest, those of single platforms too.
fn dependencies(manifest: &Table) -> Vec<(&str, &Value)> {
    let platforms = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let places = std::iter::once(manifest).chain(platforms.filter_map(Value::as_table));
    places
        .flat_map(|place| TABLES.iter().filter_map(|table| place.get(*table).and_then(Value::as_table)))
        .flat_map(|table| table.iter().map(|(name, value)| (name.as_str(), value)))
        .collect()
}

fn path_of(value: &Value) -> Option<&str> {
    value.get("path")?.as_str()
}

/// The nearest manifest above that has a `[workspace]`, or the one that the package names.
fn workspace_of<'a>(
    manifest: &'a Manifest<Table>,
    all: &'a [Manifest<Table>],
) -> Option<&'a Manifest<Table>> {
    let named = manifest.content.get("package").and_then(|package| package.get("workspace"));
    let find = |dir: &RepoPath| {
        let at = all.binary_search_by(|other| other.dir.cmp(dir)).ok()?;
        all[at].content.contains_key("workspace").then_some(&all[at])
    };
    if let Some(path) = named.and_then(Value::as_str) {
        return find(&manifest.dir.join(path).ok()?);
    }
    and_above(&manifest.dir).find_map(|dir| find(&dir))
}

/// A dependency that the workspace says a path for: in `[workspace.dependencies]`, or in `[patch]`.
fn by_workspace(workspace: &Manifest<Table>, name: &str, value: &Value) -> Option<RepoPath> {
    let shared = workspace.content.get("workspace").and_then(|it| it.get("dependencies")?.get(name));
    let inherits = value.get("workspace").and_then(Value::as_bool) == Some(true);
    let inherited = shared.filter(|_| inherits);
    if let Some(path) = inherited.and_then(path_of) {
        return workspace.dir.join(path).ok();
    }
    let package = inherited.unwrap_or(value).get("package").and_then(Value::as_str).unwrap_or(name);
    let patches = workspace.content.get("patch").and_then(Value::as_table)?;
    let patch = patches.values().find_map(|source| {
        source.as_table()?.iter().find_map(|(key, patch)| {
            let patched = patch.get("package").and_then(Value::as_str).unwrap_or(key);
            path_of(patch).filter(|_| patched == package)
        })
    });
    workspace.dir.join(patch?).ok()
}
