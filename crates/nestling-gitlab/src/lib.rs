//! GitLab CI configuration as GitLab reads it, and a linter for it.
//!
//! # What is wrong with this file?
//!
//! ```
//! use nestling_gitlab::lint;
//!
//! let problems = lint("
//! stages: [build, test]
//! build:
//!   stage: build
//!   script: make
//! test:
//!   stage: test
//!   script: make test
//!   needs: [biuld]
//! ");
//! assert_eq!(problems[0].rule.id, "needs-undefined");
//! assert_eq!(problems[0].help.as_deref(), Some("did you mean `build`?"));
//! ```
//!
//! [`lint()`] judges a plain `.gitlab-ci.yml`; [`lint_file`](lint::lint_file) reads its local includes as well, for the version
//! of GitLab and the kind of pipeline that are asked about:
//!
//! ```
//! use nestling_files::files::MemoryFiles;
//! use nestling_gitlab::diagnostic::Sources;
//! use nestling_gitlab::instance::Gitlab;
//! use nestling_gitlab::lint::{Options, lint_file};
//!
//! let files = MemoryFiles::new([("ci/build.yml", "build: { script: make }")]);
//! let gitlab = Gitlab { version: Some((16, 11)), ..Gitlab::default() };
//! let options = Options { gitlab: &gitlab, files: Some(&files), pipeline: None };
//! let sources = Sources::default();
//! let linted = lint_file(".gitlab-ci.yml", "include: /ci/build.yml", &options, &sources);
//! let job = linted.pipeline.job("build").expect("it is included");
//! assert_eq!(sources.place(job.origin), "ci/build.yml:1:1");
//! ```
//!
//! # From text to findings
//!
//! 1. [`yaml`] reads text as Ruby's Psych does, which GitLab uses. Every node of the tree has an
//!    [`Origin`](diagnostic::Origin), and [`yaml::emit`] writes strings that Psych reads back unchanged.
//! 2. [`configuration`] splits documents and reads includes.
//! 3. [`pipeline`] resolves `extends`, `!reference` and `default` to a [`Pipeline`](pipeline::Pipeline), and reads `needs`,
//!    `rules`, `parallel` and expressions from the bodies of its jobs. [`pipeline::presence`] decides which jobs GitLab creates,
//!    as far as the [`facts`] about the pipeline and the [`instance`] tell.
//! 4. [`check`] reports what GitLab would refuse, and what it would accept and then not do as written.
//! 5. [`diagnostic`] is what all of them report: a [`Rule`](diagnostic::Rule) with its documentation, a place, and the way out.
//!    [`catalog`] lists the rules.
//!
//! # Invariants
//!
//! - A finding points to what a person wrote, through includes, anchors and `extends`.
//! - The body of a job is the only truth: a typed view is read from it on demand and never stored beside it.
//! - Nothing is downloaded: what an include that is not read may define is never reported as undefined.
//! - The same input gives the same findings in the same order, however many threads look for them.
//!
//! A part of [Nestling](https://gitlab.com/nestling-ci/nestling), which generates a GitLab child pipeline for the directories
//! that a change affects. **Data flow = dependency order = `mod` order**: a module uses only modules above it.

pub mod parallel;
pub mod name;
pub mod diagnostic;
pub mod yaml;
pub mod facts;
pub mod instance;
pub mod table;
pub mod pipeline;
pub mod configuration;
pub mod check;
pub mod catalog;
pub mod lint;

pub use lint::lint;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

/// The examples of the crate's README are run, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
