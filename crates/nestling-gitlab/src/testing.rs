//! Shorthand for tests: nodes from strings, and nodes and messages in one line.
//!
//! Behind the feature `testing`, for the tests of this crate and of those that use it.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test fails where its input cannot be read"
)]

use crate::diagnostic::{Diagnostic, FileId};
use crate::pipeline::fragment::Fragment;
use crate::yaml::{Kind, Map, Meaning, Node, merge_keys, parse_file};

/// The tree of a string that is one document.
pub fn node(text: &str) -> Node {
    let mut documents = parse_file(text, FileId::from_index(0)).unwrap_or_else(|e| panic!("{text}: {e:?}"));
    assert_eq!(documents.len(), 1, "{text}");
    merge_keys(&mut documents[0]).unwrap();
    documents.remove(0)
}

/// As [`node`], for a mapping.
pub fn map(text: &str) -> Map {
    node(text).as_map().unwrap_or_else(|| panic!("{text} is not a mapping")).clone()
}

/// A file of which nothing is wrong.
pub fn fragment(text: &str) -> Fragment {
    let (fragment, problems) = Fragment::from_node(node(text));
    assert!(problems.is_empty(), "{problems:?}");
    fragment
}

/// A tree in one line, as a person would write it: `{a: [1, "1", b]}`.
pub fn shown(node: &Node) -> String {
    let tag = node.tag.as_deref().map(|tag| format!("{tag} ")).unwrap_or_default();
    match &node.kind {
        Kind::Scalar(scalar) => match scalar.meaning() {
            Meaning::Text(text) if Node::plain(node.origin, text).as_str() == Some(text) => text.to_owned(),
            Meaning::Text(text) => format!("{text:?}"),
            Meaning::Null => "null".to_owned(),
            _ => scalar.text.to_string(),
        },
        Kind::Seq(items) => format!("{tag}[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Kind::Map(map) => shown_map(map),
    }
}

/// As [`shown`], for a mapping.
pub fn shown_map(map: &Map) -> String {
    let entries: Vec<String> = map.iter().map(|(key, value)| format!("{key}: {}", shown(value))).collect();
    format!("{{{}}}", entries.join(", "))
}

/// Returns the messages without places: `rule: message`.
pub fn messages(problems: &[Diagnostic]) -> Vec<String> {
    problems.iter().map(|problem| format!("{}: {}", problem.rule, problem.message)).collect()
}
