//! `yarn.lock` of Yarn 1, and of Yarn 2 and later (<https://yarnpkg.com/features/workspaces>). An entry has the ranges that it was
//! resolved for. Yarn 1 does not say what the packages of a workspace need, so that their `package.json` is asked.

mod classic;

use super::lock::{Lock, Need, Package};
use super::{LockFile, Unknown};
use classic::entries;
use nestling_files::path::RepoPath;
use serde_yaml::{Mapping, Value};
use std::collections::{HashMap, HashSet};

const LISTS: [&str; 4] = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

pub(super) fn read(file: &LockFile<'_>) -> Result<Lock, Unknown> {
    let is_modern = file.text.lines().any(|line| line.starts_with("__metadata:"));
    if is_modern { modern(file) } else { classic(file) }
}

/// The entries by name and range, and by name alone.
#[derive(Default)]
struct Index {
    by_range: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
    /// Patched packages by name.
    patched: HashMap<String, Vec<usize>>,
}

impl Index {
    /// Adds the key of an entry: `"a@^1.0.0, a@^1.1.0"`.
    fn add(&mut self, key: &str, index: usize) {
        for range in key.split(", ") {
            let range = range.trim_matches('"');
            let name = name_of(range);
            self.by_range.insert(range.to_owned(), index);
            let indices = self.by_name.entry(name.to_owned()).or_default();
            if indices.last() != Some(&index) {
                indices.push(index);
            }
            if range[name.len()..].starts_with("@patch:") {
                self.patched.entry(name.to_owned()).or_default().push(index);
            }
        }
    }

    /// The entries of a range. One that an override or a patch has replaced is in no key: then all of the name may be meant.
    fn resolved(&self, name: &str, range: &str) -> Vec<usize> {
        let forms = [format!("{name}@{range}"), format!("{name}@npm:{range}")];
        let resolved = forms.iter().find_map(|form| self.by_range.get(form).copied());
        let of_name = |entries: &HashMap<String, Vec<usize>>| entries.get(name).cloned().unwrap_or_default();
        match resolved {
            Some(index) => std::iter::once(index).chain(of_name(&self.patched)).collect(),
            None => of_name(&self.by_name),
        }
    }
}

/// The name in `@scope/name@range`.
fn name_of(range: &str) -> &str {
    let start = usize::from(range.starts_with('@'));
    range[start..].find('@').map_or(range, |end| &range[..start + end])
}

fn modern(file: &LockFile<'_>) -> Result<Lock, Unknown> {
    let value: Value = serde_yaml::from_str(file.text).map_err(|error| error.to_string())?;
    let root = value.as_mapping().ok_or("it is not a mapping")?;
    let settings = root.get("__metadata").map(serde_yaml::to_string);
    let mut lock = Lock {
        settings: settings.and_then(Result::ok).unwrap_or_default(),
        shared: Some(file.directory.clone()),
        ..Lock::default()
    };
    let entries: Vec<(&str, &Mapping)> =
        root.iter().filter_map(|(key, entry)| Some((key.as_str()?, entry.as_mapping()?))).collect();
    let entries: Vec<_> = entries.into_iter().filter(|(key, _)| *key != "__metadata").collect();
    let mut index = Index::default();
    for (position, (key, _)) in entries.iter().enumerate() {
        index.add(key, position);
    }
    for (key, entry) in &entries {
        let text = |field: &str| entry.get(field).and_then(Value::as_str).unwrap_or_default();
        let mut needs = Vec::new();
        for list in LISTS {
            for (name, range) in entry.get(list).and_then(Value::as_mapping).into_iter().flatten() {
                let (name, range) = (name.as_str().unwrap_or_default(), range.as_str().unwrap_or_default());
                let resolved = index.resolved(name, range);
                let is_optional =
                    list == "peerDependencies" || list == "optionalDependencies" || is_optional(entry, name);
                if resolved.is_empty() && !is_optional {
                    return Err(format!("it has no package `{name}@{range}`"));
                }
                for position in resolved {
                    // What a package of the repository needs is asked of its directory, which may be another unit.
                    needs.push(match directory(entries[position].1, file)? {
                        Some(directory) => Need::Directory(directory),
                        None => Need::Package(position),
                    });
                }
            }
        }
        let (resolution, version) = (text("resolution"), text("version"));
        let described = serde_yaml::to_string(entry).unwrap_or_default();
        if let Some(directory) = directory(entry, file)? {
            lock.members.insert(directory, needs.clone());
        }
        let (name, version) = (name_of(resolution).to_owned(), version.to_owned());
        lock.packages.push(Package { name, version, text: described, needs, mention: format!("\"{key}\":") });
    }
    Ok(lock)
}

