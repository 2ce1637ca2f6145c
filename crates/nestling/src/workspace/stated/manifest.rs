//! The manifests of packages: collected while units are discovered, and understood afterwards.

use super::Reader;
use crate::workspace::idle_rules::GLOB_UNMATCHED;
use crate::workspace::member_globs::without_mark;
use crate::workspace::rules::DEPENDS_FROM;
use jsonc_parser::ParseOptions;
use nestling_files::encoding::to_utf8;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Sources, number, utf8};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The manifests of the kinds that a workspace asks for, outside of installed packages.
#[derive(Debug, Default)]
pub(crate) struct Manifests {
    /// The readers that are asked for, in order.
    pub(super) readers: Vec<&'static Reader>,
    named: Vec<Named>,
}

/// The files of a name.
#[derive(Debug)]
struct Named {
    name: &'static str,
    /// The number of readers that have yet to read them.
    readers: usize,
    /// Their paths and their bytes.
    files: Vec<(RepoPath, Vec<u8>)>,
}

impl Manifests {
    /// None yet, for these readers.
    pub(crate) fn of(asked_for: impl IntoIterator<Item = &'static Reader>) -> Self {
        let mut readers: Vec<&'static Reader> = Vec::new();
        for reader in asked_for {
            if !readers.iter().any(|known| known.name == reader.name) {
                readers.push(reader);
            }
        }
        let mut named: Vec<Named> = Vec::new();
        for name in readers.iter().flat_map(|reader| reader.files) {
            match named.iter_mut().find(|known| known.name == *name) {
                Some(known) => known.readers += 1,
                None => named.push(Named { name, readers: 1, files: Vec::new() }),
            }
        }
        Self { named, readers }
    }

    /// The names of their files.
    pub(crate) fn names(&self) -> Vec<&'static [u8]> {
        self.named.iter().map(|named| named.name.as_bytes()).collect()
    }

    /// Adds a file that has one of these names, by its index.
    pub(crate) fn add(&mut self, name: usize, path: &RepoPath, bytes: Vec<u8>) {
        if let Some(named) = self.named.get_mut(name) {
            named.files.push((path.clone(), bytes));
        }
    }

    /// Warns of readers that find no manifest in the repository.
    pub(crate) fn missing(&self, asked_for: &[(&'static Reader, Origin)]) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        for (reader, origin) in asked_for {
            if !reader.files.iter().any(|name| self.has(name)) {
                let names: Vec<String> = reader.files.iter().map(|name| format!("`{name}`")).collect();
                let message = format!(
                    "no {} is in the repository, so that `{}` states no dependency",
                    names.join(" or "),
                    reader.name
                );
                let problem = Diagnostic::warning(&GLOB_UNMATCHED, *origin, message);
                problems.push(problem.with_help("remove it from `depends_from`"));
            }
        }
        problems
    }

    /// Returns `true` if a file of a name was found.
    fn has(&self, name: &str) -> bool {
        self.named.iter().any(|named| named.name == name && !named.files.is_empty())
    }

    /// The files of a name, in order of their directories.
    fn take(&mut self, name: &str) -> Vec<(RepoPath, Vec<u8>)> {
        let Some(named) = self.named.iter_mut().find(|known| known.name == name) else { return Vec::new() };
        named.readers = named.readers.saturating_sub(1);
        let is_last = named.readers == 0;
        let mut files = if is_last { std::mem::take(&mut named.files) } else { named.files.clone() };
        files.sort_by_cached_key(|(path, _)| (path.parent(), path.clone()));
        files
    }
}

/// A manifest as it was read.
pub(super) struct Manifest<T> {
    pub path: RepoPath,
    /// The directory that it is in.
    pub dir: RepoPath,
    pub file: FileId,
    pub text: Arc<str>,
    pub content: T,
}

impl<T> Manifest<T> {
    /// The line of a name: the first that starts with it, as a key does, or else the first that contains it as a word.
    pub(super) fn place(&self, name: &str) -> Origin {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '@' | '.');
        let is_whole = |at: &usize| {
            let before = self.text[..*at].chars().next_back();
            let after = self.text[at + name.len()..].chars().next();
            !before.is_some_and(is_part) && !after.is_some_and(|c| is_part(c) && c != '.')
        };
        let starts_line = |at: &usize| {
            let before = self.text[..*at].rsplit('\n').next().unwrap_or_default();
            before.chars().all(|c| c.is_whitespace() || matches!(c, '"' | '\''))
        };
        // No line contains nothing, or a name of several lines.
        let can_stand = !name.is_empty() && !name.contains('\n');
        let places = memchr::memmem::find_iter(self.text.as_bytes(), name);
        let mut word = None;
        for at in places.filter(|at| can_stand && is_whole(at)) {
            if starts_line(&at) {
                return self.line_of(at);
            }
            word.get_or_insert(at);
        }
        word.map_or(Origin::file(self.file), |at| self.line_of(at))
    }

    /// The line with the byte at a place of the text.
    pub(super) fn line_of(&self, at: usize) -> Origin {
        Origin::line(self.file, line_at(&self.text, at))
    }
}

