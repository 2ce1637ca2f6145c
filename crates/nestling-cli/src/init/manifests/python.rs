//! Python: the files that requirements lead to, projects in the repository, and what the build of a project needs.

use super::Manifests;
use nestling::RepoPath;
use std::collections::BTreeSet;
use toml::{Table, Value};

impl Manifests<'_> {
    /// Returns what an installation lacks.
    pub(super) fn python_fault(&self, words: &[&str], dir: &RepoPath) -> Option<String> {
        if let ["pip", "install", rest @ ..] = words {
            let requirements = rest.windows(2).filter(|pair| ["--requirement", "-r"].contains(&pair[0]));
            let mut seen = BTreeSet::new();
            if let Some(fault) = requirements
                .filter_map(|pair| dir.join(pair[1]).ok())
                .find_map(|file| self.requirements_fault(&file, &mut seen))
            {
                return Some(fault);
            }
            let builds =
                rest.windows(2).any(|pair| ["--editable", "-e"].contains(&pair[0])) || rest.contains(&".");
            return builds.then(|| self.build_fault(dir)).flatten();
        }
        // What is above is a workspace's.
        let file = dir.child(b"pyproject.toml");
        let project = self.text(&file)?.parse::<Table>().ok()?;
        let missing = local_paths(&project).into_iter().find(|(_, path)| {
            let target = dir.join(path);
            !target.is_ok_and(|target| self.is_there(&target) || self.inventory.is_directory(&target))
        });
        if let Some((name, path)) = missing {
            return Some(format!("`{name}` in `{path}`, which {file} names and which does not exist"));
        }
        let tool = |name: &str| project.get("tool").and_then(|tools| tools.get(name));
        let is_package = match words[0] {
            "poetry" => {
                tool("poetry").and_then(|poetry| poetry.get("package-mode")).and_then(Value::as_bool)
                    != Some(false)
            }
            "uv" => {
                let stated = tool("uv").and_then(|uv| uv.get("package")).and_then(Value::as_bool);
                stated.unwrap_or_else(|| project.contains_key("build-system"))
            }
            _ => project.contains_key("build-system"),
        };
        is_package.then(|| self.build_fault(dir)).flatten()
    }

    /// Returns the file that a file of requirements refers to and that does not exist.
    fn requirements_fault(&self, file: &RepoPath, seen: &mut BTreeSet<RepoPath>) -> Option<String> {
        if !seen.insert(file.clone()) {
            return None;
        }
        let dir = file.parent().unwrap_or_default();
        let text = self.text(file)?;
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            let option = words.next().unwrap_or_default();
            let Some(path) = (match option {
                "-r" | "--requirement" | "-c" | "--constraint" | "-e" | "--editable" => words.next(),
                path if path.starts_with("./") || path.starts_with("../") => Some(path),
                _ => None,
            }) else {
                continue;
            };
            if path.contains("://") || path.contains('$') || path.contains('@') {
                continue;
            }
            let target = dir.join(path.split(['[', ';']).next().unwrap_or(path));
            let is_there = target
                .as_ref()
                .is_ok_and(|target| self.is_there(target) || self.inventory.is_directory(target));
            if !is_there {
                return Some(format!("`{path}`, which {file} names and which does not exist"));
            }
            if option.starts_with("-r") || option == "--requirement" {
                let fault = target.ok().and_then(|target| self.requirements_fault(&target, seen));
                if fault.is_some() {
                    return fault;
                }
            }
        }
        None
    }
}

/// Returns the projects in the repository that a project depends on, each with its path.
fn local_paths(project: &Table) -> Vec<(String, String)> {
    let tool = |name: &str| project.get("tool").and_then(|tools| tools.get(name));
    let mut tables: Vec<&Value> = Vec::new();
    tables.extend(tool("uv").and_then(|uv| uv.get("sources")));
    if let Some(poetry) = tool("poetry") {
        tables.extend(["dependencies", "dev-dependencies"].iter().filter_map(|name| poetry.get(*name)));
        let groups = poetry.get("group").and_then(Value::as_table).into_iter().flat_map(Table::values);
        tables.extend(groups.filter_map(|group| group.get("dependencies")));
    }
    let entries = tables.into_iter().filter_map(Value::as_table).flatten();
    entries
        .filter_map(|(name, value)| Some((name.clone(), value.get("path")?.as_str()?.to_owned())))
        .collect()
}
