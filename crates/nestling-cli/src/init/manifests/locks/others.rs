//! Cargo, uv, Poetry, PDM and Composer: their lock files have an entry for each package.

use super::super::Manifests;
use super::Stale;
use nestling::RepoPath;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use toml::{Table, Value};

/// A project of a lock file.
struct Project {
    name: String,
    file: RepoPath,
    manifest: Table,
}

impl Manifests<'_> {
    /// `--locked` refuses a lock file in which a crate of the workspace has another version, or lacks a dependency.
    pub(super) fn stale_cargo(&self, lock: &RepoPath) -> Option<Stale> {
        let content = self.toml(lock)?;
        let packages = packages(&content);
        let root = self.toml(&lock.parent().unwrap_or_default().child(b"Cargo.toml"))?;
        let workspace = root.get("workspace");
        for Project { name, file, manifest } in self.projects(lock, "rust", "Cargo.toml", "package") {
            let is_own =
                |package: &&&Table| text(package, "name") == Some(&name) && package.get("source").is_none();
            let Some(own) = packages.iter().find(is_own) else {
                return Some(Stale { package: name, manifest: file });
            };
            let locked = own.get("dependencies").and_then(Value::as_array).into_iter().flatten();
            let locked: BTreeSet<&str> =
                locked.filter_map(|entry| entry.as_str()?.split(' ').next()).collect();
            if let Some(package) = dependencies(&manifest, workspace)
                .into_iter()
                .find(|other| *other != name && !locked.contains(other.as_str()))
            {
                return Some(Stale { package, manifest: file });
            }
        }
        None
    }

    /// `uv sync --locked` refuses a lock file that lacks a requirement of a project.
    pub(super) fn stale_uv(&self, lock: &RepoPath) -> Option<Stale> {
        let content = self.toml(lock)?;
        let packages = packages(&content);
        for Project { name, file, manifest } in self.projects(lock, "python", "pyproject.toml", "project") {
            let is_own = |package: &&&Table| text(package, "name").map(normalized) == Some(normalized(&name));
            let Some(own) = packages.iter().find(is_own) else {
                return Some(Stale { package: name, manifest: file });
            };
            let required = own.get("metadata").and_then(|metadata| metadata.get("requires-dist")?.as_array());
            let required = required.into_iter().flatten().filter_map(|entry| entry.get("name")?.as_str());
            let locked: BTreeSet<String> = required.map(normalized).collect();
            if let Some(package) =
                requirements(&manifest).into_iter().find(|name| !locked.contains(&normalized(name)))
            {
                return Some(Stale { package, manifest: file });
            }
        }
        None
    }

    /// `poetry install` refuses a lock file of another pyproject.toml.
    pub(super) fn stale_poetry(&self, lock: &RepoPath) -> Option<Stale> {
        let content = self.toml(lock)?;
        let locked: BTreeSet<String> =
            packages(&content).iter().filter_map(|package| text(package, "name").map(normalized)).collect();
        let file = lock.parent().unwrap_or_default().child(b"pyproject.toml");
        let project = self.toml(&file)?;
        let poetry = project.get("tool").and_then(|tools| tools.get("poetry"));
        let groups =
            poetry.and_then(|poetry| poetry.get("group")?.as_table()).into_iter().flat_map(Table::values);
        let tables = groups.filter_map(|group| group.get("dependencies")?.as_table());
        let own = poetry.and_then(|poetry| poetry.get("dependencies")?.as_table());
        let named = tables.chain(own).flat_map(|table| table.keys().cloned());
        let mut required = named.chain(requirements(&project)).filter(|name| name != "python");
        let package = required.find(|name| !locked.contains(&normalized(name)))?;
        Some(Stale { package, manifest: file })
    }

    /// `pdm install` finds each required package in the lock file, unless that has no content.
    pub(super) fn stale_pdm(&self, lock: &RepoPath) -> Option<Stale> {
        let content = self.toml(lock).filter(|content| !content.is_empty())?;
        let locked: BTreeSet<String> =
            packages(&content).iter().filter_map(|package| text(package, "name").map(normalized)).collect();
        let file = lock.parent().unwrap_or_default().child(b"pyproject.toml");
        let mut required = requirements(&self.toml(&file)?).into_iter();
        let package = required.find(|name| !locked.contains(&normalized(name)))?;
        Some(Stale { package, manifest: file })
    }

    /// `composer install` refuses a lock file that lacks a required package.
    pub(super) fn stale_composer(&self, lock: &RepoPath) -> Option<Stale> {
        let content = self.data(lock)?;
        let tables = ["packages", "packages-dev"].iter().filter_map(|key| content.get(*key)?.as_array());
        let packages: Vec<&Json> = tables.flatten().collect();
        let mut locked: BTreeSet<&str> =
            packages.iter().filter_map(|package| package.get("name")?.as_str()).collect();
        for key in ["replace", "provide"] {
            let others = packages.iter().filter_map(|package| package.get(key)?.as_object());
            locked.extend(others.flat_map(|others| others.keys().map(String::as_str)));
        }
        let file = lock.parent().unwrap_or_default().child(b"composer.json");
        let package = self.data(&file)?;
        let tables = ["require", "require-dev"].iter().filter_map(|key| package.get(*key)?.as_object());
        // `php` and `ext-json` are of the platform.
        let mut required = tables.flat_map(|table| table.keys()).filter(|name| name.contains('/'));
        let missing = required.find(|name| !locked.iter().any(|known| known.eq_ignore_ascii_case(name)))?;
        Some(Stale { package: missing.clone(), manifest: file })
    }

    /// Returns the projects of a lock file that have a name, which is in this table of the manifest.
    fn projects(&self, lock: &RepoPath, kind: &str, file_name: &str, table: &str) -> Vec<Project> {
        let mut projects = Vec::new();
        for dir in self.locked_directories(lock, kind) {
            let file = dir.child(file_name.as_bytes());
            let Some(manifest) = self.toml(&file) else { continue };
            let name = manifest.get(table).and_then(|table| table.get("name")?.as_str()).map(str::to_owned);
            projects.extend(name.map(|name| Project { name, file, manifest }));
        }
        projects
    }

    fn toml(&self, path: &RepoPath) -> Option<Table> {
        self.text(path)?.parse().ok()
    }
}

