//! The jobs of units in each kind of pipeline, with the rule that decides about them.

use crate::cdk::Assemblies;
use crate::changes::ChangeSet;
use crate::plan::Plan;
use crate::project::{Error, Project};
use crate::view::{PlannedJob, planned_jobs, short, start_in_words};
use nestling_gitlab::diagnostic::{KindName, Origin};
use nestling_gitlab::name::{EnvironmentName, JobName, UnitName};
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::presence::Start;
use nestling_gitlab::yaml::Map;
use std::collections::BTreeMap;

/// A job of a unit, as GitLab gets it.
///
/// [`crate::ide`] has an example.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct JobFacts {
    /// Its final name.
    pub name: JobName,
    /// Its unit; `None` for a job of the workspace.
    pub unit: Option<UnitName>,
    /// Its name in the unit.
    pub short_name: String,
    /// The entry of the catalogue that it deploys to.
    pub environment: Option<EnvironmentName>,
    /// The place where it was written.
    pub origin: Origin,
    /// Its keywords in the first kind of pipeline that has it.
    pub body: Map,
    /// Its presence in each kind of pipeline, in their order.
    pub kinds: Vec<JobInKind>,
}

/// The presence of a job in one kind of pipeline.
///
/// [`crate::ide`] has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobInKind {
    /// The kind.
    pub kind: KindName,
    /// The presence in words: `runs`, `manual`, `runs if …`, `left out: no rule applies`.
    pub state: String,
    /// Set if it is in such a pipeline, or can be.
    pub is_present: bool,
    /// The rule that decides, or the key that leaves it out.
    pub decided_by: Option<Origin>,
}

/// Returns the jobs of these units in the kinds of pipelines that a check walks, in the order in which they are written. Without
/// units, the workspace's own. CDK assemblies that are not in the repository are taken from `assemblies`.
///
/// # Errors
/// A file cannot be read.
pub fn jobs(
    project: &Project<'_>,
    changes: ChangeSet,
    units: &[&str],
    assemblies: Option<&dyn Assemblies>,
) -> Result<Vec<JobFacts>, Error> {
    let kinds = project.kinds()?;
    let names: Vec<KindName> = kinds.iter().map(|kind| kind.name.clone()).collect();
    let mut job_facts: Vec<JobFacts> = Vec::new();
    let mut left_out: Vec<(KindName, String, String)> = Vec::new();
    // The workspace's own jobs are in every plan, also in that of one unit.
    let first = project.workspace().units().next().map(|unit| unit.name.to_string());
    let only: Vec<String> = if units.is_empty() {
        first.into_iter().collect()
    } else {
        units.iter().map(ToString::to_string).collect()
    };
    let mut planning = project.plan(changes).only(only);
    if let Some(assemblies) = assemblies {
        planning = planning.assemblies(assemblies);
    }
    let is_wanted = |unit: Option<&UnitName>| match unit {
        Some(unit) => units.contains(&unit.as_str()),
        None => units.is_empty(),
    };
    let mut positions = BTreeMap::new();
    planning.each_kind(kinds, |kind, plan| {
        add(&mut job_facts, &mut positions, kind, &plan, is_wanted);
        for (unit, jobs) in plan.left_out.iter().filter(|(unit, _)| units.contains(&unit.as_str())) {
            let of_unit =
                |job: &crate::LeftOut| (kind.clone(), format!("{unit}:{}", job.job), job.reason.clone());
            left_out.extend(jobs.iter().map(of_unit));
        }
    })?;
    for job in &mut job_facts {
        let mut known = std::mem::take(&mut job.kinds).into_iter().peekable();
        for name in &names {
            let in_kind = match known.next_if(|known| known.kind == *name) {
                Some(known) => known,
                None => absent(name, job, &left_out),
            };
            job.kinds.push(in_kind);
        }
    }
    Ok(job_facts)
}

/// Returns the jobs of the workspace and of all its units, each in the kinds of pipelines that have it, in which it may be left out.
/// For a comparison of two states of the files: what is the same job in both is up to the caller.
///
/// ```
/// use nestling::ide::all_jobs;
/// use nestling::{MemoryFiles, PipelineFacts, Project};
///
/// let files = MemoryFiles::new([
///     ("nestling.yml", "workspace: {}\n---\nlint: { script: make }"),
///     ("api/nestling.yml", "build: { script: make }"),
/// ]);
/// let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
/// let found = all_jobs(&project, project.changes()?, None)?;
/// let mut names: Vec<&str> = found.iter().map(|job| job.name.as_str()).collect();
/// names.sort_unstable();
/// assert_eq!(names, ["api:build", "lint"]);
/// # Ok::<(), nestling::Error>(())
/// ```
///
/// # Errors
/// A file cannot be read.
pub fn all_jobs(
    project: &Project<'_>,
    changes: ChangeSet,
    assemblies: Option<&dyn Assemblies>,
) -> Result<Vec<JobFacts>, Error> {
    let mut planning = project.plan(changes);
    if let Some(assemblies) = assemblies {
        planning = planning.assemblies(assemblies);
    }
    let mut job_facts = Vec::new();
    let mut positions = BTreeMap::new();
    planning.each_kind(project.kinds()?, |kind, plan| {
        add(&mut job_facts, &mut positions, kind, &plan, |_| true);
    })?;
    Ok(job_facts)
}

