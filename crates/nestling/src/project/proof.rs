//! Records that show that a job has passed with the same content: those from whose own commit the same fingerprint follows, for
//! a pipeline of the same kind.
//!
//! A record is written by a job, and anyone who can push decides what a job does. So nothing in it is believed but what GitLab itself
//! says (the status, the commit, the reference, the source), and the fingerprint is computed again from the commit. A branch that
//! changes its parent pipeline, its templates or its units has other fingerprints, whatever it writes down.

mod conditions;
mod unprovable;

pub(super) use self::conditions::{Conditions, is_of_job, provable};
use self::unprovable::unprovable;
use super::Project;
use super::recorded::{RecordedCommits, RecordedPipeline, open_at, short, unreadable};
use crate::changes::{ChangeSet, Everything, Extent, PipelineSource};
use crate::fingerprint::Fingerprint;
use crate::passed::{JobReuse, Passed, VerifiedJobV1, VerifiedPipelineV1};
use crate::plan::Plan;
use crate::reuse::{Candidate, candidates, leave_out};
use nestling_git::CommitId;
use nestling_gitlab::pipeline::need::parallel_base;
use nestling_gitlab::pipeline::presence::JobPresence;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Records of one job that are looked at, the newest first.
pub(super) const RECORDS: usize = 3;

/// Leaves out the jobs of a plan that have passed.
pub(super) fn leave_out_passed(project: &Project<'_>, plan: &mut Plan, passed: &Passed) {
    if plan.has_errors() {
        return;
    }
    let whole = runs_whole(plan);
    let mut prover =
        Prover { project, passed, proven: HashMap::new(), commits: RecordedCommits::new(project) };
    let mut proofs = BTreeMap::new();
    for (index, candidate) in candidates(plan) {
        let outcome = match (&whole, candidate) {
            (Some(why), _) => Err(((*why).to_owned(), Vec::new())),
            (None, Err(why)) => Err((why, Vec::new())),
            (None, Ok(candidate)) => prover.proof(plan, &candidate),
        };
        match outcome {
            Ok(record) => drop(proofs.insert(index, record)),
            Err((why, refused)) => {
                plan.reuse.insert(plan.pipeline.jobs[index].name.clone(), JobReuse::Kept { why, refused });
            }
        }
    }
    leave_out(plan, proofs);
}

/// Returns why nothing is left out of this pipeline.
pub(super) fn runs_whole(plan: &Plan) -> Option<&'static str> {
    if matches!(plan.changes.extent, Extent::Everything(Everything::Asked)) {
        return Some("all units were asked for");
    }
    match plan.facts.source {
        PipelineSource::Push | PipelineSource::MergeRequestEvent | PipelineSource::Local => None,
        PipelineSource::Schedule => Some("schedules run whole"),
        _ => Some("only pipelines of pushes and merge requests omit passed jobs"),
    }
}

/// The jobs of a commit with their fingerprints, and the trigger jobs that may start them, or why there are none.
type Proven = Result<(BTreeMap<String, Fingerprint>, BTreeSet<String>), String>;

/// The pipeline of a record: its id, commit, source and reference, if that is a tag, and the units that it selected.
type PipelineKey = (u64, String, String, String, bool, Vec<String>);

