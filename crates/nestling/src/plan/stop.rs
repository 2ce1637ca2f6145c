//! The stop jobs of removed units, rendered from base, so that no environment is orphaned.
//!
//! GitLab stops an environment by a manual job of the pipeline that deployed to it last. After the unit is gone no new
//! pipeline has that job, so this one gets it, able to run by itself
//! (<https://docs.gitlab.com/ci/environments/#stopping-an-environment>).

mod assembly;

use super::before::Before;
use super::removed::Removed;
use crate::cdk::InRepository;
use crate::changes::ChangeSet;
use crate::environments::is_freeze_rule;
use crate::plan::rules::REMOVED_UNIT;
use crate::unit::{self, UnitChange, UnitJob, UnitJobs, UnitRenderer};
use crate::workspace::{Unit, Workspace};
use nestling_gitlab::configuration::Staged;
use nestling_gitlab::diagnostic::{Diagnostic, Severity, has_errors};
use nestling_gitlab::name::{StageName, UnitName};
use nestling_gitlab::pipeline::environment::{Environment, environment};
use nestling_gitlab::yaml::{Kind, Node};
use std::collections::{BTreeMap, BTreeSet};

/// The variable of such a stop job that contains the last commit with the unit's files.
pub(super) const UNIT_COMMIT: &str = "NESTLING_UNIT_COMMIT";

/// Renders the jobs that stop the environments of removed units. An environment that a unit at head deploys to is left
/// alone: it is in use, no matter which unit used it before.
pub(crate) fn jobs(
    renderer: &UnitRenderer<'_>,
    before: &Before<'_>,
    removed: &[Removed],
    changes: &ChangeSet,
    units: &BTreeMap<UnitName, UnitJobs>,
) -> (Vec<UnitJobs>, Vec<Diagnostic>) {
    let commit = changes.base.as_ref().map(|base| base.commit.to_string()).unwrap_or_default();
    let mut problems = Vec::new();
    let rendered = before.rendering(renderer.facts(), renderer.assemblies, |old| {
        stops_at_base(&old.tearing_down(), removed, &commit, &mut problems)
    });
    let stopping = rendered.unwrap_or_default();
    if stopping.is_empty() {
        return (Vec::new(), problems);
    }
    let in_use = in_use(renderer, units);
    let mut all = Vec::new();
    for (unit, mut stops) in stopping {
        let is_in_use = |job: &UnitJob| {
            environment(&job.body).is_some_and(|environment| in_use.contains(environment.name_text()))
        };
        stops.jobs.retain(|_, job| !is_in_use(job));
        for job in stops.jobs.values_mut() {
            let stage = stage(job, &stops.stages, renderer.workspace);
            make_independent(job, &commit, &stage);
            problems.extend(lost_files(unit, job));
        }
        all.push(stops);
    }
    (all, problems)
}

/// Renders the stop jobs of removed units as they were at base. Units without any are left out.
fn stops_at_base<'u>(
    old: &UnitRenderer<'_>,
    removed: &'u [Removed],
    commit: &str,
    problems: &mut Vec<Diagnostic>,
) -> Vec<(&'u Unit, UnitJobs)> {
    let mut stopping = Vec::new();
    for Removed { unit, moved_to, .. } in removed {
        if let Some(moved_to) = moved_to.as_ref().filter(|_| unit.cdk.is_some()) {
            problems.push(assembly::moved(unit, moved_to));
            continue;
        }
        let made = unit::unit_jobs(old, unit, &UnitChange::default());
        if has_errors(&made.problems) {
            problems.push(undetermined(unit, &made.problems, commit));
            continue;
        }
        let mut jobs = made.jobs.jobs;
        jobs.retain(|_, job| stops(job));
        if !jobs.is_empty() {
            let unit_name = Some(unit.name.clone());
            let stages = made.jobs.stages;
            stopping.push((unit, UnitJobs { unit: unit_name, stages, jobs, ..UnitJobs::default() }));
        }
    }
    stopping
}

fn stops(job: &UnitJob) -> bool {
    environment(&job.body).is_some_and(|environment| environment.action() == "stop")
}

fn undetermined(unit: &Unit, problems: &[Diagnostic], commit: &str) -> Diagnostic {
    let message = format!("`{}` was removed and its stop jobs cannot be determined", unit.name);
    let mut warning = Diagnostic::new(&REMOVED_UNIT, Severity::Warning, message);
    if let Some(first) = problems.iter().find(|problem| problem.severity == Severity::Error) {
        warning = warning.with_note(format!("at base: {}", first.message));
    }
    match unit.cdk {
        Some(_) => assembly::with_manual_commands(warning, unit, commit),
        None => warning.with_help("stop them manually, in GitLab under Operate > Environments"),
    }
}

