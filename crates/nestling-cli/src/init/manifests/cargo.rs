//! Cargo: a workspace is read as a whole, so that a fault of any of its crates is one of all
//! (<https://doc.rust-lang.org/cargo/reference/workspaces.html>).

use super::super::inventory::and_above;
use super::Manifests;
use nestling::RepoPath;
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

/// Tables of dependencies.
const DEPENDENCIES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Directories whose files are targets by themselves.
const TARGET_DIRECTORIES: [&str; 4] = ["src/bin", "examples", "tests", "benches"];

impl Manifests<'_> {
    /// Returns what keeps Cargo from reading the crate in a directory.
    pub(super) fn cargo_fault(&self, dir: &RepoPath) -> Option<String> {
        let dir = and_above(dir).find(|dir| self.has(dir, "Cargo.toml"))?;
        Self::known(&self.of_crates, &dir, || self.toolchain_fault(&dir).or_else(|| self.crate_fault(&dir)))
    }

    /// Returns the fault of a crate, or of the workspace that it is in.
    fn crate_fault(&self, dir: &RepoPath) -> Option<String> {
        let own = match self.manifest(dir) {
            Ok(manifest) => manifest,
            Err(reason) => return Some(reason),
        };
        let Some(root) = self.workspace_root(dir, &own) else {
            return self.fault_of_crates(BTreeSet::from([dir.clone()]));
        };
        let members = match self.members(&root) {
            Ok(members) => members,
            Err(reason) => return Some(reason),
        };
        if *dir != root && !members.contains(dir) {
            return Some(format!("a place in the workspace of {}, or in its `exclude`", shown(&root)));
        }
        // All crates of a workspace have one verdict.
        Self::known(&self.of_workspaces, &root, || {
            self.fault_of_crates(&members | &BTreeSet::from([root.clone()]))
        })
    }

    /// Returns the members of a workspace.
    ///
    /// # Errors
    /// One that is listed by name does not exist, which the reason says.
    fn members(&self, root: &RepoPath) -> Result<BTreeSet<RepoPath>, String> {
        let manifest = self.manifest(root)?;
        let lists = self.lists.iter().filter(|list| list.kind == "rust" && list.dir == *root);
        let mut members: BTreeSet<RepoPath> = lists.flat_map(|list| list.members.iter().cloned()).collect();
        let listed = strings(manifest.get("workspace").and_then(|workspace| workspace.get("members")));
        for member in listed.iter().filter(|member| !member.contains(['*', '?', '['])) {
            let path = root.join(member).ok().filter(|path| self.has(path, "Cargo.toml"));
            let missing = || format!("the member `{member}` of {}, which does not exist", shown(root));
            members.insert(path.ok_or_else(missing)?);
        }
        Ok(members)
    }

    /// Returns the fault of a toolchain that rustup cannot install: one on the disk of somebody's machine, or of a name of its own.
    fn toolchain_fault(&self, dir: &RepoPath) -> Option<String> {
        let names = ["rust-toolchain", "rust-toolchain.toml"];
        let mut files = and_above(dir).flat_map(|above| names.map(|name| above.child(name.as_bytes())));
        let file = files.find(|file| self.is_there(file))?;
        let text = self.text(&file)?;
        // The older form is the channel alone.
        let settings = text.parse::<Table>().ok().filter(|settings| settings.contains_key("toolchain"));
        let toolchain = settings.as_ref().and_then(|settings| settings.get("toolchain"));
        if let Some(path) = toolchain.and_then(|toolchain| toolchain.get("path")?.as_str()) {
            return Some(format!("the toolchain in `{path}`, which {file} names and which no image has"));
        }
        let channel = match toolchain {
            Some(toolchain) => toolchain.get("channel")?.as_str()?,
            None => text.trim(),
        };
        (!channel.is_empty() && !is_channel(channel))
            .then(|| format!("the toolchain `{channel}`, which {file} names and which is no release of Rust"))
    }

    /// Returns the first fault among crates and their path dependencies.
    fn fault_of_crates(&self, mut open: BTreeSet<RepoPath>) -> Option<String> {
        let mut seen: BTreeMap<RepoPath, Table> = BTreeMap::new();
        while let Some(dir) = open.pop_first() {
            if seen.contains_key(&dir) {
                continue;
            }
            let manifest = match self.manifest(&dir) {
                Ok(manifest) => manifest,
                Err(reason) => return Some(reason),
            };
            if let Some(fault) =
                self.target_fault(&dir, &manifest).or_else(|| self.inheritance_fault(&dir, &manifest))
            {
                return Some(fault);
            }
            for (name, path) in path_dependencies(&manifest) {
                let target = dir.join(&path).ok().filter(|target| self.has(target, "Cargo.toml"));
                let Some(target) = target else {
                    return Some(format!(
                        "the crate `{name}` in `{path}`, which {} names and which does not exist",
                        shown(&dir)
                    ));
                };
                open.insert(target);
            }
            seen.insert(dir, manifest);
        }
        None
    }

    /// Returns what a crate takes from its workspace and the workspace does not have.
    fn inheritance_fault(&self, dir: &RepoPath, manifest: &Table) -> Option<String> {
        let inherited = inherited(manifest);
        let root = self.workspace_root(dir, manifest).and_then(|root| self.manifest(&root).ok());
        let workspace = root.as_ref().and_then(|root| root.get("workspace"));
        if manifest.get("lints").is_some_and(is_inherited)
            && workspace.is_none_or(|workspace| workspace.get("lints").is_none())
        {
            return Some(format!(
                "`[workspace.lints]`, which {} inherits and which does not exist",
                shown(dir)
            ));
        }
        let has =
            |table: &str, key: &str| workspace.and_then(|workspace| workspace.get(table)?.get(key)).is_some();
        let (table, key) = inherited.into_iter().find(|(table, key)| !has(table, key))?;
        Some(format!(
            "`{key}` in `[workspace.{table}]`, which {} inherits and which does not exist",
            shown(dir)
        ))
    }

    fn manifest(&self, dir: &RepoPath) -> Result<Table, String> {
        let file = shown(dir);
        let text =
            self.text(&dir.child(b"Cargo.toml")).ok_or_else(|| format!("{file}, which does not exist"))?;
        text.parse::<Table>().map_err(|_| format!("{file}, which is invalid"))
    }

    /// Returns the directory of the workspace that a crate is in.
    fn workspace_root(&self, dir: &RepoPath, manifest: &Table) -> Option<RepoPath> {
        if manifest.contains_key("workspace") {
            return Some(dir.clone());
        }
        let stated = manifest.get("package").and_then(|package| package.get("workspace")?.as_str());
        if let Some(path) = stated {
            return dir.join(path).ok();
        }
        and_above(dir).skip(1).find(|above| {
            let text = self.text(&above.child(b"Cargo.toml")).unwrap_or_default();
            let manifest = text.parse::<Table>().unwrap_or_default();
            let workspace = manifest.get("workspace");
            let excluded = strings(workspace.and_then(|workspace| workspace.get("exclude")));
            let is_excluded = excluded.iter().any(|path| {
                above.join(path.trim_end_matches("/*")).is_ok_and(|path| path == *dir || dir.is_in(&path))
            });
            workspace.is_some() && !is_excluded
        })
    }

    /// Returns what the targets of a crate lack. A manifest without `[package]` has none.
    fn target_fault(&self, dir: &RepoPath, manifest: &Table) -> Option<String> {
        manifest.get("package")?;
        let file = shown(dir);
        for kind in ["lib", "bin", "example", "test", "bench"] {
            let value = manifest.get(kind);
            let tables: Vec<&Value> = match value {
                Some(Value::Array(tables)) => tables.iter().collect(),
                Some(table) => vec![table],
                None => Vec::new(),
            };
            let mut paths = tables.iter().filter_map(|table| table.get("path")?.as_str());
            if let Some(path) = paths.find(|path| !self.has(dir, path)) {
                return Some(format!("`{path}`, which {file} names and which does not exist"));
            }
        }
        let has_table =
            ["lib", "bin", "example", "test", "bench"].iter().any(|kind| manifest.contains_key(*kind));
        let has_main = ["src/lib.rs", "src/main.rs"].iter().any(|path| self.has(dir, path));
        let has_own = TARGET_DIRECTORIES.iter().any(|path| self.has_target(dir, path));
        let library = manifest.get("lib").filter(|library| library.get("path").is_none());
        if library.is_some() && !self.has(dir, "src/lib.rs") {
            return Some(format!("src/lib.rs, for the `[lib]` of {file}, which does not exist"));
        }
        (!has_table && !has_main && !has_own)
            .then(|| format!("src/lib.rs or src/main.rs beside {file}: there is neither"))
    }

    /// Returns true if a directory has a file that is a target by itself.
    fn has_target(&self, dir: &RepoPath, path: &str) -> bool {
        let Ok(path) = dir.join(path) else { return false };
        let Some(directory) = self.inventory.directories.get(&path) else { return false };
        directory.files.iter().any(|file| file.ends_with(".rs"))
            || directory.directories.iter().any(|name| self.has(&path.child(name.as_bytes()), "main.rs"))
    }
}

