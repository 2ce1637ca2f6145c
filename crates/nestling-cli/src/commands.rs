//! One file a command: its arguments, whose comments are its help, and one function.

pub mod affected;
pub mod check;
pub mod completions;
pub mod diff;
pub mod explain;
pub mod generate;
pub mod init;
pub mod man;
pub mod preview;
pub mod schema;
