//! Two readers of YAML that share no code with Nestling's own.

use crate::support::judge;
use crate::support::tool::{Tool, need};
use serde_json::Value;
use std::path::PathBuf;

/// A reader.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reader {
    /// Ruby's, as GitLab uses it.
    Ruby,
    /// The `yaml_serde` crate: libyaml, in Rust.
    Independent,
}

/// The readers that are there; says it where one is missing.
pub(crate) fn readers(test: &str) -> Vec<Reader> {
    let ruby = need(Tool::Ruby, test).map(|_| Reader::Ruby);
    [Some(Reader::Independent), ruby].into_iter().flatten().collect()
}

impl Reader {
    /// Its reading of each document.
    pub(crate) fn load(self, texts: &[String]) -> Vec<Value> {
        match self {
            Self::Independent => texts.iter().map(|text| independent(text)).collect(),
            Self::Ruby => {
                let folder = tempfile::tempdir().unwrap();
                let file = |(at, text): (usize, &String)| {
                    let file = folder.path().join(format!("{at}.yml"));
                    std::fs::write(&file, text).unwrap();
                    file
                };
                let files: Vec<PathBuf> = texts.iter().enumerate().map(file).collect();
                judge::psych("hostile", &files).unwrap()
            }
        }
    }
}

fn independent(text: &str) -> Value {
    let value: serde_yaml::Value =
        serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    serde_json::to_value(value).unwrap()
}
