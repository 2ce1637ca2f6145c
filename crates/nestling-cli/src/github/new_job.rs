//! A job in the making.

use super::condition::Start;
use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};

/// A job in the making.
#[derive(Debug, Default)]
pub(super) struct NewJob {
    pub image: Option<String>,
    /// The rows of its matrix.
    pub matrix: Option<Node>,
    pub script: Vec<String>,
    pub after_script: Vec<String>,
    /// Lines before the script, which set variables that have to be computed.
    pub exports: Vec<String>,
    pub variables: Vec<(String, String)>,
    /// The artifacts by their names on GitHub, each with the way to start of its step.
    pub uploads: Vec<Upload>,
    /// The names of the artifacts that it downloads.
    pub downloads: Vec<String>,
    pub expire_in: Option<String>,
    /// True if it runs Docker.
    pub needs_docker: bool,
    /// Further keywords.
    pub keywords: Map,
}

/// Paths that a step uploads under a name.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    pub name: String,
    pub paths: Vec<String>,
    pub start: Start,
}

impl NewJob {
    /// Adds items to a keyword that is a list.
    pub(super) fn extend(&mut self, keyword: &str, added: Vec<Node>, origin: Origin) {
        let known = self.keywords.get(keyword).map(Node::items_or_self).unwrap_or_default();
        let items = known.iter().cloned().chain(added).collect();
        self.keywords.set(keyword, Node::seq(origin, items));
    }
}

/// Returns strings as a list.
pub(super) fn strings(texts: &[String], origin: Origin) -> Node {
    Node::seq(origin, texts.iter().map(|text| Node::string(origin, text.as_str())).collect())
}

/// Returns variables as a mapping.
pub(super) fn mapping(variables: &[(String, String)], origin: Origin) -> Node {
    let mut map = Map::default();
    variables.iter().for_each(|(name, value)| map.set(name.as_str(), Node::string(origin, value.as_str())));
    Node::map(origin, map)
}
