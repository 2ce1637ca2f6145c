//! Jobs of a merge that had passed before, if the pipelines of all earlier merges and of their merge requests passed.
//!
//! A merge has two pipelines: that of the merge request, of the branch that was merged, and that of the branch after the merge. The
//! records that both would have left are looked at as `generate --passed` looks at them. Their fingerprints need no proof: they come from
//! the plans of the commits themselves.

use super::super::proof::{Conditions, RECORDS, is_of_job, provable, runs_whole};
use super::super::recorded::{RecordedPipeline, facts_at};
use super::replayed::PassedJobs;
use super::state::{State, States};
use super::{Error, Replay, ReplayedMerge};
use crate::changes::{ChangeSet, Head, PipelineFacts, PipelineKind, PipelineSource, Provenance};
use crate::passed::{JobReuse, Passed, VerifiedJobV1};
use crate::plan::{self, FingerprintSource, Plan, TreeOfCommit};
use crate::reuse::{Candidate, candidates, has_to_pass, leave_out};
use crate::select::Narrowing;
use nestling_git::CommitId;
use nestling_gitlab::name::{JobName, UnitName};
use std::collections::{BTreeMap, BTreeSet};

/// The records of the merges that have been replayed.
pub(super) struct Passing<'s> {
    replay: &'s Replay<'s>,
    passed: Passed,
    pipelines: u64,
}

/// A pipeline that passed.
struct PassedPipeline {
    facts: PipelineFacts,
    commit: CommitId,
    /// Seconds since 1970.
    time: u64,
    reference: String,
}

impl<'s> Passing<'s> {
    pub(super) fn new(replay: &'s Replay<'s>) -> Self {
        Self { replay, passed: Passed::default(), pipelines: 0 }
    }

    /// Leaves out the jobs of a merge that had passed, and adds the records of its pipelines.
    pub(super) fn merge(
        &mut self,
        states: &States<'s>,
        done: &ReplayedMerge,
        head: &State<'s>,
        plan: &mut Plan,
    ) -> Result<PassedJobs, Error> {
        let units: BTreeSet<UnitName> = done.units.iter().map(|(name, _)| name.clone()).collect();
        if units.is_empty() {
            return Ok(PassedJobs::default());
        }
        let (commit, time) = (done.merge.commit, seconds(done.merge.time));
        let facts = plan.facts.clone();
        if facts.kind != PipelineKind::MergeRequest {
            self.merge_request(states, done, head, &units)?;
            let reference = facts.branch.clone().or_else(|| facts.tag.clone()).unwrap_or_default();
            return Ok(self.run(plan, &PassedPipeline { facts, reference, commit, time }));
        }
        let passed = self.run(plan, &PassedPipeline { facts, reference: self.request(), commit, time });
        if let Some(branch) = self.pipeline(&PipelineSource::Push, commit, time) {
            let mut after = self.plan(head, &branch, units)?;
            self.run(&mut after, &branch);
        }
        Ok(passed)
    }

    /// Adds the records of the merge request of a merge.
    fn merge_request(
        &mut self,
        states: &States<'s>,
        done: &ReplayedMerge,
        head: &State<'s>,
        units: &BTreeSet<UnitName>,
    ) -> Result<(), Error> {
        let git = self.replay.repository.git();
        let commit = done.merge.commit;
        // After a fast-forward, the branch has the files that the merge request had.
        let tested = done.merge.merged.unwrap_or(commit);
        if !git.has(&tested)? {
            return Ok(());
        }
        let time = seconds(git.time_of(&tested)?);
        let source = PipelineSource::MergeRequestEvent;
        let Some(request) = self.pipeline(&source, tested, time) else { return Ok(()) };
        let mut plan = if tested == commit {
            self.plan(head, &request, units.clone())?
        } else {
            let (merged, own) = (git.tree_of(&commit)?, git.tree_of(&tested)?);
            let changes = git.tree_diff(Some(&merged), Some(&own))?;
            self.plan(&states.beside(&tested, head, &changes)?, &request, units.clone())?
        };
        self.run(&mut plan, &request);
        Ok(())
    }

    /// Returns the reference of the next merge request.
    fn request(&self) -> String {
        format!("refs/merge-requests/{}/head", self.pipelines + 1)
    }

    /// Returns a pipeline at a commit, with the facts that would be known from its record.
    fn pipeline(&self, source: &PipelineSource, commit: CommitId, time: u64) -> Option<PassedPipeline> {
        let reference = match source {
            PipelineSource::MergeRequestEvent => self.request(),
            _ => self.replay.branch.clone(),
        };
        let recorded = RecordedPipeline { source: source.as_str(), reference: &reference, tag: false };
        let facts = facts_at(&self.replay.project, &commit, recorded).ok()?;
        Some(PassedPipeline { facts, reference, commit, time })
    }

