//! A job in the making.

use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};

/// A job in the making.
#[derive(Debug, Default)]
pub(super) struct NewJob {
    pub image: Option<String>,
    pub script: Vec<String>,
    pub after_script: Vec<String>,
    pub variables: Vec<(String, String)>,
    pub artifacts: Vec<String>,
    pub expire_in: Option<String>,
    /// True if its artifacts are uploaded even if it fails.
    pub keeps_artifacts: bool,
    /// True if it runs Docker.
    pub needs_docker: bool,
    /// Further keywords.
    pub keywords: Map,
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
