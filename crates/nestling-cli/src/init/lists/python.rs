//! Python: `members` and `exclude` of uv's workspace, and dependencies by path
//! (<https://docs.astral.sh/uv/concepts/projects/workspaces/>).

use super::pattern::members;
use super::{List, Reader};
use nestling::{ReadError, RepoPath};
use std::collections::BTreeMap;
use toml::{Table, Value};

/// The file of a Python project.
const PROJECT: &str = "pyproject.toml";

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<List>, ReadError> {
    let mut lists = Vec::new();
    for dir in reader.directories_with(PROJECT) {
        let file = dir.child(PROJECT.as_bytes());
        let Some(project) = reader.parsed(&file, toml)? else { continue };
        let Some(workspace) = at(&project, &["tool", "uv", "workspace"]).and_then(Value::as_table) else {
            continue;
        };
        let members =
            members(reader, &dir, &strings(workspace, "members"), &strings(workspace, "exclude"), &[PROJECT]);
        lists.push(List {
            kind: "python",
            noun: "uv workspace",
            dir,
            file,
            members: members.included,
            excluded: members.excluded,
            is_open: false,
        });
    }
    Ok(lists)
}

/// Parses TOML.
pub(super) fn toml(text: &str) -> Result<Table, String> {
    text.parse::<Table>().map_err(|error| error.message().to_owned())
}

fn at<'t>(table: &'t Table, keys: &[&str]) -> Option<&'t Value> {
    let (first, rest) = keys.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key))
}

fn strings(table: &Table, key: &str) -> Vec<String> {
    let items = table.get(key).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Returns the name of a distribution as PEP 503 compares it.
fn normalized(name: &str) -> String {
    let mut normal = String::new();
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !normal.is_empty() {
            normal.push('-');
        }
        normal.push_str(&part.to_lowercase());
    }
    normal
}

/// Returns, for each project, the directories of those that it names: as members of a workspace of uv, or by path with uv,
/// Poetry or PDM.
pub(in crate::init) fn local_dependencies(projects: &BTreeMap<RepoPath, Table>) -> Vec<(RepoPath, RepoPath)> {
    let name = |project: &Table| {
        let name = at(project, &["project", "name"]).or_else(|| at(project, &["tool", "poetry", "name"]))?;
        Some(normalized(name.as_str()?))
    };
    let by_name: BTreeMap<String, &RepoPath> =
        projects.iter().filter_map(|(dir, project)| Some((name(project)?, dir))).collect();
    let mut found = Vec::new();
    for (dir, project) in projects {
        let mut add = |to: &RepoPath| {
            if to != dir && projects.contains_key(to) {
                found.push((dir.clone(), to.clone()));
            }
        };
        let sources = at(project, &["tool", "uv", "sources"]).and_then(Value::as_table);
        for (name, source) in sources.into_iter().flatten() {
            if let Some(path) = source.get("path").and_then(Value::as_str) {
                dir.join(path).iter().for_each(&mut add);
            } else if source.get("workspace").and_then(Value::as_bool) == Some(true) {
                by_name.get(&normalized(name)).into_iter().for_each(|to| add(to));
            }
        }
        for path in poetry_paths(project) {
            dir.join(path).iter().for_each(&mut add);
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Returns the paths of Poetry's dependencies, in all groups.
fn poetry_paths(project: &Table) -> Vec<&str> {
    let poetry = at(project, &["tool", "poetry"]);
    let groups = poetry.and_then(|poetry| poetry.get("group")).and_then(Value::as_table);
    let groups = groups.into_iter().flat_map(Table::values);
    let tables = poetry.into_iter().chain(groups).filter_map(|table| table.get("dependencies")?.as_table());
    tables.flat_map(Table::values).filter_map(|value| value.get("path")?.as_str()).collect()
}