/// The directory of an entry that is a package of the repository.
fn directory(entry: &Mapping, file: &LockFile<'_>) -> Result<Option<RepoPath>, Unknown> {
    let resolution = entry.get("resolution").and_then(Value::as_str).unwrap_or_default();
    let Some((_, path)) = resolution.split_once("@workspace:") else { return Ok(None) };
    Ok(Some(file.directory.join(path).map_err(|error| error.to_string())?))
}

/// Returns `true` if `dependenciesMeta` says that a dependency may be missing.
fn is_optional(entry: &Mapping, name: &str) -> bool {
    let meta = entry.get("dependenciesMeta").and_then(|meta| meta.get(name)?.get("optional")?.as_bool());
    meta == Some(true)
}

fn classic(file: &LockFile<'_>) -> Result<Lock, Unknown> {
    let mut lock = Lock { shared: Some(file.directory.clone()), ..Lock::default() };
    let mut index = Index::default();
    let entries = entries(file.text)?;
    for (position, entry) in entries.iter().enumerate() {
        index.add(&entry.key, position);
    }
    for entry in &entries {
        let mut needs = Vec::new();
        for (name, range) in &entry.dependencies {
            let resolved = index.resolved(name, range);
            if resolved.is_empty() && !entry.optional.contains(name) {
                return Err(format!("it has no package `{name}@{range}`"));
            }
            needs.extend(resolved.into_iter().map(Need::Package));
        }
        let first = entry.key.split(", ").next().unwrap_or_default().trim_matches('"');
        lock.packages.push(Package {
            name: name_of(first).to_owned(),
            version: entry.version.clone(),
            text: format!("{} {}", name_of(first), entry.text),
            needs,
            mention: format!("{}:", entry.key),
        });
    }
    let names = named_members(file);
    for (directory, text) in file.manifests {
        let Ok(package) = serde_json::from_str::<serde_json::Value>(text) else { continue };
        lock.members.insert(directory.clone(), member_needs(&package, &index, &names)?);
    }
    Ok(lock)
}

/// The names of the packages of the repository.
fn named_members(file: &LockFile<'_>) -> HashMap<String, RepoPath> {
    let mut names = HashMap::new();
    for (directory, text) in file.manifests {
        let package = serde_json::from_str::<serde_json::Value>(text).ok();
        let name = package.and_then(|package| Some(package.get("name")?.as_str()?.to_owned()));
        names.extend(name.map(|name| (name, directory.clone())));
    }
    names
}

fn member_needs(
    package: &serde_json::Value,
    index: &Index,
    names: &HashMap<String, RepoPath>,
) -> Result<Vec<Need>, Unknown> {
    let mut needs = Vec::new();
    let mut seen = HashSet::new();
    for list in LISTS {
        let listed = package.get(list).and_then(serde_json::Value::as_object);
        for (name, range) in listed.into_iter().flatten() {
            let range = range.as_str().unwrap_or_default();
            let resolved = index.resolved(name, range);
            let is_local = names.contains_key(name) || range.contains(':');
            let may_miss = is_local || list == "peerDependencies" || list == "optionalDependencies";
            if resolved.is_empty() && !may_miss {
                return Err(format!("it has no package `{name}@{range}`"));
            }
            needs.extend(names.get(name).cloned().map(Need::Directory));
            needs.extend(resolved.into_iter().filter(|index| seen.insert(*index)).map(Need::Package));
        }
    }
    Ok(needs)
}
