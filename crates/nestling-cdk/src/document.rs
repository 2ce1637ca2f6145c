//! A JSON file of the assembly in which every value knows its path, so that an error reads
//! `manifest.json:12: $.artifacts.Data.properties.templateFile: expected a string, found a number`.

mod scan;

use crate::rules::CDK_ASSEMBLY;
use nestling_files::files::{Files, Walk};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Severity, Sources, number};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Reads the files of one assembly. Paths start at its root; messages show them below `directory`.
pub(crate) struct Reader<'a> {
    files: &'a dyn Files,
    directory: &'a str,
    sources: &'a Sources,
}

/// A JSON file.
#[derive(Debug)]
pub(crate) struct Document {
    path: RepoPath,
    file: FileId,
    text: Arc<str>,
    /// The offset of each line feed.
    line_ends: Vec<usize>,
    value: Value,
}

/// A value of a [`Document`], with its path and its place in the text.
#[derive(Debug, Clone)]
pub(crate) struct Json<'a> {
    document: &'a Document,
    value: &'a Value,
    trail: Option<Rc<Trail<'a>>>,
    /// The offset of the value's key, or of the item itself.
    key_offset: usize,
    value_offset: usize,
}

/// The path to a value, from its end to its beginning.
#[derive(Debug)]
struct Trail<'a> {
    above: Option<Rc<Self>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Reader<'a> {
    pub(crate) fn new(files: &'a dyn Files, directory: &'a str, sources: &'a Sources) -> Self {
        Self { files, directory, sources }
    }

    /// Returns the bytes of a file, if it exists.
    pub(crate) fn bytes(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, Diagnostic> {
        self.files.read(path).map_err(|error| {
            let message = format!("cannot read `{}`: {}", self.shown(path), error.source);
            Diagnostic::new(&CDK_ASSEMBLY, Severity::Error, message)
        })
    }

    /// Reads a JSON file, if it exists.
    pub(crate) fn json(&self, path: &RepoPath) -> Result<Option<Document>, Diagnostic> {
        let Some(bytes) = self.bytes(path)? else { return Ok(None) };
        let value = serde_json::from_slice(&bytes).map_err(|error| self.broken(path, &bytes, &error))?;
        // Messages show lines of it.
        let text: Arc<str> = String::from_utf8_lossy(&bytes).into();
        let file = self.sources.add(self.shown(path), Arc::clone(&text));
        let line_ends = text.match_indices('\n').map(|(offset, _)| offset).collect();
        Ok(Some(Document { path: path.clone(), file, text, line_ends, value }))
    }

    /// Reads a JSON file of which little is needed. Its text is kept only if it is broken.
    pub(crate) fn typed<T: DeserializeOwned>(&self, path: &RepoPath) -> Result<Option<T>, Diagnostic> {
        let Some(bytes) = self.bytes(path)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| self.broken(path, &bytes, &error))
    }

    /// Returns the names of the files directly in the assembly's root.
    pub(crate) fn root_files(&self) -> Result<Vec<String>, Diagnostic> {
        let mut names = Vec::new();
        let walked = self.files.walk(&mut |_, entries| {
            names.extend(entries.iter().filter_map(|entry| String::from_utf8(entry.name.clone()).ok()));
            Walk::Skip
        });
        walked.map_err(|error| {
            let message = format!("cannot list `{}`: {}", self.directory, error.source);
            Diagnostic::new(&CDK_ASSEMBLY, Severity::Error, message)
        })?;
        Ok(names)
    }

    /// Returns a path as messages show it.
    pub(crate) fn shown(&self, path: &RepoPath) -> String {
        if self.directory.is_empty() { path.to_string() } else { format!("{}/{path}", self.directory) }
    }

    fn broken(&self, path: &RepoPath, bytes: &[u8], error: &serde_json::Error) -> Diagnostic {
        let file = self.sources.add(self.shown(path), String::from_utf8_lossy(bytes).as_ref());
        let origin = Origin::span(file, number(error.line().max(1)), number(error.column()), 0);
        let text = error.to_string();
        // The origin has the line already.
        let reason = text.split(" at line ").next().unwrap_or_default().to_lowercase();
        Diagnostic::error(&CDK_ASSEMBLY, origin, format!("`{}` is invalid: {reason}", self.shown(path)))
            .with_help("synthesize again: `npx cdk synth`")
    }
}

