//! Compares records with what GitLab says about their jobs. Anybody who can push can write a record; what GitLab answers about
//! the status of a job, nobody can.

use super::answers::{ApiAnswers, ApiJob};
use super::format::{
    FailedJobV1, PassedJobV1, PassedV1, RefusedV1, VERSION, VerifiedJobV1, VerifiedPipelineV1, VerifiedV1,
};
use super::time::seconds;
use nestling_gitlab::pipeline::need::parallel_base;
use std::collections::HashMap;

/// Sources of pipelines whose records count. Others start with variables that somebody chose.
const SOURCES: [&str; 3] = ["push", "merge_request_event", "schedule"];

/// Verifies records, each with the name of its file.
///
/// A job counts if GitLab says that it is a job of this project, that the parent pipeline of the record started its pipeline by a
/// trigger job, that all its copies have passed and were not allowed to fail, and that its commit and reference are those of the
/// record.
pub fn verify(records: &[(String, Vec<u8>)], answers: &ApiAnswers, project: &str) -> VerifiedV1 {
    let mut verified = VerifiedV1 { format: VERSION, project: project.to_owned(), ..VerifiedV1::default() };
    for (file, bytes) in records {
        match read(bytes).and_then(|record| of_pipeline(record, answers, project)) {
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
        return Err(format!("its format is {format}, and this version reads {VERSION}"));
    }
    serde_json::from_value(value).map_err(|error| format!("it is no record: {error}"))
}

/// A record whose pipeline GitLab knows.
struct KnownPipeline<'a> {
    record: PassedV1,
    answers: &'a ApiAnswers,
    /// The jobs of its child pipelines, by id.
    jobs: HashMap<u64, &'a ApiJob>,
    source: String,
}

fn of_pipeline<'a>(
    record: PassedV1,
    answers: &'a ApiAnswers,
    project: &str,
) -> Result<KnownPipeline<'a>, String> {
    if record.project != project {
        return Err(format!("it is of project {}, and this is {project}", record.project));
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
    let jobs = children.iter().filter_map(|child| Some((child, answers.jobs.get(child)?)));
    let of_child = |(child, jobs): (&u64, &'a Vec<ApiJob>)| {
        let child = *child;
        jobs.iter().filter(move |job| job.pipeline.id == child).map(|job| (job.id, job))
    };
    Ok(KnownPipeline { jobs: jobs.flat_map(of_child).collect(), record, answers, source })
}

impl KnownPipeline<'_> {
    fn verify(&self, file: &str, verified: &mut VerifiedV1) {
        verified.pipelines.push(self.job_names());
        let failed = |fingerprint: &String| FailedJobV1 {
            fingerprint: fingerprint.clone(),
            pipeline: self.record.pipeline,
        };
        verified.failed.extend(self.record.failed.iter().map(failed));
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

    /// Returns the names of all jobs: what a job took of others must have been there.
    fn job_names(&self) -> VerifiedPipelineV1 {
        let mut names: Vec<(&str, bool)> =
            self.jobs.values().map(|job| (job.name.as_str(), job.status == "success")).collect();
        names.sort_unstable();
        let of = |status: bool| {
            names.iter().filter(|(_, passed)| *passed == status).map(|(name, _)| (*name).to_owned()).collect()
        };
        VerifiedPipelineV1 { id: self.record.pipeline, passed: of(true), others: of(false) }
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
        let Some(job) = first else { return Err("it names no job of GitLab".to_owned()) };
        if !self.has_all_copies(recorded) {
            return Err(format!("it does not name all copies of `{}`", recorded.job));
        }
        Ok(VerifiedJobV1 {
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
            return Err(format!("GitLab says that job {id} is `{}`", job.status));
        }
        if job.allow_failure {
            return Err(format!("job {id} was allowed to fail"));
        }
        if !is_copy(&job.name, &recorded.job) {
            return Err(format!("job {id} is `{}`, and the record says `{}`", job.name, recorded.job));
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
        let mut copies = self.jobs.values().filter(|job| is_copy(&job.name, &recorded.job));
        copies.all(|job| recorded.ids.contains(&job.id))
    }
}

/// Returns `true` if a job of GitLab is this job, or a copy of it by `parallel`.
fn is_copy(name: &str, job: &str) -> bool {
    name == job || parallel_base(name).is_some_and(|(base, _)| base == job)
}

#[cfg(test)]
mod tests;
