//! Templates to trees in which every node knows the line of the template that wrote it.
//!
//! Two things make that work, and neither can be seen in what comes out. **Marks**: before rendering, every line of raw
//! text gets a mark in private-use characters that names its file and line; after rendering, the marks tell where each
//! line came from, through loops, includes and macros. **Placeholders**: what `${{ }}` prints is kept aside and a
//! private-use placeholder is written in its place, so that no value can be taken for a key, a job or a comment. The
//! YAML reader sees the placeholders only; the values are put back into its tree.
//!
//! Proven limits of the engine (fuel, recursion) bound time and memory; templates reach nothing outside: no files, no
//! environment, no clock, no random numbers.

pub mod rules;
mod sign;
mod syntax;
mod untrusted;
mod mark;
mod store;
mod lines;
mod splice;
mod locate;
mod shapes;
mod shell;
mod filters;
mod scope;
mod value;
mod component;
mod put_back;
mod unclosed;
mod import_name;
mod blocks;
mod suggest;
mod involved;
mod problem;
mod inputs;
mod engine;
mod run;
mod tree;

pub use engine::{Limits, Rendered, Renderer};
pub use inputs::bind;
pub use scope::{EnvironmentScope, Scope, find_unbound};
pub use value::plain_value;
