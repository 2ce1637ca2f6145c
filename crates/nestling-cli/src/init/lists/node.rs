//! npm, Yarn, Bun and pnpm: `workspaces` of package.json, `pnpm-workspace.yaml`, `lerna.json`.

use super::pattern::members;
use super::{List, Reader};
use nestling::{ReadError, RepoPath};
use serde::Deserialize;
use serde_json::Value;

/// As much of `pnpm-workspace.yaml` as lists packages.
#[derive(Debug, Default, Deserialize)]
struct PnpmWorkspace {
    packages: Option<Vec<String>>,
}

/// The file that marks a package.
const PACKAGE: &str = "package.json";

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<List>, ReadError> {
    let mut lists = Vec::new();
    for dir in reader.directories_with("pnpm-workspace.yaml") {
        let file = dir.child(b"pnpm-workspace.yaml");
        let parse = |text: &str| {
            let value: serde_yaml::Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
            if !value.is_mapping() && !value.is_null() {
                return Err("it must be a mapping".to_owned());
            }
            serde_yaml::from_value::<Option<PnpmWorkspace>>(value).map_err(|error| error.to_string())
        };
        // Without `packages` the file only has settings.
        if let Some(globs) = reader.parsed(&file, parse)?.flatten().and_then(|file| file.packages) {
            lists.push(list(reader, "pnpm workspace", dir, file, &globs));
        }
    }
    for dir in reader.directories_with(PACKAGE) {
        if lists.iter().any(|list: &List| list.dir == dir) {
            continue;
        }
        let file = dir.child(PACKAGE.as_bytes());
        let globs = match reader.parsed(&file, json)? {
            Some(package) => globs(package.get("workspaces")),
            None => None,
        };
        if let Some(globs) = globs {
            let noun = noun(reader, &dir);
            lists.push(list(reader, noun, dir, file, &globs));
            continue;
        }
        let lerna = dir.child(b"lerna.json");
        if let Some(globs) = reader.parsed(&lerna, json)?.and_then(|lerna| globs_of(lerna.get("packages"))) {
            lists.push(list(reader, "Lerna workspace", dir, lerna, &globs));
        }
    }
    Ok(lists)
}

fn json(text: &str) -> Result<Value, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if value.is_object() { Ok(value) } else { Err("it must be a mapping".to_owned()) }
}

/// Returns the globs of `workspaces`: a list, or Yarn's older mapping with the list inside.
fn globs(workspaces: Option<&Value>) -> Option<Vec<String>> {
    let workspaces = workspaces?;
    globs_of(Some(workspaces)).or_else(|| globs_of(workspaces.get("packages")))
}

fn globs_of(value: Option<&Value>) -> Option<Vec<String>> {
    Some(value?.as_array()?.iter().filter_map(|glob| glob.as_str().map(str::to_owned)).collect())
}

/// Returns the name of a workspace by the lock file beside it.
fn noun(reader: &Reader<'_>, dir: &RepoPath) -> &'static str {
    let has = |name: &str| reader.inventory.is_file(&dir.child(name.as_bytes()));
    if has("yarn.lock") {
        "Yarn workspace"
    } else if has("bun.lock") || has("bun.lockb") {
        "Bun workspace"
    } else {
        "npm workspace"
    }
}

fn list(reader: &Reader<'_>, noun: &'static str, dir: RepoPath, file: RepoPath, globs: &[String]) -> List {
    let members = members(reader, &dir, globs, &[], &[PACKAGE]);
    List {
        kind: "node",
        noun,
        dir,
        file,
        members: members.included,
        excluded: members.excluded,
        is_open: false,
    }
}
