//! `package-lock.json` of versions 2 and 3 (<https://docs.npmjs.com/cli/configuring-npm/package-lock-json>): a package for each
//! place where one is installed, and those of the workspace by their directories.

use super::lock::{Lock, Need, Package};
use super::{LockFile, Unknown};
use nestling_files::path::RepoPath;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Dependencies that a package may have. Those of peers count where they are installed.
const LISTS: [(&str, Missing); 4] = [
    ("dependencies", Missing::Unknown),
    ("devDependencies", Missing::Unknown),
    ("optionalDependencies", Missing::Fine),
    ("peerDependencies", Missing::Fine),
];

/// Consequence of a dependency that is not installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    Fine,
    Unknown,
}

/// Flags that depend on who else needs a package.
const FLAGS: [&str; 5] = ["dev", "devOptional", "optional", "peer", "extraneous"];

const INSTALLED: &str = "node_modules/";

pub(super) fn read(file: &LockFile<'_>) -> Result<Lock, Unknown> {
    let value: Value = serde_json::from_str(file.text).map_err(|error| error.to_string())?;
    let packages = value.get("packages").and_then(Value::as_object);
    let packages =
        packages.ok_or("version 1 does not list the dependencies of each package of a workspace")?;
    let index: HashMap<&str, usize> =
        packages.keys().enumerate().map(|(index, key)| (key.as_str(), index)).collect();
    let mut lock = Lock {
        settings: format!("{:?}", value.get("lockfileVersion")),
        shared: Some(file.directory.clone()),
        ..Lock::default()
    };
    for (path, entry) in packages {
        let is_member = !path.split('/').any(|name| name == "node_modules");
        let needs = needs(path, entry, is_member, packages, &index, file)?;
        if is_member {
            let directory = file.directory.join(path).map_err(|error| error.to_string())?;
            lock.members.insert(directory, needs.clone());
        }
        let name = path.rsplit(INSTALLED).next().unwrap_or(path).to_owned();
        let version = entry.get("version").and_then(Value::as_str).unwrap_or_default().to_owned();
        let resolved = Resolved(entry.as_object().ok_or("a package is not a mapping")?);
        let resolved = serde_json::to_string(&resolved).map_err(|error| error.to_string())?;
        let text = format!("{name} {resolved}");
        lock.packages.push(Package { name, version, text, needs, mention: format!("\"{path}\"") });
    }
    Ok(lock)
}

/// A package without the flags that depend on others.
struct Resolved<'p>(&'p Map<String, Value>);

impl Serialize for Resolved<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().filter(|(key, _)| !FLAGS.contains(&key.as_str())))
    }
}

fn needs(
    path: &str,
    entry: &Value,
    is_member: bool,
    packages: &Map<String, Value>,
    index: &HashMap<&str, usize>,
    file: &LockFile<'_>,
) -> Result<Vec<Need>, Unknown> {
    let mut needs = Vec::new();
    let optional = entry.get("optionalDependencies").and_then(Value::as_object);
    for (list, missing) in LISTS.iter().filter(|(list, _)| is_member || *list != "devDependencies") {
        for name in entry.get(list).and_then(Value::as_object).into_iter().flat_map(Map::keys) {
            let is_optional = optional.is_some_and(|optional| optional.contains_key(name));
            match installed(path, name, packages) {
                Some(place) => match linked(&packages[place], file)? {
                    Some(directory) => needs.push(Need::Directory(directory)),
                    None => needs.push(Need::Package(index[place])),
                },
                None if *missing == Missing::Fine || is_optional => {}
                None => return Err(format!("it has no package `{name}`, which `{path}` needs")),
            }
        }
    }
    Ok(needs)
}

/// The directory that an installed name stands for, if it is a link.
fn linked(entry: &Value, file: &LockFile<'_>) -> Result<Option<RepoPath>, Unknown> {
    if entry.get("link").and_then(Value::as_bool) != Some(true) {
        return Ok(None);
    }
    let target = entry.get("resolved").and_then(Value::as_str).ok_or("a link has no target")?;
    Ok(Some(file.directory.join(target).map_err(|error| error.to_string())?))
}

/// The place where a package finds another, as Node does: in its own directory, then in those above.
fn installed<'p>(from: &str, name: &str, packages: &'p Map<String, Value>) -> Option<&'p str> {
    let mut directory = from;
    let mut place = String::with_capacity(from.len() + 1 + INSTALLED.len() + name.len());
    loop {
        place.clear();
        let slash = if directory.is_empty() { "" } else { "/" };
        [directory, slash, INSTALLED, name].into_iter().for_each(|part| place.push_str(part));
        if let Some((place, _)) = packages.get_key_value(&place) {
            return Some(place);
        }
        if directory.is_empty() {
            return None;
        }
        directory = directory.rsplit_once('/').map_or("", |(above, _)| above);
    }
}
