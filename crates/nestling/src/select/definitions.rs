//! Which units a template's file concerns: those that use it, and those whose templates read it.

use super::Definitions;
use crate::name::UnitName;
use crate::path::RepoPath;
use crate::workspace::{Body, Read, Template, Templates, Workspace};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The changed files that are templates, each with the units that use it directly or by way of others.
///
/// Where a name is computed (`include name ~ ".yml"`), what it reads cannot be known, and every changed file of the
/// template folders counts. A template that cannot be read is told when it is rendered.
pub fn definitions(workspace: &Workspace, templates: &Templates<'_>, changed: &[&RepoPath]) -> Definitions {
    let in_folders = |path: &&&RepoPath| workspace.template_folders.iter().any(|folder| folder.holds(path));
    let changed: BTreeSet<RepoPath> = changed.iter().filter(in_folders).map(|path| (*path).clone()).collect();
    let mut definitions = Definitions::new();
    if changed.is_empty() {
        return definitions;
    }
    let mut closures = Closures { templates, known: BTreeMap::new() };
    for unit in &workspace.units {
        let mut reads = Reads::default();
        for used in &unit.uses {
            reads.absorb(closures.of_template(&used.template, 0));
        }
        if let Some(body) = &unit.fragment {
            reads.absorb(closures.of_body(body, 0));
        }
        let concerned = changed.iter().filter(|path| reads.anything || reads.paths.contains(*path));
        for path in concerned {
            definitions.entry(path.clone()).or_default().insert(UnitName::clone(&unit.name));
        }
    }
    definitions
}

/// The files that a template reads.
#[derive(Debug, Clone, Default)]
struct Reads {
    paths: BTreeSet<RepoPath>,
    /// Whether a computed name could mean any file.
    anything: bool,
}

impl Reads {
    fn absorb(&mut self, other: Self) {
        self.paths.extend(other.paths);
        self.anything |= other.anything;
    }
}

/// Templates that include each other are cut off here; rendering refuses them.
const DEPTH: usize = 50;

struct Closures<'a> {
    templates: &'a Templates<'a>,
    known: BTreeMap<String, Reads>,
}

impl Closures<'_> {
    fn of_template(&mut self, name: &str, depth: usize) -> Reads {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        // Known as nothing while it is being looked at, so that a circle ends.
        self.known.insert(name.to_owned(), Reads::default());
        let Ok(Some(template)) = self.templates.find(name) else { return Reads::default() };
        let template: Rc<Template> = template;
        let mut reads = self.of_body(&template.body, depth);
        reads.paths.extend(template.path.clone());
        self.known.insert(name.to_owned(), reads.clone());
        reads
    }

    fn of_body(&mut self, body: &Body, depth: usize) -> Reads {
        let mut reads = Reads::default();
        for read in body.reads().into_iter().filter(|_| depth < DEPTH) {
            match read {
                Read::Named(name) => reads.absorb(self.of_template(name, depth + 1)),
                Read::Computed => reads.anything = true,
            }
        }
        reads
    }
}
