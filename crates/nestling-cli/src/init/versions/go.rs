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
        Ok(match newer {
            Some(stated) => vec![version(stated)],
            None => unclean_line(dir, &text, line).into_iter().collect(),
        })
    }
}

/// The newest minor version of Go 1 that is known.
const NEWEST: u32 = 27;

/// Returns the version to give where the template would make no tag of the `go` line, such as one with a comment.
fn unclean_line(dir: &RepoPath, text: &str, line: String) -> Option<Version> {
    let tag = text.lines().filter_map(|line| line.strip_prefix("go ")).next_back()?.trim();
    let statement = Statement { file: dir.child(b"go.mod"), key: "go", text: line };
    let version = version(statement);
    (version.is_unclear || version.value.as_ref().and_then(Value::as_str) != Some(tag)).then_some(version)
}

fn version(stated: Statement) -> Version {
    let mut numbers = numbers(&stated.text);
    // The first releases of older lines have no number for the patch.
    if let [1, ..=20, 0] = numbers.as_slice() {
        numbers.pop();
    }
    let is_known = matches!(numbers.as_slice(), [1] | [1, ..=NEWEST, ..]);
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let version = numbers.join(".");
    let (value, note) = if is_known {
        (version.clone(), format!("Go {version} for {}", stated.shown()))
    } else {
        ("1".to_owned(), format!("{} is not a known version: the jobs run with Go 1", stated.shown()))
    };
    Version {
        input: "go_version",
        note,
        value: Some(Value::from(value)),
        file: stated.file,
        is_unclear: !is_known,
        is_refused: false,
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