/// Returns the `[[package]]` entries of a lock file.
fn packages(lock: &Table) -> Vec<&Table> {
    let packages = lock.get("package").and_then(Value::as_array).into_iter().flatten();
    packages.filter_map(Value::as_table).collect()
}

fn text<'t>(table: &'t Table, key: &str) -> Option<&'t str> {
    table.get(key)?.as_str()
}

/// Returns the packages that a crate depends on, of all platforms. A dependency may be renamed, here or in the workspace.
fn dependencies(manifest: &Table, workspace: Option<&Value>) -> Vec<String> {
    let platforms = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let places = std::iter::once(manifest).chain(platforms.filter_map(Value::as_table));
    let tables = places.flat_map(|place| {
        ["dependencies", "dev-dependencies", "build-dependencies"]
            .iter()
            .filter_map(|name| place.get(*name)?.as_table())
    });
    let package = |(name, value): (&String, &Value)| {
        let shared = workspace.and_then(|workspace| workspace.get("dependencies")?.get(name));
        let renamed = value.get("package").or_else(|| shared?.get("package"));
        renamed.and_then(Value::as_str).unwrap_or(name).to_owned()
    };
    tables.flatten().map(package).collect()
}

/// Returns the names of the requirements of a project.
fn requirements(project: &Table) -> Vec<String> {
    let listed = project.get("project").and_then(|project| project.get("dependencies")?.as_array());
    let listed = listed.into_iter().flatten().filter_map(Value::as_str);
    let name = |requirement: &str| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        requirement.trim().chars().take_while(|c| is_part(*c)).collect::<String>()
    };
    listed.map(name).filter(|name| !name.is_empty()).collect()
}

/// Returns a name as Python compares it.
fn normalized(name: &str) -> String {
    let parts: Vec<&str> = name.split(['-', '_', '.']).filter(|part| !part.is_empty()).collect();
    parts.join("-").to_lowercase()
}