    /// Plans a pipeline of some units, as the proof of a record does.
    fn plan(
        &self,
        state: &State<'_>,
        pipeline: &PassedPipeline,
        only: BTreeSet<UnitName>,
    ) -> Result<Plan, Error> {
        let tree = TreeOfCommit { git: self.replay.repository.git(), commit: pipeline.commit };
        let revision = pipeline.commit.to_string();
        let found = Provenance::Given { option: "first parent", revision };
        let head = Head::Commit { commit: pipeline.commit, found };
        let changes = ChangeSet { head, ..ChangeSet::of_paths([]) };
        Ok(plan::plan(&plan::Request {
            pipeline: pipeline.facts.clone(),
            narrowing: Narrowing { only, except: BTreeSet::new() },
            fingerprints: Some(FingerprintSource::new(&tree, &state.loaded.workspace)),
            wants_fingerprints: true,
            ..self.replay.request(state, changes)
        })?)
    }

    /// Leaves out the jobs of a plan that had passed, and adds records of those that ran.
    fn run(&mut self, plan: &mut Plan, pipeline: &PassedPipeline) -> PassedJobs {
        self.pipelines += 1;
        self.passed.now = pipeline.time;
        let whole = runs_whole(plan);
        let mut proofs = BTreeMap::new();
        let mut kept: BTreeMap<JobName, String> = BTreeMap::new();
        for (index, candidate) in candidates(plan) {
            let proof = match (whole, candidate) {
                (Some(why), _) => Err(why.to_owned()),
                (None, candidate) => candidate.and_then(|candidate| self.proof(plan, &candidate)),
            };
            match proof {
                Ok(record) => _ = proofs.insert(index, record),
                Err(why) => _ = kept.insert(plan.pipeline.jobs[index].name.clone(), why),
            }
        }
        let counts = counts(plan);
        leave_out(plan, proofs);
        let mut passed = PassedJobs::default();
        for (name, outcome) in &plan.reuse {
            match outcome {
                JobReuse::Reused(_) => passed.left_out.push(name.clone()),
                JobReuse::Kept { why, .. } => _ = kept.insert(name.clone(), why.clone()),
            }
        }
        let count = |name: &JobName| counts.get(name).copied().unwrap_or_default();
        passed.left_out_count = passed.left_out.iter().map(count).sum();
        // A job that GitLab does not create was not kept, either.
        for (name, why) in kept.into_iter().filter(|(name, _)| count(name) > 0) {
            *passed.kept.entry(why).or_default() += count(&name);
        }
        self.record(plan, pipeline);
        passed
    }

    /// Returns the newest record that counts for a job, or why it runs.
    fn proof(&self, plan: &Plan, candidate: &Candidate) -> Result<VerifiedJobV1, String> {
        let conditions = Conditions { passed: &self.passed, facts: &plan.facts };
        let mut why = "no pipeline has passed it with this content".to_owned();
        for record in self.passed.of_job(&candidate.fingerprint).into_iter().take(RECORDS) {
            match is_of_job(record, plan, candidate).and_then(|()| conditions.hold(record, candidate)) {
                Ok(()) => return Ok(record.clone()),
                // Most records are refused for their age or their branch; how old each one is makes no other reason.
                Err(_) => "no record of it counts".clone_into(&mut why),
            }
        }
        Err(why)
    }

    /// Adds the records of the jobs that ran. All of them passed, apart from those that somebody has to start.
    fn record(&mut self, plan: &Plan, pipeline: &PassedPipeline) {
        let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (job, presence) in plan.pipeline.jobs.iter().zip(&plan.presence) {
            let copies = presence.copies();
            if copies.iter().all(|(_, presence)| has_to_pass(presence.certain())) {
                let copies = copies.iter().map(|(copy, _)| copy.name.clone()).collect();
                names.insert(job.name.as_str(), copies);
            }
        }
        let has_passed: BTreeSet<&str> = names.values().flatten().map(String::as_str).collect();
        let prints = provable(plan, |name| has_passed.contains(name));
        for job in &plan.pipeline.jobs {
            let print = prints.get(job.name.as_str());
            let (Some(print), Some(names), Some(unit)) = (print, names.get(job.name.as_str()), &job.unit)
            else {
                continue;
            };
            self.passed.add(
                *print,
                VerifiedJobV1 {
                    fingerprint: print.to_string(),
                    trigger: String::new(),
                    unit: unit.to_string(),
                    job: job.name.to_string(),
                    names: names.clone(),
                    url: String::new(),
                    pipeline: self.pipelines,
                    pipeline_url: String::new(),
                    commit: pipeline.commit.to_string(),
                    r#ref: pipeline.reference.clone(),
                    tag: false,
                    // Nobody protects the branch of a merge request, and everybody the one that is replayed.
                    protected: plan.facts.kind != PipelineKind::MergeRequest,
                    source: plan.facts.source.as_str().to_owned(),
                    finished: pipeline.time,
                    units: Vec::new(),
                },
            );
        }
    }
}

/// Returns the number of instances of each job.
fn counts(plan: &Plan) -> BTreeMap<JobName, usize> {
    let jobs = plan.pipeline.jobs.iter().zip(&plan.presence);
    jobs.map(|(job, presence)| (job.name.clone(), presence.count())).collect()
}

/// Returns the time of a commit, which may be before 1970.
fn seconds(time: i64) -> u64 {
    u64::try_from(time).unwrap_or_default()
}
