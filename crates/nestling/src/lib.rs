//! Nestling hatches GitLab child pipelines from the directories that changed.
//!
//! **Data flow = dependency order = `mod` order**: a module uses only what stands above it.

mod threads;
pub mod name;
pub mod path;
pub mod files;
pub mod diagnostic;
pub mod yaml;
pub mod git;
pub mod changes;
pub mod workspace;
pub mod select;
pub mod render;
pub mod pipeline;
pub mod compose;
pub mod environments;
pub mod cdk;
pub mod plan;
pub mod emit;
pub mod view;
pub mod check;
pub mod testing;
