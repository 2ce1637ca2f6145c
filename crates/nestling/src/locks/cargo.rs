//! `Cargo.lock` (<https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html>): packages of the repository have no
//! source, and their dependencies are those of all features and platforms.

use super::lock::{Lock, Need, Package};
use super::toml_packages::{packages, printed, text};
use super::{LockFile, Unknown};
use nestling_files::path::RepoPath;
use std::collections::HashMap;
use toml::{Table, Value};

pub(super) fn read(file: &LockFile<'_>) -> Result<Lock, Unknown> {
    let table: Table = file.text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let (entries, mut lock) = packages(&table)?;
    let directories = directories(file);
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        by_name.entry(text(entry, "name")?).or_default().push(index);
    }
    // An entry without a source is a directory of the repository, or one that is nowhere in it.
    let mut needs_of = Vec::new();
    for entry in &entries {
        let listed = entry.get("dependencies").and_then(Value::as_array);
        let mut needs = Vec::new();
        for needed in listed.into_iter().flatten() {
            let needed = needed.as_str().ok_or("a dependency is not a string")?;
            let index = resolved(needed, &entries, &by_name)?;
            match of_entry(entries[index], &directories) {
                [] => needs.push(Need::Package(index)),
                directories => needs.extend(directories.iter().cloned().map(Need::Directory)),
            }
        }
        needs_of.push(needs);
    }
    for (entry, needs) in entries.iter().zip(needs_of) {
        let (name, version) = (text(entry, "name")?.to_owned(), text(entry, "version")?.to_owned());
        for directory in of_entry(entry, &directories) {
            lock.members.insert(directory.clone(), needs.clone());
        }
        let mention = format!("name = \"{name}\"\nversion = \"{version}\"");
        let field = |key: &str| entry.get(key).map(printed).unwrap_or_default();
        let text = format!("{name} {version} {} {}", field("source"), field("checksum"));
        lock.packages.push(Package { name, version, text, needs, mention });
    }
    Ok(lock)
}

/// The directories of the packages of the repository, by name.
fn directories(file: &LockFile<'_>) -> HashMap<String, Vec<RepoPath>> {
    let mut directories: HashMap<String, Vec<RepoPath>> = HashMap::new();
    for (directory, text) in file.manifests {
        let Ok(manifest) = text.parse::<Table>() else { continue };
        let name = manifest.get("package").and_then(|package| package.get("name")?.as_str());
        if let Some(name) = name {
            directories.entry(name.to_owned()).or_default().push(directory.clone());
        }
    }
    directories
}

/// The directories that an entry may be: several, where several packages have its name. An entry with a source is none.
fn of_entry<'d>(entry: &Table, directories: &'d HashMap<String, Vec<RepoPath>>) -> &'d [RepoPath] {
    let name = entry.get("name").and_then(Value::as_str).filter(|_| !entry.contains_key("source"));
    name.and_then(|name| directories.get(name)).map(Vec::as_slice).unwrap_or_default()
}

/// The entry that a dependency means: `name`, `name version` or `name version (source)`.
fn resolved(needed: &str, entries: &[&Table], by_name: &HashMap<&str, Vec<usize>>) -> Result<usize, Unknown> {
    let mut words = needed.splitn(3, ' ');
    let name = words.next().unwrap_or_default();
    let (version, source) = (words.next(), words.next());
    let source = source.map(|source| source.trim_matches(['(', ')']));
    let is_meant = |index: &&usize| {
        let field = |key: &str| entries[**index].get(key).and_then(Value::as_str);
        version.is_none_or(|version| field("version") == Some(version))
            && source.is_none_or(|source| field("source") == Some(source))
    };
    let index = by_name.get(name).and_then(|named| named.iter().find(is_meant));
    Ok(*index.ok_or_else(|| format!("it has no package `{needed}`"))?)
}
