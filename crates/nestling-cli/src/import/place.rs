//! The place of a job among the stages of a parent and its children.

use nestling_gitlab::yaml::{Map, Node};

/// The place of a job among the stages of a parent and of its child.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Its place in the parent; for a job of a child, that of the trigger job.
    pub parent: Slot,
    /// The child that it is in, and its place there.
    pub child: Option<(String, Slot)>,
    /// True if later jobs of the parent wait for it. A trigger job without `strategy` is done at once.
    pub is_awaited: bool,
}

/// A place among the stages of one pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    /// The position of its stage: the first one, and the last one where several trigger jobs can start the child.
    pub positions: (usize, usize),
    /// True if it waits for all earlier stages: it has no `needs`.
    pub is_by_stage: bool,
}

impl Slot {
    pub(super) fn new(position: usize, body: &Map) -> Self {
        let is_by_stage = body.get("needs").is_none_or(Node::is_null);
        Self { positions: (position, position), is_by_stage }
    }

    /// Returns the place of a child that either of two trigger jobs can start.
    pub(super) fn joined(self, other: Self) -> Self {
        let (first, last) = self.positions;
        let positions = (first.min(other.positions.0), last.max(other.positions.1));
        Self { positions, is_by_stage: self.is_by_stage && other.is_by_stage }
    }
}

impl Place {
    pub(super) fn in_parent(slot: Slot) -> Self {
        Self { parent: slot, child: None, is_awaited: true }
    }

    /// Returns `true` if a job in this place starts only after one in the other place, by their stages.
    pub(super) fn waits_for(&self, before: &Self) -> bool {
        match (&self.child, &before.child) {
            (Some((child, own)), Some((other, earlier))) if child == other => {
                own.is_by_stage && earlier.positions.1 < own.positions.0
            }
            _ => {
                before.is_awaited
                    && self.parent.is_by_stage
                    && before.parent.positions.1 < self.parent.positions.0
            }
        }
    }
}
