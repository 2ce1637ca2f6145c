//! All names of a workspace, or of a plain file with its includes, and which of them mean the same.

mod same;

use crate::documents::{Documents, path_in};
use crate::library;
use crate::meaning::FileKind;
use crate::names::{Name, NameKind, NamedFile, cases, is_computed, names, of_snapshot};
use crate::outline::Outline;
use crate::pipelines::pipelines;
use nestling::ide::{WorkspaceFacts, library_template};
use nestling_files::files::DirectoryFiles;
use nestling_files::path::RepoPath;
use nestling_gitlab::configuration;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file with its names.
#[derive(Debug)]
pub(crate) struct IndexedFile {
    pub path: PathBuf,
    pub kind: FileKind,
    pub text: String,
    pub names: Vec<Name>,
    /// The name of its inputs and macros.
    pub owner: String,
    /// Set for a template that comes with Nestling.
    pub is_built_in: bool,
}

/// The files whose jobs are one namespace: those of a unit, or a plain file with its includes.
#[derive(Debug)]
struct Scope {
    unit: Option<String>,
    files: BTreeSet<usize>,
}

/// A name in a file of an index.
pub(crate) type Occurrence = (usize, usize);

/// Returns the files that an `include` names: one, or those that its wildcards match.
pub(crate) fn files_of_include(root: &Path, pattern: &str) -> Vec<PathBuf> {
    if !pattern.contains('*') {
        return vec![root.join(pattern.trim_start_matches('/'))];
    }
    let paths = configuration::included_files(pattern, &DirectoryFiles::new(root)).unwrap_or_default();
    paths.iter().map(|path| root.join(OsStr::from_bytes(path.as_bytes()))).collect()
}

/// The names of all files that belong together.
#[derive(Debug)]
pub(crate) struct Index {
    pub root: PathBuf,
    pub facts: Arc<WorkspaceFacts>,
    pub files: Vec<IndexedFile>,
    scopes: Vec<Scope>,
    positions: BTreeMap<PathBuf, usize>,
    /// The files that others include.
    included: BTreeSet<usize>,
    /// The pipelines that belong to no workspace: the project's own, and those that share a file with the one that is open.
    pub plain: Vec<PathBuf>,
}

impl Index {
    /// Reads the files of a workspace, and this file if it is another one.
    pub(crate) fn of(root: &Path, facts: &Arc<WorkspaceFacts>, file: &Path, documents: &Documents) -> Self {
        let mut index = Self::empty(root, facts);
        let is_workspace = !facts.units.is_empty() || !facts.file.is_root();
        if is_workspace {
            let own = index.with_includes(&index.absolute(&facts.file), documents);
            index.scopes.push(Scope { unit: None, files: own });
        }
        for unit in &facts.units {
            let templates: BTreeSet<&str> =
                unit.uses.iter().flat_map(|used| facts.closure(&used.template)).collect();
            let paths = templates.iter().filter_map(|name| facts.template(name)?.path.as_ref());
            let paths: Vec<PathBuf> = paths.chain(&unit.file).map(|path| index.absolute(path)).collect();
            let mut files = BTreeSet::new();
            for path in paths {
                files.extend(index.with_includes(&path, documents));
            }
            files.extend(templates.into_iter().filter_map(|name| index.read_built_in(name)));
            index.scopes.push(Scope { unit: Some(unit.name.clone()), files });
        }
        // Templates that nothing uses have names as well.
        for path in facts.templates.iter().filter_map(|template| template.path.as_ref()) {
            let files = index.with_includes(&index.absolute(path), documents);
            if !index.scopes.iter().any(|scope| files.is_subset(&scope.files)) {
                index.scopes.push(Scope { unit: None, files });
            }
        }
        for cases in &facts.case_files {
            index.add_cases(&cases.path, cases.template.as_deref(), documents);
        }
        index.add_plain(file, documents);
        index
    }

    fn empty(root: &Path, facts: &Arc<WorkspaceFacts>) -> Self {
        Self {
            root: root.to_owned(),
            facts: Arc::clone(facts),
            files: Vec::new(),
            scopes: Vec::new(),
            positions: BTreeMap::new(),
            included: BTreeSet::new(),
            plain: Vec::new(),
        }
    }

