//! The tables of the page. Kinds of pipelines share most of their jobs, and jobs most of their lines: each is written once and
//! referred to by its index.

use super::data::{PageJob, PageKeyChange, PageRule};
use nestling_gitlab::diagnostic::{FileId, Sources};
use serde::Serialize;
use std::collections::HashMap;
use std::hash::Hash;

/// Values with an index each, in the order in which they were first seen.
#[derive(Debug)]
pub(super) struct Table<T> {
    values: Vec<T>,
    known: HashMap<T, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { values: Vec::new(), known: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Table<T> {
    /// Returns the index of a value, which is added if it is new.
    pub(super) fn index(&mut self, value: T) -> usize {
        if let Some(index) = self.known.get(&value) {
            return *index;
        }
        let index = self.values.len();
        self.values.push(value.clone());
        self.known.insert(value, index);
        index
    }

    /// Returns the values in the order of their indices.
    pub(super) fn values(&self) -> &[T] {
        &self.values
    }
}

impl<T: Serialize> Serialize for Table<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.values.serialize(serializer)
    }
}

/// Records that are equal where their JSON is.
#[derive(Debug)]
pub(super) struct Records<T> {
    values: Vec<T>,
    known: HashMap<String, usize>,
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Self { values: Vec::new(), known: HashMap::new() }
    }
}

impl<T> Records<T> {
    /// Returns the records in the order of their indices.
    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.values.iter()
    }
}

impl<T: Serialize> Records<T> {
    /// Returns the index of a record, which is added if it is new.
    pub(super) fn index(&mut self, record: T) -> usize {
        // A record of strings and numbers is always JSON; were it not, it would be kept as new.
        let key = serde_json::to_string(&record).unwrap_or_default();
        if let Some(index) = self.known.get(&key).filter(|_| !key.is_empty()) {
            return *index;
        }
        let index = self.values.len();
        self.values.push(record);
        self.known.insert(key, index);
        index
    }
}

impl<T: Serialize> Serialize for Records<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.values.serialize(serializer)
    }
}

/// A line of YAML with its place: text, index of the file, line number.
pub(super) type PageLine = (String, usize, u32);

/// The tables that all kinds share.
#[derive(Debug, Default, Serialize)]
pub(super) struct Tables {
    /// Path of each file, and `true` for a file of the repository.
    pub files: Table<(String, bool)>,
    pub lines: Table<PageLine>,
    pub texts: Table<String>,
    pub stages: Table<String>,
    pub units: Table<String>,
    /// The name of each job that a need or a kind refers to: index of its unit, or null, and name within it.
    pub names: Table<(Option<usize>, String)>,
    pub jobs: Records<PageJob>,
    pub rules: Records<Vec<PageRule>>,
    /// The changed keys of jobs, each list once.
    pub changes: Table<Vec<PageKeyChange>>,
}

/// The files of one plan, whose ids other plans do not share.
pub(super) struct Files<'a> {
    pub sources: &'a Sources,
    known: HashMap<FileId, usize>,
}

impl<'a> Files<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, known: HashMap::new() }
    }

    /// Returns the index of a file's path. Several readings of one file share it.
    pub(super) fn index(&mut self, file: FileId, tables: &mut Tables) -> usize {
        if let Some(index) = self.known.get(&file) {
            return *index;
        }
        let source = self.sources.get(file);
        let in_repository = source.as_ref().is_some_and(|source| source.repo_path.is_some());
        let index = tables.files.index((self.sources.path(file), in_repository));
        self.known.insert(file, index);
        index
    }
}
