//! Compares units with what they were at base, where files changed that they are made from.
//!
//! The unit is rendered at base and at head, for the same pipeline and as if nothing had changed, so that what templates
//! say about `unit.changed_files` counts on neither side. What only matters to other kinds of pipelines does not count.

use super::before::Before;
use crate::cdk::InRepository;
use crate::changes::{Change, ChangeSet, Extent, Status};
use crate::select::{self, BaseComparison, Candidates, Difference, Reason, is_ignored};
use crate::unit::{self, UnitJobs, UnitRenderer};
use crate::workspace::{EnvironmentInputs, TemplateDirectory, Templates, Unit, Use, Workspace};
use nestling_files::files::{Files, NoRevisions};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Sources, has_errors};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::Map;
use std::collections::BTreeSet;

/// Reason to select a unit that is as it was in the pipeline that is compared with.
const RESTORED: &str = "and changed back; a pipeline without a record may have used it";

/// Compares the units that changed files outside of their directories may define with what they were at base.
pub(crate) fn compare(
    renderer: &UnitRenderer<'_>,
    before: &mut Before<'_>,
    changes: &ChangeSet,
) -> BaseComparison {
    let Extent::Paths(changed) = &changes.extent else { return BaseComparison::default() };
    let nothing = BTreeSet::new();
    let restored = changes.recorded.as_ref().map_or(&nothing, |recorded| &recorded.restored);
    let counting: Vec<&Change> =
        changed.iter().filter(|change| !is_ignored(renderer.workspace, &change.path)).collect();
    let paths: Vec<&RepoPath> = counting.iter().map(|change| &change.path).collect();
    renderer.engine.compare_with(paths.iter().map(|path| (*path).clone()).collect());
    let mut candidates = select::candidates(renderer.workspace, renderer.templates, renderer.files, &paths);
    for (unit, paths) in candidates_at_base(renderer, before, &counting) {
        if renderer.workspace.unit(unit.as_str()).is_some() {
            candidates.entry(unit).or_default().extend(paths);
        }
    }
    let of_root = select::files_of_root(renderer.workspace, renderer.templates, renderer.files, &paths);
    if !of_root.is_empty() && may_differ_in_defaults(renderer, before) {
        for name in renderer.workspace.unit_names() {
            candidates.entry(name.clone()).or_default().extend(of_root.iter().cloned());
        }
    }
    let mut comparison = if candidates.is_empty() {
        BaseComparison::default()
    } else {
        match before.read() {
            Err(why) => by_file(&candidates, &renderer.workspace.own_file(), why),
            Ok(_) => compared(renderer, before, &candidates, restored),
        }
    };
    comparison.claimed.extend(named_by_root(renderer, &of_root));
    comparison
}

/// Returns the files among these that the root's file names.
fn named_by_root(renderer: &UnitRenderer<'_>, files: &BTreeSet<RepoPath>) -> Vec<RepoPath> {
    let Some(body) = &renderer.workspace.body else { return Vec::new() };
    let is_named = |path: &&RepoPath| path.as_str().is_some_and(|path| body.text.contains(path));
    files.iter().filter(is_named).cloned().collect()
}

/// Returns `true` if the root's `default:` and `variables:`, which are those of every unit, may be others than at base.
fn may_differ_in_defaults(renderer: &UnitRenderer<'_>, before: &mut Before<'_>) -> bool {
    if before.read().is_err() {
        return !renderer.defaults().is_empty();
    }
    let differ =
        before.rendering(renderer.facts(), &InRepository, |old| !old.defaults().same_as(renderer.defaults()));
    differ.unwrap_or(true)
}

/// A template that was removed is read by nobody at head, and another of its name may have taken its place.
fn candidates_at_base(
    renderer: &UnitRenderer<'_>,
    before: &mut Before<'_>,
    changed: &[&Change],
) -> Candidates {
    let added_or_deleted = changed.iter().filter(|change| change.status != Status::Modified);
    let paths: Vec<&RepoPath> = added_or_deleted.map(|change| &change.path).collect();
    let directories = &renderer.workspace.template_directories;
    let is_template = |path: &&RepoPath| directories.iter().any(|directory| directory.holds(path));
    if !paths.iter().any(is_template) || before.read().is_err() {
        return Candidates::default();
    }
    let candidates = before.rendering(renderer.facts(), &InRepository, |old| {
        select::candidates(old.workspace, old.templates, old.files, &paths)
    });
    candidates.unwrap_or_default()
}

