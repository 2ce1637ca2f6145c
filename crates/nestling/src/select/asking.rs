//! Units whose jobs ask about files (`rules:exists`): where such a file comes or goes, so do the jobs.

use super::file_reads::files_of_read;
use super::include_reads::IncludeReads;
use crate::template_syntax::FileRead;
use crate::workspace::{Body, Read, Templates, Unit};
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use std::collections::{BTreeMap, BTreeSet};

/// Files that the jobs of templates ask about, each template read once for all units.
pub(crate) struct Asking<'a> {
    templates: &'a Templates<'a>,
    includes: IncludeReads<'a>,
    by_name: BTreeMap<String, (BTreeSet<FileRead>, Vec<Read>)>,
}

impl<'a> Asking<'a> {
    pub(crate) fn new(templates: &'a Templates<'a>) -> Self {
        Self { templates, includes: IncludeReads::new(templates), by_name: BTreeMap::new() }
    }

    /// Returns `true` if a job of a unit may ask about one of these files, judged by its text.
    pub(crate) fn may_ask(&mut self, unit: &Unit, paths: &BTreeSet<RepoPath>, files: &dyn Files) -> bool {
        let asks = |read: &FileRead| !files_of_read(read, &unit.dir, paths, files).is_empty();
        let mut pending: Vec<Read> =
            unit.uses.iter().map(|used| Read::Named(used.template.clone())).collect();
        if let Some(body) = &unit.fragment {
            let (asked, reads) = self.of_body(body);
            if asked.iter().any(asks) {
                return true;
            }
            pending.extend(reads);
        }
        let mut visited = BTreeSet::new();
        while let Some(read) = pending.pop() {
            // A template whose name is computed could ask about any.
            let Read::Named(name) = read else { return true };
            if visited.insert(name.clone()) {
                let (asked, reads) = self.of_template(&name);
                if asked.iter().any(asks) {
                    return true;
                }
                pending.extend(reads.iter().cloned());
            }
        }
        false
    }

    fn of_body(&mut self, body: &Body) -> (BTreeSet<FileRead>, Vec<Read>) {
        (self.includes.asked_by(body), body.reads())
    }

    fn of_template(&mut self, name: &str) -> &(BTreeSet<FileRead>, Vec<Read>) {
        if !self.by_name.contains_key(name) {
            // What cannot be read is reported where it is rendered.
            let template = self.templates.find(name).ok().flatten();
            let read = template.map(|template| self.of_body(&template.body)).unwrap_or_default();
            self.by_name.insert(name.to_owned(), read);
        }
        &self.by_name[name]
    }
}
