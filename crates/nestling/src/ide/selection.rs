//! The effect of a branch on units: selected or not, why, and what it deploys.

use crate::cdk::Assemblies;
use crate::changes::ChangeSet;
use crate::project::{Error, Project};
use crate::view::possible_jobs;
use nestling_gitlab::diagnostic::KindName;
use nestling_gitlab::facts::WalkedKind;
use std::collections::BTreeSet;

/// A unit in the pipeline that a project is opened for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SelectionFacts {
    /// The unit.
    pub unit: String,
    /// The most direct reason to select it: a changed path, or a sentence that completes "selected, because …". `None` for a unit
    /// that is skipped.
    pub because: Option<String>,
    /// Number of further changed paths that select it.
    pub more_paths: usize,
    /// Number of jobs that are in the pipeline, or can be.
    pub jobs: usize,
    /// The entries of the catalogue that its jobs deploy to.
    pub environments: BTreeSet<String>,
}

/// Returns the effect of these changes on units.
///
/// ```
/// use nestling::ide::selections;
/// use nestling::{ChangeSet, MemoryFiles, PipelineFacts, Project, RepoPath};
///
/// let files = MemoryFiles::new([
///     ("nestling.yml", "workspace: {}"),
///     ("api/nestling.yml", "build: { script: make }"),
/// ]);
/// let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
/// let changes = ChangeSet::of_paths(RepoPath::parse("api/main.go"));
/// let found = selections(&project, changes, &["api"], None)?;
/// assert_eq!((found[0].because.as_deref(), found[0].jobs), (Some("api/main.go"), 1));
/// # Ok::<(), nestling::Error>(())
/// ```
///
/// # Errors
/// A file cannot be read.
pub fn selections(
    project: &Project<'_>,
    changes: ChangeSet,
    units: &[&str],
    assemblies: Option<&dyn Assemblies>,
) -> Result<Vec<SelectionFacts>, Error> {
    let selected = project.plan(changes.clone()).select()?;
    let wanted = selected.workspace.units().filter(|unit| units.contains(&unit.name.as_str()));
    let mut selections: Vec<SelectionFacts> = Vec::new();
    for unit in wanted {
        let verdict = selected.selection.verdict(&unit.name);
        let paths = selected.selection.paths.get(&unit.name).map(Vec::as_slice).unwrap_or_default();
        let (path, more_paths) = (paths.first(), paths.len().saturating_sub(1));
        let reason = || verdict.reasons().first().map(ToString::to_string);
        let because = path.map(ToString::to_string).or_else(reason).filter(|_| verdict.is_selected());
        let (jobs, environments) = (0, BTreeSet::new());
        selections.push(SelectionFacts {
            unit: unit.name.to_string(),
            because,
            more_paths,
            jobs,
            environments,
        });
    }
    // Which jobs a unit has depends on what changed in it, and not on the other units.
    let only: Vec<String> =
        selections.iter().filter(|facts| facts.because.is_some()).map(|facts| facts.unit.clone()).collect();
    if only.is_empty() {
        return Ok(selections);
    }
    let name = KindName { id: String::new(), name: String::new() };
    let kind = WalkedKind { name, facts: project.facts().clone() };
    let mut planning = project.plan(changes).only(only);
    if let Some(assemblies) = assemblies {
        planning = planning.assemblies(assemblies);
    }
    planning.each_kind([kind], |_, plan| {
        for planned in possible_jobs(&plan) {
            let is_of = |facts: &&mut SelectionFacts| {
                facts.because.is_some()
                    && planned.job.unit.as_ref().is_some_and(|unit| unit.as_str() == facts.unit)
            };
            if let Some(facts) = selections.iter_mut().find(is_of) {
                facts.jobs += planned.presence.count();
                facts.environments.extend(planned.job.environment.as_ref().map(ToString::to_string));
            }
        }
    })?;
    Ok(selections)
}
