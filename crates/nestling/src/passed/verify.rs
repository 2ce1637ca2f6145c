//! Compares records with GitLab's answers about their jobs. Anybody who can push can write a record; what GitLab answers about
//! the status of a job, nobody can.

use super::answers::{ApiAnswers, ApiBridge, ApiJob};
use super::failures::failures;
use super::format::{
    PassedJobV1, PassedV1, RefusedV1, VERSION, VerifiedJobV1, VerifiedPipelineV1, VerifiedV1,
};
use super::time::seconds;
use nestling_gitlab::pipeline::need::parallel_base;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Sources of pipelines whose records count. Others start with variables or inputs that somebody chose, and so does a schedule, which
/// has its own: they replace those of the parent's file, and no fingerprint has them.
const SOURCES: [&str; 2] = ["push", "merge_request_event"];

/// Verifies records, each with the name of its file.
///
/// A job counts if GitLab reports that it is a job of this project, that the parent pipeline of the record started its pipeline by a
/// trigger job, that all its copies have passed and were not allowed to fail, and that its commit and reference are those of the
/// record.
pub fn verify(records: &[(String, Vec<u8>)], answers: &ApiAnswers, project: &str) -> VerifiedV1 {
    let mut verified = VerifiedV1 { format: VERSION, project: project.to_owned(), ..VerifiedV1::default() };
    for (file, bytes) in records {
        let record = read(bytes);
        // What has failed is believed before anything is confirmed.
        if let Some(record) = record.as_ref().ok().filter(|record| record.project == project) {
            verified.failed.extend(failures(record, answers));
        }
        match record.and_then(|record| of_pipeline(record, answers, project)) {
            Ok(pipeline) => pipeline.verify(file, &mut verified),
            Err(why) => {
                let record = file.clone();
                verified.refused.push(RefusedV1 { record, fingerprint: None, job: None, why });
            }
        }
    }
    verified
}

fn read(bytes: &[u8]) -> Result<PassedV1, String> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| format!("it is truncated or not JSON: {error}"))?;
    let format = value.get("format").and_then(serde_json::Value::as_u64);
    if format != Some(u64::from(VERSION)) {
        let format = format.map_or_else(|| "unknown".to_owned(), |format| format.to_string());
        return Err(format!("its format is {format}, but this version reads {VERSION}"));
    }
    serde_json::from_value(value).map_err(|error| format!("it is not a record: {error}"))
}

/// A record whose pipeline GitLab knows.
struct KnownPipeline<'a> {
    record: PassedV1,
    answers: &'a ApiAnswers,
    /// Its child pipelines.
    children: BTreeSet<u64>,
    /// Child pipelines in which jobs of the plan run, with the names of their trigger jobs.
    planned: BTreeMap<u64, &'a str>,
    /// The jobs of its child pipelines, by id.
    jobs: HashMap<u64, &'a ApiJob>,
    /// The ids of those jobs by their names, and by the job that they are copies of.
    ids: HashMap<&'a str, Vec<u64>>,
    source: String,
}

fn of_pipeline<'a>(
    record: PassedV1,
    answers: &'a ApiAnswers,
    project: &str,
) -> Result<KnownPipeline<'a>, String> {
    if record.project != project {
        return Err(format!("it belongs to project {}, not to {project}", record.project));
    }
    let id = record.pipeline;
    let parent = answers.parent(id).ok_or_else(|| format!("GitLab knows no trigger job of pipeline {id}"))?;
    if parent.project_id.is_some_and(|of_parent| of_parent.to_string() != project) {
        return Err(format!("pipeline {id} is of another project"));
    }
    if parent.sha != record.commit {
        return Err(format!(
            "pipeline {id} is of commit {}, and the record of {}",
            parent.sha, record.commit
        ));
    }
    let source = parent.source.clone().unwrap_or_else(|| "unknown".to_owned());
    if !SOURCES.contains(&source.as_str()) {
        return Err(format!("pipelines of source `{source}` do not count"));
    }
    let children = answers.children(id);
    let of_children = children.iter().filter_map(|child| Some((child, answers.jobs.get(child)?)));
    let of_child = |(child, jobs): (&u64, &'a Vec<ApiJob>)| {
        let child = *child;
        jobs.iter().filter(move |job| job.pipeline.id == child).map(|job| (job.id, job))
    };
    let jobs: HashMap<u64, &ApiJob> = of_children.flat_map(of_child).collect();
    let ids = ids_by_name(&jobs);
    let planned = answers.planned_children(id);
    Ok(KnownPipeline { children, planned, jobs, ids, record, answers, source })
}

