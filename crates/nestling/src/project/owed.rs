//! The units that a branch owes: everything that changed since its newest recorded pipeline, and the jobs that did not pass in it.
//!
//! Comparing with the commit before forgets: a unit whose jobs failed there is not selected by the next push. Here the next
//! pipeline makes up for it. A pipeline without a record, such as one that was canceled, is passed over, and what it had to run
//! counts as changed. By induction, what one recorded pipeline selected is all that was owed before it; so a record counts only
//! if its own workspace had the same policy, and if no option narrowed it.

use super::recorded::{RecordedCommits, RecordedPipeline, open_at, short};
use super::{Error, Project};
use crate::changes::{
    self, Against, ChangeSet, Everything, Extent, Occasion, Owed, PipelineKind, Policy, Provenance,
    RecordedBase, Scope,
};
use crate::fingerprint::stage_number;
use crate::passed::{Passed, VerifiedPipelineV1};
use crate::plan::Plan;
use nestling_files::path::RepoPath;
use nestling_git::{CommitId, GitError};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::need::needs;
use nestling_gitlab::pipeline::presence::{JobPresence, Outcome, Start};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Commits between a recorded pipeline and head whose changes are looked at.
const LINE: usize = 1000;

/// Returns what changed since the newest recorded pipeline, and what that left undone; `None` where the policy compares with
/// something else.
///
/// # Errors
/// The repository cannot be read.
pub(super) fn changes(project: &Project<'_>, passed: Option<&Passed>) -> Result<Option<ChangeSet>, Error> {
    let Some(policy) = policy(project) else { return Ok(None) };
    let Some(branch) = project.facts.branch.as_deref() else { return Ok(None) };
    let request = &project.request;
    let Some(passed) = passed else {
        let is_of_pipeline = request.variables.is_gitlab() && request.simulate.is_none();
        let why = "there are no records (`--passed`)";
        return if is_of_pipeline { without_record(project, branch, why).map(Some) } else { Ok(None) };
    };
    let mut search = Search { project, passed, branch, policy, commits: RecordedCommits::new(project) };
    match search.base()? {
        Ok(changes) => Ok(Some(changes)),
        Err(why) => without_record(project, branch, &why).map(Some),
    }
}

/// Returns the policy, if it is about records and nothing takes precedence over it.
fn policy(project: &Project<'_>) -> Option<Policy> {
    let request = &project.request;
    let is_asked = request.base.is_some() || request.given.is_some() || request.scope == Scope::All;
    if is_asked || project.facts.kind != PipelineKind::Branch {
        return None;
    }
    let policy = request.policies.get(project.facts.occasion());
    Some(policy).filter(|policy| matches!(policy, Policy::Unpassed | Policy::SincePassed))
}

/// Without a recorded pipeline to compare with, the default branch owes everything, and another branch what it changed.
fn without_record(project: &Project<'_>, branch: &str, why: &str) -> Result<ChangeSet, Error> {
    let repository = project.repository.ok_or(Error::NoBase)?;
    let detect = |against| {
        changes::detect_against(
            repository.git(),
            &project.request,
            &project.facts,
            project.head.clone(),
            against,
        )
    };
    if project.facts.default_branch.as_deref() == Some(branch) {
        let everything = Everything::Unrecorded { branch: branch.to_owned(), why: why.to_owned() };
        return Ok(detect(Against::Nothing(everything))?);
    }
    Ok(detect(Against::MergeBase)?)
}

struct Search<'p> {
    project: &'p Project<'p>,
    passed: &'p Passed,
    branch: &'p str,
    policy: Policy,
    commits: RecordedCommits<'p>,
}

