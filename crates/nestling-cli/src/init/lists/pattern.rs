//! Globs of member directories.

use super::Reader;
use globset::{GlobBuilder, GlobMatcher};
use nestling::RepoPath;
use std::collections::BTreeSet;

/// Members of a list of globs: later entries count, and `!` takes away.
#[derive(Debug, Default)]
pub(super) struct Members {
    pub included: BTreeSet<RepoPath>,
    pub excluded: BTreeSet<RepoPath>,
}

/// Returns the directories with one of these files that the globs match, from a directory. `excludes` take away whatever their
/// order.
pub(super) fn members(
    reader: &Reader<'_>,
    dir: &RepoPath,
    globs: &[String],
    excludes: &[String],
    markers: &[&str],
) -> Members {
    let rules: Vec<(bool, GlobMatcher)> = globs
        .iter()
        .filter_map(|glob| {
            let (wanted, glob) = glob.strip_prefix('!').map_or((true, glob.as_str()), |glob| (false, glob));
            Some((wanted, matcher(glob)?))
        })
        .collect();
    let left_out: Vec<GlobMatcher> = excludes.iter().filter_map(|glob| matcher(glob)).collect();
    let mut members = Members::default();
    for (path, directory) in &reader.inventory.directories {
        let is_project = markers.iter().any(|marker| directory.has(marker));
        let Some(relative) = path.relative_to(dir).filter(|_| is_project && path != dir) else { continue };
        let relative = String::from_utf8_lossy(relative);
        let last = rules.iter().rev().find(|(_, glob)| glob.is_match(&*relative));
        if left_out.iter().any(|glob| is_match_above(glob, &relative)) || matches!(last, Some((false, _))) {
            members.excluded.insert(path.clone());
        } else if matches!(last, Some((true, _))) {
            members.included.insert(path.clone());
        }
    }
    members
}

/// Returns true if a glob matches a path, or a directory on the way to it.
fn is_match_above(glob: &GlobMatcher, path: &str) -> bool {
    let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
    ends.into_iter().any(|end| glob.is_match(&path[..end]))
}

fn matcher(glob: &str) -> Option<GlobMatcher> {
    let glob = glob.trim().trim_start_matches("./").trim_end_matches('/');
    let glob = glob.strip_suffix("/package.json").unwrap_or(glob);
    Some(GlobBuilder::new(glob).literal_separator(true).build().ok()?.compile_matcher())
}
