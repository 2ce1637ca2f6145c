//! Marks: which line of which file wrote each line of the rendered text.

pub(crate) mod private_use;
pub(crate) mod insert;
pub(crate) mod strip;
pub(crate) mod locate;