/// Every unit that uses a changed file counts if base cannot be read.
fn by_file(candidates: &Candidates, own_file: &RepoPath, why: &str) -> BaseComparison {
    let mut comparison = BaseComparison::default();
    for (unit, paths) in candidates {
        comparison.claimed.extend(paths.iter().cloned());
        for path in paths {
            if path == own_file {
                comparison.everything =
                    Some(Reason::WorkspaceFile { path: path.clone(), why: why.to_owned() });
            } else {
                comparison.add_with_paths(
                    unit,
                    Reason::Template { path: path.clone(), why: why.to_owned() },
                    paths,
                );
            }
        }
    }
    comparison
}

fn compared(
    renderer: &UnitRenderer<'_>,
    before: &Before<'_>,
    candidates: &Candidates,
    restored: &BTreeSet<RepoPath>,
) -> BaseComparison {
    let mut comparison = BaseComparison::default();
    comparison.claimed.extend(candidates.values().flatten().cloned());
    before.rendering(renderer.facts(), &InRepository, |old| {
        let wide = Wide::between(old, renderer);
        for (name, paths) in candidates {
            let Some(unit) = renderer.workspace.unit(name.as_str()) else { continue };
            match reason(old, renderer, unit, paths, wide) {
                Some(reason) => comparison.add_with_paths(name, reason, paths),
                None => match paths.iter().find(|path| restored.contains(*path)) {
                    Some(path) => {
                        let reason = Reason::Template { path: path.clone(), why: RESTORED.to_owned() };
                        comparison.add_with_paths(name, reason, paths);
                    }
                    None => _ = comparison.same.insert(name.clone(), paths.clone()),
                },
            }
        }
    });
    comparison
}

/// Returns the reason to select a unit; none where it is defined as before.
fn reason(
    old: &UnitRenderer<'_>,
    new: &UnitRenderer<'_>,
    unit: &Unit,
    paths: &BTreeSet<RepoPath>,
    wide: Wide,
) -> Option<Reason> {
    let path = paths.first()?.clone();
    match differences(old, new, unit, paths, wide) {
        Ok(differences) if differences.is_empty() => None,
        Ok(differences) => Some(Reason::Definition { path, others: paths.len() - 1, differences }),
        Err(why) => Some(Reason::Template { path, why: why.to_owned() }),
    }
}

/// Set if everything that all units share is as at base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wide {
    Same,
    Differs,
}

impl Wide {
    fn between(old_renderer: &UnitRenderer<'_>, new_renderer: &UnitRenderer<'_>) -> Self {
        let (old, new) = (old_renderer.workspace, new_renderer.workspace);
        let same = old.vars.same_as(&new.vars)
            && old.environments.same_as(&new.environments)
            && same_directories(&old.template_directories, &new.template_directories)
            && old_renderer.defaults().same_as(new_renderer.defaults());
        if same { Self::Same } else { Self::Differs }
    }
}

fn differences(
    old: &UnitRenderer<'_>,
    new: &UnitRenderer<'_>,
    unit: &Unit,
    paths: &BTreeSet<RepoPath>,
    wide: Wide,
) -> Result<Vec<Difference>, &'static str> {
    let was = old.workspace.unit(unit.name.as_str());
    let was = was.or_else(|| old.workspace.units.iter().find(|was| was.dir == unit.dir));
    let Some(was) = was else {
        // A unit that came with files of its own is selected for them.
        let by_rule = paths.contains(&new.workspace.own_file());
        return Ok(if by_rule { vec![Difference::NewUnit] } else { Vec::new() });
    };
    let mut differences = Vec::new();
    if !same_dependencies(was, unit) {
        differences.push(Difference::Dependencies);
    }
    let only_workspace = paths.iter().all(|path| *path == new.workspace.own_file());
    let is_defined_as_before = same_inputs(was, unit) && same_further_dependencies((old, was), (new, unit));
    if only_workspace && wide == Wide::Same && is_defined_as_before {
        return Ok(differences);
    }
    if unit.cdk.is_some() && wide == Wide::Differs {
        differences.push(Difference::Environments);
    }
    let (jobs, problems) = unit::definition(new, unit);
    if has_errors(&problems) {
        return Err("it has errors");
    }
    let (jobs_were, problems) = unit::definition(old, was);
    if has_errors(&problems) {
        return Err("it has errors at base");
    }
    differences.extend(between_jobs(&jobs_were, &jobs));
    Ok(differences)
}

