//! The files of components and of all that they include, across projects: each file once for each way to include it.

use super::component_files::{is_license, licenses, main_file, refuse_unit};
use super::fetch::{Fetching, cannot_vendor};
use super::resolve::Resolved;
use super::{Update, Written};
use crate::exit::Failure;
use nestling::vendor::{
    ComponentPath, LockedComponent, LockedFile, NestedInclude, Source, VendorLock, checksum, nested_include,
};
use nestling::{CommitId, Origin, RepoPath};
use nestling_files::files::Files;
use nestling_gitlab::configuration::{
    ComponentValues, CopiedFrom, exists_of, file_exists, included_files, includes_of,
};
use nestling_gitlab::yaml::{Kind, Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// The most files that one component includes, as in one pipeline of GitLab.
const FILE_LIMIT: usize = 150;

/// Collects components and what they include.
pub(super) struct Collecting<'p> {
    files: &'p dyn Files,
    written: Written<'p>,
    old: VendorLock,
    update: &'p Update,
    fetching: Fetching,
    entries: BTreeMap<Source, Entry>,
    /// The files that were read, with the inputs that they were given.
    seen: BTreeSet<(Source, String, String)>,
}

/// A component or a project, as far as it was read.
pub(super) struct Entry {
    pub source: Source,
    /// Path of the component's own file; `None` for a project.
    file: Option<String>,
    resolved: Resolved,
    includes: BTreeSet<String>,
    exists: BTreeMap<String, bool>,
    pub contents: BTreeMap<String, Vec<u8>>,
    /// Set if a file was not on disk as the lock file has it.
    pub is_fetched: bool,
}

/// A file that is included, with the inputs that it is given.
struct Step {
    source: Source,
    file: String,
    given: Map,
    /// The component whose values it can read: a component's own file, and the local files that it includes.
    component: Option<ComponentValues>,
}

impl<'p> Collecting<'p> {
    pub(super) fn new(
        files: &'p dyn Files,
        written: Written<'p>,
        old: VendorLock,
        update: &'p Update,
    ) -> Self {
        let (fetching, entries, seen) = (Fetching::default(), BTreeMap::new(), BTreeSet::new());
        Self { files, written, old, update, fetching, entries, seen }
    }

    /// Adds a component with these inputs, and all that it includes.
    pub(super) fn component(&mut self, component: &ComponentPath, inputs: &Map) -> Result<(), Failure> {
        let mut pending = vec![self.step_of(component, inputs.clone())?];
        let mut count = 0;
        while let Some(step) = pending.pop() {
            if !self.seen.insert((step.source.clone(), step.file.clone(), shown(&step.given))) {
                continue;
            }
            count += 1;
            if count > FILE_LIMIT {
                let message = format!("it includes more than {FILE_LIMIT} files, which is GitLab's limit");
                return Err(cannot_vendor(&Source::Component(component.clone()), &message));
            }
            pending.extend(self.included_by(&step)?);
        }
        Ok(())
    }

    /// Returns the entries with the licenses of their projects, and the paths of the new lock file.
    pub(super) fn finish(mut self) -> Result<(Vec<Entry>, Written<'p>), Failure> {
        let sources: Vec<Source> = self.entries.keys().cloned().collect();
        for source in sources {
            for name in self.license_names(&source)? {
                self.read(&source, &name)?;
            }
        }
        Ok((self.entries.into_values().collect(), self.written))
    }

    fn license_names(&mut self, source: &Source) -> Result<Vec<String>, Failure> {
        let Some(entry) = self.entries.get(source) else { return Ok(Vec::new()) };
        let locked = self.old.get(source).filter(|_| !entry.is_fetched);
        if let Some(locked) = locked.filter(|locked| locked.commit == entry.resolved.commit.to_string()) {
            return Ok(locked.files.keys().filter(|name| is_license(name)).cloned().collect());
        }
        let commit = entry.resolved.commit;
        licenses(&self.fetching.files(source, commit)?).map_err(Failure::repository)
    }

    fn step_of(&mut self, component: &ComponentPath, given: Map) -> Result<Step, Failure> {
        let source = Source::Component(component.clone());
        self.open(&source)?;
        let entry = self.entries.get(&source);
        let (file, component) = entry.and_then(|entry| Some((entry.file.clone()?, entry.values()))).unzip();
        let file = file.unwrap_or_default();
        Ok(Step { source, file, given, component: component.flatten() })
    }

