//! The quick reader says what the real one says, to the last place, or nothing.

use super::*;
use crate::yaml::parse::parse_any;
use proptest::prelude::*;

fn file() -> FileId {
    FileId::from_index(0)
}

/// Everything about a tree, its places too.
fn all_of(node: &Node) -> String {
    format!("{node:?}")
}

fn agrees(text: &str) -> bool {
    let Some(node) = read(text, file()) else { return false };
    let nodes =
        parse_any(text, file()).unwrap_or_else(|problems| panic!("{text:?} is refused: {problems:?}"));
    assert_eq!(nodes.iter().map(all_of).collect::<Vec<_>>(), [all_of(&node)], "{text:?}");
    true
}

#[test]
fn headers_as_people_write_them_are_read() {
    for text in [
        "unit:\n  name: api\n  depends_on: [lib-core, lib-auth]\n",
        "unit: { name: api }\n",
        "# what it is\n\nunit:\n  use: node\n\n  # why\n  changes:\n    - \"/proto/**/*\"\n    - '!docs/**'\n",
        "unit:\n  use:\n    - template: node\n      inputs: { version: 22, flags: [] }\n    - deploy\n  depends_on: [{ unit: a, order: true }]\n",
        "spec:\n  inputs:\n    node:\n      default: \"22\"\n      description: Which one to take\n",
        "unit:\n  name: a   \n  depends_on: [ a ,b ]",
    ] {
        assert!(agrees(text), "{text} is declined");
    }
}

#[test]
fn what_is_not_simple_is_declined() {
    for text in [
        "",
        "# only this\n",
        "text\n",
        "- a\n",
        " a: b\n",
        "a:\n",
        "a:\nb: c\n",
        "a:\n- b\n",
        "a: b\n  c\n",
        "a: b # c\n",
        "a: &x b\n",
        "a: *x\n",
        "a: !t b\n",
        "a: |\n  b\n",
        "a: \"\\n\"\n",
        "a: 'it''s'\n",
        "a: [b,\n  c]\n",
        "a: [b: c]\n",
        "a: {b}\n",
        "a: {b: c, b: d}\n",
        "a: b\na: c\n",
        "a: b: c\n",
        "a : b\n",
        "'a': b\n",
        "a:b\n",
        "a: b\r\n",
        "a:\tb\n",
        "a: ü\n",
        "---\na: b\n",
        "a: b\n---\nc: d\n",
        "a: b\n...\n",
        "<<: {a: b}\n",
        "? a\n: b\n",
        "a: [b, ]\n",
        "a: [b\n",
    ] {
        assert!(read(text, file()).is_none(), "{text:?} is not declined");
    }
}

const PIECES: [&str; 44] = [
    "\n", "\n", "\n  ", "\n    ", "\n\n", " ", "  ", "a", "b-c", "12", "~", "null", "a: ", "b: ", "c:",
    "d:\n  ", "- ", "-", "--- ", "\n---\n", "[", "]", "{", "}", ", ", ",", ":", "# c", "#", "'q'", "\"q\"",
    "'", "\"", "\\", "&a ", "*a", "!t ", "|", ">", "?", "x y", "/p/*", "ü", "\t",
];

const LINES: [&str; 24] = [
    "a: b",
    "b: x y z",
    "c:",
    "d:",
    "- a",
    "- b: c",
    "- c:",
    "e: [a, b]",
    "f: { g: h, i: [] }",
    "- { a: b }",
    "- [c]",
    "# note",
    "",
    "g: 'q'",
    "h: \"q r\"",
    "- 'q'",
    "i: ~",
    "j: -1",
    "k: b # c",
    "l: [a, 'b', \"c\", 4]",
    "m: []",
    "n: {}",
    "o:   p",
    "-   q: r",
];

fn text_of_lines() -> impl Strategy<Value = String> {
    let line = (0..5_usize, prop::sample::select(&LINES[..]));
    prop::collection::vec(line, 1..10).prop_map(|lines| {
        lines.iter().map(|(indent, line)| format!("{}{line}\n", "  ".repeat(*indent))).collect::<String>()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_read_otherwise(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..25)) {
        agrees(&pieces.concat());
    }

    #[test]
    fn no_lines_are_read_otherwise(text in text_of_lines()) {
        agrees(&text);
    }

    #[test]
    fn no_value_is_read_otherwise(key in "[a-z_][a-z0-9_./-]{0,8}", value in "[ -~]{0,12}", flow in "[ -~]{0,8}") {
        agrees(&format!("{key}: {value}\nb: [{flow}]\n"));
        agrees(&format!("x:\n  {key}: {value}\n  y:\n    - {flow}\n    - z\n"));
    }
}
