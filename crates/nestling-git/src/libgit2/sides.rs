//! The two sides of a comparison: a path in a tree, and on disk.

use crate::id::ObjectId;
use crate::tree::Mode;
use std::collections::BTreeMap;

/// A file, a link or a submodule on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) mode: Mode,
    /// Unknown for files on disk that libgit2 had no need to read, and for submodules on disk.
    pub(super) id: Option<ObjectId>,
}

/// Both sides of a path where they may differ.
#[derive(Debug, Default)]
pub(super) struct Sides {
    pub(super) base: Option<Side>,
    pub(super) disk: Option<Side>,
}

pub(super) type SidesByPath = BTreeMap<Vec<u8>, Sides>;