    /// Resolves a component or a project, unless it was.
    fn open(&mut self, source: &Source) -> Result<(), Failure> {
        if self.entries.contains_key(source) {
            return Ok(());
        }
        let kept = self.old.get(source).filter(|_| !self.update.is_of(source));
        let resolved = match kept {
            Some(locked) => locked_at(locked)?,
            None => self.fetching.resolve(source)?,
        };
        let file = match (source, kept) {
            (Source::Project(_), _) => None,
            (_, Some(LockedComponent { file: Some(file), .. })) => Some(file.clone()),
            (Source::Component(component), _) => {
                Some(main_file(component, &self.fetching.files(source, resolved.commit)?)?)
            }
        };
        let (includes, exists, contents) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        let source = source.clone();
        let entry = Entry { source, file, resolved, includes, exists, contents, is_fetched: false };
        self.entries.insert(entry.source.clone(), entry);
        Ok(())
    }

    /// Returns a file at the commit of a component or a project: from disk if it is there as the lock file has it.
    fn read(&mut self, source: &Source, file: &str) -> Result<Option<Vec<u8>>, Failure> {
        let Some(entry) = self.entries.get_mut(source) else { return Ok(None) };
        if let Some(bytes) = entry.contents.get(file) {
            return Ok(Some(bytes.clone()));
        }
        let commit = entry.resolved.commit;
        let locked = self.old.get(source).filter(|locked| locked.commit == commit.to_string());
        let locked = locked.and_then(|locked| locked.files.get(file));
        let on_disk = self.files.read(&self.written.path(source, file)).ok().flatten();
        let on_disk = on_disk.filter(|bytes| locked.is_some_and(|locked| checksum(bytes) == locked.sha256));
        let bytes = match on_disk {
            Some(bytes) => bytes,
            None => {
                entry.is_fetched = true;
                let path =
                    RepoPath::parse(file).map_err(|error| cannot_vendor(source, &error.to_string()))?;
                let read = self.fetching.files(source, commit)?.read(&path).map_err(Failure::repository)?;
                let Some(bytes) = read else { return Ok(None) };
                refuse_unit(source, file)?;
                bytes
            }
        };
        entry.contents.insert(file.to_owned(), bytes.clone());
        Ok(Some(bytes))
    }

    /// Reads a file, and returns the files that it includes.
    fn included_by(&mut self, step: &Step) -> Result<Vec<Step>, Failure> {
        let Step { source, file, given, component } = step;
        let Some(bytes) = self.read(source, file)? else {
            return Err(cannot_vendor(source, &format!("its project has no file `{file}`")));
        };
        let (root, host) = (RepoPath::root(), source.host().to_owned());
        let from = CopiedFrom { root, host, component: component.clone() };
        // What is no YAML is reported by `nestling check`.
        let includes = includes_of(&String::from_utf8_lossy(&bytes), given, &from).unwrap_or_default();
        let mut steps = Vec::new();
        for include in includes {
            let refused = |message: String| {
                let message = format!("`{file}` has an include that cannot be vendored: {message}");
                cannot_vendor(source, &message)
            };
            let meaning = nested_include(&include, &from).map_err(refused)?;
            self.note_exists(source, &include)?;
            let given = include.get("inputs").and_then(Node::as_map).cloned().unwrap_or_default();
            steps.extend(self.steps(step, meaning, given)?);
        }
        Ok(steps)
    }

    fn steps(&mut self, from: &Step, meaning: NestedInclude, given: Map) -> Result<Vec<Step>, Failure> {
        match meaning {
            NestedInclude::Local(path) => {
                let files = self.local_files(&from.source, &path)?;
                let step = |file| Step {
                    source: from.source.clone(),
                    file,
                    given: given.clone(),
                    component: from.component.clone(),
                };
                Ok(files.into_iter().map(step).collect())
            }
            NestedInclude::Component(component) => {
                self.note_include(&from.source, component.to_string());
                Ok(vec![self.step_of(&component, given)?])
            }
            NestedInclude::Project(project, files) => {
                self.note_include(&from.source, project.to_string());
                let source = Source::Project(project);
                self.open(&source)?;
                let named = files.into_iter().map(|file| normalized(&source, &file));
                let step = |file: Result<String, Failure>| {
                    let source = source.clone();
                    Ok(Step { source, file: file?, given: given.clone(), component: None })
                };
                named.map(step).collect()
            }
        }
    }

