//! A JSON file of the assembly, read with the path of every value, so that a problem is told as
//! `manifest.json:12: $.artifacts.Data.properties.templateFile: expected text, found a number`.

mod scan;

use crate::cdk::rules::CDK_ASSEMBLY;
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Severity, Sources, number};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Reads files of one assembly. Paths start at its root; messages show them below `place`.
pub(crate) struct Reader<'a> {
    files: &'a dyn Files,
    place: &'a str,
    sources: &'a Sources,
}

/// A JSON file as it was read.
#[derive(Debug)]
pub(crate) struct Document {
    path: RepoPath,
    file: FileId,
    text: Arc<str>,
    /// Where each line ends, in bytes.
    ends: Vec<usize>,
    value: Value,
}

/// A value with its place in a [`Document`].
#[derive(Debug, Clone)]
pub(crate) struct At<'a> {
    document: &'a Document,
    value: &'a Value,
    trail: Option<Rc<Trail<'a>>>,
    /// Where the key stands, and where the value does, in bytes of the text.
    place: usize,
    offset: usize,
}

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
    pub(crate) fn new(files: &'a dyn Files, place: &'a str, sources: &'a Sources) -> Self {
        Self { files, place, sources }
    }

    /// The bytes of a file, if it is there.
    pub(crate) fn bytes(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, Diagnostic> {
        self.files.read(path).map_err(|error| {
            let message = format!("cannot read `{}`: {}", self.shown(path), error.source);
            Diagnostic::new(&CDK_ASSEMBLY, Severity::Error, message)
        })
    }

    /// A JSON file, if it is there.
    pub(crate) fn json(&self, path: &RepoPath) -> Result<Option<Document>, Diagnostic> {
        let Some(bytes) = self.bytes(path)? else { return Ok(None) };
        let value = serde_json::from_slice(&bytes).map_err(|error| self.broken(path, &bytes, &error))?;
        let text: Arc<str> = String::from_utf8_lossy(&bytes).into();
        let file = self.sources.add(self.shown(path), Arc::clone(&text));
        let ends = text.match_indices('\n').map(|(at, _)| at).collect();
        Ok(Some(Document { path: path.clone(), file, text, ends, value }))
    }

    /// A JSON file of which little is needed: it is kept only if it is broken.
    pub(crate) fn typed<T: DeserializeOwned>(&self, path: &RepoPath) -> Result<Option<T>, Diagnostic> {
        let Some(bytes) = self.bytes(path)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| self.broken(path, &bytes, &error))
    }

    /// The names of the files directly in the assembly's root.
    pub(crate) fn root_files(&self) -> Result<Vec<String>, Diagnostic> {
        let mut names = Vec::new();
        let walked = self.files.walk(&mut |_, entries| {
            names.extend(entries.iter().filter_map(|entry| String::from_utf8(entry.name.clone()).ok()));
            nestling_files::files::Walk::Skip
        });
        walked.map_err(|error| {
            let message = format!("cannot list `{}`: {}", self.place, error.source);
            Diagnostic::new(&CDK_ASSEMBLY, Severity::Error, message)
        })?;
        Ok(names)
    }

    /// A path as messages show it.
    pub(crate) fn shown(&self, path: &RepoPath) -> String {
        if self.place.is_empty() { path.to_string() } else { format!("{}/{path}", self.place) }
    }

    fn broken(&self, path: &RepoPath, bytes: &[u8], error: &serde_json::Error) -> Diagnostic {
        let file = self.sources.add(self.shown(path), String::from_utf8_lossy(bytes).as_ref());
        let origin = Origin::span(file, number(error.line().max(1)), number(error.column()), 0);
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or_default().to_lowercase();
        Diagnostic::error(&CDK_ASSEMBLY, origin, format!("`{}` is broken: {reason}", self.shown(path)))
            .with_help("synthesize again: `npx cdk synth`")
    }
}

impl Document {
    /// The whole of it.
    pub(crate) fn root(&self) -> At<'_> {
        At { document: self, value: &self.value, trail: None, place: 0, offset: 0 }
    }

    /// The directory that it is in.
    pub(crate) fn directory(&self) -> RepoPath {
        self.path.parent().unwrap_or_default()
    }

    /// The file as a whole.
    pub(crate) fn origin(&self) -> Origin {
        Origin::file(self.file)
    }
}

