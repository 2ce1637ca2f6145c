//! Lock files of each kind: random ones against a resolution of both sides in whole, and what single changes come to.

use super::*;
use crate::workspace::load;
use nestling_files::files::MemoryFiles;
use nestling_gitlab::diagnostic::{Sources, has_errors};

mod formats;
mod random;
mod single;

/// Reads the shares of units in these files.
fn shares(files: &MemoryFiles) -> LockShares {
    let loaded = load(files, &Sources::default()).unwrap();
    assert!(!has_errors(&loaded.diagnostics), "{:?}", loaded.diagnostics);
    LockShares::read(files, &loaded.workspace).unwrap()
}

/// The units whose shares differ, each with the reason.
fn differing(old: &MemoryFiles, new: &MemoryFiles) -> Vec<String> {
    let locked = compare(&shares(old), &shares(new));
    locked.into_iter().map(|(unit, _, reason)| format!("{unit}: {reason}")).collect()
}
