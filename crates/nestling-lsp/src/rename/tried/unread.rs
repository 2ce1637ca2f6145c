//! Names in a workspace of which a file has an error: what such a file says of units is not known, so that the name may be in it, and
//! the units that it is about may use the name in other files.

use super::Changes;
use crate::belonging::{is_named_as_pipeline, is_of_ci};
use crate::documents::Documents;
use crate::findings::UnreadFiles;
use crate::index::Index;
use crate::names::Name;
use crate::outline::Outline;
use crate::pipelines::yaml_files;
use crate::place::is_in_comment;
use crate::rename::elsewhere::{may_be, may_be_at};
use nestling::FILE_NAME;
use nestling::ide::template_regions;
use std::ops::Range;
use std::path::Path;

/// Refuses a rename that may leave the name somewhere: in a file with an error, in one that nothing known reads, or as a part of a
/// string that would be a name if all units were known.
///
/// # Errors
/// Names the place.
pub(super) fn check(
    index: &Index,
    documents: &Documents,
    (name, changes): (&Name, &Changes<'_>),
    unread: &UnreadFiles,
) -> Result<(), String> {
    let refused = |place: &str| Err(format!("{place}, while the workspace has an error: {}", unread.error));
    if unread.is_without_place {
        return refused("not all names are known");
    }
    for path in yaml_files(&index.root, documents) {
        let Some(text) = documents.text(&path) else { continue };
        let is_known = index.file(&path).is_some() && !unread.files.contains(&path);
        let found = if is_known {
            strings(&text, name).into_iter().find(|range| !is_renamed(index, &path, range, name, changes))
        } else if is_of_workspace(&path, &text) {
            words(&text, &name.text).into_iter().find(|range| !is_renamed(index, &path, range, name, changes))
        } else {
            None
        };
        if let Some(range) = found {
            let path = path.strip_prefix(&index.root).unwrap_or(&path).display().to_string();
            return refused(&may_be_at(&path, &text, range));
        }
    }
    Ok(())
}

/// Returns `true` for a file that a workspace or a pipeline may read.
fn is_of_workspace(path: &Path, text: &str) -> bool {
    let is_own = path.file_name().is_some_and(|name| name == FILE_NAME);
    is_own || is_named_as_pipeline(path) || is_of_ci(text) || !template_regions(text).is_empty()
}

/// Returns the keys and values that may be the name, or that have it as a part of a need.
fn strings(text: &str, name: &Name) -> Vec<Range<usize>> {
    let entries = Outline::of(text).entries.into_iter();
    let ranges = entries.flat_map(|entry| [entry.key, entry.value]).flatten();
    ranges.filter(|range| may_be(&text[range.clone()], name)).collect()
}

/// Returns the places of a word that is not in a comment.
fn words(text: &str, word: &str) -> Vec<Range<usize>> {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '/'));
    let places = text.match_indices(word).map(|(start, _)| start..start + word.len());
    let whole = places.filter(|range| {
        !is_part(text[..range.start].chars().next_back()) && !is_part(text[range.end..].chars().next())
    });
    whole.filter(|range| !is_in_comment(text, range.start, true)).collect()
}

/// Returns `true` if the rename changes a string, or if that is a name of another kind.
fn is_renamed(index: &Index, path: &Path, range: &Range<usize>, name: &Name, changes: &Changes<'_>) -> bool {
    let edits = changes.edits.get(path).map(Vec::as_slice).unwrap_or_default();
    if edits.iter().any(|edit| edit.range.start < range.end && range.start < edit.range.end) {
        return true;
    }
    let names = index.file(path).map(|file| index.files[file].names.as_slice()).unwrap_or_default();
    names.iter().any(|other| other.range == *range && other.kind != name.kind)
}
