//! Compares the shares of units in lock files at base and at head.

use super::lock::{Lock, line_of};
use super::shares::{FileShares, LockShares};
use crate::select::{Difference, Reason};
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};

/// A package that a unit comes to on one side only.
type Package<'l> = (&'l str, &'l str, &'l str);

/// A unit whose share differs, with the lock file and the reason.
pub(crate) type Locked = (UnitName, RepoPath, Reason);

/// Returns the units whose shares differ, in order of the lock files and of the units.
pub(crate) fn compare(old: &LockShares, new: &LockShares) -> Vec<Locked> {
    let paths: BTreeSet<&RepoPath> = old.files.keys().chain(new.files.keys()).collect();
    let mut locked = Vec::new();
    for path in paths {
        let (before, after) = (old.files.get(path), new.files.get(path));
        let of = |file: Option<&FileShares>| {
            file.into_iter().flat_map(|file| file.units.keys().cloned()).collect::<Vec<_>>()
        };
        let units: BTreeSet<UnitName> = of(before).into_iter().chain(of(after)).collect();
        for unit in units {
            let shares = [before, after].map(|file| file.and_then(|file| file.share(&unit)));
            if shares[0] == shares[1] {
                continue;
            }
            let reason = reason(path, &unit, before, after);
            locked.push((unit, path.clone(), reason));
        }
    }
    locked
}

fn reason(
    path: &RepoPath,
    unit: &UnitName,
    before: Option<&FileShares>,
    after: Option<&FileShares>,
) -> Reason {
    let because = |why: &str| Reason::Template { path: path.clone(), why: why.to_owned() };
    let serves = |file: Option<&FileShares>| file.is_some_and(|file| file.units.contains_key(unit));
    let (Some(before), Some(after)) = (before.filter(|_| serves(before)), after.filter(|_| serves(after)))
    else {
        return because(if serves(after) {
            "it did not resolve its dependencies before"
        } else {
            "it no longer resolves its dependencies"
        });
    };
    let (old, new) = match (&before.content, &after.content) {
        (Ok(old), Ok(new)) => (old, new),
        (_, Err(why)) => {
            return because(&format!("it cannot be read, so it affects all of its units: {why}"));
        }
        (Err(why), _) => {
            return because(&format!("it cannot be read at base, so it affects all of its units: {why}"));
        }
    };
    if old.settings != new.settings {
        return because("its version or its settings changed, which affects all of its units");
    }
    let differences = differences((old, before, unit), (new, after, unit));
    Reason::Definition { path: path.clone(), others: 0, differences }
}

/// Returns the packages that differ, by name: those of another version first, then new ones, then removed ones.
fn differences(
    old: (&Lock, &FileShares, &UnitName),
    new: (&Lock, &FileShares, &UnitName),
) -> Vec<Difference> {
    let (was, is) = (packages(old), packages(new));
    let mut gone: BTreeMap<&str, Vec<&Package<'_>>> = BTreeMap::new();
    for package in was.difference(&is) {
        gone.entry(package.0).or_default().push(package);
    }
    let line = |package: &Package<'_>| {
        let mention = mention(new.0, package);
        nestling_gitlab::diagnostic::number(line_of(&new.1.text, mention))
    };
    let (mut changed, mut added) = (Vec::new(), Vec::new());
    for package in is.difference(&was) {
        let (name, version, _) = *package;
        let before = gone.get_mut(name).and_then(Vec::pop).map(|(_, version, _)| (*version).to_owned());
        let list = if before.is_some() { &mut changed } else { &mut added };
        let (package, after, line) = (name.to_owned(), Some(version.to_owned()), Some(line(package)));
        list.push(Difference::Locked { package, before, after, line });
    }
    changed.append(&mut added);
    for (name, version, _) in gone.into_values().flatten() {
        let (package, before) = ((*name).to_owned(), Some((*version).to_owned()));
        changed.push(Difference::Locked { package, before, after: None, line: None });
    }
    changed
}

fn packages<'l>((lock, file, unit): (&'l Lock, &'l FileShares, &UnitName)) -> BTreeSet<Package<'l>> {
    let indices = file.units.get(unit).into_iter().flatten();
    let packages = indices.map(|index| &lock.packages[*index]);
    packages.map(|package| (package.name.as_str(), package.version.as_str(), package.text.as_str())).collect()
}

fn mention<'l>(lock: &'l Lock, package: &Package<'_>) -> &'l str {
    let described = lock.packages.iter().find(|known| known.text == package.2);
    described.map_or("", |package| package.mention.as_str())
}
