//! Jobs that have failed: what passed before does not count any more. Nothing has to be proven for that, since it only makes more
//! run: a record is believed whose own jobs do not count, and where GitLab does not say how a job ended, it may have failed.

use super::answers::ApiAnswers;
use super::format::{FailedJobV1, PassedV1};
use super::time::seconds;
use nestling_gitlab::pipeline::need::parallel_base;
use std::collections::{HashMap, HashSet};

/// Returns the jobs of a record that have failed, according to the record, or to GitLab now: after a job has passed, it may have
/// been retried.
pub(super) fn failures(record: &PassedV1, answers: &ApiAnswers) -> Vec<FailedJobV1> {
    let named: Vec<(&str, &str)> = record
        .jobs
        .iter()
        .map(|job| (job.fingerprint.as_str(), job.job.as_str()))
        .chain(record.unpassed.iter().map(|job| (job.fingerprint.as_str(), job.job.as_str())))
        .collect();
    let of_record = |fingerprint: &str| FailedJobV1 {
        fingerprint: fingerprint.to_owned(),
        pipeline: record.pipeline,
        finished: None,
        unknown: false,
    };
    let Some(failed) = failed_jobs(record.pipeline, answers) else {
        let believed: HashSet<&str> = record.failed.iter().map(String::as_str).collect();
        let others = named.iter().filter(|(fingerprint, _)| !believed.contains(fingerprint));
        let unknown = others.map(|(fingerprint, _)| FailedJobV1 { unknown: true, ..of_record(fingerprint) });
        return believed.iter().map(|fingerprint| of_record(fingerprint)).chain(unknown).collect();
    };
    let known: HashSet<&str> = named.iter().map(|(fingerprint, _)| *fingerprint).collect();
    let unnamed = record.failed.iter().filter(|fingerprint| !known.contains(fingerprint.as_str()));
    let mut failures: Vec<FailedJobV1> = unnamed.map(|fingerprint| of_record(fingerprint)).collect();
    for (fingerprint, job) in named {
        if let Some(finished) = failed.get(job) {
            failures.push(FailedJobV1 { finished: *finished, ..of_record(fingerprint) });
        }
    }
    failures
}

/// Returns the time when each failed job of the child pipelines ended, by its name and that of the job that it is a copy of; `None`
/// where GitLab does not say how the jobs ended.
fn failed_jobs(pipeline: u64, answers: &ApiAnswers) -> Option<HashMap<&str, Option<u64>>> {
    let children = answers.children(pipeline);
    if children.is_empty() {
        return None;
    }
    let mut failed: HashMap<&str, Option<u64>> = HashMap::new();
    for child in &children {
        let jobs = answers.jobs.get(child).filter(|jobs| !jobs.is_empty())?;
        for job in jobs.iter().filter(|job| job.status == "failed") {
            let ended = job.finished_at.as_deref().and_then(seconds);
            let base = parallel_base(&job.name).map(|(base, _)| base);
            for name in base.into_iter().chain([job.name.as_str()]) {
                let newest = failed.entry(name).or_insert(ended);
                *newest = (*newest).max(ended);
            }
        }
    }
    Some(failed)
}