fn pipeline_key(record: &VerifiedJobV1) -> PipelineKey {
    let VerifiedJobV1 { pipeline, commit, source, r#ref, tag, units, .. } = record;
    (*pipeline, commit.clone(), source.clone(), r#ref.clone(), *tag, units.clone())
}

struct Prover<'p> {
    project: &'p Project<'p>,
    passed: &'p Passed,
    proven: HashMap<PipelineKey, Proven>,
    commits: RecordedCommits<'p>,
}

impl Prover<'_> {
    /// Returns the newest record that counts for a job; otherwise why it stays, with the records that do not count.
    fn proof(&mut self, plan: &Plan, candidate: &Candidate) -> Result<VerifiedJobV1, (String, Vec<String>)> {
        let job = &plan.pipeline.jobs[candidate.index];
        let mut refused: Vec<String> = self.passed.refused(&candidate.fingerprint).collect();
        let mut lacks_print = false;
        for record in self.passed.of_job(&candidate.fingerprint).into_iter().take(RECORDS) {
            let outcome = is_of_job(record, plan, candidate).and_then(|()| self.counts(record, candidate));
            match outcome {
                Ok(()) => return Ok(record.clone()),
                Err(why) => {
                    lacks_print |= self.lacks_fingerprint(record);
                    refused.push(format!("the record of pipeline {} does not count: {why}", record.pipeline));
                }
            }
        }
        let why = match unprovable(job).filter(|_| lacks_print) {
            Some(why) => why,
            None if refused.is_empty() => "no pipeline has passed it with this content",
            None => "no record of it counts",
        };
        Err((why.to_owned(), refused))
    }

    fn counts(&mut self, record: &VerifiedJobV1, candidate: &Candidate) -> Result<(), String> {
        Conditions { passed: self.passed, facts: &self.project.facts }.hold(record, candidate)?;
        match self.fingerprint_at(record) {
            Ok(Some(fingerprint)) if fingerprint == candidate.fingerprint => Ok(()),
            Ok(Some(_)) => Err(format!("at commit {} its fingerprint is another", short(&record.commit))),
            Ok(None) => Err(format!("at commit {} it has no fingerprint", short(&record.commit))),
            Err(why) => Err(why),
        }
    }

    /// Computes the fingerprint of a record's job from the commit of the record.
    fn fingerprint_at(&mut self, record: &VerifiedJobV1) -> Result<Option<Fingerprint>, String> {
        let key = pipeline_key(record);
        if !self.proven.contains_key(&key) {
            let proven = self.proven(&record.commit, record);
            self.proven.insert(key.clone(), proven);
        }
        match &self.proven[&key] {
            Ok((fingerprints, triggers)) => {
                started_by_plan(record, triggers)?;
                Ok(fingerprints.get(&record.job).copied())
            }
            Err(why) => Err(why.clone()),
        }
    }

    /// Returns `true` if a record's pipeline was planned again, and its job has no fingerprint there.
    fn lacks_fingerprint(&self, record: &VerifiedJobV1) -> bool {
        let proven = self.proven.get(&pipeline_key(record));
        proven
            .and_then(|proven| proven.as_ref().ok())
            .is_some_and(|(prints, _)| !prints.contains_key(&record.job))
    }

    fn proven(&mut self, commit: &str, record: &VerifiedJobV1) -> Proven {
        let jobs = self.passed.pipeline(record.pipeline).ok_or("its jobs are not known")?;
        let commit = self.commits.obtain(commit)?;
        fingerprints(self.project, &commit, record, jobs)
    }
}

/// Plans the pipeline of a record once more, and returns the fingerprints of its jobs.
fn fingerprints(
    project: &Project<'_>,
    commit: &CommitId,
    record: &VerifiedJobV1,
    jobs: &VerifiedPipelineV1,
) -> Proven {
    let pipeline = RecordedPipeline { source: &record.source, reference: &record.r#ref, tag: record.tag };
    let at_commit = open_at(project, commit, pipeline)?;
    let is_moving = |directory: &crate::workspace::TemplateDirectory| directory.revision.is_some();
    if project.request.workspace_from.is_none()
        && at_commit.loaded.workspace.template_directories.iter().any(is_moving)
    {
        return Err("its templates are of another revision, which can have moved since".to_owned());
    }
    let changes = ChangeSet { head: at_commit.head.clone(), ..ChangeSet::of_paths([]) };
    let planning = at_commit.plan(changes).only(record.units.iter().map(String::as_str)).fingerprints();
    let plan = planning.without_base().map_err(|error| unreadable(commit, &error))?;
    if plan.has_errors() {
        return Err(format!("at commit {} the workspace has errors", commit.short()));
    }
    if let Some(other) = unplanned(&plan, jobs) {
        return Err(format!(
            "its pipeline has `{other}`, which does not follow from its commit and its units"
        ));
    }
    let fingerprints = plan.fingerprints.clone().unwrap_or_default();
    let has_passed: HashSet<&str> = jobs.passed.iter().map(String::as_str).collect();
    let by_name = provable(&plan, |name| has_passed.contains(name));
    Ok((by_name, fingerprints.trigger_jobs))
}

/// Refuses a job of a child pipeline that another trigger job started: what is in that one is not planned.
fn started_by_plan(record: &VerifiedJobV1, triggers: &BTreeSet<String>) -> Result<(), String> {
    let base = parallel_base(&record.trigger).map(|(base, _)| base);
    if [Some(record.trigger.as_str()), base].into_iter().flatten().any(|name| triggers.contains(name)) {
        return Ok(());
    }
    let expected: Vec<String> = triggers.iter().map(|name| format!("`{name}`")).collect();
    Err(match expected.as_slice() {
        [] => "the trigger job that starts the child is not known at its commit".to_owned(),
        names => {
            format!("`{}` started its pipeline, and {} starts the child", record.trigger, names.join(", "))
        }
    })
}

/// Returns a job of GitLab of one of the units that the plan does not have: then other units were selected than the record says,
/// and jobs may have had other artifacts.
fn unplanned<'j>(plan: &Plan, jobs: &'j VerifiedPipelineV1) -> Option<&'j str> {
    let planned: HashSet<&str> =
        plan.presence.iter().flat_map(JobPresence::copies).map(|(copy, _)| copy.name.as_str()).collect();
    let is_of_unit = |name: &str| {
        let mut units = name.match_indices(':').map(|(end, _)| &name[..end]);
        units.any(|unit| plan.workspace.unit(unit).is_some())
    };
    let mut names = jobs.passed.iter().chain(&jobs.others).map(String::as_str);
    names.find(|name| !planned.contains(name) && is_of_unit(name))
}

#[cfg(test)]
mod tests;
