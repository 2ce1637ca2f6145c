//! Further files of the repository that a workflow uses: actions and workflows.

use nestling::{Files, RepoPath, Sources};
use nestling_gitlab::yaml::{Node, parse_leniently};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The files of the repository, with the places in those that were read.
pub(super) struct Documents<'a> {
    files: &'a dyn Files,
    sources: &'a Sources,
    /// The files that were read.
    known: RefCell<BTreeMap<String, Option<Node>>>,
}

impl<'a> Documents<'a> {
    /// Returns the files of a repository, of which none is read yet.
    pub(super) fn new(files: &'a dyn Files, sources: &'a Sources) -> Self {
        Self { files, sources, known: RefCell::default() }
    }

    /// Returns the first document of a file; `None` if there is none.
    pub(super) fn document(&self, path: &str) -> Option<Node> {
        let known = self.known.borrow().get(path).cloned();
        known.unwrap_or_else(|| {
            let read = self.read(path);
            self.known.borrow_mut().insert(path.to_owned(), read.clone());
            read
        })
    }

    /// Returns a file as it is; `None` if there is none.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        let path = RepoPath::parse(path).ok()?;
        String::from_utf8(self.files.read(&path).ok()??).ok()
    }

    fn read(&self, path: &str) -> Option<Node> {
        let path = RepoPath::parse(path).ok()?;
        let text = String::from_utf8(self.files.read(&path).ok()??).ok()?;
        let (documents, _) = parse_leniently(&text, self.sources.add(&path, text.as_str())).ok()?;
        documents.into_iter().next()
    }
}
