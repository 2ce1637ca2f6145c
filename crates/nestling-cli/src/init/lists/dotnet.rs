//! .NET: the projects of a solution, as `.sln` and `.slnx` list them.

use super::{List, Reader};
use nestling::{ReadError, RepoPath};
use std::collections::BTreeSet;

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<List>, ReadError> {
    let mut lists = Vec::new();
    for (dir, directory) in &reader.inventory.directories {
        for name in directory.files.iter().filter(|name| name.ends_with(".sln") || name.ends_with(".slnx")) {
            let file = dir.child(name.as_bytes());
            let members: BTreeSet<RepoPath> = projects(&reader.text(&file)?)
                .iter()
                .filter_map(|path| dir.join(path.replace('\\', "/")).ok()?.parent())
                .filter(|member| member != dir && reader.inventory.is_directory(member))
                .collect();
            lists.push(List {
                kind: "dotnet",
                noun: ".NET solution",
                dir: dir.clone(),
                file,
                members,
                excluded: BTreeSet::new(),
                is_open: false,
            });
        }
    }
    Ok(lists)
}

/// Returns the quoted paths of project files: `Project("{…}") = "n", "a\n.csproj"` and `<Project Path="a/n.csproj" />`.
fn projects(text: &str) -> Vec<&str> {
    let quoted = text.split('"').skip(1).step_by(2);
    quoted.filter(|path| path.ends_with("proj") && path.contains('.')).collect()
}
