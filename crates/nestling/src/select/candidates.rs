//! Which units are made from files outside of their directories that changed: templates, what templates read, included
//! files, and the workspace's own file. Whether their jobs differ is for those who can render to tell.

use crate::workspace::{Body, FILE_NAME, Read, Template, Templates, Unit, Workspace};
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The units that are made from changed files, each with those files.
pub type Candidates = BTreeMap<UnitName, BTreeSet<RepoPath>>;

/// Finds the units that are made from changed files, directly or by way of other templates.
///
/// Where a name is computed (`include name ~ ".yml"`), what it reads cannot be known, and every changed file of the
/// template folders counts. Where a unit has `include:`, every changed YAML file counts that its texts name, and all
/// of them if they name none: an included file may include others. A template that cannot be read is told when it is
/// rendered.
pub fn candidates(workspace: &Workspace, templates: &Templates<'_>, changed: &[&RepoPath]) -> Candidates {
    let changed = Changed::new(workspace, changed);
    let mut candidates = Candidates::new();
    if changed.is_empty() {
        return candidates;
    }
    let mut closures = Closures { templates, known: BTreeMap::new() };
    for unit in &workspace.units {
        let mut files: BTreeSet<RepoPath> = changed.workspace.iter().cloned().collect();
        if !changed.templates.is_empty() || !changed.yaml.is_empty() {
            let reads = closures.of_unit(unit);
            let meant = |path: &&RepoPath| reads.anything || reads.paths.contains(*path);
            files.extend(changed.templates.iter().filter(meant).cloned());
            files.extend(changed.included_by(&reads.including));
        }
        if !files.is_empty() {
            candidates.insert(unit.name.clone(), files);
        }
    }
    candidates
}

/// The changed files that units may be made from, by what they can be.
struct Changed {
    workspace: Option<RepoPath>,
    templates: BTreeSet<RepoPath>,
    yaml: BTreeSet<RepoPath>,
}

impl Changed {
    fn new(workspace: &Workspace, changed: &[&RepoPath]) -> Self {
        let own = |path: &RepoPath| path.as_bytes() == FILE_NAME.as_bytes();
        let in_folders = |path: &RepoPath| workspace.template_folders.iter().any(|folder| folder.holds(path));
        let is_yaml = |path: &RepoPath| {
            let name = path.file_name();
            name != FILE_NAME.as_bytes() && (name.ends_with(b".yml") || name.ends_with(b".yaml"))
        };
        let those = |wanted: &dyn Fn(&RepoPath) -> bool| {
            changed.iter().filter(|path| wanted(path)).map(|path| (*path).clone()).collect::<BTreeSet<_>>()
        };
        Self {
            workspace: changed.iter().find(|path| own(path)).map(|path| (*path).clone()),
            templates: those(&in_folders),
            yaml: those(&is_yaml),
        }
    }

    fn is_empty(&self) -> bool {
        self.workspace.is_none() && self.templates.is_empty() && self.yaml.is_empty()
    }

    fn included_by(&self, texts: &[Body]) -> BTreeSet<RepoPath> {
        if texts.is_empty() {
            return BTreeSet::new();
        }
        let named = |path: &&RepoPath| {
            path.as_str().is_some_and(|path| texts.iter().any(|body| body.text.contains(path)))
        };
        let found: BTreeSet<RepoPath> = self.yaml.iter().filter(named).cloned().collect();
        if found.is_empty() { self.yaml.clone() } else { found }
    }
}

/// The files that a template reads.
#[derive(Debug, Clone, Default)]
struct Reads {
    paths: BTreeSet<RepoPath>,
    /// Whether a computed name could mean any file.
    anything: bool,
    /// The texts that have an `include:`.
    including: Vec<Body>,
}

impl Reads {
    fn absorb(&mut self, other: Self) {
        self.paths.extend(other.paths);
        self.anything |= other.anything;
        self.including.extend(other.including);
    }
}

/// Templates that include each other are cut off here; rendering refuses them.
const DEPTH: usize = 50;

struct Closures<'a> {
    templates: &'a Templates<'a>,
    known: BTreeMap<String, Reads>,
}

impl Closures<'_> {
    fn of_unit(&mut self, unit: &Unit) -> Reads {
        let mut reads = Reads::default();
        for used in &unit.uses {
            reads.absorb(self.of_template(&used.template, 0));
        }
        if let Some(body) = &unit.fragment {
            reads.absorb(self.of_body(body, 0));
        }
        reads
    }

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
        let including = if body.includes() { vec![body.clone()] } else { Vec::new() };
        let mut reads = Reads { including, ..Reads::default() };
        for read in body.reads().into_iter().filter(|_| depth < DEPTH) {
            match read {
                Read::Named(name) => reads.absorb(self.of_template(name, depth + 1)),
                Read::Computed => reads.anything = true,
            }
        }
        reads
    }
}
