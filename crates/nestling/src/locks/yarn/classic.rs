//! The format of Yarn 1: entries whose lines are indented by two blanks, with lists that are indented by four.

use super::super::Unknown;
use std::collections::BTreeSet;

/// An entry of the file.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// Its ranges, as they are written.
    pub(super) key: String,
    pub(super) version: String,
    /// All lines below the key.
    pub(super) text: String,
    /// Names and ranges, those of optional dependencies too.
    pub(super) dependencies: Vec<(String, String)>,
    /// The names of those that may be missing.
    pub(super) optional: BTreeSet<String>,
}

/// Reads the entries.
pub(super) fn entries(text: &str) -> Result<Vec<Entry>, Unknown> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut list = String::new();
    for line in text.lines() {
        let line = line.trim_end();
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if content.len() == line.len() {
            let key = line.strip_suffix(':').ok_or_else(|| format!("`{line}` is not an entry"))?;
            entries.push(Entry { key: key.to_owned(), ..Entry::default() });
            continue;
        }
        let entry = entries.last_mut().ok_or_else(|| format!("`{content}` is outside of an entry"))?;
        entry.text.push_str(content);
        entry.text.push('\n');
        if line.len() - content.len() == 2 {
            list = content.strip_suffix(':').unwrap_or_default().to_owned();
            if let Some(("version", version)) = content.split_once(' ') {
                entry.version = version.trim_matches('"').to_owned();
            }
            continue;
        }
        let (name, range) = content
            .rsplit_once(' ')
            .filter(|(name, _)| !name.contains(' '))
            .or_else(|| quoted(content))
            .ok_or_else(|| format!("`{content}` is not a dependency"))?;
        let (name, range) = (name.trim_matches('"').to_owned(), range.trim_matches('"').to_owned());
        if list == "optionalDependencies" {
            entry.optional.insert(name.clone());
        }
        if list.ends_with("ependencies") {
            entry.dependencies.push((name, range));
        }
    }
    Ok(entries)
}

/// Splits a line whose range has blanks: `a ">= 1 < 2"`.
fn quoted(content: &str) -> Option<(&str, &str)> {
    let (name, range) = content.split_once(' ')?;
    range.starts_with('"').then_some((name, range))
}
