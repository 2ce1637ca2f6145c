//! npm, Yarn, Bun and pnpm: `workspaces` of package.json, `pnpm-workspace.yaml`, `lerna.json`.

use super::pattern::members;
use super::{List, Reader};
use nestling::listed::MemberGlobs;
use nestling::{ReadError, RepoPath};
use serde_json::Value;

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
            match (MemberGlobs::of_pnpm_workspace(text), value.get("packages")) {
                (None, Some(list)) if !list.is_null() => {
                    Err("`packages` must be a list of strings".to_owned())
                }
                (globs, _) => Ok(globs),
            }
        };
        if let Some(globs) = reader.parsed(&file, parse)?.flatten() {
            lists.push(list(reader, "pnpm workspace", dir, file, &globs));
        }
    }
    for dir in reader.directories_with(PACKAGE) {
        if lists.iter().any(|list: &List| list.dir == dir) {
            continue;
        }
        let file = dir.child(PACKAGE.as_bytes());
        let parse = |text: &str| listed(text, "workspaces", MemberGlobs::of_package_json);
        if let Some(globs) = reader.parsed(&file, parse)?.flatten() {
            let noun = noun(reader, &dir);
            lists.push(list(reader, noun, dir, file, &globs));
            continue;
        }
        let lerna = dir.child(b"lerna.json");
        let parse = |text: &str| listed(text, "packages", MemberGlobs::of_lerna_json);
        if let Some(globs) = reader.parsed(&lerna, parse)?.flatten() {
            lists.push(list(reader, "Lerna workspace", dir, lerna, &globs));
        }
    }
    Ok(lists)
}

/// Returns the globs of a key of a JSON file, or the reason why they cannot be read.
fn listed(
    text: &str,
    key: &str,
    globs: impl Fn(&str) -> Option<MemberGlobs>,
) -> Result<Option<MemberGlobs>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if !value.is_object() {
        return Err("it must be a mapping".to_owned());
    }
    match (globs(text), value.get(key)) {
        (None, Some(list)) if !list.is_null() => Err(format!("`{key}` must be a list of strings")),
        (globs, _) => Ok(globs),
    }
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

fn list(reader: &Reader<'_>, noun: &'static str, dir: RepoPath, file: RepoPath, globs: &MemberGlobs) -> List {
    let members = members(reader, &dir, globs, PACKAGE);
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
