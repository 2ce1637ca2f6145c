//! GitLab CI configuration as GitLab reads it, and a linter for it.
//!
//! **Data flow = dependency order = `mod` order**: a module uses only what stands above it.

pub mod parallel;
pub mod name;
pub mod diagnostic;
pub mod yaml;
pub mod facts;
pub mod instance;
pub mod pipeline;
pub mod configuration;
pub mod check;
pub mod catalog;
pub mod lint;

pub use lint::lint;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
