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
mod syntax;
mod shell_words;
mod untrusted;
mod marks;
mod values;
mod scope;
mod filters;
mod inputs;
mod interpolation;
mod messages;
mod checks;
mod tree_cache;
mod renderer;
mod run;
mod tree;

pub use inputs::bind;
pub use renderer::{RenderLimits, Rendered, Renderer};
pub use scope::{EnvironmentScope, Scope, find_unbound};
pub use values::convert::plain_value;
