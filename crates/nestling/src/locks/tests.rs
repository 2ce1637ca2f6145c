//! Lock files of each kind: random ones against a resolution of both sides in whole, and what single changes come to.

use super::*;
use crate::workspace::load;
use nestling_files::files::MemoryFiles;
use nestling_gitlab::diagnostic::{Sources, has_errors};
use std::sync::Arc;

mod formats;
mod random;
mod single;

/// Reads the shares of units in these files.
fn shares(files: &MemoryFiles) -> LockShares {
    LockShares::read(files, &workspace(files)).unwrap()
}

fn workspace(files: &MemoryFiles) -> Arc<Workspace> {
    let loaded = load(files, &Sources::default()).unwrap();
    assert!(!has_errors(&loaded.diagnostics), "{:?}", loaded.diagnostics);
    loaded.workspace
}

/// The units whose shares differ, each with the reason.
fn differing(old: &MemoryFiles, new: &MemoryFiles) -> Vec<String> {
    let locked = compare(&shares(old), &shares(new));
    let sides = [(old, &*workspace(old)), (new, &*workspace(new))];
    let (before, after) =
        LockShares::read_differing((sides[0].0, sides[0].1), (sides[1].0, sides[1].1)).unwrap();
    assert_eq!(compare(&before, &after), locked, "without the files that cannot differ");
    locked.into_iter().map(|(unit, _, reason)| format!("{unit}: {reason}")).collect()
}
