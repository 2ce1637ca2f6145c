//! A YAML tree in which every node knows where it came from, read as GitLab's reader (Ruby Psych, YAML 1.1) reads it.

pub mod rules;
mod node;
mod scalar;
mod position;
mod duplicates;
mod syntax;
mod breaks;
mod simple;
mod tags;
mod parse;
mod merge;
mod misfit;
mod de;
mod lenient;
mod emit;

pub use de::{Located, from_node};
pub use duplicates::duplicate_keys;
pub use emit::{emit, emit_entry, emit_map};
pub use lenient::from_node_leniently;
pub use merge::merge_keys;
pub use node::{Entry, Key, Kind, Map, Node, Scalar, Style};
pub use parse::{ParseLimits, parse, parse_file, parse_leniently};
pub use position::Position;
pub use scalar::Meaning;
