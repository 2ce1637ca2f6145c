//! Files of versions that the templates read by themselves. Where a template would make another tag of one than it means, the version
//! is given.

use super::{Choice, Statement, Version, Versions};
use nestling::{ReadError, RepoPath};
use serde_json::Value;

/// The meaning of a word in a file of versions.
pub(super) enum Meaning {
    /// This tag exists.
    Tag(String),
    /// A version or a range of versions.
    Version(String),
    /// A version of something else than the image has.
    Unknown,
}

impl Versions<'_> {
    /// Reads the nearest file of these names, with its lines that say something.
    pub(super) fn pinning(
        &self,
        dir: &RepoPath,
        names: &[&str],
    ) -> Result<Option<(RepoPath, String, Vec<String>)>, ReadError> {
        let Some(file) = self.nearest(dir, names) else { return Ok(None) };
        let text = self.text(&file)?.unwrap_or_default();
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim().to_owned());
        let lines = lines.filter(|line| !line.is_empty()).collect();
        Ok(Some((file, text, lines)))
    }
}

impl Choice {
    /// Returns the version to give for what a file pins, if the template would take another tag of it.
    pub(super) fn pinned(
        &self,
        statement: Statement,
        meaning: Meaning,
        tag_of_template: &str,
    ) -> Option<Version> {
        let mut version = match meaning {
            Meaning::Tag(tag) => {
                let note = format!("{} {tag} for {}", self.noun, statement.shown());
                let value = Some(Value::from(tag));
                Version {
                    input: self.input,
                    value,
                    file: statement.file,
                    note,
                    is_unclear: false,
                    is_refused: false,
                }
            }
            Meaning::Version(text) => {
                let shown = statement.shown();
                self.chosen(&text, statement.file, &shown)
            }
            Meaning::Unknown => {
                let shown = statement.shown();
                self.chosen("", statement.file, &shown)
            }
        };
        // The template reads the file, so that its default has to be given as well.
        let value = version.value.take().unwrap_or_else(|| Value::from(self.lines[0]));
        if value.as_str() == Some(tag_of_template) && !version.is_unclear {
            return None;
        }
        version.value = Some(value);
        Some(version)
    }
}
