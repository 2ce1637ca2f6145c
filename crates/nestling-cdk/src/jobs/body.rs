//! The body of a job while it is written.

use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::yaml::{Map, Node};

/// A mapping whose values all have the same origin, unless they bring their own.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    origin: Origin,
    map: Map,
}

impl Body {
    pub(crate) fn new(origin: Origin) -> Self {
        Self { origin, map: Map::default() }
    }

    pub(crate) fn text(&mut self, key: &str, text: impl Into<Box<str>>) -> &mut Self {
        self.node(key, Node::string(self.origin, text))
    }

    /// Sets a number or a boolean.
    pub(crate) fn plain(&mut self, key: &str, text: impl Into<Box<str>>) -> &mut Self {
        self.node(key, Node::plain(self.origin, text))
    }

    pub(crate) fn texts<T: Into<Box<str>>>(
        &mut self,
        key: &str,
        texts: impl IntoIterator<Item = T>,
    ) -> &mut Self {
        let items = texts.into_iter().map(|text| Node::string(self.origin, text)).collect();
        self.list(key, items)
    }

    pub(crate) fn list(&mut self, key: &str, items: Vec<Node>) -> &mut Self {
        self.node(key, Node::seq(self.origin, items))
    }

    pub(crate) fn node(&mut self, key: &str, node: Node) -> &mut Self {
        self.map.set(key, node);
        self
    }

    /// Sets a mapping of its own, unless nothing is written to it.
    pub(crate) fn child(&mut self, key: &str, write: impl FnOnce(&mut Self)) -> &mut Self {
        let mut child = Self::new(self.origin);
        write(&mut child);
        if !child.map.is_empty() {
            self.node(key, Node::map(self.origin, child.map));
        }
        self
    }

    /// Sets a value unless there is one; of two mappings, adds the missing entries.
    pub(crate) fn set_default(&mut self, key: &str, value: Node) -> &mut Self {
        let Some(own) = self.map.get_mut(key) else { return self.node(key, value) };
        if let (Some(own), Some(more)) = (own.as_map_mut(), value.as_map()) {
            for (key, value) in more.iter() {
                if !own.contains(key) {
                    own.set(key, value.clone());
                }
            }
        }
        self
    }

    /// Adds the missing variables.
    pub(crate) fn default_variables(&mut self, write: impl FnOnce(&mut Self)) -> &mut Self {
        let mut variables = Self::new(self.origin);
        write(&mut variables);
        if !variables.map.is_empty() {
            self.set_default("variables", variables.into_node());
        }
        self
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.map.get(key)
    }

    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    pub(crate) fn into_map(self) -> Map {
        self.map
    }

    pub(crate) fn into_node(self) -> Node {
        Node::map(self.origin, self.map)
    }
}
