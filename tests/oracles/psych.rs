//! Documents through Ruby's YAML reader, as GitLab loads them.

use super::document::Document;
use crate::support::root;
use crate::support::tool::{Tool, need};
use serde_json::Value;
use std::io::Write as _;
use std::process::Stdio;

/// Ruby, known to be there.
pub(crate) struct Psych(());

impl Psych {
    /// Finds Ruby, or says that a test is skipped.
    pub(crate) fn find(test: &str) -> Option<Self> {
        need(Tool::Ruby, test).map(|_| Self(()))
    }

    /// Ruby's reading of these documents: the document, or its error.
    pub(crate) fn read(&self, documents: &[Document]) -> Vec<Result<Value, String>> {
        let texts: Vec<String> = documents.iter().map(Document::text).collect();
        self.read_texts(&texts).into_iter().map(reading).collect()
    }

    /// Ruby's reading of these documents, in the words of the script.
    pub(crate) fn read_texts(&self, texts: &[String]) -> Vec<Value> {
        let text: String = texts.iter().map(|text| format!("{text}\0")).collect();
        assert_eq!(text.matches('\0').count(), texts.len(), "a document holds a raw NUL");
        let mut ruby = need(Tool::Ruby, "psych").unwrap();
        ruby.args(["-W0", "-EUTF-8"]).arg(root().join("tests/oracles/psych_check.rb")).arg("--many");
        let mut child = ruby.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        let readings: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(readings.len(), texts.len());
        readings
    }
}

fn reading(mut said: Value) -> Result<Value, String> {
    if said["ok"] != true {
        return Err(said.to_string());
    }
    let listed = |key: &str| said[key].as_array().is_some_and(|list| !list.is_empty());
    if listed("duplicates") || listed("typed") {
        return Err(said.to_string());
    }
    Ok(said["doc"].take())
}
