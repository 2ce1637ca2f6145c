//! Paths that concern units from outside of their directories: files above them, and what their images are made from.

use super::glob::escaped;
use super::inventory::Inventory;
use super::kinds::{EVERYTHING, Kind, fits, served_by};
use super::lists::List;
use super::units::Units;
use nestling::{Files, ReadError, RepoPath};
use std::collections::{BTreeMap, BTreeSet};

/// Adds the globs of such paths to the units, and returns those that concern every unit.
///
/// # Errors
/// A file cannot be read.
pub(super) fn add(
    files: &dyn Files,
    inventory: &Inventory,
    lists: &[List],
    parent: &str,
    readers: &[&str],
    units: &mut Units,
) -> Result<Vec<String>, ReadError> {
    units.values_mut().for_each(|unit| unit.changes.clear());
    add_copies(inventory, units);
    let mut concerned: BTreeMap<RepoPath, BTreeSet<RepoPath>> = BTreeMap::new();
    let projects: BTreeSet<RepoPath> = units.keys().cloned().collect();
    let mut known: BTreeMap<RepoPath, bool> = BTreeMap::new();
    for (dir, unit) in &*units {
        for kind in unit.kinds.iter().filter_map(|id| Kind::named(id)) {
            // Files of another project are its own, and files of a workspace affect its members.
            let own_root = lists.iter().find(|list| list.kind == kind.id && list.dir == *dir);
            let is_own_root = own_root.is_some() || is_independent(kind, inventory, dir);
            let is_above = |above: &RepoPath| {
                let mut own =
                    lists.iter().filter(|list| list.kind == kind.id && list.dir == *above).peekable();
                match own.peek() {
                    // A workspace of its own, below one that computes its members, is most likely none of them.
                    Some(_) => own.any(|list| list.members.contains(dir) || (list.is_open && !is_own_root)),
                    None => !projects.contains(above),
                }
            };
            for path in candidates(inventory, kind, dir, &is_above) {
                if is_understood(inventory, kind, dir, &path, readers) {
                    continue;
                }
                let is_there = match known.get(&path) {
                    Some(is_there) => *is_there,
                    // Some are in directories that are not entered, such as `.mvn`.
                    None => inventory.is_directory(&path) || files.read(&path)?.is_some(),
                };
                known.insert(path.clone(), is_there);
                if is_there {
                    concerned.entry(path).or_default().insert(dir.clone());
                }
            }
        }
    }
    let count = units.len();
    // A single unit at the root has all files anyhow.
    let is_needed = units.keys().any(|dir| !dir.is_root());
    let mut everything: Vec<String> = EVERYTHING
        .iter()
        .filter(|name| is_needed && (**name == parent || inventory.at_root.contains(**name)))
        .map(|name| (*name).to_owned())
        .collect();
    for (path, dirs) in concerned {
        let Some(glob) = glob_of(inventory, &path) else { continue };
        if count > 1 && dirs.len() == count {
            everything.push(glob.trim_start_matches('/').to_owned());
            continue;
        }
        for dir in dirs {
            // What is in its own directory selects a unit anyhow.
            if let Some(unit) = units.get_mut(&dir).filter(|_| !dir.is_root() && !path.is_in(&dir)) {
                unit.changes.insert(glob.clone());
            }
        }
    }
    for unit in units.values_mut() {
        // All paths are those of each glob.
        if unit.changes.contains(ALL) {
            unit.changes = BTreeSet::from([ALL.to_owned()]);
        }
        unit.changes.retain(|glob| !unit.unneeded.contains(glob));
    }
    Ok(everything)
}

/// Returns true for a lock file whose changes select the units that they concern, this one among them.
fn is_understood(
    inventory: &Inventory,
    kind: &Kind,
    dir: &RepoPath,
    path: &RepoPath,
    readers: &[&str],
) -> bool {
    let name = String::from_utf8_lossy(path.file_name());
    let reader = if kind.id == "nx" { Some("npm") } else { kind.reader };
    let is_read = reader.is_some_and(|reader| readers.contains(&reader));
    is_read
        && served_by(kind, &name).is_some_and(|manifest| inventory.is_file(&dir.child(manifest.as_bytes())))
}

/// Returns true for a directory with a file that makes it independent of a workspace above.
fn is_independent(kind: &Kind, inventory: &Inventory, dir: &RepoPath) -> bool {
    let files = inventory.directories.get(dir).into_iter().flat_map(|directory| &directory.files);
    files.into_iter().any(|file| kind.own.iter().any(|own| fits(own, file)))
}

/// The glob of all paths.
const ALL: &str = "/**/*";

/// Returns the paths that could concern a unit of a kind, in its directory and those above.
fn candidates(
    inventory: &Inventory,
    kind: &Kind,
    dir: &RepoPath,
    is_above: &dyn Fn(&RepoPath) -> bool,
) -> Vec<RepoPath> {
    let mut paths = Vec::new();
    let mut next = Some(dir.clone());
    while let Some(above) = next {
        next = above.parent();
        if above != *dir && !is_above(&above) {
            continue;
        }
        for name in kind.shared {
            if let Some(end) = name.strip_prefix('*') {
                let files =
                    inventory.directories.get(&above).into_iter().flat_map(|directory| &directory.files);
                paths.extend(
                    files
                        .filter(|file| fits(&format!("*{end}"), file))
                        .map(|file| above.child(file.as_bytes())),
                );
            } else {
                paths.extend(above.join(name.trim_end_matches('/')));
            }
        }
    }
    paths
}

/// Adds the paths that an image is made from, as far as they are not the unit's own.
fn add_copies(inventory: &Inventory, units: &mut Units) {
    let dirs: Vec<RepoPath> = units.keys().cloned().collect();
    for (dir, unit) in units {
        let is_own = |path: &RepoPath| dir.is_root() || path == dir || path.is_in(dir);
        let has_others = |path: &RepoPath| {
            dirs.iter().any(|other| other != dir && (path.is_root() || other == path || other.is_in(path)))
        };
        let owned_by_other =
            |path: &RepoPath| dirs.iter().any(|other| other != dir && other.is_in(dir) && path.is_in(other));
        unit.changes.extend(unit.copied_globs.iter().cloned());
        for path in &unit.copies {
            if !is_own(path) || has_others(path) || owned_by_other(path) {
                unit.changes.extend(glob_of(inventory, path));
            }
        }
    }
}

/// Returns a glob of a path from the root: a file, or all below a directory.
fn glob_of(inventory: &Inventory, path: &RepoPath) -> Option<String> {
    let text = escaped(path.as_str()?);
    Some(match (path.is_root(), inventory.is_directory(path)) {
        (true, _) => ALL.to_owned(),
        (false, true) => format!("/{text}/**/*"),
        (false, false) => format!("/{text}"),
    })
}
