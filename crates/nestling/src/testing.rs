//! Cases beside templates: given inputs, a directory, changed paths and a kind of pipeline, expect these jobs.
//!
//! A case is a file of plain data in a folder `tests` beside templates. It is planned and checked exactly as
//! [`plan`](crate::plan) and [`check`](nestling_gitlab::check) do for a repository whose only unit uses the template, and what it
//! does not expect, it does not look at: an expected job is a part of the job that comes out, at any depth.

mod discover;
mod case;
mod compare;
mod diff;
mod outcome;
mod junit;
mod run;

pub use case::{Case, read};
pub use discover::{Found, discover};
pub use junit::junit;
pub use outcome::{Outcome, Snapshot, summary};
pub use run::{Setting, run};
