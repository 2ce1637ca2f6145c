//! npm, pnpm and Bun (<https://docs.npmjs.com/cli/configuring-npm/package-lock-json>).

use super::super::Manifests;
use super::Stale;
use crate::init::versions::permits;
use nestling::RepoPath;
use serde_json::{Map, Value};

/// Tables of dependencies that are always installed. Of optional ones a lock file may lack some.
const DEPENDENCIES: [&str; 2] = ["dependencies", "devDependencies"];

/// Returns the dependencies of a manifest with the versions that it asks for.
pub(super) fn dependencies(package: &Value) -> impl Iterator<Item = (&str, &str)> {
    let tables = DEPENDENCIES.iter().filter_map(|name| package.get(*name)?.as_object());
    tables.flatten().filter_map(|(name, asked)| Some((name.as_str(), asked.as_str()?)))
}

/// Returns true for a range of versions that a registry answers: no tag, path, URL or alias.
pub(super) fn is_range(asked: &str) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || " .<>=~^|*x".contains(c);
    asked.chars().all(is_part) && asked.contains(|c: char| c.is_ascii_digit())
}

impl Manifests<'_> {
    /// `npm ci` compares each project with the packages of the lock file.
    pub(super) fn stale_npm(&self, lock: &RepoPath) -> Option<Stale> {
        let content = self.data(lock)?;
        let root = lock.parent().unwrap_or_default();
        let has_overrides = self.package(&root).get("overrides").is_some();
        let directories = self.locked_directories(lock, "node");
        for dir in directories {
            let package = self.package(&dir);
            let path = String::from_utf8_lossy(dir.relative_to(&root)?).into_owned();
            let missing = dependencies(&package).find(|(name, asked)| {
                let version = match content.get("packages").and_then(Value::as_object) {
                    Some(packages) => locked_version(packages, &path, name),
                    None => content.get("dependencies").and_then(|all| version_of(all.get(*name)?)),
                };
                match version {
                    None => true,
                    Some(version) => {
                        !has_overrides && is_range(asked) && is_range(&version) && !permits(asked, &version)
                    }
                }
            });
            if let Some((name, asked)) = missing {
                return Some(Stale::of_package(name, asked, &dir));
            }
        }
        None
    }

    /// `pnpm install --frozen-lockfile` compares the dependencies of a project with those that the lock file recorded.
    pub(super) fn stale_pnpm(&self, lock: &RepoPath, dir: &RepoPath) -> Option<Stale> {
        let content = self.data(lock)?;
        let root = lock.parent().unwrap_or_default();
        let package = self.package(dir);
        let path = String::from_utf8_lossy(dir.relative_to(&root)?).into_owned();
        let path = if path.is_empty() { "." } else { &path };
        // A lock file of a single project has its dependencies at the top.
        let importer = match content.get("importers") {
            Some(importers) => importers.get(path),
            None => Some(&*content).filter(|_| path == "."),
        };
        // Overrides, catalogs and hooks change what is asked for.
        let is_changed = ["overrides", "pnpmfileChecksum", "patchedDependencies"]
            .iter()
            .any(|key| content.get(*key).is_some());
        let stale = dependencies(&package).find(|(name, asked)| {
            let Some(importer) = importer else { return true };
            match asked_before(importer, name) {
                None => true,
                Some(before) => !is_changed && before != *asked,
            }
        });
        stale.map(|(name, asked)| Stale::of_package(name, asked, dir))
    }

    /// `bun install --frozen-lockfile` compares the projects with the `workspaces` of the lock file.
    pub(super) fn stale_bun(&self, lock: &RepoPath) -> Option<Stale> {
        let content = self.data(lock)?;
        let workspaces = content.get("workspaces")?;
        let root = lock.parent().unwrap_or_default();
        self.locked_directories(lock, "node").into_iter().find_map(|dir| {
            let package = self.package(&dir);
            let path = String::from_utf8_lossy(dir.relative_to(&root)?).into_owned();
            let known = workspaces.get(&path);
            let is_stale = |name: &str, asked: &str| {
                !DEPENDENCIES.iter().any(|table| {
                    known.and_then(|known| known.get(*table)?.get(name)?.as_str()) == Some(asked)
                })
            };
            let stale = dependencies(&package).find(|(name, asked)| is_stale(name, asked));
            stale.map(|(name, asked)| Stale::of_package(name, asked, &dir))
        })
    }
}

/// Returns the version that a project at a path gets of a package: from its own `node_modules`, or from those above. It is empty for
/// a package of the workspace.
fn locked_version(packages: &Map<String, Value>, path: &str, name: &str) -> Option<String> {
    let mut above = Some(path);
    while let Some(dir) = above {
        let key = if dir.is_empty() {
            format!("node_modules/{name}")
        } else {
            format!("{dir}/node_modules/{name}")
        };
        if let Some(entry) = packages.get(&key) {
            return Some(version_of(entry).unwrap_or_default());
        }
        above = if dir.is_empty() { None } else { Some(dir.rsplit_once('/').map_or("", |(above, _)| above)) };
    }
    None
}

fn version_of(entry: &Value) -> Option<String> {
    entry.get("version").and_then(Value::as_str).map(str::to_owned)
}

/// Returns what an importer of pnpm's lock file asked for: `specifier` of each, or the table of them in older files.
fn asked_before<'v>(importer: &'v Value, name: &str) -> Option<&'v str> {
    if let Some(specifiers) = importer.get("specifiers") {
        return specifiers.get(name)?.as_str();
    }
    let tables = ["dependencies", "devDependencies", "optionalDependencies"];
    tables.iter().find_map(|table| importer.get(*table)?.get(name)?.get("specifier")?.as_str())
}