impl Search<'_> {
    /// Compares with the newest pipeline that counts; otherwise returns the reason why none does.
    fn base(&mut self) -> Result<Result<ChangeSet, String>, Error> {
        let own = self.project.request.variables.get("CI_PIPELINE_ID").and_then(|id| id.parse().ok());
        let pipelines = self.passed.of_branch(self.branch, own);
        let mut why = format!("there is no record of a pipeline of `{}`", self.branch);
        for (position, pipeline) in pipelines.iter().enumerate() {
            let (commit, owed) = match self.counts(pipeline, &pipelines[position..]) {
                Ok(counts) => counts,
                Err(refused) => {
                    why = format!("the record of pipeline {} does not count: {refused}", pipeline.id);
                    continue;
                }
            };
            if self.policy == Policy::SincePassed && !owed.is_empty() {
                "no recorded pipeline has passed as a whole".clone_into(&mut why);
                continue;
            }
            return self.compared(pipeline.id, commit, owed);
        }
        Ok(Err(why))
    }

    /// Returns the commit of a pipeline and the units that it left undone, or why it does not count.
    fn counts(
        &mut self,
        pipeline: &VerifiedPipelineV1,
        running: &[&VerifiedPipelineV1],
    ) -> Result<(CommitId, BTreeMap<UnitName, Owed>), String> {
        if !pipeline.whole {
            return Err("an option narrowed it, or not all of its child pipelines are known".to_owned());
        }
        let commit = self.commits.obtain(&pipeline.commit)?;
        let (source, reference) = (pipeline.source.as_str(), pipeline.r#ref.as_str());
        let recorded = RecordedPipeline { source, reference, tag: pipeline.tag };
        let at_commit = open_at(self.project, &commit, recorded)?;
        if at_commit.workspace().policies.get(Occasion::Branch) != self.policy {
            return Err(format!("at commit {} `pipelines` had another policy", commit.short()));
        }
        if pipeline.open.is_empty() {
            return Ok((commit, BTreeMap::new()));
        }
        Ok((commit, owed(&at_commit, pipeline, running)))
    }

    /// Compares head with the commit of a pipeline.
    fn compared(
        &self,
        pipeline: u64,
        commit: CommitId,
        owed: BTreeMap<UnitName, Owed>,
    ) -> Result<Result<ChangeSet, String>, Error> {
        let Self { project, branch, .. } = *self;
        let repository = project.repository.ok_or(Error::NoBase)?;
        let before = project.request.variables.get("CI_COMMIT_BEFORE_SHA").and_then(CommitId::parse);
        let is_before = before == Some(commit);
        // GitLab's own rules compare with that commit as well.
        let found = if is_before {
            Provenance::Variable("CI_COMMIT_BEFORE_SHA")
        } else {
            Provenance::Recorded { pipeline }
        };
        let between = match project.head.commit() {
            Some(head) if !is_before => changed_between(repository.git(), head, &commit)?,
            _ => Some(BTreeSet::new()),
        };
        let Some(between) = between else {
            return Ok(Err(format!(
                "commit {} of pipeline {pipeline} is not among the commits of `{branch}` in this clone",
                short(&commit.to_string())
            )));
        };
        let against = Against::Commit(commit, found);
        let mut changes = changes::detect_against(
            repository.git(),
            &project.request,
            &project.facts,
            project.head.clone(),
            against,
        )?;
        let mut recorded =
            RecordedBase { pipeline, branch: branch.to_owned(), owed, ..RecordedBase::default() };
        if let Extent::Paths(paths) = &mut changes.extent {
            recorded.restored = changes::add_restored(paths, between);
        }
        changes.recorded = Some(recorded);
        Ok(Ok(changes))
    }
}

/// Returns the paths that each commit between two changed, along first parents; `None` if they are not on one line.
fn changed_between(
    git: &nestling_git::GitRepository,
    head: &CommitId,
    ancestor: &CommitId,
) -> Result<Option<BTreeSet<RepoPath>>, GitError> {
    let Some(line) = git.first_parents(head, ancestor, LINE)? else { return Ok(None) };
    let mut paths = BTreeSet::new();
    for pair in line.windows(2) {
        let (newer, older) = (git.tree_of(&pair[0])?, git.tree_of(&pair[1])?);
        paths.extend(git.tree_diff(Some(&older), Some(&newer))?.into_iter().map(|change| change.path));
    }
    Ok(Some(paths))
}

