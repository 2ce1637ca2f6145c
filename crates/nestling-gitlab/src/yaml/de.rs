//! Deserializes typed headers from the tree, with the origin of every error.

use super::misfit::Misfit;
use super::node::{Entry, Kind, Map, Node};
use super::scalar::Meaning;
use crate::diagnostic::{Diagnostic, Origin, Rule};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    Visitor,
};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use std::cell::RefCell;
use std::fmt;

/// A value with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The origin.
    pub origin: Origin,
    /// The value.
    pub value: T,
}

/// Reads a typed value from a tree. `rule` is the rule of the diagnostics.
///
/// # Errors
/// Every unknown key, and the first value of a wrong type, where serde stops, each with its origin.
pub fn from_node<T: DeserializeOwned>(node: &Node, rule: &'static Rule) -> Result<T, Vec<Diagnostic>> {
    let unknown = RefCell::default();
    let read = T::deserialize(Reader { node, unknown: &unknown });
    let mut misfits: Vec<Misfit> = unknown.into_inner();
    let value = read.map_err(|error| misfits.push(error)).ok();
    match value {
        Some(value) if misfits.is_empty() => Ok(value),
        _ => Err(misfits.into_iter().filter_map(|misfit| misfit.diagnostic(rule, node.origin)).collect()),
    }
}

thread_local! {
    /// A value that serde's data model cannot represent, on its way from the deserializer to the type that asked for it.
    static HANDED: RefCell<Option<Handed>> = const { RefCell::new(None) };
}

enum Handed {
    Node(Node),
    Origin(Origin),
}

const NODE: &str = "$nestling::Node";
const LOCATED: &str = "$nestling::Located";

fn hand(handed: Handed) {
    HANDED.with(|cell| cell.replace(Some(handed)));
}

fn take() -> Option<Handed> {
    HANDED.with(RefCell::take)
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Take;
        impl<'de> Visitor<'de> for Take {
            type Value = Node;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a node of a tree")
            }
            fn visit_unit<E: serde::de::Error>(self) -> Result<Node, E> {
                match take() {
                    Some(Handed::Node(node)) => Ok(node),
                    _ => Err(E::custom("a node can only be read from a tree")),
                }
            }
        }
        deserializer.deserialize_newtype_struct(NODE, Take)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Located<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Locate<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Locate<T> {
            type Value = Located<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value of a tree")
            }
            fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Located<T>, D::Error> {
                let Some(Handed::Origin(origin)) = take() else {
                    return Err(D::Error::custom("an origin can only be read from a tree"));
                };
                Ok(Located { origin, value: T::deserialize(inner)? })
            }
        }
        deserializer.deserialize_newtype_struct(LOCATED, Locate(std::marker::PhantomData))
    }
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    node: &'a Node,
    /// Unknown keys of structs, which are all reported, whatever else is wrong.
    unknown: &'a RefCell<Vec<Misfit>>,
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let origin = self.node.origin;
        match &self.node.kind {
            Kind::Seq(items) => visitor.visit_seq(Items { items: items.iter(), unknown: self.unknown }),
            Kind::Map(map) => visitor.visit_map(self.entries(map)),
            Kind::Scalar(scalar) => match scalar.meaning() {
                Meaning::Null => visitor.visit_unit(),
                Meaning::Bool(value) => visitor.visit_bool(value),
                Meaning::Int(value) => match i64::try_from(value) {
                    Ok(value) => visitor.visit_i64(value),
                    Err(_) => visitor.visit_i128(value),
                },
                Meaning::Float(value) => visitor.visit_f64(value),
                Meaning::Date | Meaning::Symbol => visitor.visit_str(&scalar.text),
                Meaning::Text(text) => visitor.visit_str(text),
            },
        }
        .map_err(|error| error.with_origin(origin))
    }

    /// Reports a key that is not among the fields and skips it, so that every unknown key is reported.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let map = match &self.node.kind {
            Kind::Map(map) => map,
            // The readers that serde derives take a list for the values in the order of the fields.
            Kind::Seq(_) => {
                let misfit = Misfit::invalid_type(Unexpected::Seq, &"a mapping");
                return Err(misfit.with_origin(self.node.origin));
            }
            Kind::Scalar(_) => return self.deserialize_any(visitor),
        };
        let (known, unknown): (Vec<_>, Vec<_>) =
            map.entries.iter().partition(|entry| fields.contains(&entry.key.text()));
        let complete = unknown.is_empty();
        for entry in unknown {
            let misfit = Misfit::unknown_field(entry.key.text(), fields);
            self.unknown.borrow_mut().push(misfit.with_origin(entry.key.origin));
        }
        let entries = Entries { entries: known, next: 0, unknown: self.unknown };
        let read = visitor.visit_map(entries);
        // An unknown key may be a misspelled form of the one that is missing.
        read.map_err(|error| if complete { error } else { error.explained() }.with_origin(self.node.origin))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match name {
            NODE => {
                hand(Handed::Node(self.node.clone()));
                visitor.visit_unit()
            }
            LOCATED => {
                hand(Handed::Origin(self.node.origin));
                visitor.visit_newtype_struct(self)
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let origin = self.node.origin;
        match self.node.as_map() {
            Some(map) if map.len() == 1 => {
                visitor.visit_enum(serde::de::value::MapAccessDeserializer::new(self.entries(map)))
            }
            Some(_) => Err(Misfit::custom(format!("expected one of {}", variants.join(", ")))),
            None => match self.node.text() {
                Some(text) => visitor.visit_enum(text.into_deserializer()),
                None => Err(Misfit::custom(format!("expected one of {}", variants.join(", ")))),
            },
        }
        .map_err(|error: Misfit| error.with_origin(origin))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

impl<'a> Reader<'a> {
    fn entries(&self, map: &'a Map) -> Entries<'a> {
        Entries { entries: map.entries.iter().collect(), next: 0, unknown: self.unknown }
    }
}

struct Items<'a> {
    items: std::slice::Iter<'a, Node>,
    unknown: &'a RefCell<Vec<Misfit>>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        let Some(node) = self.items.next() else { return Ok(None) };
        let reader = Reader { node, unknown: self.unknown };
        seed.deserialize(reader).map(Some).map_err(|error| error.with_origin(node.origin))
    }
}

struct Entries<'a> {
    entries: Vec<&'a Entry>,
    next: usize,
    unknown: &'a RefCell<Vec<Misfit>>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        let Some(entry) = self.entries.get(self.next) else { return Ok(None) };
        let key: serde::de::value::StrDeserializer<'_, Misfit> = entry.key.text().into_deserializer();
        seed.deserialize(key).map(Some).map_err(|error| error.with_origin(entry.key.origin))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        let node = &self.entries[self.next].value;
        self.next += 1;
        let reader = Reader { node, unknown: self.unknown };
        seed.deserialize(reader).map_err(|error| error.with_origin(node.origin))
    }
}