/// Returns the ids of jobs by their names, and by the job that they are copies of by `parallel`.
fn ids_by_name<'a>(jobs: &HashMap<u64, &'a ApiJob>) -> HashMap<&'a str, Vec<u64>> {
    let mut ids: HashMap<&str, Vec<u64>> = HashMap::new();
    for (id, job) in jobs {
        ids.entry(&job.name).or_default().push(*id);
        if let Some((base, _)) = parallel_base(&job.name) {
            ids.entry(base).or_default().push(*id);
        }
    }
    ids
}

impl KnownPipeline<'_> {
    fn verify(&self, file: &str, verified: &mut VerifiedV1) {
        verified.pipelines.push(self.pipeline());
        for job in &self.record.jobs {
            match self.job(job) {
                Ok(job) => verified.jobs.push(job),
                Err(why) => verified.refused.push(RefusedV1 {
                    record: file.to_owned(),
                    fingerprint: Some(job.fingerprint.clone()),
                    job: Some(job.job.clone()),
                    why,
                }),
            }
        }
    }

    /// Returns the pipeline with the names of all jobs: what a job took of others must have been there.
    fn pipeline(&self) -> VerifiedPipelineV1 {
        let mut jobs: Vec<&ApiJob> = self.jobs.values().copied().collect();
        jobs.sort_unstable_by_key(|job| (&job.name, job.id));
        let (passed, others): (Vec<&ApiJob>, Vec<&ApiJob>) =
            jobs.into_iter().partition(|job| job.status == "success");
        let is_open = |job: &&&ApiJob| is_open(&job.status, job.allow_failure);
        let names = |jobs: &[&ApiJob]| -> Vec<String> { jobs.iter().map(|job| job.name.clone()).collect() };
        let mut open: Vec<&ApiJob> = others.iter().filter(is_open).copied().collect();
        // What failed is worth naming before what was skipped for it.
        open.sort_by_key(|job| job.status != "failed");
        let mut open: Vec<String> = names(&open);
        open.extend(self.open_bridges());
        let reference = passed.first().or(others.first());
        VerifiedPipelineV1 {
            id: self.record.pipeline,
            passed: names(&passed),
            others: names(&others),
            open,
            commit: self.record.commit.clone(),
            r#ref: reference.map(|job| job.r#ref.clone()).unwrap_or_default(),
            tag: reference.is_some_and(|job| job.tag),
            source: self.source.clone(),
            whole: self.record.whole && self.all_created(),
        }
    }

    /// Returns the names of the trigger jobs of the child pipelines that have not passed.
    fn open_bridges(&self) -> impl Iterator<Item = String> {
        let bridges = self.children.iter().flat_map(|child| self.answers.bridges_of(*child));
        let open = bridges.filter(|bridge| is_open(&bridge.status, bridge.allow_failure));
        open.map(|bridge| bridge.name.clone())
    }

    /// Returns `true` if every child pipeline is there with its jobs. A trigger job whose pipeline GitLab could not create has
    /// failed, and nobody knows what it would have run.
    fn all_created(&self) -> bool {
        let are_known = |child: &u64| {
            self.answers.bridges.contains_key(child)
                && self.answers.jobs.get(child).is_some_and(|jobs| !jobs.is_empty())
        };
        // The name of a unit's job has a colon; others start the parts of the plan.
        let is_lost = |bridge: &ApiBridge| bridge.downstream_pipeline.is_none() && !bridge.name.contains(':');
        let mut bridges = self.children.iter().flat_map(|child| self.answers.bridges_of(*child));
        !self.children.is_empty() && self.children.iter().all(are_known) && !bridges.any(is_lost)
    }

    fn job(&self, recorded: &PassedJobV1) -> Result<VerifiedJobV1, String> {
        let record = &self.record;
        let mut finished = u64::MAX;
        let mut first = None;
        let mut names = Vec::new();
        for id in &recorded.ids {
            let job = self.jobs.get(id);
            let job =
                job.ok_or_else(|| format!("GitLab knows no job {id} below pipeline {}", record.pipeline))?;
            self.check(job, recorded)?;
            let ended = job.finished_at.as_deref().and_then(seconds);
            finished = finished.min(ended.ok_or_else(|| format!("job {id} has no time of its end"))?);
            first.get_or_insert(*job);
            names.push(job.name.clone());
        }
        let Some(job) = first else { return Err("it does not contain a GitLab job".to_owned()) };
        if !self.has_all_copies(recorded) {
            return Err(format!("it does not name all copies of `{}`", recorded.job));
        }
        let trigger = self.planned.get(&job.pipeline.id).copied().unwrap_or_default().to_owned();
        Ok(VerifiedJobV1 {
            trigger,
            fingerprint: recorded.fingerprint.clone(),
            unit: recorded.unit.clone(),
            job: recorded.job.clone(),
            names,
            url: job.web_url.clone(),
            pipeline: record.pipeline,
            pipeline_url: record.pipeline_url.clone(),
            commit: record.commit.clone(),
            r#ref: job.r#ref.clone(),
            tag: job.tag,
            protected: !job.tag && self.answers.protected.contains(&job.r#ref),
            source: self.source.clone(),
            finished,
            units: record.units.clone(),
        })
    }

    fn check(&self, job: &ApiJob, recorded: &PassedJobV1) -> Result<(), String> {
        let id = job.id;
        if job.status != "success" {
            return Err(format!("GitLab reports that job {id} is `{}`", job.status));
        }
        if job.allow_failure {
            return Err(format!("job {id} was allowed to fail"));
        }
        if !is_copy(&job.name, &recorded.job) {
            return Err(format!("job {id} is `{}`, but the record has `{}`", job.name, recorded.job));
        }
        if !self.planned.contains_key(&job.pipeline.id) {
            return Err(format!("job {id} is of a pipeline that a job of the child started"));
        }
        if job.commit.id != self.record.commit || job.pipeline.sha != self.record.commit {
            return Err(format!("job {id} is of commit {}", job.commit.id));
        }
        if job.r#ref != self.record.r#ref {
            return Err(format!("job {id} is of `{}`, and the record of `{}`", job.r#ref, self.record.r#ref));
        }
        Ok(())
    }

    /// Returns `true` if no other job of the pipeline is a copy of the same job.
    fn has_all_copies(&self, recorded: &PassedJobV1) -> bool {
        let recorded_ids: HashSet<&u64> = recorded.ids.iter().collect();
        let mut copies = self.ids.get(recorded.job.as_str()).into_iter().flatten();
        copies.all(|id| recorded_ids.contains(id))
    }
}

/// Returns `true` for a job that is neither manual nor was allowed to do what it did, and that has not passed.
fn is_open(status: &str, allow_failure: bool) -> bool {
    match status {
        "success" | "manual" => false,
        "failed" => !allow_failure,
        _ => true,
    }
}

/// Returns `true` if a job of GitLab is this job, or a copy of it by `parallel`.
fn is_copy(name: &str, job: &str) -> bool {
    name == job || parallel_base(name).is_some_and(|(base, _)| base == job)
}

#[cfg(test)]
mod tests;
