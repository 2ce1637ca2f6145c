//! Nestling hatches GitLab child pipelines from the directories that changed.
//!
//! **Data flow = dependency order = `mod` order**: a module uses only what stands above it.

pub use nestling_files::{files, path};
pub use nestling_git as git;
pub use nestling_gitlab::{check, diagnostic, name, pipeline, yaml};

pub mod changes;
mod template_syntax;
pub mod workspace;
pub mod template;
pub mod environments;
pub mod cdk;
pub mod unit;
pub mod select;
pub mod assemble;
pub mod plan;
pub mod emit;
pub mod view;
pub mod catalog;
pub mod allow;
pub mod testing;
