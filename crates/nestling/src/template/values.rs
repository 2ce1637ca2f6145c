//! Values: kept behind placeholders while the engine runs, and put into the tree afterwards.

pub(crate) mod json;
pub(crate) mod placeholders;
pub(crate) mod charge;
pub(crate) mod to_tree;
pub(crate) mod captured;
pub(crate) mod place;
pub(crate) mod substitute;