    /// Reads a file of test cases, and the pipelines that are stored for them.
    fn add_cases(&mut self, path: &RepoPath, template: Option<&str>, documents: &Documents) {
        let absolute = self.absolute(path);
        let Some(position) = self.read(&absolute, documents) else { return };
        let stem = absolute.file_stem().and_then(OsStr::to_str).unwrap_or_default().to_owned();
        let cases = cases(&Outline::of(&self.files[position].text), template, &stem);
        for (_, case) in cases {
            let Some(name) = &case.snapshot else { continue };
            let stored = absolute.with_file_name("snapshots").join(format!("{name}.yml"));
            let Some(text) = documents.text(&stored) else { continue };
            let facts = Arc::clone(&self.facts);
            let file = NamedFile { kind: &FileKind::Snapshot, owner: "", facts: &facts };
            let names = of_snapshot(&Outline::of(&text), &case, file);
            match self.file(&stored) {
                Some(position) => self.files[position].names = names,
                None => {
                    self.push(&stored, text, FileKind::Snapshot, "", names);
                }
            }
        }
    }

    /// Adds a file that is not part of the workspace: with what it includes, or with the project's own file if that includes it.
    fn add_plain(&mut self, file: &Path, documents: &Documents) {
        let is_known = self.positions.contains_key(file);
        let is_plain = path_in(&self.root, file)
            .is_some_and(|path| FileKind::of(&path, Some(&self.facts)) == FileKind::Jobs);
        if is_known && !is_plain {
            return;
        }
        let own = self.root.join(".gitlab-ci.yml");
        let mut starts = vec![own, file.to_owned()];
        if is_plain {
            starts.extend(self.sharing(&starts, documents));
        }
        for start in starts {
            let files = self.with_includes(&start, documents);
            if !files.is_empty() && !self.scopes.iter().any(|scope| files.is_subset(&scope.files)) {
                self.scopes.push(Scope { unit: None, files });
            }
            self.plain.push(start);
        }
    }

    /// Returns the other pipelines of the repository that share a file with these, or with one that does.
    fn sharing(&self, starts: &[PathBuf], documents: &Documents) -> Vec<PathBuf> {
        let mut apart = Self::empty(&self.root, &self.facts);
        let mut shared: BTreeSet<usize> = BTreeSet::new();
        for start in starts {
            shared.extend(apart.with_includes(start, documents));
        }
        let mut others: Vec<(PathBuf, BTreeSet<usize>)> = Vec::new();
        for path in pipelines(&self.root, documents) {
            let in_repository = path_in(&self.root, &path);
            let kind = in_repository.map(|path| FileKind::of(&path, Some(&self.facts)));
            if kind == Some(FileKind::Jobs) && !starts.contains(&path) {
                let files = apart.with_includes(&path, documents);
                others.push((path, files));
            }
        }
        let mut sharing = Vec::new();
        while let Some(next) = others.iter().position(|(_, files)| !files.is_disjoint(&shared)) {
            let (path, files) = others.remove(next);
            shared.extend(files);
            sharing.push(path);
        }
        sharing
    }

    /// Reads a file and those that it includes, and returns their positions.
    fn with_includes(&mut self, path: &Path, documents: &Documents) -> BTreeSet<usize> {
        let mut files = BTreeSet::new();
        let mut pending = vec![path.to_owned()];
        while let Some(path) = pending.pop() {
            let Some(position) = self.read(&path, documents) else { continue };
            if files.insert(position) {
                if files.len() > 1 {
                    self.included.insert(position);
                }
                let includes =
                    self.files[position].names.iter().filter(|name| name.kind == NameKind::Include);
                pending.extend(includes.flat_map(|name| files_of_include(&self.root, &name.text)));
            }
        }
        files
    }

    fn read(&mut self, path: &Path, documents: &Documents) -> Option<usize> {
        if let Some(position) = self.positions.get(path) {
            return Some(*position);
        }
        let text = documents.text(path)?;
        let in_repository = path_in(&self.root, path)?;
        let kind = FileKind::of(&in_repository, Some(&self.facts));
        let owner = owner(&kind, &in_repository);
        Some(self.add(path, text, &kind, &owner))
    }

    /// Reads a built-in template, under the path at which it would be written.
    pub(crate) fn read_built_in(&mut self, template: &str) -> Option<usize> {
        let path = library::path(template)?;
        if let Some(position) = self.positions.get(&path) {
            return Some(*position);
        }
        let text = library_template(template)?.to_owned();
        Some(self.add(&path, text, &FileKind::Template(template.to_owned()), template))
    }

    fn add(&mut self, path: &Path, text: String, kind: &FileKind, owner: &str) -> usize {
        let outline = Outline::of(&text);
        let names = names(&outline, NamedFile { kind, owner, facts: &self.facts });
        drop(outline);
        self.push(path, text, kind.clone(), owner, names)
    }

    fn push(&mut self, path: &Path, text: String, kind: FileKind, owner: &str, names: Vec<Name>) -> usize {
        let is_built_in = library::template(path).is_some();
        let (path_of_file, owner) = (path.to_owned(), owner.to_owned());
        self.files.push(IndexedFile { path: path_of_file, kind, text, names, owner, is_built_in });
        self.positions.insert(path.to_owned(), self.files.len() - 1);
        self.files.len() - 1
    }