/// Returns the units of a pipeline with jobs that start by themselves and have not passed.
///
/// If the plan of that commit does not have a job, as where a CDK assembly was synthesized for it, its unit is owed.
fn owed(
    at_commit: &Project<'_>,
    pipeline: &VerifiedPipelineV1,
    running: &[&VerifiedPipelineV1],
) -> BTreeMap<UnitName, Owed> {
    let workspace = at_commit.workspace();
    let unit_of = |job: &str| {
        let mut prefixes = job.rmatch_indices(':').map(|(end, _)| &job[..end]);
        prefixes.find_map(|prefix| workspace.unit(prefix)).map(|unit| unit.name.clone())
    };
    let open: Vec<(&str, UnitName)> =
        pipeline.open.iter().filter_map(|job| Some((job.as_str(), unit_of(job)?))).collect();
    let names: BTreeSet<String> = open.iter().map(|(_, unit)| unit.to_string()).collect();
    let changes = ChangeSet { head: at_commit.head.clone(), ..ChangeSet::of_paths([]) };
    let plan = at_commit.plan(changes).only(names).without_base().ok();
    let waiting = plan.as_ref().map(waiting_jobs).unwrap_or_default();
    let mut owed = BTreeMap::new();
    for (job, unit) in open {
        if !waiting.contains(job) && !owed.contains_key(&unit) {
            owed.insert(unit, failing(job, running));
        }
    }
    owed
}

/// Counts the pipelines running, the newest first, in which a job did not pass.
fn failing(job: &str, pipelines: &[&VerifiedPipelineV1]) -> Owed {
    let is_open = |pipeline: &&&VerifiedPipelineV1| pipeline.open.iter().any(|open| open == job);
    let failed: Vec<_> = pipelines.iter().take_while(is_open).collect();
    Owed::new(failed.last().map_or(0, |pipeline| pipeline.id), failed.len(), job)
}

/// Returns the names of the jobs that owe nothing where they did not run: they wait for a person, for a failure, or for such a job,
/// or stop an environment.
fn waiting_jobs(plan: &Plan) -> HashSet<&str> {
    let behind = behind_buttons(plan);
    let jobs = plan.pipeline.jobs.iter().zip(&plan.presence).enumerate();
    let waiting = jobs.filter(|(index, (job, _))| behind.contains(index) || is_stop(job));
    let copies = waiting.flat_map(|(_, (_, presence))| presence.copies());
    copies.map(|(copy, _)| copy.name.as_str()).collect()
}

/// Returns the jobs that do not start by themselves: manual ones, those that run where others fail, and those that need one.
fn behind_buttons(plan: &Plan) -> HashSet<usize> {
    let jobs = &plan.pipeline.jobs;
    let mut behind: HashSet<usize> =
        (0..jobs.len()).filter(|index| is_started_by_others(&plan.presence[*index])).collect();
    // A job without needs waits for whole stages, and one of them for a person.
    let stages: Vec<usize> = jobs.iter().map(|job| stage_number(&plan.pipeline, job)).collect();
    let blocked = (0..jobs.len()).filter(|index| is_blocking(&plan.presence[*index]));
    if let Some(blocked) = blocked.map(|index| stages[index]).min() {
        let waits = |index: &usize| stages[*index] > blocked && needs(&jobs[*index].body).is_none();
        behind.extend((0..jobs.len()).filter(waits));
    }
    let by_name: HashMap<&str, usize> =
        jobs.iter().enumerate().map(|(index, job)| (job.name.as_str(), index)).collect();
    loop {
        let needs_one = |job: &Job| {
            let needs = needs(&job.body).unwrap_or_default();
            let mut needed = needs.iter().filter_map(|need| by_name.get(need.job()?));
            needed.any(|needed| behind.contains(needed))
        };
        let more: Vec<usize> =
            (0..jobs.len()).filter(|index| !behind.contains(index) && needs_one(&jobs[*index])).collect();
        if more.is_empty() {
            return behind;
        }
        behind.extend(more);
    }
}

/// Returns `true` if it is certain that a job does not start by itself.
fn is_started_by_others(presence: &JobPresence) -> bool {
    let starts_by_others = |outcome: Option<Outcome>| {
        matches!(outcome, Some(Outcome::Present { start: Start::Manual | Start::OnFailure, .. }))
    };
    presence.copies().iter().all(|(_, presence)| starts_by_others(presence.certain()))
}

/// Returns `true` if it is certain that a person has to start a job before later stages begin.
fn is_blocking(presence: &JobPresence) -> bool {
    let blocks = |outcome: Option<Outcome>| {
        matches!(outcome, Some(Outcome::Present { start: Start::Manual, allow_failure: false }))
    };
    presence.copies().iter().all(|(_, presence)| blocks(presence.certain()))
}

fn is_stop(job: &Job) -> bool {
    let action = job.body.get("environment").and_then(|environment| environment.get("action"));
    action.and_then(nestling_gitlab::yaml::Node::text) == Some("stop")
}

#[cfg(test)]
mod tests;
