//! npm, pnpm, Yarn and Bun: the version that `packageManager` pins, and dependencies that are in the repository.

use super::super::inventory::and_above;
use super::super::text::json_of;
use super::Manifests;
use nestling::RepoPath;
use serde_json::Value;
use std::collections::BTreeSet;

/// Tables of dependencies that an installation reads.
const DEPENDENCIES: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];

/// Beginnings of what stands for a directory.
const LOCAL: [&str; 3] = ["file:", "link:", "portal:"];

impl Manifests<'_> {
    /// Returns what keeps a package manager from installing what a package needs.
    pub(super) fn javascript_fault(&self, manager: &str, dir: &RepoPath) -> Option<String> {
        let is_classic = manager == "yarn" && !self.is_modern_yarn(dir);
        if ["pnpm", "yarn"].contains(&manager)
            && let Some(fault) = self.unpinned_manager(dir)
        {
            return Some(fault);
        }
        let package = self.package(dir);
        let tables = DEPENDENCIES.iter().filter_map(|name| package.get(*name)?.as_object());
        for (name, spec) in tables.flatten().filter_map(|(name, spec)| Some((name, spec.as_str()?))) {
            let is_of_others = spec.starts_with("workspace:") || spec.starts_with("catalog:");
            if is_of_others && (manager == "npm" || (is_classic && !spec.starts_with("catalog:"))) {
                return Some(format!(
                    "`{name}` to be something else than `{spec}`, which {manager} does not know"
                ));
            }
            if spec.starts_with("workspace:") && !self.is_in_workspace(dir, name, spec) {
                return Some(format!("the package `{name}` in the workspace, which has none of that name"));
            }
            let Some(path) = LOCAL.iter().find_map(|start| spec.strip_prefix(start)) else { continue };
            let target = dir.join(path.trim_start_matches("//"));
            if !target.is_ok_and(|target| self.is_there(&target) || self.has(&target, "package.json")) {
                return Some(format!("the package `{name}` in `{path}`, which does not exist"));
            }
        }
        None
    }

    pub(super) fn package(&self, dir: &RepoPath) -> Value {
        json_of(self.files, &dir.child(b"package.json")).unwrap_or_default()
    }

    /// Returns `packageManager` of the nearest package.json that has one.
    fn package_manager(&self, dir: &RepoPath) -> Option<(RepoPath, String)> {
        and_above(dir).find_map(|above| {
            let manager = self.package(&above).get("packageManager")?.as_str()?.to_owned();
            Some((above.child(b"package.json"), manager))
        })
    }

    /// Returns true for a version of Yarn after the first.
    fn is_modern_yarn(&self, dir: &RepoPath) -> bool {
        let has_settings = and_above(dir).any(|above| self.has(&above, ".yarnrc.yml"));
        let version = self
            .package_manager(dir)
            .and_then(|(_, manager)| Some(manager.strip_prefix("yarn@")?.to_owned()));
        has_settings || version.is_some_and(|version| !version.starts_with('1'))
    }

    /// Returns the fault of a `packageManager` that corepack refuses: it wants the whole version.
    fn unpinned_manager(&self, dir: &RepoPath) -> Option<String> {
        let (file, manager) = self.package_manager(dir)?;
        let version = manager.split_once('@').map_or("", |(_, version)| version);
        let core = version.split(['-', '+']).next().unwrap_or_default();
        let numbers: Vec<&str> = core.split('.').collect();
        let is_number = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
        let is_whole = numbers.len() == 3 && numbers.iter().all(is_number);
        let is_address = version.starts_with("http");
        (!is_whole && !is_address)
            .then(|| format!("a whole version in `packageManager` of {file}, found `{manager}`"))
    }

    /// Returns true if the workspace of a package has one of this name. Of an alias or a path nothing is said.
    fn is_in_workspace(&self, dir: &RepoPath, name: &str, spec: &str) -> bool {
        let version = spec.trim_start_matches("workspace:");
        if version.contains(['@', '/']) {
            return true;
        }
        let lists = self.lists.iter().filter(|list| list.kind == "node");
        let mut lists = lists.filter(|list| list.dir == *dir || list.members.contains(dir)).peekable();
        if lists.peek().is_none() {
            return false;
        }
        let members: BTreeSet<RepoPath> =
            lists.flat_map(|list| list.members.iter().chain([&list.dir]).cloned()).collect();
        members.iter().any(|member| self.package(member).get("name").and_then(Value::as_str) == Some(name))
    }
}
