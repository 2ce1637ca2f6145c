//! The shape of every keyword, as one table: types, alternatives, keys, ranges, exclusions, defaults and versions, each with the
//! page that documents it.
//!
//! It follows GitLab's own entry classes (`lib/gitlab/ci/config/entry/`), as of 18.11, and the documentation of newer versions.
//! GitLab's published schema accepts more than half of what those classes refuse; a test compares it with the table. The checks of
//! forms, the editor schema of jobs and the documentation of keywords follow from here.

mod shape;
mod strings;
mod commands;
mod variables;
mod containers;
mod files;
mod copies;
mod needs;
mod conditions;
mod deployment;
mod tokens;
mod steps;
mod includes;
mod trigger;
mod job;
mod header;
mod globals;
mod described;
mod schema;

pub use described::{KeywordRow, expected, rows};
pub use globals::{DEFAULT, ROOT, WORKFLOW};
pub(crate) use globals::{DEFAULT_KEYS, ROOT_KEYS, WORKFLOW_KEYS};
pub use header::HEADER;
pub use includes::INCLUDE;
pub(crate) use job::JOB_KEYS;
pub use job::{JOB, TRIGGER_JOB};
pub use schema::schema;
pub use shape::{
    CaseShape, Constraint, DurationShape, Keyword, ListShape, MappingShape, NamesShape, Null, Release, Shape,
    StringShape, Words,
};

/// The newest version of GitLab whose keywords are in the table.
pub const NEWEST: Release = (19, 5);

/// Returns the names of keywords, in their order.
pub(crate) const fn names<const N: usize>(keywords: &[Keyword; N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut position = 0;
    while position < N {
        names[position] = keywords[position].name;
        position += 1;
    }
    names
}
