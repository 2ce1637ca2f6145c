//! Go: the modules that `go.work` uses (<https://go.dev/ref/mod#workspaces>).

use super::{List, Reader};
use nestling::{ReadError, RepoPath};
use std::collections::BTreeSet;

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<List>, ReadError> {
    let mut lists = Vec::new();
    for dir in reader.directories_with("go.work") {
        let file = dir.child(b"go.work");
        let text = reader.text(&file)?;
        let used: BTreeSet<RepoPath> = uses(&text).iter().filter_map(|used| dir.join(used).ok()).collect();
        let members = used.into_iter().filter(|member| *member != dir).collect();
        lists.push(List {
            kind: "go",
            noun: "Go workspace",
            dir,
            file,
            members,
            excluded: BTreeSet::new(),
            is_open: false,
        });
    }
    Ok(lists)
}

/// Returns the directories of `use ./dir` and of `use ( … )`.
pub(in crate::init) fn uses(text: &str) -> Vec<String> {
    let mut uses = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default().trim();
        let directory = match code.strip_prefix("use") {
            _ if is_inside && code == ")" => {
                is_inside = false;
                continue;
            }
            _ if is_inside => code,
            Some(rest) if rest.trim() == "(" => {
                is_inside = true;
                continue;
            }
            Some(rest) if rest.starts_with([' ', '\t']) => rest.trim(),
            _ => continue,
        };
        if !directory.is_empty() {
            uses.push(directory.trim_matches(['"', '`']).to_owned());
        }
    }
    uses
}
