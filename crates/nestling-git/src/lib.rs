//! A git repository read from its objects: commits, trees and files without a checkout, and what differs between two states.
//!
//! # Two commits and a work tree
//!
//! ```
//! use nestling_files::files::Files;
//! use nestling_files::path::RepoPath;
//! use nestling_git::{GitRepository, History, MergeBase, Resolution, Status, Trust};
//! # use std::process::Command;
//! # let directory = tempfile::tempdir()?;
//! # let root = directory.path();
//! # let git = |arguments: &[&str]| {
//! #     let identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
//! #     let status = Command::new("git").current_dir(root).args(identity).args(arguments).status();
//! #     assert!(status.is_ok_and(|status| status.success()), "git {arguments:?}");
//! # };
//! # git(&["init", "--quiet", "--initial-branch=main"]);
//! # std::fs::write(root.join("main.c"), "int main() { return 1; }")?;
//! # git(&["add", "--all"]);
//! # git(&["commit", "--quiet", "--message", "one"]);
//! # git(&["checkout", "--quiet", "-b", "feature"]);
//! # std::fs::write(root.join("main.c"), "int main() { return 0; }")?;
//! # git(&["commit", "--quiet", "--all", "--message", "two"]);
//!
//! let repository = GitRepository::discover(root, &Trust::Owner)?;
//! let head = repository.head()?.expect("there are commits");
//! let Resolution::Commit(main) = repository.resolve("main")? else { panic!("`main` is a branch") };
//! let MergeBase::Found(base) = repository.merge_base(&main, &head)? else { panic!("they are related") };
//! assert_eq!(repository.history(Some(&head)), History::Complete);
//!
//! let (old, new) = (repository.tree_of(&base)?, repository.tree_of(&head)?);
//! let changes = repository.tree_diff(Some(&old), Some(&new))?;
//! assert_eq!((changes[0].path.to_string(), changes[0].status), ("main.c".to_owned(), Status::Modified));
//!
//! let text = repository.files_at(&base)?.read(&RepoPath::parse("main.c")?)?;
//! assert_eq!(text.as_deref(), Some(&b"int main() { return 1; }"[..]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How it reads
//!
//! [`GitRepository`] resolves revisions to a [`CommitId`], and a commit's tree to [`TreeFiles`]; [`WorkTree`] is the files on
//! disk. Both are [`Files`](nestling_files::files::Files). Trees are compared raw: a subtree with the same id on both sides is
//! never opened, names are bytes, and depth is bounded by memory, not by the stack.
//!
//! Objects are read by readers behind one trait, each with bounds: packs, loose objects, those borrowed from other
//! repositories, and the system's `git` under a time limit for what the others do not know or find damaged. libgit2 reads
//! references, configuration and the index.
//!
//! # Invariants
//!
//! - Nothing is checked out and nothing is written, except the objects of a fetch and the index of [`GitRepository::indexed`]. Without
//!   [`GitRepository::fetching`] the network is never used.
//! - No hook, filter or program that a repository names is run; another user's repository is refused ([`Trust`]).
//! - Whatever way an object is read, the answer is the one that `git` gives.
//!
//! A part of [Nestling](https://gitlab.com/nestling-ci/nestling), and the only crate of it that uses git2 or runs `git`. **Data
//! flow = dependency order = `mod` order**: a module uses only modules above it.

mod bounded;
mod change;
mod error;
mod entry_mode;
mod id;
mod masked;
mod command;
mod tree;
mod commit;
mod object;
mod pack;
mod loose;
mod cat_file;
mod store;
mod history;
mod merges;
mod fetch;
mod check_out;
mod partial_clone;
mod backend;
mod git_cli;
mod libgit2;
mod revision;
mod diff;
mod listing;
mod tree_index;
mod search;
mod tree_files;
mod ignore_rules;
mod searches;
mod work_tree_cache;
mod own_directories;
mod work_tree;
mod repository;
mod remembered;
mod indexed;
mod open;
mod revision_files;
mod remote;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use change::{Change, Status};
pub use entry_mode::EntryMode;
pub use error::GitError;
pub use history::{History, MergeBase};
pub use id::{CommitId, TreeId};
pub use listing::ListedEntry;
pub use masked::without_credentials;
pub use merges::{Merge, Merges, MergesEnd};
pub use open::Trust;
pub use remote::{ReferenceKind, RemoteReference, RemoteRepository};
pub use repository::GitRepository;
pub use revision::{Branch, Resolution};
pub use tree_files::TreeFiles;
pub use tree_index::IndexUse;
pub use work_tree::WorkTree;

/// The examples of the crate's README are run, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
