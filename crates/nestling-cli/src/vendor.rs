//! `nestling vendor`: fetches the components that units use, and writes their files and the lock file.

mod resolve;
mod component_files;
mod written;
mod fetch;

use crate::exit::Failure;
use fetch::Fetching;
use nestling::vendor::{ComponentPath, LockedComponent, LockedReference, VendorLock};
use nestling::{Diagnostic, Project, RepoPath, Workspace};
use std::collections::{BTreeMap, BTreeSet};
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
    /// Warnings.
    pub warnings: String,
}

/// Fetches what is used and not there, removes what is not used, and writes the lock file.
///
/// # Errors
/// A component cannot be fetched, or a file cannot be written. Nothing is written unless everything was fetched.
pub(crate) fn vendor(root: &Path, project: &Project<'_>, update: &Update) -> Result<Outcome, Failure> {
    let workspace = project.workspace();
    let used: BTreeSet<&ComponentPath> =
        workspace.components().map(|(component_path, _)| component_path).collect();
    named_are_used(update, &used)?;
    let old = workspace.vendor_lock().cloned().unwrap_or_default();
    let mut fetching = Fetching::default();
    let mut written = Written::new(workspace);
    let (mut lock, mut outcome) = (VendorLock::default(), Outcome::default());
    for component_path in used {
        let name = component_path.to_string();
        let locked = old.components.get(&name);
        let kept = locked.filter(|_| !update.is_of(component_path));
        let (component, fate) = match kept {
            Some(locked) if written.is_as_locked(project.files(), &name, locked) => {
                (locked.clone(), Fate::Kept)
            }
            Some(locked) => (fetching.again(component_path, locked, &name, &mut written)?, Fate::Restored),
            None => (fetching.newest(component_path, &name, &mut written)?, Fate::of(locked)),
        };
        outcome.add(&name, &component, locked, fate);
        lock.components.insert(name, component);
    }
    for name in old.components.keys().filter(|name| !lock.components.contains_key(*name)) {
        let _ = writeln!(outcome.text, "{name}: removed, no unit uses it");
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

/// Refuses a name of a component that no unit uses.
fn named_are_used(update: &Update, used: &BTreeSet<&ComponentPath>) -> Result<(), Failure> {
    let Update::Named(names) = update else { return Ok(()) };
    for name in names {
        if !used.iter().any(|component_path| is_named(component_path, name)) {
            let failure = Failure::usage(format!("no unit uses the component `{name}`"));
            return Err(failure.with_help("name it as `use` does: `host/group/project/name@version`"));
        }
    }
    Ok(())
}

fn is_named(component_path: &ComponentPath, name: &str) -> bool {
    let whole = component_path.to_string();
    whole == name || whole.split('@').next() == Some(name)
}

impl Update {
    fn is_of(&self, component_path: &ComponentPath) -> bool {
        match self {
            Self::Nothing => false,
            Self::Named(names) => names.iter().any(|name| is_named(component_path, name)),
            Self::All => true,
        }
    }
}

/// The fate of a component in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Restored,
    Updated,
    Added,
}

impl Fate {
    fn of(locked: Option<&LockedComponent>) -> Self {
        if locked.is_some() { Self::Updated } else { Self::Added }
    }
}

impl Outcome {
    fn add(&mut self, name: &str, component: &LockedComponent, old: Option<&LockedComponent>, fate: Fate) {
        let short = component.commit.get(..8).unwrap_or(&component.commit);
        let resolved = match &component.reference {
            Some(LockedReference::Tag(tag)) => format!("tag {tag}, commit {short}"),
            Some(LockedReference::Branch(branch)) => format!("branch {branch}, commit {short}"),
            None => format!("commit {short}"),
        };
        let fate = match (fate, old) {
            (Fate::Kept, _) => "unchanged".to_owned(),
            (Fate::Restored, _) => "files restored".to_owned(),
            (Fate::Added, _) => "fetched".to_owned(),
            (Fate::Updated, Some(old)) if old.commit == component.commit => "up to date".to_owned(),
            (Fate::Updated, old) => {
                let was = old.map(|old| old.version.as_ref().unwrap_or(&old.commit).as_str());
                let was = was.unwrap_or_default();
                format!("updated from {}", was.get(..8).filter(|_| was.len() == 40).unwrap_or(was))
            }
        };
        let _ = writeln!(self.text, "{name}: {resolved}: {fate}");
        if let Some(LockedReference::Branch(branch)) = &component.reference {
            let _ = writeln!(
                self.warnings,
                "warning: `{branch}` of `{name}` is a branch, which moves: `nestling vendor --update` fetches another commit"
            );
        }
    }
}

/// The files of components by their paths in the repository.
type Contents = BTreeMap<RepoPath, Vec<u8>>;

/// Returns the directory of a component.
fn directory_of(workspace: &Workspace, component_path: &str) -> RepoPath {
    let parts = nestling::vendor::DIRECTORY.split('/').chain(component_path.split('/'));
    parts.fold(workspace.directory().clone(), |path, part| path.child(part.as_bytes()))
}
