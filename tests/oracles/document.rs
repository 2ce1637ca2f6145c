//! Documents made of everything that is hard to write.

use nestling_gitlab::diagnostic::{Origin, Sources};
use nestling_gitlab::yaml::{Entry, Key, Map, Node, emit_entry};
use proptest::prelude::*;
use serde_json::Value;

/// A document: the value that its text has to mean.
pub(crate) struct Document(pub(crate) Value);

impl Document {
    /// The text that Nestling writes for it: entry by entry with an empty line between, as pipelines are written.
    pub(crate) fn text(&self) -> String {
        let tree = node(&self.0, Origin::file(Sources::default().add("document", "")));
        let mut text = String::new();
        for entry in tree.as_map().into_iter().flat_map(|map| &map.entries) {
            emit_entry(&mut text, &entry.key, &entry.value, 0);
            text.push('\n');
        }
        text
    }
}

fn node(value: &Value, origin: Origin) -> Node {
    match value {
        Value::Null => Node::plain(origin, "null"),
        Value::Bool(value) => Node::plain(origin, value.to_string()),
        Value::Number(value) => Node::plain(origin, value.to_string()),
        Value::String(text) => Node::string(origin, text.as_str()),
        Value::Array(items) => Node::seq(origin, items.iter().map(|item| node(item, origin)).collect()),
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| Entry {
                key: Key::new(origin, key.as_str()),
                value: node(value, origin),
            };
            Node::map(origin, Map { entries: map.iter().map(entry).collect() })
        }
    }
}

/// Mappings of mappings, lists and scalars, with the rows of the table of hard scalars among them.
pub(crate) fn documents(rows: Vec<String>) -> impl Strategy<Value = Value> {
    let text = texts(rows);
    let key = text.clone();
    let leaf = prop_oneof![
        6 => text.prop_map(Value::String),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => (0..i64::from(i32::MAX)).prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    let entries = key.clone();
    let tree = leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((entries.clone(), inner), 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    });
    prop::collection::vec((key, tree), 1..5).prop_map(|entries| Value::Object(entries.into_iter().collect()))
}

/// Text of every kind: rows of the table, pieces of YAML, shell and templates, and any characters at all.
fn texts(rows: Vec<String>) -> BoxedStrategy<String> {
    const PIECES: [&str; 40] = [
        "a", "b", " ", "  ", "\n", "\n\n", "\t", "\r", ":", ": ", "#", " #", "-", "- ", "'", "\"", "\\", "|",
        ">", "&", "*", "!", "%", "@", "`", "{{", "}}", "${{ x }}", "[", "]", ",", "? ", "---", "...", "<<",
        "$[[", "\0", "\u{85}", "\u{2028}", "\u{feff}",
    ];
    let pieces = prop::collection::vec(prop::sample::select(&PIECES[..]), 0..8).prop_map(|it| it.concat());
    let script =
        prop::collection::vec(prop::sample::select(vec!["echo", "  if x", "", "fi # y", "\t"]), 1..5)
            .prop_map(|lines| lines.join("\n"));
    prop_oneof![
        prop::sample::select(rows),
        pieces,
        script,
        prop::collection::vec(any::<char>(), 0..12).prop_map(|chars| chars.into_iter().collect()),
        "[a-z][a-z0-9 _./-]{0,12}".prop_map(|text| text),
        (1000..1030usize).prop_map(|length| "k".repeat(length)),
    ]
    .boxed()
}
