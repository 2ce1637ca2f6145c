//! Paths inside a repository, GitLab's globs, and a trait for reading files wherever they are kept.
//!
//! # A path, a glob, and files
//!
//! ```
//! use nestling_files::files::{Files, MemoryFiles};
//! use nestling_files::path::{Glob, RepoPath};
//!
//! let glob = Glob::parse("src/**/*.rs")?;
//! let path = RepoPath::parse("./src/path/glob.rs")?;
//! assert_eq!(path.to_string(), "src/path/glob.rs");
//! assert!(glob.matches(&path));
//!
//! let files = MemoryFiles::new([("src/path/glob.rs", "//! Globs.")]);
//! assert_eq!(files.read(&path)?.as_deref(), Some(&b"//! Globs."[..]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is here
//!
//! | module | what it holds |
//! |---|---|
//! | [`encoding`] | UTF-16 and older XML as UTF-8. |
//! | [`path`] | [`RepoPath`](path::RepoPath): bytes, always normal, never outside of the repository. [`Glob`](path::Glob): the semantics of Ruby's `File.fnmatch?`, which GitLab uses for `rules:changes`. [`GlobIndex`](path::GlobIndex): many globs against many paths. |
//! | [`files`] | [`Files`](files::Files), the trait through which everything above reads, for a directory and for memory. The crate `nestling-git` adds a commit's tree and the work tree. |
//!
//! # Invariants
//!
//! - A path or a glob is parsed once: who holds a [`RepoPath`](path::RepoPath) need not check it again.
//! - No link is followed, and nothing above the root is read.
//!
//! The lowest crate of [Nestling](https://gitlab.com/nestling-ci/nestling). **Data flow = dependency order = `mod` order**: a
//! module uses only modules above it.

pub mod encoding;
pub mod path;
pub mod files;

/// The examples of the crate's README are run, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
