//! `pnpm-lock.yaml` of versions 5 to 9 (<https://github.com/pnpm/spec/tree/master/lockfile>): an importer for each package of the
//! workspace, and packages whose keys have the versions of their peers.

use super::lock::{Lock, Need, Package};
use super::{LockFile, Unknown};
use serde_yaml::{Mapping, Value};
use std::collections::HashMap;

/// Lists of dependencies of importers and packages.
const LISTS: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];

/// Keys beside the settings: the packages themselves, and what importers say again with the versions that it came to.
const NO_SETTINGS: [&str; 9] = [
    "importers",
    "packages",
    "snapshots",
    "catalogs",
    "time",
    "specifiers",
    "dependencies",
    "devDependencies",
    "optionalDependencies",
];

pub(super) fn read(file: &LockFile<'_>) -> Result<Lock, Unknown> {
    let value: Value = serde_yaml::from_str(file.text).map_err(|error| error.to_string())?;
    let root = value.as_mapping().ok_or("it is not a mapping")?;
    let settings: Mapping = root
        .iter()
        .filter(|(key, _)| !key.as_str().is_some_and(|key| NO_SETTINGS.contains(&key)))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let nothing = Mapping::new();
    let section = |name: &str| root.get(name).and_then(Value::as_mapping).unwrap_or(&nothing);
    let (packages, snapshots) = (section("packages"), section("snapshots"));
    let entries = if snapshots.is_empty() { packages } else { snapshots };
    let index = Index::new(entries)?;
    let mut lock =
        Lock { settings: printed(&settings), shared: Some(file.directory.clone()), ..Lock::default() };
    for (key, entry) in entries {
        let key = key.as_str().unwrap_or_default();
        let needs = index.needs(entry, file, &file.directory)?;
        let described = packages.get(without_peers(key)).unwrap_or(&Value::Null);
        let (name, version) = named(key);
        let text =
            format!("{key}\n{}\n{}", printed(&without_flags(entry)), printed(&without_flags(described)));
        let (name, version) = (name.to_owned(), version.to_owned());
        lock.packages.push(Package { name, version, text, needs, mention: key.to_owned() });
    }
    let importers = root.get("importers").and_then(Value::as_mapping);
    match importers {
        Some(importers) => {
            for (path, importer) in importers {
                let path = path.as_str().ok_or("an importer is not a path")?;
                let directory = file.directory.join(path).map_err(|error| error.to_string())?;
                let needs = index.needs(importer, file, &directory)?;
                lock.members.insert(directory, needs);
            }
        }
        None => {
            let needs = index.needs(&value, file, &file.directory)?;
            lock.members.insert(file.directory.clone(), needs);
        }
    }
    Ok(lock)
}

/// The entries by their keys.
struct Index<'v>(HashMap<&'v str, usize>);

impl<'v> Index<'v> {
    fn new(entries: &'v Mapping) -> Result<Self, Unknown> {
        let mut by_key = HashMap::new();
        for (index, key) in entries.keys().enumerate() {
            by_key.insert(key.as_str().ok_or("the key of a package is not a string")?, index);
        }
        Ok(Self(by_key))
    }

    /// The needs of an importer or a package.
    fn needs(
        &self,
        entry: &Value,
        file: &LockFile<'_>,
        directory: &nestling_files::path::RepoPath,
    ) -> Result<Vec<Need>, Unknown> {
        let mut needs = Vec::new();
        for list in LISTS.iter().filter_map(|list| entry.get(list)?.as_mapping()) {
            for (name, wanted) in list {
                let name = name.as_str().ok_or("the name of a dependency is not a string")?;
                let version = wanted.get("version").unwrap_or(wanted).as_str();
                let version = version.ok_or_else(|| format!("`{name}` has no version"))?;
                if let Some(path) = version.strip_prefix("link:") {
                    // A link that points outside of the repository is not of the lock file.
                    needs.extend(directory.join(path).ok().map(Need::Directory));
                    continue;
                }
                let key = self.key(name, version);
                if let Some(path) = version.strip_prefix("file:").or(named(version).1.strip_prefix("file:")) {
                    needs.extend(file.directory.join(without_peers(path)).ok().map(Need::Directory));
                }
                needs
                    .push(Need::Package(key.ok_or_else(|| format!("it has no package `{name}` {version}"))?));
            }
        }
        Ok(needs)
    }

    /// The entry of a version: the forms of version 9, 6 and 5, and those of aliases, which are whole keys.
    fn key(&self, name: &str, version: &str) -> Option<usize> {
        let forms = [
            version.to_owned(),
            format!("{name}@{version}"),
            format!("/{name}@{version}"),
            format!("/{name}/{version}"),
        ];
        forms.iter().find_map(|key| self.0.get(key.as_str()).copied())
    }
}

/// A key without the versions of peers after it.
fn without_peers(key: &str) -> &str {
    key.split_once('(').map_or(key, |(key, _)| key)
}

/// The name and the version in a key: `@scope/name@1.2.3(peer@1)`, `/name@1.2.3`, `/name/1.2.3_peer`.
fn named(key: &str) -> (&str, &str) {
    let key = without_peers(key.strip_prefix('/').unwrap_or(key));
    let start = usize::from(key.starts_with('@'));
    match key[start..].find('@').or_else(|| key.rfind('/').map(|slash| slash - start)) {
        Some(end) => (&key[..start + end], &key[start + end + 1..]),
        None => (key, ""),
    }
}

/// A package without what depends on who else needs it.
fn without_flags(entry: &Value) -> Value {
    let mut entry = entry.clone();
    if let Some(entry) = entry.as_mapping_mut() {
        entry.remove("dev");
    }
    entry
}

fn printed(value: &impl serde::Serialize) -> String {
    serde_yaml::to_string(value).unwrap_or_default()
}