/// Returns the environments that units at head deploy to, selected or not.
fn in_use(renderer: &UnitRenderer<'_>, units: &BTreeMap<UnitName, UnitJobs>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = units.values().flat_map(deployed_to).collect();
    let others = renderer.with_assemblies(&InRepository);
    for unit in &renderer.workspace.units {
        // What is wrong with a unit is reported where it is selected.
        names.extend(deployed_to(&unit::unit_jobs(&others, unit, &UnitChange::default()).jobs));
    }
    names
}

/// Returns the names of the environments that jobs deploy to.
fn deployed_to(jobs: &UnitJobs) -> Vec<String> {
    let environments = jobs.jobs.values().filter_map(|job| environment(&job.body));
    let deployed = environments.filter(Environment::deploys);
    deployed.filter_map(|environment| environment.name()?.text()).map(str::to_owned).collect()
}

/// Makes a stop job run without the rest of its unit.
fn make_independent(job: &mut UnitJob, commit: &str, stage: &str) {
    let (origin, body) = (job.origin, &mut job.body);
    body.set("stage", Node::string(origin, stage));
    body.set("needs", Node::seq(origin, Vec::new()));
    body.remove("dependencies");
    // No later pipeline has it: a deploy freeze would keep the environment for good. A person starts it in any case.
    if job.conditions.frozen
        && let Some(Node { kind: Kind::Seq(rules), .. }) = body.get_mut("rules")
    {
        rules.retain(|rule| rule.as_map().is_none_or(|rule| !is_freeze_rule(rule)));
    }
    if !body.contains("rules") {
        body.set("when", Node::string(origin, "manual"));
        body.set("allow_failure", Node::plain(origin, "true"));
    }
    let mut variables = body.get("variables").and_then(Node::as_map).cloned().unwrap_or_default();
    variables.set(UNIT_COMMIT, Node::string(origin, commit));
    body.set("variables", Node::map(origin, variables));
}

/// Returns the job's own stage, if there still is one of that name; else the last one.
fn stage(job: &UnitJob, unit_stages: &[Staged], workspace: &Workspace) -> String {
    let own = job.body.get("stage").and_then(Node::text).unwrap_or(StageName::DEFAULT);
    let mut listed = workspace.stages.iter().chain(unit_stages);
    let is_known =
        matches!(own, StageName::PRE | StageName::POST) || listed.any(|staged| staged.name.as_str() == own);
    match workspace.stages.last() {
        Some(last) if !is_known => last.name.to_string(),
        _ => own.to_owned(),
    }
}

/// Warns of a stop job that looks for files of the unit in a checkout that does not have them any more.
fn lost_files(unit: &Unit, job: &UnitJob) -> Option<Diagnostic> {
    let dir = unit.dir.as_str().filter(|dir| !dir.is_empty())?;
    let strategy = job.body.get("variables").and_then(|variables| variables.get("GIT_STRATEGY"));
    let checks_out = !matches!(strategy.and_then(Node::text), Some("none" | "empty"));
    let names_dir = script_mentions(job, "before_script", dir) || script_mentions(job, "script", dir);
    if !checks_out || !names_dir || script_mentions(job, "script", UNIT_COMMIT) {
        return None;
    }
    let message = format!("`{}` was removed, but its stop job needs files in `{dir}`", unit.name);
    let help = format!(
        "get them in its script first: `git fetch --depth=1 origin ${UNIT_COMMIT} && git checkout ${UNIT_COMMIT} -- {dir}`"
    );
    let problem = Diagnostic::warning(&REMOVED_UNIT, job.origin, message);
    Some(problem.for_unit(&unit.name).with_help(help))
}

fn script_mentions(job: &UnitJob, key: &str, text: &str) -> bool {
    job.body.get(key).is_some_and(|script| mentions(script, text))
}

fn mentions(node: &Node, text: &str) -> bool {
    match &node.kind {
        Kind::Scalar(scalar) => scalar.text.contains(text),
        Kind::Seq(items) => items.iter().any(|item| mentions(item, text)),
        Kind::Map(map) => map.iter().any(|(_, value)| mentions(value, text)),
    }
}