/// The number of the line that contains a byte of a string.
fn line_at(text: &str, byte: usize) -> u32 {
    let before = &text.as_bytes()[..byte.min(text.len())];
    number(memchr::memchr_iter(b'\n', before).count() + 1)
}

/// The reason that a manifest cannot be read, with the line if its reader knows it.
pub(super) struct Unreadable {
    line: Option<u32>,
    reason: String,
}

impl Unreadable {
    /// A TOML error says a place as bytes of the text.
    pub(super) fn toml(error: &toml::de::Error, text: &str) -> Self {
        let line = error.span().map(|span| line_at(text, span.start));
        Self { line, reason: error.message().to_owned() }
    }

    /// Its place in a file.
    pub(super) fn origin(&self, file: FileId) -> Origin {
        self.line.map_or(Origin::file(file), |line| Origin::line(file, line))
    }

    pub(super) fn reason(&self) -> &str {
        &self.reason
    }

    /// An XML error says its place as a line.
    pub(super) fn xml(error: &roxmltree::Error) -> Self {
        Self { line: Some(error.pos().row), reason: error.to_string() }
    }
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        Self { line: Some(number(error.line())), reason: error.to_string() }
    }
}

impl From<serde_yaml::Error> for Unreadable {
    fn from(error: serde_yaml::Error) -> Self {
        let line = error.location().map(|location| number(location.line()));
        Self { line, reason: error.to_string() }
    }
}

impl From<String> for Unreadable {
    fn from(reason: String) -> Self {
        Self { line: None, reason }
    }
}

/// Reads a YAML file of a known shape. A file without content, such as one of comments alone, is the default.
pub(super) fn yaml<T: DeserializeOwned + Default>(text: &str) -> Result<T, Unreadable> {
    Ok(serde_yaml::from_str::<Option<T>>(text)?.unwrap_or_default())
}

/// A directory and those above it, the nearest first.
pub(super) fn and_above(directory: &RepoPath) -> impl Iterator<Item = RepoPath> {
    std::iter::successors(Some(directory.clone()), RepoPath::parent)
}

/// Reads JSON with comments and trailing commas, as several tools write their settings.
pub(super) fn jsonc(text: &str) -> Result<serde_json::Value, Unreadable> {
    let value = jsonc_parser::parse_to_serde_value::<Option<serde_json::Value>>(
        without_mark(text),
        &ParseOptions::default(),
    );
    let value = value.map_err(|error| Unreadable {
        line: Some(number(error.line_display())),
        reason: error.kind().to_string(),
    })?;
    Ok(value.unwrap_or_default())
}

/// The strings of a list in JSON; nothing where it is none.
pub(super) fn strings(list: Option<&serde_json::Value>) -> impl Iterator<Item = &str> {
    list.and_then(serde_json::Value::as_array).into_iter().flatten().filter_map(serde_json::Value::as_str)
}

/// Understands manifests, and keeps what is wrong in them.
pub(super) struct Reading<'a> {
    pub manifests: Manifests,
    pub sources: &'a Sources,
    pub problems: Vec<Diagnostic>,
}

impl Reading<'_> {
    /// All files of a name. One that cannot be read is omitted with a warning.
    pub(super) fn all<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Unreadable>,
    ) -> Vec<Manifest<T>> {
        self.those(name, |_| true, parse)
    }

    /// The files of a name at some paths. One that cannot be read is omitted with a warning.
    pub(super) fn those<T>(
        &mut self,
        name: &str,
        wanted: impl Fn(&RepoPath) -> bool,
        parse: impl Fn(&str) -> Result<T, Unreadable>,
    ) -> Vec<Manifest<T>> {
        let found = self.manifests.take(name);
        let mut manifests = Vec::with_capacity(found.len());
        for (path, bytes) in found {
            let Some(dir) = path.parent().filter(|_| wanted(&path)) else { continue };
            let text: Arc<str> = match utf8(self.sources, &path, to_utf8(bytes)) {
                Ok(text) => text.into(),
                Err(problem) => {
                    let place = problem.origin();
                    self.problems.extend(place.map(|place| unreadable(&path, place, "it is not UTF-8")));
                    continue;
                }
            };
            let file = self.sources.add(&path, Arc::clone(&text));
            match parse(&text) {
                Ok(content) => manifests.push(Manifest { path, dir, file, text, content }),
                Err(why) => self.problems.push(unreadable(&path, why.origin(file), why.reason)),
            }
        }
        manifests
    }
}

fn unreadable(path: &RepoPath, place: Origin, reason: impl Into<String>) -> Diagnostic {
    Diagnostic::warning(&DEPENDS_FROM, place, format!("`{path}` cannot be read"))
        .with_note(reason)
        .with_help("its dependencies are not known, and a change to them does not select its unit")
}
