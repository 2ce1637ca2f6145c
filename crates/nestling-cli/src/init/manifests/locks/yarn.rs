//! Yarn: the keys of its lock file are what the projects ask for.

use super::super::Manifests;
use super::Stale;
use super::node::{dependencies, is_range};
use nestling::RepoPath;
use std::collections::BTreeSet;

impl Manifests<'_> {
    pub(super) fn stale_yarn(&self, lock: &RepoPath) -> Option<Stale> {
        let text = self.text(lock)?;
        let root = lock.parent().unwrap_or_default();
        let is_modern = text.lines().any(|line| line.starts_with("__metadata:"));
        let directories = self.locked_directories(lock, "node");
        // The first Yarn does not compare the members of a workspace, and resolutions change what is asked for.
        let is_workspace = directories.len() > 1;
        if (is_workspace && !is_modern) || self.package(&root).get("resolutions").is_some() {
            return None;
        }
        let asked_before = keys(&text);
        directories.into_iter().find_map(|dir| {
            let package = self.package(&dir);
            let is_stale = |(name, asked): &(&str, &str)| {
                let forms = [format!("{name}@{asked}"), format!("{name}@npm:{asked}")];
                is_range(asked) && !forms.iter().any(|form| asked_before.contains(form.as_str()))
            };
            let (name, asked) = dependencies(&package).find(is_stale)?;
            Some(Stale::of_package(name, asked, &dir))
        })
    }
}

/// Returns the keys of all entries: `"a@^1, a@^1.2":` has two.
fn keys(text: &str) -> BTreeSet<&str> {
    let lines = text.lines().filter(|line| !line.starts_with([' ', '#', '\t']));
    let entries = lines.filter_map(|line| line.trim_end().strip_suffix(':'));
    entries.flat_map(|entry| entry.split(", ")).map(|key| key.trim_matches('"')).collect()
}
