//! Values: kept behind placeholders while the engine runs, and put into the tree afterwards.

pub(crate) mod placeholders;
pub(crate) mod convert;
pub(crate) mod captured;
pub(crate) mod substitute;
