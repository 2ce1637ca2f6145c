//! `go.sum` (<https://go.dev/ref/mod#go-sum-files>): hashes of modules. The module beside it says in `go.mod` which versions all of its
//! packages are built with; since Go 1.17 it names all of them.

use super::lock::{Lock, Need, Package};
use super::{LockFile, Unknown};
use std::collections::{BTreeMap, HashSet};

pub(super) fn read(file: &LockFile<'_>) -> Result<Lock, Unknown> {
    let own = file.manifests.iter().find(|(directory, _)| *directory == file.directory);
    let (_, module) = own.ok_or("it has no `go.mod` in its directory")?;
    let module = without_comments(module);
    if !names_all(&module) {
        return Err("its `go.mod` is of a version before Go 1.17, which does not name all modules".into());
    }
    let named = side_by_side(&module);
    let mut lock = Lock::default();
    let mut needs = Vec::new();
    let mut sums: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for line in file.text.lines().filter(|line| !line.trim().is_empty()) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [name, version, sum] = fields[..] else {
            return Err(format!("`{line}` is not a module hash"));
        };
        let version = version.strip_suffix("/go.mod").unwrap_or(version);
        sums.entry((name, version)).or_default().push(sum);
    }
    for ((name, version), sums) in sums {
        // A replacement is named as well, and so is what it replaces.
        if named.contains(&(name, version)) {
            needs.push(Need::Package(lock.packages.len()));
            let text = format!("{name} {version} {}", sums.join(" "));
            let (name, version) = (name.to_owned(), version.to_owned());
            let mention = format!("{name} {version}");
            lock.packages.push(Package { name, version, text, needs: Vec::new(), mention });
        }
    }
    lock.members.insert(file.directory.clone(), needs);
    Ok(lock)
}

fn without_comments(module: &str) -> String {
    module.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn names_all(module: &str) -> bool {
    let version = module.lines().find_map(|line| line.trim().strip_prefix("go "));
    let mut numbers =
        version.into_iter().flat_map(|version| version.trim().split('.')).map(str::parse::<u32>);
    let (major, minor) = (numbers.next().and_then(Result::ok), numbers.next().and_then(Result::ok));
    major > Some(1) || (major == Some(1) && minor >= Some(17))
}

/// Returns the words that are side by side on a line of `go.mod`: modules with their versions are among them.
fn side_by_side(module: &str) -> HashSet<(&str, &str)> {
    let mut pairs = HashSet::new();
    for line in module.lines() {
        let words = line.split_whitespace();
        pairs.extend(words.clone().zip(words.skip(1)));
    }
    pairs
}
