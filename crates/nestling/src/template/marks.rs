//! Marks: which line of which file wrote each line of the rendered text.
//!
//! They are inserted before rendering, so that loops, includes and macros carry them along, and stripped off before the
//! YAML reader sees the text.

pub(crate) mod private_use;
pub(crate) mod calls;
pub(crate) mod wrap;
pub(crate) mod insert;
pub(crate) mod strip;
pub(crate) mod locate;
