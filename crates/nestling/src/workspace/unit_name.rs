//! The name of a unit: that of its header, or its directory.

use super::format::UnitFile;
use crate::workspace::rules::UNIT_NAME;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::UnitName;

/// The name of the unit that is the repository's root.
const ROOT_UNIT: &str = "root";

/// Name of the jobs of no unit in views.
const WORKSPACE: &str = "workspace";

const ANOTHER: &str = "set another name: `unit: { name: … }`";

fn reserved(origin: Origin) -> Diagnostic {
    let message = "views call the workspace's own jobs `workspace`, so no unit can have this name";
    Diagnostic::error(&UNIT_NAME, origin, message).with_help(ANOTHER)
}

/// Reads the name of a unit; `root` is the directory of the workspace.
pub(super) fn unit_name(
    dir: &RepoPath,
    root: &RepoPath,
    written: &UnitFile,
    origin: Origin,
) -> Result<UnitName, Vec<Diagnostic>> {
    if let Some(name) = written.name.as_ref().filter(|name| name.value == WORKSPACE) {
        return Err(vec![reserved(name.origin)]);
    }
    if let Some(name) = &written.name {
        return UnitName::parse(&name.value).map_err(|error| {
            vec![Diagnostic::error(&UNIT_NAME, name.origin, error.to_string()).with_help(ANOTHER)]
        });
    }
    let below = dir.relative_to(root).and_then(|path| RepoPath::parse(path).ok()).unwrap_or_default();
    let name = if below.is_root() { ROOT_UNIT.to_owned() } else { below.to_string() };
    if name == WORKSPACE {
        return Err(vec![reserved(origin)]);
    }
    UnitName::parse(&name).map_err(|error| {
        let help = format!("set one in `{dir}/nestling.yml`: `unit: {{ name: … }}`");
        vec![Diagnostic::error(&UNIT_NAME, origin, error.to_string()).with_help(help)]
    })
}

/// A name to continue with where the written one is refused, so that all other problems are found as well.
pub(super) fn fallback_name(dir: &RepoPath) -> UnitName {
    let text: String = dir.to_string().chars().filter(|c| *c != ':' && !c.is_control()).take(200).collect();
    let text = text.trim_start_matches(|c: char| c == '.' || c.is_whitespace());
    UnitName::parse(&format!("{text} (invalid name)")).unwrap_or_else(|_| UnitName::unnamed())
}
