//! Ruby, which GitLab is written in, judges what Nestling writes and how it matches.

mod conditions;
pub(crate) mod document;
mod hand_written;
mod psych;
mod re2;

use crate::support::tool::{Tool, need};
use crate::support::{read, setting};
use document::{Document, documents};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use psych::Psych;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::Stdio;

/// Number of documents that go to one Ruby process.
const BATCH: usize = 1000;

/// A row is a plain scalar that some reader of YAML takes for something other than this text.
pub(crate) fn rows() -> Vec<String> {
    let table = read("tests/oracles/data/psych_plain.jsonl");
    let text = |line: &str| serde_json::from_str::<Value>(line).unwrap()["s"].as_str().unwrap().to_owned();
    let rows: Vec<String> = table.lines().map(text).collect();
    assert_eq!(rows.len(), 2166);
    rows
}

#[test]
fn every_row_comes_back_from_ruby_as_the_text_that_it_was() {
    let Some(psych) = Psych::find("every_row_comes_back_from_ruby") else { return };
    let documents: Vec<Document> = rows()
        .iter()
        .map(|row| Document(json!({ "value": row, "items": [row, [row]], "keys": { row: { row: row } } })))
        .collect();
    for batch in documents.chunks(BATCH) {
        for (document, reading) in batch.iter().zip(psych.read(batch)) {
            assert_eq!(reading, Ok(document.0.clone()), "{}", document.text());
        }
    }
}

/// 2,000 documents; `NESTLING_TEST_DOCUMENTS` asks for more.
#[test]
fn any_document_comes_back_from_ruby_as_it_was() {
    let Some(psych) = Psych::find("any_document_comes_back_from_ruby_as_it_was") else { return };
    let count = setting("NESTLING_TEST_DOCUMENTS").map_or(2000, |count| count.parse().unwrap());
    let strategy = documents(rows());
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for start in (0..count).step_by(BATCH) {
        let mut trees: Vec<_> =
            (start..count.min(start + BATCH)).map(|_| strategy.new_tree(&mut runner).unwrap()).collect();
        let batch: Vec<Document> = trees.iter().map(|tree| Document(tree.current())).collect();
        let readings = psych.read(&batch);
        let wrong = batch.iter().zip(readings).position(|(document, read)| read.as_ref() != Ok(&document.0));
        if let Some(at) = wrong {
            let smallest = shrink(&mut trees[at], |value| {
                let document = [Document(value)];
                psych.read(&document)[0].as_ref() != Ok(&document[0].0)
            });
            let document = Document(smallest);
            let reading = psych.read(std::slice::from_ref(&document)).remove(0);
            panic!("{:#}\nis written as\n{}\nand read as\n{reading:#?}", document.0, document.text());
        }
    }
}

/// The smallest value that still fails.
fn shrink(
    tree: &mut impl proptest::strategy::ValueTree<Value = Value>,
    fails: impl Fn(Value) -> bool,
) -> Value {
    let mut smallest = tree.current();
    for _ in 0..200 {
        let moved = if fails(tree.current()) {
            smallest = tree.current();
            tree.simplify()
        } else {
            tree.complicate()
        };
        if !moved {
            break;
        }
    }
    smallest
}

/// The unit tests hold the globs to this table; this holds the table to Ruby.
#[test]
fn the_table_of_globs_is_what_ruby_says() {
    let Some(mut ruby) = need(Tool::Ruby, "the_table_of_globs_is_what_ruby_says") else { return };
    let table = read("tests/oracles/data/fnmatch.jsonl");
    let script = crate::support::root().join("tests/oracles/fnmatch_check.rb");
    let mut ruby = ruby.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = ruby.stdin.take().unwrap();
    let writer = std::thread::spawn({
        let table = table.clone();
        move || stdin.write_all(table.as_bytes())
    });
    let said = String::from_utf8(ruby.wait_with_output().unwrap().stdout).unwrap();
    writer.join().unwrap().unwrap();
    let said: Vec<&str> = said.lines().collect();
    assert_eq!(said.len(), 4302);
    for (row, said) in table.lines().zip(said) {
        let verdict = serde_json::from_str::<Value>(row).unwrap()["match"].as_bool().unwrap();
        assert_eq!(said, verdict.to_string(), "{row}");
    }
}
