//! The backends that build a Python project: each stops where it does not find the project's packages.

use super::Manifests;
use nestling::RepoPath;
use toml::{Table, Value};

/// Directories that setuptools takes for none of a project's packages
/// (<https://setuptools.pypa.io/en/latest/userguide/package_discovery.html#flat-layout>).
const RESERVED: [&str; 26] = [
    "ci",
    "bin",
    "debian",
    "doc",
    "docs",
    "documentation",
    "manpages",
    "news",
    "newsfragments",
    "changelog",
    "test",
    "tests",
    "unit_test",
    "unit_tests",
    "example",
    "examples",
    "scripts",
    "tools",
    "util",
    "utils",
    "python",
    "build",
    "benchmark",
    "benchmarks",
    "exercise",
    "exercises",
];

/// Directories that it leaves out as well.
const LEFT_OUT: [&str; 4] = ["htmlcov", "site_scons", "tasks", "node_modules"];

impl Manifests<'_> {
    /// Returns what the build of a project lacks.
    pub(super) fn build_fault(&self, dir: &RepoPath) -> Option<String> {
        let file = dir.child(b"pyproject.toml");
        let project = self.text(&file)?.parse::<Table>().ok()?;
        let metadata = project.get("project");
        let poetry = project.get("tool").and_then(|tools| tools.get("poetry"));
        let readme = [metadata, poetry].into_iter().flatten().find_map(|table| table.get("readme"));
        let readme = readme.and_then(|readme| readme.as_str().or_else(|| readme.get("file")?.as_str()));
        if let Some(readme) = readme.filter(|readme| !self.has(dir, readme)) {
            return Some(format!("`{readme}`, which {file} names and which does not exist"));
        }
        let backend = project
            .get("build-system")
            .and_then(|system| system.get("build-backend")?.as_str())
            .unwrap_or("setuptools");
        let name = [metadata, poetry].into_iter().flatten().find_map(|table| table.get("name")?.as_str())?;
        match backend.split(['.', ':']).next()? {
            "setuptools" => self.setuptools_fault(dir, &project),
            "hatchling" => self.missing_package(dir, &project, name, &["hatch"]),
            "poetry" => self.missing_package(dir, &project, name, &["poetry"]),
            "uv_build" => self.missing_package(dir, &project, name, &["uv"]),
            "flit_core" => self.missing_package(dir, &project, name, &["flit"]),
            _ => None,
        }
    }

    /// Returns the fault of a project with several directories that could be its package, and no word which one is.
    fn setuptools_fault(&self, dir: &RepoPath, project: &Table) -> Option<String> {
        let settings = project.get("tool").and_then(|tools| tools.get("setuptools"));
        let is_stated = ["packages", "py-modules", "package-dir"]
            .iter()
            .any(|key| settings.is_some_and(|settings| settings.get(*key).is_some()));
        let cfg = self.text(&dir.child(b"setup.cfg")).unwrap_or_default();
        let is_configured = cfg.contains("packages") || cfg.contains("py_modules");
        if is_stated
            || is_configured
            || self.has(dir, "setup.py")
            || self.inventory.is_directory(&dir.child(b"src"))
        {
            return None;
        }
        let directory = self.inventory.directories.get(dir)?;
        let is_package = |name: &&String| {
            let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && !name.starts_with(|c: char| c.is_ascii_digit() || c == '_');
            is_name && !RESERVED.contains(&name.as_str()) && !LEFT_OUT.contains(&name.as_str())
        };
        let packages: Vec<&str> =
            directory.directories.iter().filter(is_package).map(String::as_str).collect();
        let file = dir.child(b"pyproject.toml");
        (packages.len() > 1).then(|| {
            format!(
                "`packages` for setuptools in {file}, since several directories could be its package ({})",
                packages.join(", ")
            )
        })
    }

    /// Returns the fault of a project without a package of its name.
    fn missing_package(&self, dir: &RepoPath, project: &Table, name: &str, tools: &[&str]) -> Option<String> {
        let settings = tools.iter().find_map(|tool| project.get("tool")?.get(*tool));
        // Settings of packages can be anything.
        let keys = ["build", "packages", "include", "build-backend", "module", "metadata"];
        let is_stated = settings
            .is_some_and(|settings| keys.iter().any(|key| settings.get(*key).is_some_and(is_not_empty)));
        if is_stated {
            return None;
        }
        let package: String =
            name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let places = [package.clone(), format!("src/{package}"), name.to_owned(), format!("src/{name}")];
        let is_there = |place: &String| {
            dir.join(place).is_ok_and(|path| self.inventory.is_directory(&path))
                || self.has(dir, &format!("{place}.py"))
        };
        let lower = |place: &String| self.has_directory_like(dir, place);
        (!places.iter().any(|place| is_there(place) || lower(place))).then(|| {
            format!("a package `{package}` beside {}, which does not exist", dir.child(b"pyproject.toml"))
        })
    }

    /// Returns true if a directory of this name in any case is there.
    fn has_directory_like(&self, dir: &RepoPath, place: &str) -> bool {
        let Ok(path) = dir.join(place) else { return false };
        let parent = path.parent().and_then(|parent| self.inventory.directories.get(&parent));
        let name = String::from_utf8_lossy(path.file_name()).into_owned();
        parent.is_some_and(|parent| parent.directories.iter().any(|other| other.eq_ignore_ascii_case(&name)))
    }
}

fn is_not_empty(value: &Value) -> bool {
    value.as_table().is_none_or(|table| !table.is_empty())
}