/// Returns true for a channel that rustup can install: `stable`, `nightly-2025-01-01`, `1.85`, each perhaps with a platform.
fn is_channel(channel: &str) -> bool {
    let name = channel.split('-').next().unwrap_or_default();
    let is_number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    ["stable", "beta", "nightly"].contains(&name) || name.split('.').all(is_number)
}

/// Returns the path of the manifest in a directory, for a message.
fn shown(dir: &RepoPath) -> String {
    dir.child(b"Cargo.toml").to_string()
}

/// Returns true for a key that is the workspace's.
fn is_inherited(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

/// Returns the keys that a crate takes from its workspace, each with the table there.
fn inherited(manifest: &Table) -> Vec<(&'static str, String)> {
    let package = manifest.get("package").and_then(Value::as_table).into_iter().flatten();
    let fields = package.map(|(key, value)| ("package", key, value));
    let dependencies = DEPENDENCIES.iter().filter_map(|name| manifest.get(*name)?.as_table()).flatten();
    let dependencies = dependencies.map(|(key, value)| ("dependencies", key, value));
    let all = fields.chain(dependencies).filter(|(.., value)| is_inherited(value));
    all.map(|(table, key, _)| (table, key.clone())).collect()
}

/// Returns the path dependencies of a manifest, those of its workspace and of platforms too.
fn path_dependencies(manifest: &Table) -> Vec<(String, String)> {
    let workspace = manifest.get("workspace").and_then(Value::as_table);
    let platforms = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let tables =
        [Some(manifest), workspace].into_iter().flatten().chain(platforms.filter_map(Value::as_table));
    let mut dependencies: Vec<(String, String)> = Vec::new();
    let patches = manifest.get("patch").and_then(Value::as_table).into_iter().flat_map(Table::values);
    for (name, value) in patches.filter_map(Value::as_table).flatten() {
        let path = value.get("path").and_then(Value::as_str);
        dependencies.extend(path.map(|path| (name.clone(), path.to_owned())));
    }
    for table in tables {
        for name in DEPENDENCIES {
            let entries = table.get(name).and_then(Value::as_table).into_iter().flatten();
            dependencies.extend(
                entries.filter_map(|(name, value)| {
                    Some((name.clone(), value.get("path")?.as_str()?.to_owned()))
                }),
            );
        }
    }
    dependencies
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}
