//! Paths inside a repository, the globs that match them, and a trait for reading files wherever they are kept.
//!
//! The lowest crate of Nestling: [`path`] parses a path or a glob once, so that everything above can trust it, and
//! [`files`] lets the same code read a commit's tree, the work tree, a directory or memory.

pub mod path;
pub mod files;
