//! `uv.lock` (<https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile>): packages of the repository have a directory as
//! their source. What the root of a workspace needs, such as its development tools, all members can use.

use super::lock::{Lock, Need, Package};
use super::toml_packages::{packages, printed, text};
use super::{LockFile, Unknown};
use nestling_files::path::RepoPath;
use std::collections::HashMap;
use toml::{Table, Value};

/// Kinds of sources that are directories.
const DIRECTORIES: [&str; 3] = ["editable", "virtual", "directory"];

pub(super) fn read(file: &LockFile<'_>) -> Result<Lock, Unknown> {
    let table: Table = file.text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let (entries, mut lock) = packages(&table)?;
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        by_name.entry(text(entry, "name")?).or_default().push(index);
    }
    for entry in &entries {
        let mut needs = Vec::new();
        for needed in dependencies(entry)? {
            for index in resolved(needed, &entries, &by_name)? {
                needs.push(match directory(entries[index], file) {
                    Some(directory) => Need::Directory(directory),
                    None => Need::Package(index),
                });
            }
        }
        if let Some(directory) = directory(entry, file) {
            lock.members.insert(directory, needs.clone());
        }
        let name = text(entry, "name")?.to_owned();
        let version = entry.get("version").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mention = match version.as_str() {
            "" => format!("name = \"{name}\""),
            version => format!("name = \"{name}\"\nversion = \"{version}\""),
        };
        lock.packages.push(Package { name, version, text: printed(entry), needs, mention });
    }
    lock.shared = Some(file.directory.clone());
    Ok(lock)
}

/// All dependencies of a package: those of its extras and its groups too.
fn dependencies(entry: &Table) -> Result<Vec<&Table>, Unknown> {
    let mut lists: Vec<&Value> = entry.get("dependencies").into_iter().collect();
    for group in ["optional-dependencies", "dev-dependencies"] {
        lists.extend(entry.get(group).and_then(Value::as_table).into_iter().flat_map(Table::values));
    }
    let mut dependencies = Vec::new();
    for list in lists {
        for needed in list.as_array().ok_or("dependencies are not a list")? {
            dependencies.push(needed.as_table().ok_or("a dependency is not a table")?);
        }
    }
    Ok(dependencies)
}

/// The entries that a dependency may mean: one where it says the version, and otherwise all of its name.
fn resolved(
    needed: &Table,
    entries: &[&Table],
    by_name: &HashMap<&str, Vec<usize>>,
) -> Result<Vec<usize>, Unknown> {
    let name = text(needed, "name")?;
    let named = by_name.get(name).ok_or_else(|| format!("it has no package `{name}`"))?;
    let is_meant = |index: &&usize| {
        let same = |key: &str| needed.get(key).is_none_or(|value| entries[**index].get(key) == Some(value));
        same("version") && same("source")
    };
    let meant: Vec<usize> = named.iter().filter(is_meant).copied().collect();
    Ok(if meant.is_empty() { named.clone() } else { meant })
}

fn directory(entry: &Table, file: &LockFile<'_>) -> Option<RepoPath> {
    let source = entry.get("source")?;
    let path = DIRECTORIES.iter().find_map(|kind| source.get(kind)?.as_str())?;
    file.directory.join(path).ok()
}