impl<'a> At<'a> {
    /// The value under a key; `None` where there is none, or null.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        let (key, value) = self.value.as_object()?.get_key_value(key)?;
        if value.is_null() {
            return None;
        }
        let found = self.children().into_iter().rev().find(|child| child.key.as_deref() == Some(key));
        Some(self.child(Step::Key(key), value, found.as_ref()))
    }

    /// The value under a key that has to be there.
    pub(crate) fn field(&self, key: &str) -> Result<Self, Diagnostic> {
        self.get(key).ok_or_else(|| self.problem(format!("the key `{key}` is missing")))
    }

    /// The text that has to be here.
    pub(crate) fn text(&self) -> Result<&'a str, Diagnostic> {
        self.value.as_str().ok_or_else(|| self.expected("text"))
    }

    /// The text under a key, if the key is there.
    pub(crate) fn text_of(&self, key: &str) -> Result<Option<&'a str>, Diagnostic> {
        self.get(key).map(|at| at.text()).transpose()
    }

    /// The entries of the object that has to be here.
    pub(crate) fn entries(&self) -> Result<Vec<(&'a str, Self)>, Diagnostic> {
        let object = self.value.as_object().ok_or_else(|| self.expected("an object"))?;
        let found: HashMap<_, _> =
            self.children().into_iter().filter_map(|child| Some((child.key.clone()?, child))).collect();
        let entry = |(key, value): (&'a String, &'a Value)| {
            (key.as_str(), self.child(Step::Key(key), value, found.get(key.as_str())))
        };
        Ok(object.iter().map(entry).collect())
    }

    /// The entries under a key; none where the key is not there.
    pub(crate) fn entries_of(&self, key: &str) -> Result<Vec<(&'a str, Self)>, Diagnostic> {
        self.get(key).map_or_else(|| Ok(Vec::new()), |at| at.entries())
    }

    /// The items of the list that has to be here.
    pub(crate) fn items(&self) -> Result<Vec<Self>, Diagnostic> {
        let items = self.value.as_array().ok_or_else(|| self.expected("a list"))?;
        let found = self.children();
        let item = |(at, value): (usize, &'a Value)| self.child(Step::Index(at), value, found.get(at));
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// The items under a key; none where the key is not there.
    pub(crate) fn items_of(&self, key: &str) -> Result<Vec<Self>, Diagnostic> {
        self.get(key).map_or_else(|| Ok(Vec::new()), |at| at.items())
    }

    /// The value itself.
    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    /// A problem here.
    pub(crate) fn problem(&self, message: impl std::fmt::Display) -> Diagnostic {
        Diagnostic::error(&CDK_ASSEMBLY, self.origin(), format!("`{}`: {message}", self.path()))
    }

    fn expected(&self, what: &str) -> Diagnostic {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.problem(format!("expected {what}, found {found}"))
    }

    fn children(&self) -> Vec<scan::Child<'a>> {
        scan::children(&self.document.text, self.offset)
    }

    fn child(&self, step: Step<'a>, value: &'a Value, found: Option<&scan::Child<'_>>) -> Self {
        let (place, offset) = found.map_or((self.place, self.offset), |child| (child.place, child.value));
        let trail = Some(Rc::new(Trail { above: self.trail.clone(), step }));
        Self { document: self.document, value, trail, place, offset }
    }

    fn steps(&self) -> Vec<Step<'a>> {
        let mut steps = Vec::new();
        let mut at = self.trail.as_ref();
        while let Some(trail) = at {
            steps.push(trail.step);
            at = trail.above.as_ref();
        }
        steps.reverse();
        steps
    }

    /// The JSON path, as in `$.artifacts.Data.dependencies[0]`.
    fn path(&self) -> String {
        let mut path = "$".to_owned();
        for step in self.steps() {
            match step {
                Step::Key(key) => path.push_str(&format!(".{key}")),
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }

    /// The line where the value's key stands.
    pub(crate) fn origin(&self) -> Origin {
        let line = 1 + self.document.ends.partition_point(|end| *end < self.place);
        Origin::line(self.document.file, u32::try_from(line).unwrap_or(u32::MAX))
    }
}
