//! Python: `members` and `exclude` of uv's workspace
//! (<https://docs.astral.sh/uv/concepts/projects/workspaces/>).

use super::pattern::members;
use super::{List, Reader};
use nestling::ReadError;
use nestling::listed::MemberGlobs;
use toml::Table;

/// The file of a Python project.
const PROJECT: &str = "pyproject.toml";

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<List>, ReadError> {
    let mut lists = Vec::new();
    for dir in reader.directories_with(PROJECT) {
        let file = dir.child(PROJECT.as_bytes());
        let Some(Some(globs)) = reader.parsed(&file, workspace)? else { continue };
        let members = members(reader, &dir, &globs, PROJECT);
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

/// Returns the globs of the workspace that a project opens.
fn workspace(text: &str) -> Result<Option<MemberGlobs>, String> {
    text.parse::<Table>().map_err(|error| error.message().to_owned())?;
    Ok(MemberGlobs::of_pyproject(text))
}
