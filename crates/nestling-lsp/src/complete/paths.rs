//! Paths of the repository behind what is typed.

use super::Candidate;
use lsp_types::CompletionItemKind;
use std::path::Path;

/// The entries of a directory that are offered.
const MOST: usize = 500;

/// Returns the files and directories that a path can go on with.
pub(super) fn files(root: &Path, typed: &str) -> Vec<Candidate> {
    entries(root, typed, true)
}

/// Returns the directories that a path can go on with.
pub(super) fn directories(root: &Path, typed: &str) -> Vec<Candidate> {
    entries(root, typed, false)
}

fn entries(root: &Path, typed: &str, with_files: bool) -> Vec<Candidate> {
    let before = typed.rfind('/').map_or("", |slash| &typed[..=slash]);
    // Above the root there is nothing of the repository.
    if before.split('/').any(|step| step == "..") {
        return Vec::new();
    }
    let Ok(listed) = std::fs::read_dir(root.join(before.trim_start_matches('/'))) else { return Vec::new() };
    let mut candidates = Vec::new();
    for entry in listed.filter_map(Result::ok).take(MOST) {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_directory = entry.path().is_dir();
        if name == ".git" || !(is_directory || with_files) {
            continue;
        }
        let kind = if is_directory { CompletionItemKind::FOLDER } else { CompletionItemKind::FILE };
        candidates.push(Candidate::new(format!("{before}{name}"), kind, ""));
    }
    candidates.sort_by(|one, other| one.label.cmp(&other.label));
    candidates
}
