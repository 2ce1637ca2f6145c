//! One file a command: its arguments, whose comments are its help, and one function.

pub(crate) mod affected;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod generate;
pub(crate) mod preview;
pub mod schema;
pub mod test;
