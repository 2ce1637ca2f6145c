//! The stop jobs of units that are gone, rendered from base, so that no environment is orphaned.
//!
//! GitLab stops an environment by a manual job of the pipeline that deployed to it last. After the unit is gone no new
//! pipeline has that job, so this one gets it, able to run by itself
//! (<https://docs.gitlab.com/ci/environments/#stopping-an-environment>).

mod assembly;

use super::before::Before;
use super::removed::Removed;
use crate::cdk::InRepository;
use crate::changes::ChangeSet;
use crate::plan::rules::REMOVED_UNIT;
use crate::unit::{self, Made, UnitChange, UnitJob, UnitJobs, UnitRenderer};
use crate::workspace::{Unit, Workspace};
use indexmap::IndexMap;
use nestling_gitlab::diagnostic::{Diagnostic, Severity, has_errors};
use nestling_gitlab::name::{StageName, UnitName};
use nestling_gitlab::pipeline::environment::{Environment, environment};
use nestling_gitlab::yaml::{Kind, Node};
use std::collections::{BTreeMap, BTreeSet};

/// The variable of such a stop job that holds the last commit with the unit's files.
pub const UNIT_COMMIT: &str = "NESTLING_UNIT_COMMIT";

/// Renders what stops the environments of units that are gone. An environment that a unit at head deploys to is left
/// alone: it is in use, whoever used it before.
pub(crate) fn jobs(
    renderer: &UnitRenderer<'_>,
    before: &Before<'_>,
    removed: &[Removed],
    changes: &ChangeSet,
    units: &BTreeMap<UnitName, UnitJobs>,
) -> (Vec<UnitJobs>, Vec<Diagnostic>) {
    let commit = changes.base.as_ref().map(|base| base.commit.to_string()).unwrap_or_default();
    let mut problems = Vec::new();
    let mut stopping = Vec::new();
    let render = |old: &UnitRenderer<'_>| {
        let old = old.tearing_down();
        for Removed { unit, moved_to, .. } in removed {
            if let Some(moved_to) = moved_to.as_ref().filter(|_| unit.cdk.is_some()) {
                problems.push(assembly::moved(unit, moved_to));
                continue;
            }
            let Made { jobs, problems: found, .. } = unit::unit_jobs(&old, unit, &UnitChange::default());
            if has_errors(&found) {
                problems.push(unknown(unit, &found, &commit));
                continue;
            }
            let stages = jobs.stages;
            let stops: IndexMap<String, UnitJob> = jobs
                .jobs
                .into_iter()
                .filter(|(_, job)| {
                    environment(&job.body).is_some_and(|environment| environment.action() == "stop")
                })
                .collect();
            stopping.push((unit, stages, stops));
        }
    };
    before.rendering(renderer.facts, renderer.assemblies, render);
    stopping.retain(|(_, _, stops)| !stops.is_empty());
    if stopping.is_empty() {
        return (Vec::new(), problems);
    }
    let in_use = in_use(renderer, units);
    let mut all = Vec::new();
    for (unit, stages, mut stops) in stopping {
        stops.retain(|_, job| {
            !environment(&job.body).is_some_and(|environment| in_use.contains(environment.name_text()))
        });
        for job in stops.values_mut() {
            let known = stages.iter().map(|stage| &stage.name);
            alone(job, &commit, &stage(job, known, renderer.workspace));
            if let Some(files) = before.files() {
                assembly::bring(unit, files, job);
            }
            problems.extend(lost_files(unit, job));
        }
        all.push(UnitJobs { unit: Some(unit.name.clone()), stages, jobs: stops, ..UnitJobs::default() });
    }
    (all, problems)
}

fn unknown(unit: &Unit, found: &[Diagnostic], commit: &str) -> Diagnostic {
    let message = format!("`{}` is gone, and what stops its environments cannot be told", unit.name);
    let problem = Diagnostic::new(&REMOVED_UNIT, Severity::Warning, message);
    let first = found.iter().find(|problem| problem.severity == Severity::Error);
    let problem = match first {
        Some(first) => problem.with_note(format!("at base: {}", first.message)),
        None => problem,
    };
    match unit.cdk {
        Some(_) => assembly::by_hand(problem, unit, commit),
        None => problem.with_help("stop them by hand, in GitLab under Operate > Environments"),
    }
}

