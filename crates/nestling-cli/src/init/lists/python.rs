//! Python: `members` and `exclude` of uv's workspace
//! (<https://docs.astral.sh/uv/concepts/projects/workspaces/>).

use super::pattern::members;
use super::{List, Reader};
use nestling::ReadError;
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
fn toml(text: &str) -> Result<Table, String> {
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
