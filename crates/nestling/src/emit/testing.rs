//! Random pipelines for the tests of the emitter, made of everything that is hard to write.

use nestling_gitlab::diagnostic::{FileId, Origin};
use nestling_gitlab::name::{JobName, StageName};
use nestling_gitlab::pipeline::keywords::{GLOBAL, JOB, RESERVED_JOB_NAMES};
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Map, Node};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Strings that some reader of YAML takes for something else.
const HARD: [&str; 52] = [
    "",
    " ",
    "yes",
    "No",
    "on",
    "y",
    "~",
    "null",
    "NULL",
    "nil",
    "true",
    "12",
    "010",
    "0x1f",
    "0o17",
    "1_000",
    "1,000",
    "12:30",
    "1.10",
    ".5",
    "1e3",
    "1.5e+3",
    ".inf",
    ".nan",
    "2024-01-01",
    ":sym",
    "<<",
    "=",
    "-",
    "- a",
    "? a",
    "a: b",
    "a:",
    ": a",
    "a #b",
    "#a",
    "!a",
    "&a",
    "*a",
    "%a",
    "@a",
    "`a",
    "{a",
    "[a, b]",
    "|",
    ">-",
    "'a'",
    "\"a\"",
    "\\n",
    "$[[ inputs.x ]]",
    "---",
    "...",
];

/// Pieces that strings are joined from.
const PIECES: [&str; 20] = [
    "a", "echo", " ", "  ", "\n", "\n\n", "\t", "\r", ": ", " #", "'", "\"", "\\", "é", "日本", "\u{85}",
    "\u{2028}", "\u{feff}", "$X", "\0",
];

/// Place of the line in a template.
pub(crate) fn line(line: u32) -> Origin {
    Origin::span(FileId::from_index(0), line, 1, 1)
}

pub(crate) fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z][a-z0-9./_-]{0,20}",
        2 => select(&HARD[..]).prop_map(str::to_owned),
        2 => vec(select(&PIECES[..]), 0..6).prop_map(|pieces| pieces.concat()),
        1 => vec(select(vec!["make", "  if x", "", "fi # y", "echo \"$A: b\""]), 1..6).prop_map(|lines| lines.join("\n")),
    ]
}

/// Scalars, lists and mappings.
pub(crate) fn nodes() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        6 => texts().prop_map(|text| Node::string(line(1), text)),
        1 => any::<i32>().prop_map(|number| Node::plain(line(1), number.to_string())),
        1 => any::<bool>().prop_map(|bool| Node::plain(line(1), bool.to_string())),
        1 => Just(Node::plain(line(1), "null")),
        1 => vec(texts(), 1..4).prop_map(reference),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|items| Node::seq(line(1), items)),
            vec((texts(), inner), 0..4).prop_map(|entries| Node::map(line(1), unique(entries))),
        ]
    })
}

fn reference(keys: Vec<String>) -> Node {
    let items = keys.into_iter().map(|key| Node::string(line(1), key)).collect();
    Node { tag: Some("!reference".into()), ..Node::seq(line(1), items) }
}

fn unique(entries: Vec<(String, Node)>) -> Map {
    let mut map = Map::default();
    entries.into_iter().for_each(|(key, value)| map.set(&key, value));
    map
}

/// Values of a job, under keys that GitLab knows and one that it does not.
pub(crate) fn bodies() -> impl Strategy<Value = Map> {
    let keys: Vec<&str> = JOB.iter().copied().filter(|key| *key != "extends").chain(["brand_new"]).collect();
    vec((select(keys).prop_map(str::to_owned), nodes()), 0..8).prop_map(unique)
}

fn names() -> impl Strategy<Value = JobName> {
    texts().prop_filter_map("no name", |text| {
        let known = GLOBAL.contains(&text.as_str()) || RESERVED_JOB_NAMES.contains(&text.as_str());
        if known || text.starts_with('.') { None } else { JobName::parse(&text).ok() }
    })
}

/// Pipelines of a few jobs under different names.
pub(crate) fn pipelines() -> impl Strategy<Value = Pipeline> {
    let stages = vec(texts().prop_filter_map("no stage", |text| StageName::parse(&text).ok()), 0..4);
    (stages, vec((names(), bodies()), 0..6)).prop_map(|(stages, named)| {
        let mut jobs: Vec<Job> = Vec::new();
        for (name, body) in named {
            if jobs.iter().all(|job| job.name != name) {
                jobs.push(Job { name, origin: line(1), unit: None, environment: None, body });
            }
        }
        Pipeline { stages, jobs, ..Pipeline::default() }
    })
}
