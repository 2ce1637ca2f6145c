//! Two readers of YAML that share no code with Nestling's own.

use crate::support::judge;
use crate::support::tool::{Tool, need};
use serde_json::Value;

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
    /// What it makes of a text.
    pub(crate) fn load(self, text: &str) -> Result<Value, String> {
        match self {
            Self::Independent => {
                let value: serde_yaml::Value =
                    serde_yaml::from_str(text).map_err(|error| error.to_string())?;
                serde_json::to_value(value).map_err(|error| error.to_string())
            }
            Self::Ruby => {
                let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
                let file = folder.path().join("pipeline.yml");
                std::fs::write(&file, text).map_err(|error| error.to_string())?;
                let mut documents = judge::psych("hostile", &[file]).ok_or("no Ruby")?;
                documents.pop().ok_or_else(|| "no document".to_owned())
            }
        }
    }
}
