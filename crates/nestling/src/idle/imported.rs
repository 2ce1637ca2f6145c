//! Jobs in templates that are only imported: an import takes macros and variables alone.

use crate::template::first_written_line;
use crate::template::rules::TEMPLATE_BLOCK;
use crate::workspace::{Body, LIBRARY_PREFIX, Read, Templates, Workspace, template_imports, template_texts};
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Sources};
use std::collections::{BTreeMap, BTreeSet};

/// Warns of the first line of each such template that no pipeline has.
pub(super) fn lost_lines(
    workspace: &Workspace,
    templates: &Templates<'_>,
    sources: &Sources,
) -> Vec<Diagnostic> {
    let mut reach =
        Reach { templates, sources, written: BTreeSet::new(), imported: BTreeMap::new(), is_known: true };
    let own = workspace.body.iter().chain(workspace.units.iter().filter_map(|unit| unit.fragment.as_ref()));
    own.for_each(|body| reach.enter(body));
    let used = workspace.units.iter().flat_map(|unit| &unit.uses).map(|used| used.template.clone());
    used.for_each(|name| reach.write(&name));
    if !reach.is_known {
        return Vec::new();
    }
    let only_imported = reach.imported.iter().filter(|(path, _)| !reach.written.contains(*path));
    let lost = only_imported.filter_map(|(_, (name, body))| {
        let line = first_written_line(&body.text).filter(|_| !name.starts_with(LIBRARY_PREFIX))?;
        let message =
            format!("`{name}` is only imported, which takes its macros: other lines have no effect");
        let problem = Diagnostic::warning(&TEMPLATE_BLOCK, Origin::line(body.file, line), message);
        Some(problem.with_help("move them into a macro, or write `#% include` where they belong"))
    });
    lost.collect()
}

/// The templates that the jobs of units come from.
struct Reach<'t, 'f> {
    templates: &'t Templates<'f>,
    sources: &'t Sources,
    /// Paths of the templates whose text is written: one that is read by two names is one.
    written: BTreeSet<String>,
    /// Templates whose macros are taken, by path, each with its name.
    imported: BTreeMap<String, (String, Body)>,
    /// Set unless a name is computed, which could be any.
    is_known: bool,
}

impl Reach<'_, '_> {
    fn write(&mut self, name: &str) {
        let Some(body) = self.body(name) else { return };
        if self.written.insert(self.sources.path(body.file)) {
            self.enter(&body);
        }
    }

    fn import(&mut self, name: String) {
        let Some(body) = self.body(&name) else { return };
        let path = self.sources.path(body.file);
        if self.imported.contains_key(&path) {
            return;
        }
        self.imported.insert(path, (name, body.clone()));
        // A macro of it can include others.
        self.enter(&body);
    }

    fn enter(&mut self, body: &Body) {
        if body.is_plain {
            return;
        }
        for read in template_texts(&body.text) {
            match read {
                Read::Named(name) => self.write(&name),
                Read::Computed => self.is_known = false,
            }
        }
        for read in template_imports(&body.text) {
            match read {
                Read::Named(name) => self.import(name),
                // It makes no template one whose text counts.
                Read::Computed => {}
            }
        }
    }

    /// Returns the body of a template; what cannot be read is reported where it is rendered.
    fn body(&self, name: &str) -> Option<Body> {
        Some(self.templates.find(name).ok()??.body.clone())
    }
}
