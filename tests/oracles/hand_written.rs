//! Documents as people write them, through Ruby's reader and through Nestling's: tags, numbers of base 60, anchors, merge keys,
//! block scalars, odd line breaks.

use super::psych::Psych;
use crate::support::setting;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::yaml::{Kind, Meaning, Node, Scalar, merge_keys, parse_leniently};
use serde_json::{Value, json};

/// Number of documents that go to one Ruby process.
const BATCH: usize = 1000;

/// 2,000 documents; `NESTLING_TEST_DOCUMENTS` asks for more.
#[test]
fn any_hand_written_document_is_read_as_ruby_reads_it() {
    let Some(psych) = Psych::find("any_hand_written_document_is_read_as_ruby_reads_it") else { return };
    let count: usize = setting("NESTLING_TEST_DOCUMENTS").map_or(2000, |count| count.parse().unwrap());
    let mut writer = Writer { state: 7, count: 0, anchors: Vec::new() };
    let (mut compared, mut refused) = (0, 0);
    let mut wrong = Vec::new();
    for _ in 0..count.div_ceil(BATCH) {
        let texts: Vec<String> = (0..BATCH).map(|_| writer.document()).collect();
        for (text, said) in texts.iter().zip(psych.read_texts(&texts)) {
            let wanted = (said["ok"] == true).then(|| &said["doc"]);
            let found = read(text);
            compared += usize::from(wanted.is_some());
            refused += usize::from(wanted.is_none());
            if !is_same(found.as_ref(), wanted) && !is_hidden_by_merge(text) {
                wrong.push(format!("{text}\n  Ruby: {said}\n  found: {found:?}"));
            }
        }
    }
    assert!(compared > count / 3 && refused > count / 50, "{compared} are read, {refused} are refused");
    let shown = &wrong[..wrong.len().min(5)];
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), shown.join("\n\n"));
}

/// Deliberately stricter: a `<<` that merges nothing, and keys that are not scalars. Nestling writes neither.
fn read(text: &str) -> Option<Value> {
    let sources = Sources::default();
    let file = sources.add("hand-written.yml", text);
    let (documents, _) = parse_leniently(text, file).ok()?;
    let mut node = documents.into_iter().next()?;
    merge_keys(&mut node).ok()?;
    value(&node)
}

/// The value that GitLab gets of a node; `None` where its reader refuses one.
fn value(node: &Node) -> Option<Value> {
    if node.is_reference() {
        let Kind::Seq(items) = &node.kind else { return Some(json!({ "!reference": [] })) };
        let items: Option<Vec<Value>> = items.iter().map(value).collect();
        return Some(json!({ "!reference": items? }));
    }
    match &node.kind {
        Kind::Scalar(scalar) => scalar_value(scalar),
        Kind::Seq(items) => items.iter().map(value).collect::<Option<Vec<Value>>>().map(Value::Array),
        Kind::Map(map) => {
            let mut object = serde_json::Map::new();
            for entry in &map.entries {
                object.insert(key(&entry.key.scalar)?, value(&entry.value)?);
            }
            Some(Value::Object(object))
        }
    }
}

fn scalar_value(scalar: &Scalar) -> Option<Value> {
    Some(match scalar.meaning() {
        Meaning::Null => Value::Null,
        Meaning::Bool(value) => json!(value),
        Meaning::Int(value) => json!(i64::try_from(value).unwrap()),
        Meaning::Float(value) if value.is_nan() => json!("NaN"),
        Meaning::Float(value) if value.is_infinite() => {
            json!(if value > 0.0 { "Infinity" } else { "-Infinity" })
        }
        Meaning::Float(value) => json!(value),
        Meaning::Date => return None,
        Meaning::Symbol => json!({ "!symbol": symbol(&scalar.text) }),
        Meaning::Text(text) => json!(text),
    })
}

fn symbol(text: &str) -> &str {
    let name = text.strip_prefix(':').unwrap();
    let quoted = |quote: char| name.strip_prefix(quote).and_then(|name| name.strip_suffix(quote));
    quoted('"').or_else(|| quoted('\'')).unwrap_or(name)
}

