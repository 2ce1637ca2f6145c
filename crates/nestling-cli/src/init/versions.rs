//! The versions of languages and tools that a repository states where the templates do not look by themselves.

mod range;
mod tool_files;
mod pinned;
mod node;
mod python;
mod go;
mod rust;
mod java;
mod maven;
mod gradle;
mod terraform;
mod ruby;
#[cfg(test)]
mod tests;

use super::inventory::{Inventory, and_above};
use super::lists::List;
use super::text::text_of;
use nestling::{Files, ReadError, RepoPath};
use range::Range;
use serde_json::Value;

/// A version that a file states.
#[derive(Debug, Clone)]
struct Statement {
    file: RepoPath,
    /// The key that states it, such as `engines.node`; empty for a file of versions.
    key: &'static str,
    /// A version, or a range of versions.
    text: String,
}

impl Statement {
    /// Returns the statement with its place, for the report: `` `engines.node` `20` in package.json ``.
    fn shown(&self) -> String {
        let key = if self.key.is_empty() { String::new() } else { format!("`{}` ", self.key) };
        format!("{key}`{}` in {}", self.text, self.file)
    }
}

/// A version for a template, with the reason.
#[derive(Debug)]
pub(super) struct Version {
    /// The input that it is for.
    pub input: &'static str,
    /// Its value. `None` if the template's default is what the file permits.
    pub value: Option<Value>,
    /// The file that states it.
    pub file: RepoPath,
    /// The reason, for the report.
    pub note: String,
    /// True if what the file states is not understood.
    pub is_unclear: bool,
    /// True if the tool refuses to run where it is not what the file states, and no image has that.
    pub is_refused: bool,
}

/// The versions that a template chooses from.
struct Choice {
    /// The noun of the report.
    noun: &'static str,
    input: &'static str,
    /// Lines such as `3.12`, in the order of preference. The first is the template's default.
    lines: &'static [&'static str],
}

impl Choice {
    /// Chooses the version that a statement permits.
    fn of(&self, statement: Statement) -> Version {
        let shown = statement.shown();
        self.chosen(&statement.text, statement.file, &shown)
    }

    /// Chooses the version that a range permits. One of which no image is known leaves the template's default.
    fn chosen(&self, range: &str, file: RepoPath, shown: &str) -> Version {
        let chosen =
            Range::parse(range).filter(|_| !range.trim().is_empty()).map(|range| range.choose(self.lines));
        let chosen = chosen.filter(|version| self.is_known(version));
        let note = match &chosen {
            Some(version) => format!("{} {version} for {shown}", self.noun),
            None => {
                format!("{shown} is not a known version: the jobs run with {} {}", self.noun, self.lines[0])
            }
        };
        let value = chosen.as_ref().filter(|version| *version != self.lines[0]);
        Version {
            input: self.input,
            value: value.map(|version| Value::from(version.as_str())),
            file,
            note,
            is_unclear: chosen.is_none(),
            is_refused: false,
        }
    }

    /// Returns true for a version of a line of which there are images.
    fn is_known(&self, version: &str) -> bool {
        let version = numbers(version);
        self.lines.iter().any(|line| {
            let line = numbers(line);
            version.starts_with(&line[..line.len().min(2)])
        })
    }
}

/// Reads versions.
pub(super) struct Versions<'v> {
    pub files: &'v dyn Files,
    pub inventory: &'v Inventory,
    pub lists: &'v [List],
}

impl Versions<'_> {
    /// Returns the versions for the template of a kind in a directory.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn of(&self, kind: &str, dir: &RepoPath) -> Result<Vec<Version>, ReadError> {
        match kind {
            "node" => self.node(dir),
            "python" => self.python(dir),
            "go" => self.go(dir),
            "rust" => self.rust(dir),
            "maven" | "gradle" => self.java(kind, dir),
            "opentofu" => self.terraform(dir),
            "ruby" => self.ruby(dir),
            _ => Ok(Vec::new()),
        }
    }

    /// Reads a file as text. `None` if it is missing.
    fn text(&self, path: &RepoPath) -> Result<Option<String>, ReadError> {
        text_of(self.files, path)
    }

    /// Returns the file of one of these names that is nearest: in a directory, or above it.
    fn nearest(&self, dir: &RepoPath, names: &[&str]) -> Option<RepoPath> {
        and_above(dir).find_map(|dir| {
            let mut paths = names.iter().map(|name| dir.child(name.as_bytes()));
            paths.find(|path| self.inventory.is_file(path))
        })
    }

    /// Returns what the nearest file of asdf or mise states for a tool of these names.
    fn of_tool_files(&self, dir: &RepoPath, names: &[&str]) -> Result<Option<Statement>, ReadError> {
        for above in and_above(dir) {
            for name in tool_files::FILES {
                let file = above.child(name.as_bytes());
                if !self.inventory.is_file(&file) {
                    continue;
                }
                let text = self.text(&file)?.unwrap_or_default();
                if let Some(text) = tool_files::version(name, &text, names) {
                    return Ok(Some(Statement { file, key: "", text }));
                }
            }
        }
        Ok(None)
    }
}

/// Returns true if a range permits a version such as `8.4`. One that is not understood permits all.
pub(super) fn permits(range: &str, version: &str) -> bool {
    Range::parse(range).is_none_or(|range| range.choose(&[version]) == version)
}

/// Returns the numbers that a version begins with: 17 and 9 of `temurin-17.9+1`.
fn numbers(version: &str) -> Vec<u32> {
    let start = version.find(|c: char| c.is_ascii_digit()).unwrap_or(version.len());
    let core = version[start..].split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    core.split('.').map_while(|part| part.parse().ok()).collect()
}