fn same_dependencies(a: &Unit, b: &Unit) -> bool {
    a.depends_on.len() == b.depends_on.len()
        && a.depends_on.iter().zip(&b.depends_on).all(|(a, b)| (&a.unit, a.order) == (&b.unit, b.order))
}

/// Returns `true` if a unit renders the same as long as its templates do.
fn same_inputs(a: &Unit, b: &Unit) -> bool {
    let text = |unit: &Unit| unit.fragment.as_ref().map(|body| body.text.clone());
    (&a.name, &a.dir) == (&b.name, &b.dir)
        && a.depends_on.iter().map(|d| &d.unit).eq(b.depends_on.iter().map(|d| &d.unit))
        && text(a) == text(b)
        && a.uses.len() == b.uses.len()
        && a.uses.iter().zip(&b.uses).all(|(a, b)| same_use(a, b))
}

/// Returns `true` if a unit depends on the same units through others, which its templates can read. Where selection follows
/// dependencies to any depth, a change of those selects it in any case.
fn same_further_dependencies(old: (&UnitRenderer<'_>, &Unit), new: (&UnitRenderer<'_>, &Unit)) -> bool {
    if new.0.workspace.depth.is_none() {
        return true;
    }
    let (old_graph, new_graph) = (old.0.dependencies(), new.0.dependencies());
    old_graph.of(&old.1.name) == new_graph.of(&new.1.name)
}

fn same_use(a: &Use, b: &Use) -> bool {
    let same = |(name, inputs): (&String, &EnvironmentInputs)| {
        b.environments.get(name).is_some_and(|other| other.inputs.same_as(&inputs.inputs))
    };
    a.template == b.template
        && a.inputs.same_as(&b.inputs)
        && a.environments.len() == b.environments.len()
        && a.environments.iter().all(same)
}

/// Returns what differs between the jobs of two states of a unit, in the order of head, then the jobs that were removed.
fn between_jobs(old: &UnitJobs, new: &UnitJobs) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (name, job) in &new.jobs {
        match old.jobs.get(name) {
            None => differences.push(Difference::Added { job: name.clone() }),
            Some(was) => {
                let keys = differing_keys(&was.body, &job.body);
                if !keys.is_empty() {
                    differences.push(Difference::Changed { job: name.clone(), keys });
                }
            }
        }
    }
    let gone = old.jobs.keys().filter(|name| !new.jobs.contains_key(*name));
    differences.extend(gone.map(|name| Difference::Removed { job: name.clone() }));
    differences
}

/// The keys that one of two jobs has alone or with another value; their order means nothing.
fn differing_keys(old: &Map, new: &Map) -> Vec<String> {
    let keys: BTreeSet<&str> = old.iter().chain(new.iter()).map(|(key, _)| key).collect();
    let differs = |key: &&str| match (old.get(key), new.get(key)) {
        (Some(a), Some(b)) => !a.same_as(b),
        _ => true,
    };
    keys.into_iter().filter(differs).map(str::to_owned).collect()
}

/// Returns `true` if templates are looked for in the same places, wherever those are listed.
fn same_directories(old: &[TemplateDirectory], new: &[TemplateDirectory]) -> bool {
    let place = |directory: &TemplateDirectory| (directory.path.clone(), directory.revision.clone());
    old.iter().map(place).eq(new.iter().map(place))
}

/// The units that are made from a file, whether it changed or not.
pub(crate) fn made_from(
    files: &dyn Files,
    workspace: &Workspace,
    sources: &Sources,
    path: &RepoPath,
) -> BTreeSet<UnitName> {
    let templates = Templates::new(files, &NoRevisions, &workspace.template_directories, sources);
    select::candidates(workspace, &templates, files, &[path]).into_keys().collect()
}
