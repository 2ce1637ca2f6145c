//! Cargo: `members` and `exclude` of `[workspace]`, and the path dependencies that are members by themselves
//! (<https://doc.rust-lang.org/cargo/reference/workspaces.html>).

use super::pattern::members;
use super::{List, Reader};
use nestling::listed::MemberGlobs;
use nestling::{ReadError, RepoPath};
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<List>, ReadError> {
    let mut manifests = BTreeMap::new();
    let mut workspaces = Vec::new();
    for dir in reader.directories_with("Cargo.toml") {
        let parse = |text: &str| {
            let manifest = text.parse::<Table>().map_err(|error| error.message().to_owned())?;
            Ok((manifest, MemberGlobs::of_cargo_toml(text)))
        };
        if let Some((manifest, globs)) = reader.parsed(&dir.child(b"Cargo.toml"), parse)? {
            workspaces.extend(globs.map(|globs| (dir.clone(), globs)));
            manifests.insert(dir, manifest);
        }
    }
    let mut lists = Vec::new();
    for (dir, globs) in workspaces {
        let members = members(reader, &dir, &globs, "Cargo.toml");
        let mut list = List {
            kind: "rust",
            noun: "Cargo workspace",
            file: dir.child(b"Cargo.toml"),
            dir,
            members: members.included,
            excluded: members.excluded,
            is_open: false,
        };
        add_path_dependencies(&mut list, &manifests);
        lists.push(list);
    }
    Ok(lists)
}

/// Adds the crates below the workspace's directory that its members depend on by path: they are members without being listed.
fn add_path_dependencies(list: &mut List, manifests: &BTreeMap<RepoPath, Table>) {
    let mut open: Vec<RepoPath> = list.members.iter().cloned().chain([list.dir.clone()]).collect();
    let mut seen: BTreeSet<RepoPath> = BTreeSet::new();
    while let Some(dir) = open.pop() {
        let Some(manifest) = manifests.get(&dir).filter(|_| seen.insert(dir.clone())) else { continue };
        for dependency in path_dependencies(&dir, manifest) {
            let is_below = dependency.relative_to(&list.dir).is_some() && dependency != list.dir;
            let is_own = manifests.get(&dependency).is_none_or(|other| other.contains_key("workspace"));
            if is_below && !is_own && !list.excluded.contains(&dependency) {
                list.members.insert(dependency.clone());
                open.push(dependency);
            }
        }
    }
}

/// Returns the directories of a manifest's path dependencies, those of its workspace and of platforms too.
fn path_dependencies(dir: &RepoPath, manifest: &Table) -> Vec<RepoPath> {
    let workspace = manifest.get("workspace").and_then(Value::as_table);
    let platforms = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let tables =
        [Some(manifest), workspace].into_iter().flatten().chain(platforms.filter_map(Value::as_table));
    let mut found = Vec::new();
    for table in tables {
        for name in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(dependencies) = table.get(name).and_then(Value::as_table) else { continue };
            let paths = dependencies.values().filter_map(|value| value.get("path")?.as_str());
            found.extend(paths.filter_map(|path| dir.join(path).ok()));
        }
    }
    found
}
