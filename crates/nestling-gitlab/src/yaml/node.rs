//! The tree: what was written, how, and where.

use crate::diagnostic::Origin;

/// A node of the tree with the place that it came from.
#[derive(Debug, Clone)]
pub struct Node {
    /// The place where it was written.
    pub origin: Origin,
    /// Its tag as written, such as `!reference`; `None` for most.
    pub tag: Option<Box<str>>,
    /// The kind of node.
    pub kind: Kind,
}

/// The kinds of nodes. Aliases do not survive parsing: each becomes a copy with the origins of its anchor.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Text, a number, a boolean, or nothing.
    Scalar(Scalar),
    /// A list.
    Seq(Vec<Node>),
    /// A mapping.
    Map(Map),
}

/// A scalar as written. What it means (a number, a boolean, a string …) follows from the text and the style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text, without quotes and escapes.
    pub text: Box<str>,
    /// Style of the scalar: only plain scalars can be anything but strings.
    pub style: Style,
}

/// Style of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: `12`, `yes`, `some text`.
    Plain,
    /// In single or double quotes, or a string that a template printed.
    Quoted,
    /// A block scalar, `|` or `>`.
    Block,
}

/// A mapping in the order in which it was written. Lookups are linear: CI files have few keys a mapping.
#[derive(Debug, Clone, Default)]
pub struct Map {
    /// The entries in order.
    pub entries: Vec<Entry>,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node,
}

/// A key: a scalar with its place.
#[derive(Debug, Clone)]
pub struct Key {
    /// The place where it was written.
    pub origin: Origin,
    /// The key as written.
    pub scalar: Scalar,
}

impl Node {
    /// Returns the number of its nodes, in which 32 bytes of text count as another one: about the memory of a copy.
    pub fn weight(&self) -> usize {
        match &self.kind {
            Kind::Scalar(scalar) => 1 + scalar.text.len() / 32,
            Kind::Seq(items) => 1 + items.iter().map(Self::weight).sum::<usize>(),
            Kind::Map(map) => 1 + map.weight(),
        }
    }

    /// A string, never read as anything else.
    pub fn string(origin: Origin, text: impl Into<Box<str>>) -> Self {
        Self::scalar(origin, text, Style::Quoted)
    }

    /// A scalar written without quotes: a number, a boolean, `null`.
    pub fn plain(origin: Origin, text: impl Into<Box<str>>) -> Self {
        Self::scalar(origin, text, Style::Plain)
    }

    /// A scalar.
    pub fn scalar(origin: Origin, text: impl Into<Box<str>>, style: Style) -> Self {
        Self { origin, tag: None, kind: Kind::Scalar(Scalar { text: text.into(), style }) }
    }

    /// A list.
    pub fn seq(origin: Origin, items: Vec<Self>) -> Self {
        Self { origin, tag: None, kind: Kind::Seq(items) }
    }

    /// A mapping.
    pub fn map(origin: Origin, map: Map) -> Self {
        Self { origin, tag: None, kind: Kind::Map(map) }
    }

    /// The scalar, if it is one.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        if let Kind::Scalar(scalar) = &self.kind { Some(scalar) } else { None }
    }

    /// The text of a scalar of any type, if it is one.
    pub fn text(&self) -> Option<&str> {
        self.as_scalar().map(|scalar| &*scalar.text)
    }

    /// The items, if it is an untagged list.
    pub fn as_seq(&self) -> Option<&[Self]> {
        if let (Kind::Seq(items), None) = (&self.kind, &self.tag) { Some(items) } else { None }
    }

    /// Returns the items of a list, or the node itself as the only item: many keys accept either.
    pub fn items_or_self(&self) -> &[Self] {
        self.as_seq().unwrap_or(std::slice::from_ref(self))
    }

    /// The mapping, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        if let Kind::Map(map) = &self.kind { Some(map) } else { None }
    }

    /// The mapping to change, if it is one.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        if let Kind::Map(map) = &mut self.kind { Some(map) } else { None }
    }

    /// The value under a key, if it is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key)
    }

    /// Returns `true` if the node is `!reference [...]`.
    pub fn is_reference(&self) -> bool {
        self.tag.as_deref() == Some("!reference")
    }

    /// Returns `true` if two trees are equal apart from their origins. The order of keys counts.
    pub fn same_as(&self, other: &Self) -> bool {
        self.tag == other.tag
            && match (&self.kind, &other.kind) {
                (Kind::Scalar(a), Kind::Scalar(b)) => a.same_as(b),
                (Kind::Seq(a), Kind::Seq(b)) => {
                    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same_as(b))
                }
                (Kind::Map(a), Kind::Map(b)) => a.same_as(b),
                _ => false,
            }
    }
}

impl Map {
    /// Returns the weight of its values ([`Node::weight`]), to which long keys add.
    pub fn weight(&self) -> usize {
        self.entries.iter().map(|entry| entry.key.scalar.text.len() / 32 + entry.value.weight()).sum()
    }

    /// The value under a key; the last one of duplicates, as GitLab reads it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value under a key, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entry_mut(key).map(|entry| &mut entry.value)
    }

    /// The key with its value, to be changed.
    pub fn entry_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().rev().find(|entry| &*entry.key.scalar.text == key)
    }

    /// The entry of a key, for the place of the key itself.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| &*entry.key.scalar.text == key)
    }

    /// Returns `true` if the mapping has the key.
    pub fn contains(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// Sets a key: in its place where it is there, at the end where it is new.
    pub fn set(&mut self, key: &str, value: Node) {
        match self.get_mut(key) {
            Some(old) => *old = value,
            None => self.entries.push(Entry { key: Key::new(value.origin, key), value }),
        }
    }

    /// Removes a key, and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        let position = self.entries.iter().rposition(|entry| &*entry.key.scalar.text == key)?;
        Some(self.entries.remove(position).value)
    }

    /// The keys and values in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Node)> {
        self.entries.iter().map(|entry| (entry.key.text(), &entry.value))
    }

    /// Returns `true` if the mapping has no key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Number of keys that it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns `true` if two mappings have equal entries in the same order.
    pub fn same_as(&self, other: &Self) -> bool {
        self.entries.len() == other.entries.len()
            && self
                .entries
                .iter()
                .zip(&other.entries)
                .all(|(a, b)| a.key.scalar.same_as(&b.key.scalar) && a.value.same_as(&b.value))
    }
}

impl Key {
    /// A key that is a string.
    pub fn new(origin: Origin, text: impl Into<Box<str>>) -> Self {
        Self { origin, scalar: Scalar { text: text.into(), style: Style::Quoted } }
    }

    /// The key's text.
    pub fn text(&self) -> &str {
        &self.scalar.text
    }
}

impl Scalar {
    /// Returns `true` if two scalars have the same text, and both or neither are plain.
    pub fn same_as(&self, other: &Self) -> bool {
        self.text == other.text && (self.style == Style::Plain) == (other.style == Style::Plain)
    }
}
