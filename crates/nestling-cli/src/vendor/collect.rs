//! The files of components and of all that they include, across projects: each file once for each way to include it.

use super::component_files::{is_license, licenses, main_file, refuse_unit};
use super::entry::{Entry, Step};
use super::fetch::{Fetching, cannot_vendor};
use super::resolve::Resolved;
use super::{Update, Written};
use crate::exit::Failure;
use nestling::vendor::{
    ComponentPath, LockedComponent, NestedInclude, VendorLock, VendorSource, checksum, nested_include,
};
use nestling::{CommitId, RepoPath};
use nestling_files::files::Files;
use nestling_gitlab::configuration::{exists_of, file_exists, included_files, includes_of};
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
    entries: BTreeMap<VendorSource, Entry>,
    /// The files that were read, with the inputs that they were given.
    seen: BTreeSet<(VendorSource, String, String)>,
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
        let mut pending = vec![self.step_of(component, inputs.clone(), "a unit".to_owned())?];
        let mut count = 0;
        while let Some(step) = pending.pop() {
            if !self.seen.insert((step.source.clone(), step.file.clone(), shown(&step.given))) {
                continue;
            }
            count += 1;
            if count > FILE_LIMIT {
                let message = format!("it includes more than {FILE_LIMIT} files, which is GitLab's limit");
                return Err(cannot_vendor(&VendorSource::Component(component.clone()), &message));
            }
            pending.extend(self.included_by(&step)?);
        }
        Ok(())
    }

    /// Returns the entries with the licenses of their projects, and the paths of the new lock file.
    pub(super) fn finish(mut self) -> Result<(Vec<Entry>, Written<'p>), Failure> {
        let sources: Vec<VendorSource> = self.entries.keys().cloned().collect();
        for source in sources {
            for name in self.license_names(&source)? {
                self.read(&source, &name)?;
            }
        }
        Ok((self.entries.into_values().collect(), self.written))
    }

    fn license_names(&mut self, source: &VendorSource) -> Result<Vec<String>, Failure> {
        let Some(entry) = self.entries.get(source) else { return Ok(Vec::new()) };
        let locked = self.old.get(source).filter(|_| !entry.is_fetched);
        if let Some(locked) = locked.filter(|locked| locked.commit == entry.resolved.commit.to_string()) {
            return Ok(locked.files.keys().filter(|name| is_license(name)).cloned().collect());
        }
        let commit = entry.resolved.commit;
        licenses(&self.fetching.files(source, commit)?).map_err(Failure::repository)
    }

    fn step_of(&mut self, component: &ComponentPath, given: Map, place: String) -> Result<Step, Failure> {
        let source = VendorSource::Component(component.clone());
        self.open(&source)?;
        let entry = self.entries.get(&source);
        let (file, component) = entry.and_then(|entry| Some((entry.file.clone()?, entry.values()))).unzip();
        let file = file.unwrap_or_default();
        Ok(Step { source, file, given, component: component.flatten(), place })
    }

    /// Resolves a component or a project, unless it was.
    fn open(&mut self, source: &VendorSource) -> Result<(), Failure> {
        if self.entries.contains_key(source) {
            return Ok(());
        }
        let kept = self.old.get(source).filter(|_| !self.update.is_of(source));
        let resolved = match kept {
            Some(locked) => locked_at(locked)?,
            None => self.fetching.resolve(source)?,
        };
        let file = match (source, kept) {
            (VendorSource::Project(_), _) => None,
            (_, Some(LockedComponent { file: Some(file), .. })) => Some(file.clone()),
            (VendorSource::Component(component), _) => {
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
    fn read(&mut self, source: &VendorSource, file: &str) -> Result<Option<Vec<u8>>, Failure> {
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
        let Some(bytes) = self.read(&step.source, &step.file)? else {
            let (file, place) = (&step.file, &step.place);
            let message = format!("{place} includes `{file}`, which its project does not have");
            let missing = cannot_vendor(&step.source, &message);
            return Err(missing.with_help(
                "if inputs are part of its name, check their values in the units (`nestling check`); otherwise use another version",
            ));
        };
        let mut steps = Vec::new();
        for include in self.includes(step, &String::from_utf8_lossy(&bytes))? {
            let place = step.place_of(&include);
            let meaning = nested_include(&include, &step.from());
            let meaning =
                meaning.map_err(|message| cannot_vendor(&step.source, &format!("{place}: {message}")))?;
            let given = include.get("inputs").and_then(Node::as_map).cloned().unwrap_or_default();
            steps.extend(self.steps(step, meaning, &given, &place)?);
        }
        Ok(steps)
    }

    /// Returns the includes of a file that its rules may include, after the files of its project were searched for them.
    fn includes(&mut self, step: &Step, text: &str) -> Result<Vec<Node>, Failure> {
        loop {
            let exists = self.entries.get(&step.source).map(|entry| entry.exists.clone()).unwrap_or_default();
            // What is no YAML is reported by `nestling check`.
            let includes = includes_of(text, &step.given, &step.from(), &exists).unwrap_or_default();
            let mut is_answered = false;
            for include in &includes {
                is_answered |= self.note_exists(&step.source, include)?;
            }
            if !is_answered {
                return Ok(includes);
            }
        }
    }

    fn steps(
        &mut self,
        from: &Step,
        meaning: NestedInclude,
        given: &Map,
        place: &str,
    ) -> Result<Vec<Step>, Failure> {
        let place = place.to_owned();
        match meaning {
            NestedInclude::Local(path) => {
                let files = self.local_files(&from.source, &path)?;
                let step = |file| Step {
                    source: from.source.clone(),
                    file,
                    given: given.clone(),
                    component: from.component.clone(),
                    place: place.clone(),
                };
                Ok(files.into_iter().map(step).collect())
            }
            NestedInclude::Component(component) => {
                let place = format!("{place} of `{}`", from.source);
                self.note_include(&from.source, component.to_string());
                Ok(vec![self.step_of(&component, given.clone(), place)?])
            }
            NestedInclude::Project(project, files) => {
                self.note_include(&from.source, project.to_string());
                let place = format!("{place} of `{}`", from.source);
                let source = VendorSource::Project(project);
                self.open(&source)?;
                let named = files.into_iter().map(|file| normalized(&source, &file));
                let step = |file: Result<String, Failure>| {
                    let (source, place) = (source.clone(), place.clone());
                    Ok(Step { source, file: file?, given: given.clone(), component: None, place })
                };
                named.map(step).collect()
            }
        }
    }

    /// Answers the `rules:exists` of an include by the files of the project that has it. Returns `true` if there is a new answer.
    fn note_exists(&mut self, source: &VendorSource, include: &Node) -> Result<bool, Failure> {
        let mut is_answered = false;
        for glob in exists_of(include) {
            let entry = self.entries.get_mut(source).filter(|entry| !entry.exists.contains_key(glob));
            let Some(entry) = entry else { continue };
            let commit = entry.resolved.commit;
            let locked = self.old.get(source).filter(|locked| locked.commit == commit.to_string());
            let answer = match locked.and_then(|locked| locked.exists.get(glob)) {
                Some(exists) => Some(*exists),
                None => {
                    let files = self.fetching.files(source, commit)?;
                    file_exists(glob, &files).map_err(Failure::repository)?
                }
            };
            is_answered |= answer.is_some();
            entry.exists.extend(answer.map(|exists| (glob.to_owned(), exists)));
        }
        Ok(is_answered)
    }

    fn note_include(&mut self, source: &VendorSource, included: String) {
        if let Some(entry) = self.entries.get_mut(source) {
            entry.includes.insert(included);
        }
    }

    /// Returns the files that a path names, or that its wildcards match.
    fn local_files(&mut self, source: &VendorSource, path: &str) -> Result<Vec<String>, Failure> {
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

fn locked_at(locked: &LockedComponent) -> Result<Resolved, Failure> {
    let commit = CommitId::parse(&locked.commit).ok_or_else(|| {
        let message = format!("`{}` in the lock file is not the ID of a commit", locked.commit);
        Failure::repository(anyhow::Error::msg(message))
            .with_help("remove the lock file, and run `nestling vendor`")
    })?;
    Ok(Resolved { commit, reference: locked.reference.clone(), version: locked.version.clone() })
}

/// Returns a path from the root of a project, without a leading slash.
fn normalized(source: &VendorSource, path: &str) -> Result<String, Failure> {
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
