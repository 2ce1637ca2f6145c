//! Go: the modules that `go.work` uses (<https://go.dev/ref/mod#workspaces>).

use super::{List, Reader};
use nestling::listed::go_modules;
use nestling::{ReadError, RepoPath};
use std::collections::BTreeSet;

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<List>, ReadError> {
    let mut lists = Vec::new();
    for dir in reader.directories_with("go.work") {
        let file = dir.child(b"go.work");
        let used = go_modules(&reader.text(&file)?);
        let used: BTreeSet<RepoPath> = used.iter().filter_map(|used| dir.join(used).ok()).collect();
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