    /// Returns the path of a file on disk.
    pub(crate) fn absolute(&self, path: &RepoPath) -> PathBuf {
        self.root.join(OsStr::from_bytes(path.as_bytes()))
    }

    /// Returns the position of a file.
    pub(crate) fn file(&self, path: &Path) -> Option<usize> {
        self.positions.get(path).copied()
    }

    /// Returns `true` for a file that another one includes.
    pub(crate) fn is_included(&self, file: usize) -> bool {
        self.included.contains(&file)
    }

    /// Returns the name at an offset of a file: the shortest one, which is part of the others.
    pub(crate) fn name_at(&self, file: usize, offset: usize) -> Option<Occurrence> {
        let names = self.files[file].names.iter().enumerate();
        let touching = names.filter(|(_, name)| name.range.start <= offset && offset <= name.range.end);
        touching.min_by_key(|(_, name)| name.range.len()).map(|(position, _)| (file, position))
    }

    pub(crate) fn name(&self, (file, position): Occurrence) -> &Name {
        &self.files[file].names[position]
    }

    fn scopes_of(&self, file: usize) -> BTreeSet<usize> {
        self.scopes_where(|scope| scope.files.contains(&file))
    }

    fn scopes_where(&self, holds: impl Fn(&Scope) -> bool) -> BTreeSet<usize> {
        let scopes = self.scopes.iter().enumerate().filter(|(_, scope)| holds(scope));
        scopes.map(|(position, _)| position).collect()
    }

    /// Returns the units whose jobs are made from a file.
    pub(crate) fn units_of(&self, file: usize) -> Vec<&str> {
        let units = self.scopes.iter().filter(|scope| scope.files.contains(&file));
        units.filter_map(|scope| scope.unit.as_deref()).collect()
    }

    /// Returns a file with those whose jobs are in a namespace with its own.
    pub(crate) fn beside(&self, file: usize) -> BTreeSet<usize> {
        let mut files = self.files_of(&self.scopes_of(file));
        files.insert(file);
        files
    }

    /// Returns the names of one kind that a file can use, each once: of its scopes for jobs, of all files otherwise.
    pub(crate) fn defined(&self, file: usize, kind: &NameKind) -> BTreeSet<&str> {
        let near = self.files_of(&self.scopes_of(file));
        let occurrences = self.all(|other, name| {
            let is_near = *kind != NameKind::Job || other == file || near.contains(&other);
            name.kind == *kind && name.is_definition && is_near
        });
        occurrences.into_iter().map(|occurrence| self.name(occurrence).text.as_str()).collect()
    }

    /// Returns the visible jobs of units other than these, each with its unit.
    pub(crate) fn jobs_of_units(&self, except: &[&str]) -> BTreeSet<(&str, &str)> {
        let mut named = BTreeSet::new();
        for scope in &self.scopes {
            let Some(unit) = scope.unit.as_deref().filter(|unit| !except.contains(unit)) else { continue };
            let names = scope.files.iter().flat_map(|file| &self.files[*file].names);
            let jobs = names.filter(|name| name.kind == NameKind::Job && name.is_definition);
            let visible = jobs.filter(|name| !name.text.starts_with('.') && !name.text.contains("${{"));
            named.extend(visible.map(|name| (unit, name.text.as_str())));
        }
        named
    }

    /// Returns the jobs that the files of a unit name without an expression.
    pub(crate) fn jobs_of_unit(&self, unit: &str) -> BTreeSet<&str> {
        let scopes = self.scopes.iter().filter(|scope| scope.unit.as_deref() == Some(unit));
        let names = scopes.flat_map(|scope| &scope.files).flat_map(|file| &self.files[*file].names);
        let jobs = names.filter(|name| name.kind == NameKind::Job && name.is_definition);
        jobs.map(|name| name.text.as_str()).filter(|name| !is_computed(name)).collect()
    }

    fn all(&self, holds: impl Fn(usize, &Name) -> bool) -> Vec<Occurrence> {
        let mut occurrences = Vec::new();
        for (file, indexed) in self.files.iter().enumerate() {
            let of_file = indexed.names.iter().enumerate().filter(|(_, name)| holds(file, name));
            occurrences.extend(of_file.map(|(position, _)| (file, position)));
        }
        occurrences
    }
}

/// Returns the name of a file's inputs and macros.
pub(crate) fn owner(kind: &FileKind, path: &RepoPath) -> String {
    match kind {
        FileKind::Template(name) => name.clone(),
        _ => path.to_string(),
    }
}
