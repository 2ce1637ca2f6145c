//! .NET: `packages.lock.json`, where the restore is locked
//! (<https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files#locking-dependencies>).

use super::super::Manifests;
use crate::init::text::xml_of;
use nestling::RepoPath;
use roxmltree::Node;
use serde_json::Value;

/// The command that writes a lock file again.
const UPDATE: &str = "dotnet restore --force-evaluate";

impl Manifests<'_> {
    /// `dotnet restore --locked-mode` refuses a lock file that lacks a package of its project, or has another version of it.
    pub(super) fn dotnet_lock_fault(&self, words: &[&str], dir: &RepoPath) -> Option<String> {
        let ["dotnet", "restore", path, rest @ ..] = words else { return None };
        if !rest.contains(&"--locked-mode") {
            return None;
        }
        let path = dir.join(path).ok()?;
        self.restored(&path).into_iter().find_map(|project| {
            let lock = project.parent()?.child(b"packages.lock.json");
            Self::known(&self.of_locks, &lock, || {
                if self.text(&lock).is_some_and(|text| serde_json::from_str::<Value>(&text).is_err()) {
                    return Some(format!("a valid {lock}: run `{UPDATE}`, and commit {lock}"));
                }
                let package = self.lacking_package(&project, &lock)?;
                Some(super::lacks(&package, &lock, &project, UPDATE))
            })
        })
    }

    /// Returns the projects that a restore is of: those of a solution, or the one itself.
    fn restored(&self, path: &RepoPath) -> Vec<RepoPath> {
        if path.file_name().ends_with(b"proj") {
            return vec![path.clone()];
        }
        let members = self.lists.iter().filter(|list| list.file == *path).flat_map(|list| &list.members);
        let projects = members.filter_map(|dir| Some((dir, self.inventory.directories.get(dir)?)));
        let projects = projects.flat_map(|(dir, directory)| {
            let names = directory.files.iter().filter(|name| name.ends_with("proj"));
            names.map(|name| dir.child(name.as_bytes())).collect::<Vec<_>>()
        });
        projects.collect()
    }

    fn lacking_package(&self, project: &RepoPath, lock: &RepoPath) -> Option<String> {
        let text = self.text(project)?;
        let document = xml_of(&text).ok()?;
        let content = self.data(lock)?;
        let frameworks = content.get("dependencies")?.as_object()?;
        let has = |(name, version): &(String, Option<String>)| {
            let entries = frameworks.values().filter_map(Value::as_object).flatten();
            let mut entries = entries.filter(|(key, _)| key.eq_ignore_ascii_case(name));
            entries.any(|(_, entry)| is_requested(entry, version.as_deref()))
        };
        let (name, version) = packages(document.root_element()).into_iter().find(|package| !has(package))?;
        Some(version.map_or(name.clone(), |version| format!("{name} {version}")))
    }
}

/// Returns true if an entry may be of this version. Its oldest is compared where both are written in full.
fn is_requested(entry: &Value, version: Option<&str>) -> bool {
    let is_full = |version: &str| {
        version.split('.').count() == 3 && version.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    let requested = entry.get("requested").and_then(Value::as_str).and_then(|range| {
        let (oldest, _) = range.strip_prefix('[')?.split_once(',')?;
        Some(oldest.trim())
    });
    match (requested, version) {
        (Some(requested), Some(version)) if is_full(requested) && is_full(version) => requested == version,
        _ => true,
    }
}

/// Returns the packages that a project refers to without a condition, each with its version if the project has it.
fn packages(root: Node<'_, '_>) -> Vec<(String, Option<String>)> {
    let references = root.descendants().filter(|node| node.tag_name().name() == "PackageReference");
    let is_conditional = |node: &Node<'_, '_>| {
        node.ancestors().any(|above| above.has_attribute("Condition") || above.tag_name().name() == "Choose")
    };
    let package = |node: Node<'_, '_>| {
        let name = node.attribute("Include").filter(|name| !name.contains(['$', ';', '@']))?;
        let inner = node.children().find(|child| child.tag_name().name() == "Version");
        let version = node.attribute("Version").or_else(|| inner?.text());
        Some((name.to_owned(), version.map(str::to_owned)))
    };
    references.filter(|node| !is_conditional(node)).filter_map(package).collect()
}
