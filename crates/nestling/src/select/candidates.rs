//! Units that are made from changed files: templates, what templates read, files that they or the rules of includes ask about, included
//! files, and the workspace's own file. Whether their jobs differ is for those who can render to tell.

use super::file_reads::files_of_read;
use super::include_reads::IncludeReads;
use crate::template_syntax::FileRead;
use crate::workspace::{Body, FILE_NAME, Read, Templates, Unit, Workspace};
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The units that are made from changed files, each with those files.
pub(crate) type Candidates = BTreeMap<UnitName, BTreeSet<RepoPath>>;

/// Finds the units that are made from changed files, directly or through other templates.
///
/// Where a name is computed (`include name ~ ".yml"`), what it reads cannot be known, and every changed file of the
/// template directories counts. Where a unit has `include:`, every changed YAML file counts that its files name, and all
/// of them if they name none: an included file may include others. A template that cannot be read is reported when it is
/// rendered.
pub(crate) fn candidates(
    workspace: &Workspace,
    templates: &Templates<'_>,
    files: &dyn Files,
    changed: &[&RepoPath],
) -> Candidates {
    let changed = Changed::new(workspace, files, changed);
    let mut candidates = Candidates::new();
    let may_be_read = !changed.templates.is_empty() || !changed.yaml.is_empty();
    let mut known = KnownReads::new(templates);
    for unit in &workspace.units {
        let mut made_from: BTreeSet<RepoPath> = changed.workspace.iter().cloned().collect();
        if may_be_read || known.reads_files(unit) {
            made_from.extend(changed.among(&known.of_unit(unit), &unit.dir));
        }
        if !made_from.is_empty() {
            candidates.insert(unit.name.clone(), made_from);
        }
    }
    candidates
}

/// Returns the changed files that the root's file below its header is made from, beside itself: its defaults are those of
/// every unit.
pub(crate) fn files_of_root(
    workspace: &Workspace,
    templates: &Templates<'_>,
    files: &dyn Files,
    changed: &[&RepoPath],
) -> BTreeSet<RepoPath> {
    let Some(body) = &workspace.body else { return BTreeSet::new() };
    let changed = Changed::new(workspace, files, changed);
    let mut known = KnownReads::new(templates);
    let reads = known.of_files(Vec::new(), Some(body));
    changed.among(&reads, &workspace.root)
}

/// The changed files that units may be made from, by what they can be.
struct Changed<'f> {
    /// The files that are planned, whose links are followed.
    files: &'f dyn Files,
    workspace: Option<RepoPath>,
    templates: BTreeSet<RepoPath>,
    yaml: BTreeSet<RepoPath>,
    all: BTreeSet<RepoPath>,
}

impl<'f> Changed<'f> {
    fn new(workspace: &Workspace, files: &'f dyn Files, changed: &[&RepoPath]) -> Self {
        let own_file = workspace.own_file();
        let own = |path: &RepoPath| *path == own_file;
        let in_folders = |path: &RepoPath| workspace.is_template_path(path);
        let is_yaml = |path: &RepoPath| {
            let name = path.file_name();
            name != FILE_NAME.as_bytes() && (name.ends_with(b".yml") || name.ends_with(b".yaml"))
        };
        let those = |wanted: &dyn Fn(&RepoPath) -> bool| {
            changed.iter().filter(|path| wanted(path)).map(|path| (*path).clone()).collect::<BTreeSet<_>>()
        };
        Self {
            files,
            workspace: changed.iter().find(|path| own(path)).map(|path| (*path).clone()),
            templates: those(&in_folders),
            yaml: those(&is_yaml),
            all: those(&|_| true),
        }
    }

