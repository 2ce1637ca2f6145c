//! Go: what is newer than the `go` line of a module, which the template reads. Its image installs no other toolchain.

use super::{Statement, Version, Versions, numbers};
use nestling::{ReadError, RepoPath};
use serde_json::Value;

impl Versions<'_> {
    pub(super) fn go(&self, dir: &RepoPath) -> Result<Vec<Version>, ReadError> {
        let module = dir.child(b"go.mod");
        let text = self.text(&module)?.unwrap_or_default();
        let line = directive(&text, "go").unwrap_or_default();
        let mut stated: Vec<Statement> = Vec::new();
        if let Some(text) = directive(&text, "toolchain") {
            stated.push(Statement { file: module, key: "toolchain", text });
        }
        // A workspace that uses the module has a version of its own, and it is the newest of all.
        let work = self.lists.iter().find(|list| list.kind == "go" && list.members.contains(dir));
        if let Some(work) = work {
            let text = self.text(&work.file)?.unwrap_or_default();
            let of_work = [("go", directive(&text, "go")), ("toolchain", directive(&text, "toolchain"))];
            let stated_by = |(key, text): (&'static str, Option<String>)| {
                Some(Statement { file: work.file.clone(), key, text: text? })
            };
            stated.extend(of_work.into_iter().filter_map(stated_by));
        }
        if let Some(file) = self.nearest(dir, &[".go-version"]) {
            let text = self.text(&file)?.unwrap_or_default().trim().to_owned();
            stated.push(Statement { file, key: "", text });
        }
        stated.extend(self.of_tool_files(dir, &["golang", "go"])?);
        let newest = stated.into_iter().max_by_key(|stated| numbers(&stated.text));
        let newer = newest.filter(|stated| numbers(&stated.text) > numbers(&line));
        Ok(newer.map(version).into_iter().collect())
    }
}

fn version(stated: Statement) -> Version {
    let numbers: Vec<String> = numbers(&stated.text).iter().map(ToString::to_string).collect();
    let version = numbers.join(".");
    Version {
        input: "go_version",
        note: format!("Go {version} for {}", stated.shown()),
        value: Some(Value::from(version)),
        file: stated.file,
        is_unclear: false,
    }
}

/// Returns the version of a directive such as `go 1.24` or `toolchain go1.24.3`.
fn directive(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let code = line.split("//").next().unwrap_or_default();
        let mut words = code.split_whitespace();
        if words.next() != Some(name) {
            return None;
        }
        let version = words.next()?.trim_start_matches("go");
        version.starts_with(|c: char| c.is_ascii_digit()).then(|| version.to_owned())
    })
}
