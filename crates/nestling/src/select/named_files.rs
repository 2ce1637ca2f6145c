//! Units whose jobs name files: `rules:exists` asks about them, and child pipelines are made from them.

use super::file_reads::files_of_read;
use super::include_reads::{IncludeReads, NamedByJobs};
use crate::template_syntax::FileRead;
use crate::workspace::{Read, Templates, Unit};
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::FileId;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Changed files that jobs may name.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChangedFiles {
    /// All changed files.
    pub all: BTreeSet<RepoPath>,
    /// Files that came or went.
    pub moved: BTreeSet<RepoPath>,
}

/// Files that the jobs of units name, each template read once for all units.
pub(crate) struct NamedFiles<'a> {
    templates: &'a Templates<'a>,
    includes: IncludeReads<'a>,
    by_name: BTreeMap<String, Rc<(NamedByJobs, Vec<Read>)>>,
    /// The changed files of child pipelines, by their files as written.
    by_child: BTreeMap<String, BTreeSet<RepoPath>>,
}

impl<'a> NamedFiles<'a> {
    pub(crate) fn new(templates: &'a Templates<'a>) -> Self {
        Self {
            templates,
            includes: IncludeReads::new(templates),
            by_name: BTreeMap::new(),
            by_child: BTreeMap::new(),
        }
    }

    /// Returns `true` if a job of a unit may name one of these files, judged by its text.
    pub(crate) fn may_name(&mut self, unit: &Unit, changed: &ChangedFiles, files: &dyn Files) -> bool {
        let mut pending: Vec<Read> =
            unit.uses.iter().map(|used| Read::Named(used.template.clone())).collect();
        if let Some(body) = &unit.fragment {
            let named = self.includes.named_by_jobs(body);
            if self.names(&named, unit, changed, files) {
                return true;
            }
            pending.extend(body.reads());
        }
        let mut visited = BTreeSet::new();
        while let Some(read) = pending.pop() {
            // A template whose name is computed could name any.
            let Read::Named(name) = read else { return true };
            if visited.insert(name.clone()) {
                let read = self.of_template(&name);
                if self.names(&read.0, unit, changed, files) {
                    return true;
                }
                pending.extend(read.1.iter().cloned());
            }
        }
        false
    }

    /// Returns the changed files that a child pipeline is made from.
    pub(crate) fn changed_in_child(
        &mut self,
        written: &str,
        file: FileId,
        changed: &ChangedFiles,
    ) -> BTreeSet<RepoPath> {
        if let Some(found) = self.by_child.get(written) {
            return found.clone();
        }
        let found = self.includes.changed_in_child(written, file, &changed.all);
        self.by_child.insert(written.to_owned(), found.clone());
        found
    }

    fn names(&mut self, named: &NamedByJobs, unit: &Unit, changed: &ChangedFiles, files: &dyn Files) -> bool {
        let asks = |read: &FileRead| !files_of_read(read, &unit.dir, &changed.moved, files).is_empty();
        let file = unit.declaration.origin().file;
        let mut triggered = named.triggered.iter();
        named.asked.iter().any(asks)
            || triggered.any(|written| {
                // Files that a computed one includes are known once it is rendered.
                written.contains('$') || !self.changed_in_child(written, file, changed).is_empty()
            })
    }

    fn of_template(&mut self, name: &str) -> Rc<(NamedByJobs, Vec<Read>)> {
        if let Some(read) = self.by_name.get(name) {
            return Rc::clone(read);
        }
        // What cannot be read is reported where it is rendered.
        let template = self.templates.find(name).ok().flatten();
        let body = template.as_ref().map(|template| &template.body);
        let read = body.map(|body| (self.includes.named_by_jobs(body), body.reads()));
        let read = Rc::new(read.unwrap_or_default());
        self.by_name.insert(name.to_owned(), Rc::clone(&read));
        read
    }
}