    /// Returns the changed files that are among those read in a directory.
    fn among(&self, reads: &Reads, directory: &RepoPath) -> BTreeSet<RepoPath> {
        let is_read = |path: &&RepoPath| reads.anything || reads.paths.contains(*path);
        let mut files: BTreeSet<RepoPath> = self.templates.iter().filter(is_read).cloned().collect();
        files.extend(self.included_by(&reads.including));
        files.extend(self.all.intersection(&reads.links).cloned());
        let of_read = |read| files_of_read(read, directory, &self.all, self.files);
        files.extend(reads.file_reads.iter().flat_map(of_read).cloned());
        files
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
    /// Links to templates, and their targets, which may be outside of the template directories.
    links: BTreeSet<RepoPath>,
    /// Set if a computed name could mean any file.
    anything: bool,
    /// The files that have an `include:`.
    including: Vec<Body>,
    /// Reads of the file functions of templates.
    file_reads: BTreeSet<FileRead>,
}

impl Reads {
    fn absorb(&mut self, other: Self) {
        self.paths.extend(other.paths);
        self.links.extend(other.links);
        self.anything |= other.anything;
        self.including.extend(other.including);
        self.file_reads.extend(other.file_reads);
    }
}

/// A template's own reads, without those of the templates that it reads.
#[derive(Debug, Clone, Default)]
struct OwnReads {
    reads: Reads,
    templates: Vec<String>,
}

impl OwnReads {
    fn of_body(body: &Body) -> Self {
        let mut own = Self::default();
        if body.includes() {
            own.reads.including.push(body.clone());
        }
        own.reads.file_reads.extend(body.file_reads());
        for read in body.reads() {
            match read {
                Read::Named(name) => own.templates.push(name),
                Read::Computed => own.reads.anything = true,
            }
        }
        own
    }
}

/// Templates with their own reads, each read once for all units.
struct KnownReads<'a> {
    templates: &'a Templates<'a>,
    by_name: BTreeMap<String, OwnReads>,
    /// For each template: `true` if it, or one that it reads, reads_files about files.
    asking: BTreeMap<String, bool>,
    includes: IncludeReads<'a>,
    /// The templates of the last unit without jobs of its own, and what they read: the units of a rule have the same ones.
    last: Option<(Vec<String>, Rc<Reads>)>,
}

impl<'a> KnownReads<'a> {
    fn new(templates: &'a Templates<'a>) -> Self {
        let includes = IncludeReads::new(templates);
        Self { templates, by_name: BTreeMap::new(), asking: BTreeMap::new(), includes, last: None }
    }

    /// Returns `true` if a unit is made from templates that ask about files. It is asked of every unit, whatever changed.
    fn reads_files(&mut self, unit: &Unit) -> bool {
        if unit.fragment.as_ref().is_some_and(|body| self.reads_files_or_templates(body)) {
            return true;
        }
        unit.uses.iter().any(|used| {
            if let Some(reads_files) = self.asking.get(&used.template) {
                return *reads_files;
            }
            let reads = self.of_files(vec![used.template.clone()], None);
            let reads_files = !reads.file_reads.is_empty() || reads.anything;
            self.asking.insert(used.template.clone(), reads_files);
            reads_files
        })
    }

    fn reads_files_or_templates(&mut self, body: &Body) -> bool {
        !body.file_reads().is_empty() || !body.reads().is_empty() || !self.includes.of_body(body).is_empty()
    }

    /// Returns all that a unit is made from.
    fn of_unit(&mut self, unit: &Unit) -> Rc<Reads> {
        let templates = || unit.uses.iter().map(|used| &used.template);
        if let Some((last, reads)) = &self.last
            && unit.fragment.is_none()
            && templates().eq(last)
        {
            return Rc::clone(reads);
        }
        let names: Vec<String> = templates().cloned().collect();
        let reads = Rc::new(self.of_files(names.clone(), unit.fragment.as_ref()));
        if unit.fragment.is_none() {
            self.last = Some((names, Rc::clone(&reads)));
        }
        reads
    }

    /// Returns all that templates and a body read. Templates may read each other in a circle.
    fn of_files(&mut self, templates: Vec<String>, body: Option<&Body>) -> Reads {
        let mut reads = Reads::default();
        let mut pending = templates;
        if let Some(body) = body {
            let own = OwnReads::of_body(body);
            reads.absorb(own.reads);
            reads.file_reads.extend(self.includes.of_body(body));
            pending.extend(own.templates);
        }
        let mut visited = BTreeSet::new();
        while let Some(name) = pending.pop() {
            if visited.contains(&name) {
                continue;
            }
            let own = self.of_template(&name);
            reads.absorb(own.reads.clone());
            pending.extend(own.templates.iter().cloned());
            visited.insert(name);
        }
        reads
    }

    fn of_template(&mut self, name: &str) -> &OwnReads {
        self.by_name.entry(name.to_owned()).or_insert_with(|| {
            let Ok(Some(template)) = self.templates.find(name) else { return OwnReads::default() };
            let mut own = OwnReads::of_body(&template.body);
            own.reads.file_reads.extend(self.includes.of_body(&template.body));
            own.reads.paths.extend(template.path.clone());
            own.reads.links.extend(template.links.iter().cloned());
            own
        })
    }
}