fn key(scalar: &Scalar) -> Option<String> {
    Some(match scalar_value(scalar)? {
        Value::String(text) => text,
        Value::Null => String::new(),
        Value::Object(symbol) => symbol["!symbol"].as_str()?.to_owned(),
        other => other.to_string(),
    })
}

/// A merge replaces overridden values before anything checks them, also a date, which Ruby rejects nevertheless.
fn is_hidden_by_merge(text: &str) -> bool {
    text.contains("<<") && ["2024-", "!!binary"].iter().any(|refused| text.contains(refused))
}

fn is_same(found: Option<&Value>, wanted: Option<&Value>) -> bool {
    match (found, wanted) {
        (None, None) => true,
        // A document that is not a mapping is none to the script.
        (Some(found), None) => !found.is_object(),
        (found, wanted) => found == wanted,
    }
}

/// Writes documents, always the same.
struct Writer {
    state: u64,
    /// Number of anchors so far: each has its own name.
    count: usize,
    /// The anchors that are above, and whether each is that of a mapping.
    anchors: Vec<(String, bool)>,
}

const SCALARS: [&str; 82] = [
    "a",
    "yes",
    "No",
    "on",
    "OFF",
    "~",
    "null",
    "Null",
    "true",
    "tRue",
    "010",
    "08",
    "0x1F",
    "0b11",
    "1_000",
    "1,000",
    "-5",
    "+5",
    "1:30",
    "12:30",
    "-1:30",
    "8:05:09",
    "1:60",
    "1:2:3:4",
    "1:30.5",
    "12:30:45.5",
    "1:30.",
    "1.5",
    ".5",
    "5.",
    "1.",
    "1e3",
    "1.5e+3",
    "1.5e3",
    ".inf",
    "-.inf",
    ".nan",
    "2024-01-01",
    "2024-13-45",
    "2024-1-1",
    "2024-01",
    "2024-01-01 00:00",
    "2024-01-01 00:00:00",
    "2024-01-01t1:02:03Z",
    "2024-01-01  00:00:00.5 +1:00",
    "2024-01-01 00:00:00 -0130",
    "2024-01-01 00:00:00 +1:",
    "-2024-01-01 1:00:00",
    "2024-02-31",
    "2024-0-00",
    "2024-01-01x",
    "2024-01-01T00:00",
    ":'x'",
    ":sym",
    "::x",
    "a:b",
    "a b",
    "a  b",
    "a#b",
    "a #b",
    "12:30 am",
    "1.2.3",
    "v1.2",
    "é",
    "$X",
    "${{ x }}",
    "a, b",
    "0",
    "00",
    "0o17",
    "1__0",
    "_1",
    "1_",
    "-",
    "--",
    "=",
    "<",
    "1 2",
    "0.0",
    "-0",
    "+.5",
    "1,2.5",
];

const TAGS: [&str; 13] = [
    "!!str",
    "!str",
    "!!int",
    "!!float",
    "!!bool",
    "!!null",
    "!foo",
    "!",
    "!!binary",
    "!!timestamp",
    "!ruby/sym",
    "!ruby/object:X",
    "!<tag:yaml.org,2002:str>",
];