/// The environments that units at head deploy to, selected or not.
fn in_use(renderer: &UnitRenderer<'_>, units: &BTreeMap<UnitName, UnitJobs>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = units.values().flat_map(deployed_to).collect();
    let others = renderer.with_assemblies(&InRepository);
    for unit in &renderer.workspace.units {
        // What is wrong with a unit is told where it is selected.
        names.extend(deployed_to(&unit::unit_jobs(&others, unit, &UnitChange::default()).jobs));
    }
    names
}

/// The names of the environments that jobs deploy to.
fn deployed_to(jobs: &UnitJobs) -> Vec<String> {
    let environments = jobs.jobs.values().filter_map(|job| environment(&job.body));
    let deployed = environments.filter(Environment::deploys);
    deployed.filter_map(|environment| environment.name()?.text()).map(str::to_owned).collect()
}

/// Makes a stop job run without the rest of its unit.
fn alone(job: &mut UnitJob, commit: &str, stage: &str) {
    let (origin, body) = (job.origin, &mut job.body);
    body.set("stage", Node::string(origin, stage));
    body.set("needs", Node::seq(origin, Vec::new()));
    body.remove("dependencies");
    if !body.contains("rules") {
        body.set("when", Node::string(origin, "manual"));
        body.set("allow_failure", Node::plain(origin, "true"));
    }
    let mut variables = body.get("variables").and_then(Node::as_map).cloned().unwrap_or_default();
    variables.set(UNIT_COMMIT, Node::string(origin, commit));
    body.set("variables", Node::map(origin, variables));
}

/// The job's own stage, if there still is one of that name; else the last one.
fn stage<'a>(job: &UnitJob, mut known: impl Iterator<Item = &'a StageName>, workspace: &Workspace) -> String {
    let own = job.body.get("stage").and_then(Node::text).unwrap_or(StageName::DEFAULT);
    let listed = |stage: &str| workspace.stages.iter().any(|it| it.name.as_str() == stage);
    let is_known = matches!(own, StageName::PRE | StageName::POST)
        || workspace.stages.is_empty()
        || listed(own)
        || known.any(|stage| stage.as_str() == own);
    match workspace.stages.last() {
        Some(last) if !is_known => last.name.to_string(),
        _ => own.to_owned(),
    }
}

/// A stop job that looks for files of the unit in a checkout that has them no more.
fn lost_files(unit: &Unit, job: &UnitJob) -> Option<Diagnostic> {
    let dir = unit.dir.as_str().filter(|dir| !dir.is_empty())?;
    let strategy = job.body.get("variables").and_then(|variables| variables.get("GIT_STRATEGY"));
    let checks_out = !matches!(strategy.and_then(Node::text), Some("none" | "empty"));
    let names_dir =
        ["before_script", "script"].iter().any(|key| job.body.get(key).is_some_and(|it| mentions(it, dir)));
    let fetches = job.body.get("script").is_some_and(|script| mentions(script, UNIT_COMMIT));
    if !checks_out || !names_dir || fetches {
        return None;
    }
    let message = format!("`{}` is gone, and its stop job looks for files in `{dir}`", unit.name);
    Some(Diagnostic::warning(&REMOVED_UNIT, job.origin, message).for_unit(&unit.name).with_help(format!(
        "let its script get them first: `git fetch --depth=1 origin ${UNIT_COMMIT} && git checkout ${UNIT_COMMIT} -- {dir}`"
    )))
}

fn mentions(node: &Node, text: &str) -> bool {
    match &node.kind {
        Kind::Scalar(scalar) => scalar.text.contains(text),
        Kind::Seq(items) => items.iter().any(|item| mentions(item, text)),
        Kind::Map(map) => map.iter().any(|(_, value)| mentions(value, text)),
    }
}