    /// Answers the `rules:exists` of an include by the files of the project that has it.
    fn note_exists(&mut self, source: &Source, include: &Node) -> Result<(), Failure> {
        for glob in exists_of(include) {
            let Some(entry) = self.entries.get_mut(source) else { continue };
            let commit = entry.resolved.commit;
            let locked = self.old.get(source).filter(|locked| locked.commit == commit.to_string());
            let answer = match locked.and_then(|locked| locked.exists.get(glob)) {
                Some(exists) => Some(*exists),
                None => {
                    let files = self.fetching.files(source, commit)?;
                    file_exists(glob, &files).map_err(Failure::repository)?
                }
            };
            entry.exists.extend(answer.map(|exists| (glob.to_owned(), exists)));
        }
        Ok(())
    }

    fn note_include(&mut self, source: &Source, included: String) {
        if let Some(entry) = self.entries.get_mut(source) {
            entry.includes.insert(included);
        }
    }

    /// Returns the files that a path names, or that its wildcards match.
    fn local_files(&mut self, source: &Source, path: &str) -> Result<Vec<String>, Failure> {
        if !path.contains('*') {
            return Ok(vec![normalized(source, path)?]);
        }
        let Some(entry) = self.entries.get(source) else { return Ok(Vec::new()) };
        let files = self.fetching.files(source, entry.resolved.commit)?;
        let matching = included_files(path, &files).map_err(Failure::repository)?;
        let refused = |path: &RepoPath| cannot_vendor(source, &format!("the path `{path}` cannot be copied"));
        let name = |path: &RepoPath| path.as_str().map(str::to_owned).ok_or_else(|| refused(path));
        matching.iter().map(name).collect()
    }
}

impl Entry {
    /// Returns the entry of the lock file.
    pub(super) fn locked(&self) -> LockedComponent {
        let file = |(path, bytes): (&String, &Vec<u8>)| {
            (path.clone(), LockedFile { sha256: checksum(bytes), origin: Origin::generated() })
        };
        let is_component = self.file.is_some();
        LockedComponent {
            file: self.file.clone(),
            version: self.resolved.version.clone().filter(|_| is_component),
            reference: self.resolved.reference.clone(),
            commit: self.resolved.commit.to_string(),
            includes: self.includes.clone(),
            exists: self.exists.clone(),
            files: self.contents.iter().map(file).collect(),
            origin: Origin::generated(),
        }
    }

    /// Returns the values that a component can read.
    fn values(&self) -> Option<ComponentValues> {
        let Source::Component(component) = &self.source else { return None };
        Some(ComponentValues {
            name: component.name().to_owned(),
            sha: self.resolved.commit.to_string(),
            reference: component.version().to_owned(),
            version: self.resolved.version.clone().unwrap_or_default(),
        })
    }
}

fn locked_at(locked: &LockedComponent) -> Result<Resolved, Failure> {
    let commit = CommitId::parse(&locked.commit).ok_or_else(|| {
        let message = format!("`{}` in the lock file is not the ID of a commit", locked.commit);
        Failure::repository(anyhow::Error::msg(message))
            .with_help("remove the lock file, and run `nestling vendor`")
    })?;
    Ok(Resolved { commit, reference: locked.reference.clone(), version: locked.version.clone() })
}

/// Returns a path from the root of a project, without a leading slash.
fn normalized(source: &Source, path: &str) -> Result<String, Failure> {
    let parsed = RepoPath::parse(path).map_err(|error| cannot_vendor(source, &error.to_string()))?;
    parsed.as_str().map(str::to_owned).ok_or_else(|| cannot_vendor(source, "the path is not UTF-8"))
}

/// Returns a string that differs for inputs that differ, wherever they are written.
fn shown(inputs: &Map) -> String {
    let entries = inputs.iter().map(|(name, value)| format!("{name:?}: {}", shown_value(value)));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
}

fn shown_value(value: &Node) -> String {
    match &value.kind {
        Kind::Scalar(scalar) => format!("{:?}", scalar.meaning()),
        Kind::Seq(items) => format!("[{}]", items.iter().map(shown_value).collect::<Vec<_>>().join(", ")),
        Kind::Map(map) => shown(map),
    }
}
