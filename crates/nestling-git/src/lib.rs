//! A repository, read from its objects: commits, trees, blobs, what differs between two trees, and what differs
//! between a tree and the files on disk. The only crate that uses git2, and that runs git.
//!
//! Objects are read by this crate itself, and compared raw: a subtree with the same id on both sides is never opened, names are
//! bytes, and depth is bounded by memory, not by the stack. Modules stand in the order in which data flows.

mod change;
mod error;
mod id;
mod command;
mod tree;
mod commit;
mod object;
mod pack;
mod loose;
mod cat_file;
mod store;
mod history;
mod fetch;
mod partial_clone;
mod backend;
mod git_cli;
mod libgit2;
mod revision;
mod diff;
mod search;
mod tree_files;
mod ignore_rules;
mod work_tree_cache;
mod work_tree;
mod repository;
mod open;
mod revision_files;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use change::{Change, Status};
pub use error::GitError;
pub use history::{History, MergeBase};
pub use id::{CommitId, TreeId};
pub use open::Trust;
pub use repository::GitRepository;
pub use revision::{Branch, Resolution};
pub use tree_files::TreeFiles;
pub use work_tree::WorkTree;
