//! A YAML tree in which every node knows where it came from, read as GitLab's reader (Ruby Psych, YAML 1.1) reads it.

pub mod node;

pub use node::{Entry, Key, Kind, Map, Node, Scalar, Style};