impl Document {
    /// Returns the value of the whole file.
    pub(crate) fn root(&self) -> Json<'_> {
        Json { document: self, value: &self.value, trail: None, key_offset: 0, value_offset: 0 }
    }

    /// Returns the directory of the file.
    pub(crate) fn directory(&self) -> RepoPath {
        self.path.parent().unwrap_or_default()
    }

    /// Returns the origin of the file as a whole.
    pub(crate) fn origin(&self) -> Origin {
        Origin::file(self.file)
    }
}

impl<'a> Json<'a> {
    /// Returns the value of a key, unless it is missing or null.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        let (key, value) = self.value.as_object()?.get_key_value(key)?;
        if value.is_null() {
            return None;
        }
        // Of a key that occurs twice, serde keeps the last one.
        let child = self.children().into_iter().rev().find(|child| child.key.as_deref() == Some(key));
        Some(self.child(Step::Key(key), value, child.as_ref()))
    }

    /// Returns the value of a required key.
    pub(crate) fn field(&self, key: &str) -> Result<Self, Diagnostic> {
        self.get(key).ok_or_else(|| self.problem(format!("missing key `{key}`")))
    }

    /// Returns the string, or an error if it is none.
    pub(crate) fn text(&self) -> Result<&'a str, Diagnostic> {
        self.value.as_str().ok_or_else(|| self.expected("a string"))
    }

    /// Returns the string of an optional key.
    pub(crate) fn text_of(&self, key: &str) -> Result<Option<&'a str>, Diagnostic> {
        self.get(key).map(|value| value.text()).transpose()
    }

    /// Returns the entries of the object, or an error if it is none.
    pub(crate) fn entries(&self) -> Result<Vec<(&'a str, Self)>, Diagnostic> {
        let object = self.value.as_object().ok_or_else(|| self.expected("an object"))?;
        let mut children: HashMap<_, _> = HashMap::new();
        for child in self.children() {
            if let Some(key) = child.key.clone() {
                children.insert(key, child);
            }
        }
        let entry = |(key, value): (&'a String, &'a Value)| {
            (key.as_str(), self.child(Step::Key(key), value, children.get(key.as_str())))
        };
        Ok(object.iter().map(entry).collect())
    }

    /// Returns the entries of an optional key.
    pub(crate) fn entries_of(&self, key: &str) -> Result<Vec<(&'a str, Self)>, Diagnostic> {
        self.get(key).map_or_else(|| Ok(Vec::new()), |value| value.entries())
    }

    /// Returns the items of the list, or an error if it is none.
    pub(crate) fn items(&self) -> Result<Vec<Self>, Diagnostic> {
        let items = self.value.as_array().ok_or_else(|| self.expected("a list"))?;
        let children = self.children();
        let item =
            |(index, value): (usize, &'a Value)| self.child(Step::Index(index), value, children.get(index));
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// Returns the items of an optional key.
    pub(crate) fn items_of(&self, key: &str) -> Result<Vec<Self>, Diagnostic> {
        self.get(key).map_or_else(|| Ok(Vec::new()), |value| value.items())
    }

    /// Returns the value itself.
    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    /// Returns an error at this value.
    pub(crate) fn problem(&self, message: impl std::fmt::Display) -> Diagnostic {
        Diagnostic::error(&CDK_ASSEMBLY, self.origin(), format!("`{}`: {message}", self.path()))
    }

    /// Returns the line of the value's key.
    pub(crate) fn origin(&self) -> Origin {
        let line = 1 + self.document.line_ends.partition_point(|end| *end < self.key_offset);
        Origin::line(self.document.file, number(line))
    }

    fn expected(&self, what: &str) -> Diagnostic {
        let kind = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.problem(format!("expected {what}, found {kind}"))
    }

    fn children(&self) -> Vec<scan::Child<'a>> {
        scan::children(&self.document.text, self.value_offset)
    }

    fn child(&self, step: Step<'a>, value: &'a Value, scanned: Option<&scan::Child<'_>>) -> Self {
        let (key_offset, value_offset) = match scanned {
            Some(child) => (child.key_offset, child.value_offset),
            None => (self.key_offset, self.value_offset),
        };
        let trail = Some(Rc::new(Trail { above: self.trail.clone(), step }));
        Self { document: self.document, value, trail, key_offset, value_offset }
    }

    /// Returns the JSON path, as in `$.artifacts.Data.dependencies[0]`.
    fn path(&self) -> String {
        let mut steps = Vec::new();
        let mut trail = self.trail.as_ref();
        while let Some(last) = trail {
            steps.push(last.step);
            trail = last.above.as_ref();
        }
        let mut path = "$".to_owned();
        for step in steps.into_iter().rev() {
            match step {
                Step::Key(key) => path.push_str(&format!(".{key}")),
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }
}
