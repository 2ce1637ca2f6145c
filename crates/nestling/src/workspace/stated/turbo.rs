//! Turborepo: tasks that need a task of a package by name
//! (<https://turborepo.com/docs/reference/configuration#dependson>). What `^build` means is stated by the packages, for `npm`.

use super::manifest::{Manifest, jsonc, strings};
use super::{Edges, Reading};
use nestling_files::path::RepoPath;
use serde_json::Value;
use std::collections::HashMap;

pub(super) const FILES: [&str; 3] = ["turbo.json", "turbo.jsonc", "package.json"];

pub(super) fn edges(reading: &mut Reading<'_>, edges: &mut Edges<'_>) {
    let turbo: Vec<Manifest<Value>> = FILES[..2].iter().flat_map(|name| reading.all(name, jsonc)).collect();
    let packages = reading.all(FILES[2], jsonc);
    let name = |package: &Manifest<Value>| package.content.get("name")?.as_str().map(str::to_owned);
    let named: HashMap<String, &RepoPath> =
        packages.iter().filter_map(|package| Some((name(package)?, &package.dir))).collect();
    for manifest in &turbo {
        // `pipeline` is what version 1 calls `tasks`.
        let tasks = ["tasks", "pipeline"].iter().filter_map(|key| manifest.content.get(*key)?.as_object());
        for (task, settings) in tasks.flatten() {
            // `package#task` sets a task of that package; others those of the file's own, or of all from the root.
            let from = match task.split_once('#') {
                Some((package, _)) => named.get(package).copied(),
                None => Some(&manifest.dir),
            };
            for needed in strings(settings.get("dependsOn")) {
                let package = needed.split_once('#').and_then(|(package, _)| named.get(package));
                if let (Some(from), Some(to)) = (from, package) {
                    edges.add(from, to, || manifest.place(needed));
                }
            }
        }
    }
}
