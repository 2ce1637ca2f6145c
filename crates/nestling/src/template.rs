//! Templates to trees in which every node knows the line of the template that wrote it.
//!
//! Two things make that work, and neither can be seen in the result. **Marks**: before rendering, every line of raw
//! text gets a mark in private-use characters that names its file and line; after rendering, the marks say where each
//! line came from, through loops, includes and macros. **Placeholders**: what `${{ }}` prints is kept aside and a
//! private-use placeholder is printed in its place, so that no value can be taken for a key, a job or a comment. The
//! YAML reader sees the placeholders only; the values are put into its tree afterwards.
//!
//! ```text
//! build: ${{ unit.name }} ok         a template
//! build: ${{ unit.name }} ok«1»      marks::insert: line 1 wrote what is before the mark
//! build: ⟨0⟩ ok«1»                   run: the engine prints a placeholder, and values::placeholders has the value
//! build: ⟨0⟩ ok                      marks::strip: text for the YAML reader, and a table of its lines
//! { build: "api ok" }                values::substitute: the tree, each node with an origin by marks::locate
//! ```
//!
//! [`Renderer`] does all of it. Text that a macro, a `set` block or a filter made (*captured* text) has marks and
//! placeholders of its own, and goes through the last two steps where it is printed.
//!
//! The engine's limits (fuel, recursion) bound time and memory; templates reach nothing outside but the files of the
//! repository, by [`files`]: no environment, no clock, no random numbers.

pub(crate) mod rules;
mod engine_messages;
mod known_words;
mod source_position;
mod shell_words;
mod untrusted;
mod marks;
mod bounds;
mod values;
mod facts_read;
mod inputs_read;
mod files;
mod dependency_list;
mod unit_prints;
mod scope;
mod filters;
mod inputs;
mod interpolation;
mod messages;
mod checks;
mod engine;
mod run;
mod tree_cache;
mod tree;
mod renderer;

pub(crate) use checks::orphan_blocks::first_written_line;
pub(crate) use dependency_list::DependenciesOf;
pub use engine::RenderLimits;
pub(crate) use facts_read::FactsRead;
pub(crate) use files::PrintOf;
pub(crate) use files::{glob_from_root, path_from_root};
pub(crate) use inputs::bind;
pub(crate) use inputs_read::InputsRead;
pub(crate) use renderer::{Rendered, Renderer, RenderingWork};
pub(crate) use run::FEWER_UNITS;
pub(crate) use scope::{EnvironmentScope, Scope, find_unbound};
pub(crate) use source_position::span;
pub(crate) use unit_prints::{UNCOMMITTED, UnitPrints};
pub(crate) use values::json::plain_value;
