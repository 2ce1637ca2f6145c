//! `nestling vendor`: fetches the components that units use, and writes their files and the lock file.

mod resolve;
mod fetch;
mod component_files;
mod written;
mod entry;
mod collect;

use crate::exit::Failure;
use collect::Collecting;
use entry::Entry;
use nestling::vendor::{
    LockedComponent, LockedReference, ProjectPath, RewrittenCondition, VendorLock, VendorSource, checksum,
    rewritten_conditions,
};
use nestling::{Diagnostic, Project, RepoPath, Workspace};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use written::Written;

/// The components that are resolved again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Update {
    /// None: what is in the lock file stays.
    Nothing,
    /// Components with these names, with or without a version.
    Named(Vec<String>),
    /// All.
    All,
}

/// The outcome of a run.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// A line for each component.
    pub text: String,
    /// Warnings and notes.
    pub warnings: String,
}

/// Fetches what is used and not there, removes what is not used, and writes the lock file.
///
/// # Errors
/// A component cannot be fetched, or a file cannot be written. Nothing is written unless everything was fetched.
pub(crate) fn vendor(root: &Path, project: &Project<'_>, update: &Update) -> Result<Outcome, Failure> {
    let workspace = project.workspace();
    let old = workspace.vendor_lock().cloned().unwrap_or_default();
    named_are_used(update, workspace, &old)?;
    let mut collecting = Collecting::new(project.files(), Written::new(workspace), old.clone(), update);
    for (component, inputs) in workspace.component_inputs() {
        collecting.component(component, &inputs)?;
    }
    let (entries, mut written) = collecting.finish()?;
    let (mut lock, mut outcome) = (VendorLock::default(), Outcome::default());
    for entry in entries {
        let locked = entry.locked();
        outcome.add(&entry, &locked, &old, update);
        outcome.add_conditions(&entry, &old, &written);
        for (path, bytes) in entry.contents {
            written.add(&entry.source, &path, bytes);
        }
        match entry.source {
            VendorSource::Component(component) => lock.components.insert(component.to_string(), locked),
            VendorSource::Project(project) => lock.projects.insert(project.to_string(), locked),
        };
    }
    for (source, _) in old.entries().filter(|(source, _)| lock.get(source).is_none()) {
        let reason = match source {
            VendorSource::Component(_) => "no unit uses it",
            VendorSource::Project(_) => "no component includes its files",
        };
        let _ = writeln!(outcome.text, "{source}: removed, {reason}");
    }
    written.write(root, &old, &lock)?;
    if lock.components.is_empty() && old.components.is_empty() {
        outcome.text.push_str("no unit uses a component\n");
    }
    Ok(outcome)
}

/// Returns the findings that are about components, and the errors that keep the workspace from being read.
pub(crate) fn findings(project: &Project<'_>) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let problems = project.diagnostics().iter().cloned();
    problems.partition(nestling::vendor::is_finding)
}

/// Refuses a name that is not one of a component that a unit uses, and not in the lock file.
fn named_are_used(update: &Update, workspace: &Workspace, old: &VendorLock) -> Result<(), Failure> {
    let Update::Named(names) = update else { return Ok(()) };
    let used = workspace.components().map(|(component, _)| VendorSource::Component(component.clone()));
    let known: Vec<VendorSource> = used.chain(old.entries().map(|(source, _)| source)).collect();
    for name in names {
        if !known.iter().any(|source| is_named(source, name)) {
            let failure = Failure::usage(format!("no unit uses the component `{name}`"));
            return Err(failure.with_help("name it as `use` does: `host/group/project/name@version`"));
        }
    }
    Ok(())
}

fn is_named(source: &VendorSource, name: &str) -> bool {
    let whole = source.to_string();
    whole == name || whole.split('@').next() == Some(name)
}

impl Update {
    fn is_of(&self, source: &VendorSource) -> bool {
        match self {
            Self::Nothing => false,
            Self::Named(names) => names.iter().any(|name| is_named(source, name)),
            Self::All => true,
        }
    }
}

impl Outcome {
    /// Notes the conditions of new files that are rewritten for a child pipeline.
    fn add_conditions(&mut self, entry: &Entry, old: &VendorLock, written: &Written<'_>) {
        let old = old.get(&entry.source);
        for (path, bytes) in &entry.contents {
            let locked = old.and_then(|old| old.files.get(path));
            if locked.is_some_and(|locked| locked.sha256 == checksum(bytes)) {
                continue;
            }
            let shown = written.path(&entry.source, path);
            for condition in rewritten_conditions(&String::from_utf8_lossy(bytes)) {
                let RewrittenCondition { lines, written, in_child } = condition;
                let lines = lines.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
                let _ = writeln!(
                    self.warnings,
                    "note: {shown}:{lines}: `{written}` becomes `{in_child}` in the child pipeline"
                );
            }
        }
    }

    fn add(&mut self, entry: &Entry, locked: &LockedComponent, old: &VendorLock, update: &Update) {
        let source = &entry.source;
        let short = locked.commit.get(..8).unwrap_or(&locked.commit);
        let resolved = match &locked.reference {
            Some(LockedReference::Tag(tag)) => format!("tag {tag}, commit {short}"),
            Some(LockedReference::Branch(branch)) if branch == ProjectPath::HEAD => {
                format!("default branch, commit {short}")
            }
            Some(LockedReference::Branch(branch)) => format!("branch {branch}, commit {short}"),
            None => format!("commit {short}"),
        };
        let fate = match old.get(source) {
            None => "fetched".to_owned(),
            Some(old) if update.is_of(source) && old.commit == locked.commit => "up to date".to_owned(),
            Some(old) if update.is_of(source) => {
                let was = old.commit.get(..8).unwrap_or(&old.commit);
                let is_moved = old.reference == locked.reference;
                if let Some(LockedReference::Tag(tag)) = locked.reference.as_ref().filter(|_| is_moved) {
                    let _ = writeln!(
                        self.warnings,
                        "warning: tag `{tag}` of `{source}` was moved from commit {was} to {short}: read the difference before you commit it"
                    );
                }
                match old.version.as_ref().filter(|_| !is_moved) {
                    Some(version) => format!("updated from {version}"),
                    None => format!("updated from commit {was}"),
                }
            }
            Some(old) if entry.contents.keys().any(|path| !old.files.contains_key(path)) => {
                "files added".to_owned()
            }
            Some(_) if entry.is_fetched => "files restored".to_owned(),
            Some(_) => "unchanged".to_owned(),
        };
        let _ = writeln!(self.text, "{source}: {resolved}: {fate}");
        if let Some(LockedReference::Branch(branch)) = &locked.reference {
            let _ = writeln!(
                self.warnings,
                "warning: `{branch}` of `{source}` is a branch, which moves: `nestling vendor --update` fetches another commit"
            );
        }
    }
}

/// The files of components by their paths in the repository.
type Contents = BTreeMap<RepoPath, Vec<u8>>;