impl Writer {
    fn below(&mut self, limit: usize) -> usize {
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut value = self.state;
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^= value >> 31;
        usize::try_from(value % limit as u64).unwrap()
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn document(&mut self) -> String {
        self.anchors.clear();
        let mut text = String::new();
        if self.one_in(8) {
            text.push_str("# a comment\n\n");
        }
        self.mapping(&mut text, 0, 0);
        match self.below(9) {
            0 => text.replace('\n', "\r\n"),
            1 => text.replace('\n', "  \n"),
            2 => text.trim_end().to_owned(),
            3 => text.replace('\n', "\r"),
            4 => text.replace('\n', "\u{85}"),
            _ => text,
        }
    }

    fn mapping(&mut self, text: &mut String, indentation: usize, depth: usize) {
        for index in 0..1 + self.below(3) {
            text.push_str(&" ".repeat(indentation));
            let mappings: Vec<String> = self
                .anchors
                .iter()
                .filter(|(_, is_mapping)| *is_mapping)
                .map(|(name, _)| name.clone())
                .collect();
            if !mappings.is_empty() && self.one_in(4) {
                let merge = if self.one_in(3) { "\"<<\"" } else { "<<" };
                let all: Vec<String> = mappings.iter().map(|name| format!("*{name}")).collect();
                let merged = if self.one_in(2) { format!("[{}]", all.join(", ")) } else { all[0].clone() };
                text.push_str(&format!("{merge}: {merged}\n"));
                continue;
            }
            // Of equal keys Ruby takes the last, and reads the others all the same.
            let kind = if index == 0 { self.below(8) } else { 7 };
            let key = match kind {
                0 => "\"k y\"".to_owned(),
                1 => "!!str 00".to_owned(),
                2 => "010".to_owned(),
                3 => "yes".to_owned(),
                _ => format!("k{index}"),
            };
            text.push_str(&key);
            text.push(':');
            self.value(text, indentation, depth);
        }
    }

    /// Writes a value after a colon or a dash, and the end of its line.
    fn value(&mut self, text: &mut String, indentation: usize, depth: usize) {
        self.count += 1;
        let anchor = self.one_in(5).then(|| format!("x{}", self.count));
        match self.below(if depth > 2 { 6 } else { 10 }) {
            0 if !self.anchors.is_empty() => {
                let index = self.below(self.anchors.len());
                text.push_str(&format!(" *{}\n", self.anchors[index].0));
            }
            1 => self.block(text, indentation),
            2 => text.push_str(&format!(" {}\n", self.flow())),
            6 | 7 => {
                if let Some(name) = &anchor {
                    text.push_str(&format!(" &{name}"));
                }
                text.push('\n');
                self.mapping(text, indentation + 2, depth + 1);
                self.anchors.extend(anchor.map(|name| (name, true)));
            }
            8 | 9 => {
                text.push('\n');
                for _ in 0..1 + self.below(3) {
                    text.push_str(&format!("{}-", " ".repeat(indentation + 2)));
                    self.value(text, indentation + 2, depth + 1);
                }
            }
            _ => {
                if let Some(name) = &anchor {
                    text.push_str(&format!(" &{name}"));
                }
                let scalar = self.scalar();
                let comment = if self.one_in(10) { " # comment" } else { "" };
                text.push_str(&format!(" {scalar}{comment}\n"));
                self.anchors.extend(anchor.map(|name| (name, false)));
            }
        }
    }

    fn scalar(&mut self) -> String {
        let index = self.below(SCALARS.len());
        let plain = SCALARS[index];
        let written = match self.below(6) {
            0 => format!("\"{plain}\""),
            1 => format!("'{plain}'"),
            _ => plain.to_owned(),
        };
        if self.one_in(5) {
            let tag = TAGS[self.below(TAGS.len())];
            return format!("{tag} {written}");
        }
        written
    }

    fn block(&mut self, text: &mut String, indentation: usize) {
        let header = ["|", ">", "|-", ">-", "|+", ">+"][self.below(6)];
        text.push_str(&format!(" {header}\n"));
        let indentation = " ".repeat(indentation + 2);
        for _ in 0..1 + self.below(3) {
            let line = ["a", "  b", "", "c # d", "e: f", "\tg", "-", "  ", "h\t"][self.below(9)];
            let indentation = if line.is_empty() { "" } else { indentation.as_str() };
            text.push_str(&format!("{indentation}{line}\n"));
        }
    }

    fn flow(&mut self) -> String {
        match self.below(6) {
            0 => "{ a: 010, b: [1:30, yes] }".to_owned(),
            1 => "!reference [a, b]".to_owned(),
            2 => "!foo { a: !!str 010 }".to_owned(),
            3 => "!!omap [{ a: 1 }, { b: 2 }]".to_owned(),
            4 => "[a, !!float 1, \"b\"]".to_owned(),
            _ => "{ \"a\":1, 'b': ~ }".to_owned(),
        }
    }
}
