//! The jobs of units in each kind of pipeline, with the rule that decides about them.

use crate::cdk::Assemblies;
use crate::changes::ChangeSet;
use crate::plan::Plan;
use crate::project::{Error, Project};
use crate::view::{PlannedJob, Start, planned_jobs, short};
use nestling_gitlab::diagnostic::{KindName, Origin};
use nestling_gitlab::name::{EnvironmentName, JobName, UnitName};
use nestling_gitlab::pipeline::Job;
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
    let mut collected = CollectedJobs::default();
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
    planning.each_kind(kinds, |kind, plan| {
        collected.add_plan(kind, &plan, is_wanted);
        for (unit, jobs) in plan.left_out.iter().filter(|(unit, _)| units.contains(&unit.as_str())) {
            let of_unit =
                |job: &crate::LeftOut| (kind.clone(), format!("{unit}:{}", job.job), job.reason.clone());
            left_out.extend(jobs.iter().map(of_unit));
        }
    })?;
    for job in &mut collected.jobs {
        let mut known = std::mem::take(&mut job.kinds).into_iter().peekable();
        for name in &names {
            let in_kind = match known.next_if(|known| known.kind == *name) {
                Some(known) => known,
                None => absent(name, job, &left_out),
            };
            job.kinds.push(in_kind);
        }
    }
    Ok(collected.jobs)
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
    let mut collected = CollectedJobs::default();
    planning.each_kind(project.kinds()?, |kind, plan| collected.add_plan(kind, &plan, |_| true))?;
    Ok(collected.jobs)
}

/// Jobs while one kind of pipeline after the other is planned.
#[derive(Default)]
pub(super) struct CollectedJobs {
    pub jobs: Vec<JobFacts>,
    positions: BTreeMap<String, usize>,
}

impl CollectedJobs {
    fn add_plan(&mut self, kind: &KindName, plan: &Plan, is_wanted: impl Fn(Option<&UnitName>) -> bool) {
        let planned = planned_jobs(plan).filter(|planned| !planned.job.origin.is_generated());
        for planned in planned.filter(|planned| is_wanted(planned.job.unit.as_ref())) {
            self.add(planned.job, in_words(kind, planned));
        }
    }

    /// Adds the presence of a job in a kind of pipeline.
    pub(super) fn add(&mut self, job: &Job, in_kind: JobInKind) {
        let position = *self.positions.entry(job.name.to_string()).or_insert_with(|| {
            self.jobs.push(JobFacts {
                name: job.name.clone(),
                unit: job.unit.clone(),
                short_name: short(job).to_owned(),
                environment: job.environment.clone(),
                origin: job.origin,
                body: job.body.clone(),
                kinds: Vec::new(),
            });
            self.jobs.len() - 1
        });
        let facts = &mut self.jobs[position];
        if in_kind.is_present && facts.kinds.iter().all(|known| !known.is_present) {
            facts.body = job.body.clone();
        }
        facts.kinds.push(in_kind);
    }
}

pub(super) fn in_words(kind: &KindName, planned: PlannedJob<'_>) -> JobInKind {
    let kind = kind.clone();
    if let Some(omission) = planned.omission() {
        let state = format!("left out: {}", omission.reason);
        return JobInKind { kind, state, is_present: false, decided_by: Some(omission.origin) };
    }
    let start = planned.start_words("runs");
    let state = match planned.condition() {
        Some(condition) if planned.start() == Start::Varies => format!("{start}, if {condition}"),
        Some(condition) => format!("{start} if {condition}"),
        None => start,
    };
    JobInKind { kind, state, is_present: true, decided_by: planned.deciding_rule() }
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