fn add(
    job_facts: &mut Vec<JobFacts>,
    positions: &mut BTreeMap<String, usize>,
    kind: &KindName,
    plan: &Plan,
    is_wanted: impl Fn(Option<&UnitName>) -> bool,
) {
    for planned in planned_jobs(plan) {
        let job = planned.job;
        if !is_wanted(job.unit.as_ref()) || job.origin.is_generated() {
            continue;
        }
        let position = *positions.entry(job.name.to_string()).or_insert_with(|| {
            job_facts.push(JobFacts {
                name: job.name.clone(),
                unit: job.unit.clone(),
                short_name: short(job).to_owned(),
                environment: job.environment.clone(),
                origin: job.origin,
                body: job.body.clone(),
                kinds: Vec::new(),
            });
            job_facts.len() - 1
        });
        let in_kind = in_words(kind, planned);
        let is_first_presence =
            in_kind.is_present && job_facts[position].kinds.iter().all(|known| !known.is_present);
        if is_first_presence {
            job_facts[position].body = job.body.clone();
        }
        job_facts[position].kinds.push(in_kind);
    }
}

pub(super) fn in_words(kind: &KindName, planned: PlannedJob<'_>) -> JobInKind {
    let kind = kind.clone();
    if let Some(omission) = planned.omission() {
        let state = format!("left out: {}", omission.reason);
        return JobInKind { kind, state, is_present: false, decided_by: Some(omission.origin) };
    }
    let state = match (planned.agreed_start(), planned.condition()) {
        (None, condition) => each_start(planned, condition.is_none()),
        (Some(_), condition) => {
            let start = start_in_words(planned).unwrap_or_else(|| "runs".to_owned());
            condition.map_or(start.clone(), |condition| format!("{start} if {condition}"))
        }
    };
    JobInKind { kind, state, is_present: true, decided_by: planned.deciding_rule() }
}

/// Returns the ways to start of a job whose rules differ in that: `manual if $DEPLOY, otherwise runs`.
fn each_start(planned: PlannedJob<'_>, is_certain: bool) -> String {
    let mut starts: Vec<(&str, Vec<Guard>)> = Vec::new();
    for (_, presence) in planned.presence.copies() {
        for (case, start, _) in presence.present() {
            let words = match start {
                Start::OnSuccess | Start::Always => "runs",
                Start::OnFailure => "on failure",
                Start::Manual => "manual",
                Start::Delayed => "delayed",
            };
            match starts.iter_mut().find(|(known, _)| *known == words) {
                Some((_, guards)) => guards.push(case.guard.clone()),
                None => starts.push((words, vec![case.guard.clone()])),
            }
        }
    }
    let last = starts.len().saturating_sub(1);
    let part = |(position, (words, guards)): (usize, (&str, Vec<Guard>))| match Guard::any(guards) {
        _ if position > 0 && position == last && is_certain => format!("otherwise {words}"),
        Guard::Always => words.to_owned(),
        guard => format!("{words} if {guard}"),
    };
    let parts: Vec<String> = starts.into_iter().enumerate().map(part).collect();
    parts.join(", ")
}

/// Returns the presence of a job that a plan of this kind does not have: its environment, or one that it needs, is not deployed to.
fn absent(kind: &KindName, job: &JobFacts, left_out: &[(KindName, String, String)]) -> JobInKind {
    let is_of_job = |name: &str| {
        job.name.as_str() == name
            || job.name.as_str().strip_prefix(name).is_some_and(|rest| rest.starts_with(':'))
    };
    let reason = left_out.iter().find(|(of_kind, name, _)| of_kind == kind && is_of_job(name));
    let state = match (&job.environment, reason) {
        (Some(environment), _) => format!("omitted: no deploy to `{environment}`"),
        (None, Some((.., reason))) => format!("omitted: {reason}"),
        (None, None) => "left out".to_owned(),
    };
    JobInKind { kind: kind.clone(), state, is_present: false, decided_by: None }
}
