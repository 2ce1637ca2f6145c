//! The directory of a unit, and the paths that select it.

use super::notes::{Notes, Part};
use super::triggers::Triggers;
use crate::exit::Failure;
use crate::import::{Tree, literal_directory, whole};
use nestling::{Files, Origin};

/// Returns a directory that was named.
pub(super) fn named_directory(directory: &str) -> Result<String, Failure> {
    let name = directory.trim_start_matches("./").trim_matches('/');
    if matches!(name, "" | ".") {
        return Err(Failure::usage("the root's nestling.yml is the workspace, and no unit")
            .with_help("name a directory with `--unit DIR`, such as `--unit ci`: `changes` of the unit are the workflow's paths"));
    }
    Ok(name.to_owned())
}

/// Returns the directory that the first glob of `paths` leads to.
pub(super) fn directory_of(triggers: &Triggers, files: &dyn Files) -> Result<String, Failure> {
    let tree = Tree::read(files)?;
    for glob in &triggers.paths {
        let directory = literal_directory(glob);
        if !directory.starts_with(".github") && tree.has_directory(&directory) {
            return Ok(directory);
        }
    }
    Err(Failure::usage("the `paths` of the workflow do not contain a directory")
        .with_help("name the directory of the unit with `--unit DIR`"))
}

/// Returns the header of a unit's file.
pub(super) fn header(
    directory: &str,
    triggers: &Triggers,
    on: Option<Origin>,
    file: &str,
    notes: &mut Notes,
) -> String {
    let mut globs: Vec<String> = Vec::new();
    let origin = on.unwrap_or_else(Origin::generated);
    if triggers.counts_all {
        globs.push("/**/*".to_owned());
        let text = "an event has no `paths`: all changes select the unit. Remove `/**/*` from `changes` for those of its directory";
        notes.add(Part::Decided, origin, text);
    }
    for glob in triggers.paths.iter().filter(|_| !triggers.counts_all) {
        let glob = of_gitlab(glob);
        if glob == whole(directory) || glob == file || glob.starts_with(".github/") {
            continue;
        }
        let glob = format!("/{glob}");
        if !globs.contains(&glob) {
            globs.push(glob);
        }
    }
    for glob in triggers.ignored.iter().flatten() {
        if glob.contains(QUANTIFIERS) {
            let text = format!("`{glob}` is ignored in the workflow: these paths select the unit as well");
            notes.add(Part::Lost, origin, text);
        } else {
            globs.push(format!("!/{}", of_gitlab(glob)));
        }
    }
    let mut header = "unit:".to_owned();
    if globs.is_empty() {
        header.push_str(" {}\n");
    } else {
        header.push_str("\n  changes:\n");
        globs.iter().for_each(|glob| header.push_str(&format!("    - \"{glob}\"\n")));
    }
    if !triggers.paths.is_empty() && !triggers.counts_all {
        let text = format!("`paths` select the unit {directory}, in all pipelines that have a base");
        notes.add(Part::Rewritten, origin, text);
    }
    header
}

/// Characters that repeat the one before them in a glob of GitHub's.
const QUANTIFIERS: [char; 2] = ['?', '+'];

/// Returns a glob of GitHub's as one of GitLab's that matches the same files or more: `**` at the end is every file below.
fn of_gitlab(glob: &str) -> String {
    let glob = without_quantifiers(glob.trim_start_matches("./"));
    match glob.strip_suffix("**") {
        Some(start) if start.is_empty() || start.ends_with('/') => format!("{start}**/*"),
        _ => match glob.strip_prefix("**") {
            Some(rest) if !rest.starts_with('/') => format!("**/*{rest}"),
            _ => glob,
        },
    }
}

/// Puts `*` in the place of each character that may be repeated.
fn without_quantifiers(glob: &str) -> String {
    let mut text = String::new();
    for c in glob.chars() {
        if !QUANTIFIERS.contains(&c) {
            text.push(c);
            continue;
        }
        let is_set = text.ends_with(']');
        let start = if is_set { text.rfind('[') } else { text.char_indices().next_back().map(|(at, _)| at) };
        text.truncate(start.unwrap_or(text.len()));
        if !text.ends_with('*') {
            text.push('*');
        }
    }
    text
}
