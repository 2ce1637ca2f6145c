//! From a path to the unit that it belongs to, in time that grows with the path's depth and not with the units.

use super::unit::Unit;
use nestling_files::path::RepoPath;
use std::collections::HashMap;

/// The index of each unit by its directory.
pub(crate) struct UnitDirectories<'a> {
    unit_index: HashMap<&'a [u8], usize>,
}

impl<'a> UnitDirectories<'a> {
    pub(crate) fn new(units: &'a [Unit]) -> Self {
        let by_directory = units.iter().enumerate().map(|(index, unit)| (unit.dir.as_bytes(), index));
        Self { unit_index: by_directory.collect() }
    }

    /// Returns the unit whose directory is nearest above a path, or is the path, as nested packages have it.
    pub(crate) fn owner(&self, path: &RepoPath) -> Option<usize> {
        let mut directory = path.as_bytes();
        loop {
            if let Some(unit) = self.unit_index.get(directory) {
                return Some(*unit);
            }
            if directory.is_empty() {
                return None;
            }
            let parent = directory.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
            directory = &directory[..parent];
        }
    }
}
