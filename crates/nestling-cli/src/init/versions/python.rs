//! Python: `requires-python`, Poetry's own key, and the older files.

use super::pinned::Meaning;
use super::{Choice, Statement, Version, Versions};
use nestling::{ReadError, RepoPath};
use serde_json::Value as Json;
use std::sync::LazyLock;
use toml::{Table, Value};

const PYTHON: Choice = Choice {
    noun: "Python",
    input: "versions",
    lines: &[
        "3.13", "3.14", "3.12", "3.11", "3.10", "3.9", "3.8", "3.7", "3.6", "2.7", "3.15", "3.16", "3.17",
    ],
};

/// `python_requires` of setup.cfg and setup.py. The pattern is a constant, and a test compiles it.
static SETUP: LazyLock<Option<regex::Regex>> =
    LazyLock::new(|| regex::Regex::new(r#"(?m)\bpython_requires\s*=\s*['"]?([^'"\n]+)"#).ok());

impl Versions<'_> {
    pub(super) fn python(&self, dir: &RepoPath) -> Result<Vec<Version>, ReadError> {
        let required = self.required_python(dir)?;
        // Whatever installs the project stops in another version than it requires.
        let is_enforced =
            |required: &&Statement| !required.key.is_empty() && PYTHON.permits_none(&required.text);
        if let Some(required) = required.as_ref().filter(is_enforced) {
            return Ok(vec![Version::refused(PYTHON.input, PYTHON.noun, required.clone())]);
        }
        if let Some((file, text, lines)) = self.pinning(dir, &[".python-version"])? {
            return Ok(pinned(file, &text, &lines));
        }
        let stated = match self.of_tool_files(dir, &["python"])? {
            Some(stated) => Some(stated),
            None => required,
        };
        let Some(stated) = stated else { return Ok(Vec::new()) };
        let mut version = PYTHON.of(stated);
        version.value = version.value.map(|version| Json::from(vec![version]));
        Ok(vec![version])
    }

    fn required_python(&self, dir: &RepoPath) -> Result<Option<Statement>, ReadError> {
        let file = dir.child(b"pyproject.toml");
        if let Some(text) = self.text(&file)? {
            let project = text.parse::<Table>().unwrap_or_default();
            let places: [(&str, &[&str]); 2] = [
                ("requires-python", &["project", "requires-python"]),
                ("tool.poetry.dependencies.python", &["tool", "poetry", "dependencies", "python"]),
            ];
            for (key, path) in places {
                if let Some(text) = stated_in(&project, path) {
                    return Ok(Some(Statement { file, key, text }));
                }
            }
        }
        for name in ["setup.cfg", "setup.py"] {
            let file = dir.child(name.as_bytes());
            let text = self.text(&file)?.unwrap_or_default();
            let captured = SETUP.as_ref().and_then(|pattern| pattern.captures(&text)?.get(1));
            if let Some(stated) = captured {
                let text = stated.as_str().trim().to_owned();
                return Ok(Some(Statement { file, key: "python_requires", text }));
            }
        }
        let file = dir.child(b"runtime.txt");
        let text = self.text(&file)?.unwrap_or_default();
        let version = text.trim().strip_prefix("python-").map(str::to_owned);
        Ok(version.map(|text| Statement { file, key: "", text }))
    }
}

/// Returns the versions that a `.python-version` means, where the template would make other tags of its lines.
fn pinned(file: RepoPath, text: &str, lines: &[String]) -> Vec<Version> {
    let tags: Vec<&str> = text.split('\n').filter(|line| !line.is_empty()).map(str::trim).collect();
    let mut versions = Vec::new();
    let mut values: Vec<Json> = Vec::new();
    for line in lines {
        let statement = Statement { file: file.clone(), key: "", text: line.clone() };
        let version = match meaning(line) {
            Meaning::Version(range) => {
                let shown = statement.shown();
                PYTHON.chosen(&range, file.clone(), &shown)
            }
            _ => PYTHON.of(statement),
        };
        let value = version.value.clone().unwrap_or_else(|| Json::from(PYTHON.lines[0]));
        if !version.is_unclear && !values.contains(&value) {
            values.push(value);
        }
        versions.push(Version { value: None, ..version });
    }
    if values.is_empty() {
        values.push(Json::from(PYTHON.lines[0]));
    }
    if values.iter().map(|value| value.as_str().unwrap_or_default()).eq(tags) {
        return Vec::new();
    }
    match versions.first_mut() {
        Some(first) => first.value = Some(Json::from(values)),
        None => {
            let statement = Statement { file, key: "", text: String::new() };
            versions.push(Version { value: Some(Json::from(values)), ..PYTHON.of(statement) });
        }
    }
    versions
}

/// Returns the meaning of a line of `.python-version`, as pyenv and uv write it.
fn meaning(line: &str) -> Meaning {
    let line = line.to_lowercase();
    let version = ["cpython-", "cpython@", "cpython", "python-", "python"]
        .iter()
        .find_map(|start| line.strip_prefix(start));
    let version = version.unwrap_or(&line).trim_end_matches("-dev").trim_end_matches('t');
    // Of a platform, as in `3.12.1-linux-x86_64-gnu`, only the version counts.
    Meaning::Version(version.split('-').next().unwrap_or(version).to_owned())
}

/// Returns the string at the end of a path of keys, or the `version` of the table there.
fn stated_in(project: &Table, path: &[&str]) -> Option<String> {
    let (first, rest) = path.split_first()?;
    let value = rest.iter().try_fold(project.get(*first)?, |value, key| value.get(key))?;
    let version = value.as_str().or_else(|| value.get("version").and_then(Value::as_str))?;
    Some(version.to_owned())
}
