//! Dependencies between units that no reader of `depends_from` finds: those of Python, Maven and Gradle.

use super::inventory::Inventory;
use super::lists::{List, artifact, local_dependencies, project_references};
use super::units::Units;
use nestling::{Files, ReadError, RepoPath};
use std::collections::{BTreeMap, BTreeSet};
use toml::Table;

/// Adds what the manifests state, and leaves out what is no unit.
///
/// # Errors
/// A file cannot be read.
pub(super) fn add(
    files: &dyn Files,
    inventory: &Inventory,
    lists: &[List],
    units: &mut Units,
) -> Result<(), ReadError> {
    let mut edges = python(files, inventory, units)?;
    edges.extend(maven(files, units)?);
    edges.extend(gradle(files, inventory, lists, units)?);
    units.values_mut().for_each(|unit| unit.depends_on.clone_from(&unit.modules));
    for (from, to) in edges {
        if let Some(unit) = units.get_mut(&from) {
            unit.depends_on.insert(to);
        }
    }
    let dirs: BTreeSet<RepoPath> = units.keys().cloned().collect();
    for (dir, unit) in units.iter_mut() {
        unit.depends_on.retain(|other| other != dir && dirs.contains(other));
    }
    without_circles(units);
    Ok(())
}

/// Returns the text of a file; empty if it is missing.
fn text(files: &dyn Files, path: &RepoPath) -> Result<String, ReadError> {
    Ok(String::from_utf8_lossy(&files.read(path)?.unwrap_or_default()).into_owned())
}

/// Returns the directories of units of a kind.
fn of_kind(units: &Units, id: &str) -> Vec<RepoPath> {
    units.iter().filter(|(_, unit)| unit.kinds.contains(id)).map(|(dir, _)| dir.clone()).collect()
}

type Edges = Vec<(RepoPath, RepoPath)>;

fn python(files: &dyn Files, inventory: &Inventory, units: &Units) -> Result<Edges, ReadError> {
    let mut projects: BTreeMap<RepoPath, Table> = BTreeMap::new();
    for dir in of_kind(units, "python") {
        let path = dir.child(b"pyproject.toml");
        if inventory.is_file(&path)
            && let Ok(project) = text(files, &path)?.parse()
        {
            projects.insert(dir, project);
        }
    }
    Ok(local_dependencies(&projects))
}

fn maven(files: &dyn Files, units: &Units) -> Result<Edges, ReadError> {
    let mut artifacts: BTreeMap<String, RepoPath> = BTreeMap::new();
    let mut named: Vec<(RepoPath, Vec<String>)> = Vec::new();
    for dir in of_kind(units, "maven") {
        let (own, others) = artifact(&text(files, &dir.child(b"pom.xml"))?);
        artifacts.extend(own.map(|own| (own, dir.clone())));
        named.push((dir, others));
    }
    let edges = named.into_iter().flat_map(|(dir, names)| {
        let known: Vec<RepoPath> = names.iter().filter_map(|name| artifacts.get(name).cloned()).collect();
        known.into_iter().map(move |to| (dir.clone(), to))
    });
    Ok(edges.collect())
}

fn gradle(
    files: &dyn Files,
    inventory: &Inventory,
    lists: &[List],
    units: &Units,
) -> Result<Edges, ReadError> {
    let mut edges = Vec::new();
    for list in lists.iter().filter(|list| list.kind == "gradle") {
        let settings = text(files, &list.file)?;
        for dir in of_kind(units, "gradle").iter().filter(|dir| list.dir.is_root() || dir.is_in(&list.dir)) {
            for name in ["build.gradle", "build.gradle.kts"] {
                let path = dir.child(name.as_bytes());
                if inventory.is_file(&path) {
                    let references = project_references(&list.dir, &settings, &text(files, &path)?);
                    edges.extend(references.into_iter().map(|to| (dir.clone(), to)));
                }
            }
        }
    }
    Ok(edges)
}

/// Removes dependencies that lead back: Nestling refuses circles of `depends_on`, and tests of two modules may use each other.
fn without_circles(units: &mut Units) {
    let dirs: Vec<RepoPath> = units.keys().cloned().collect();
    for dir in &dirs {
        let wanted: Vec<RepoPath> = units[dir].depends_on.iter().cloned().collect();
        for to in wanted {
            if leads_to(units, &to, dir)
                && let Some(unit) = units.get_mut(dir)
            {
                unit.depends_on.remove(&to);
                unit.changes.insert(format!("/{}/**/*", super::glob::escaped(&to.to_string())));
            }
        }
    }
}

fn leads_to(units: &Units, from: &RepoPath, to: &RepoPath) -> bool {
    let mut open = vec![from];
    let mut seen = BTreeSet::new();
    while let Some(dir) = open.pop() {
        if dir == to {
            return true;
        }
        if seen.insert(dir) {
            open.extend(units.get(dir).into_iter().flat_map(|unit| &unit.depends_on));
        }
    }
    false
}
