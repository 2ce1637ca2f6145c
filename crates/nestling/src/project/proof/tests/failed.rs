//! Failures since a job has passed: whatever a record of them lacks, the job runs.

use super::*;

/// A record of a later pipeline in which the job of the merge request had this status, and what GitLab answers about it.
fn later(record: &PassedV1, answers: &Value, status: &str) -> (PassedV1, Value) {
    let mut later = PassedV1 { pipeline: 200, ..record.clone() };
    let mut of_gitlab = answers.clone();
    of_gitlab["bridges"][0]["pipeline"]["id"] = json!(200);
    of_gitlab["bridges"][0]["downstream_pipeline"]["id"] = json!(201);
    for job in of_gitlab["jobs"].as_array_mut().unwrap() {
        job["pipeline"]["id"] = json!(201);
        job["id"] = json!(job["id"].as_u64().unwrap() + 1000);
        job["finished_at"] = json!("2026-11-30T01:00:00Z");
        if job["name"] == "api:test" {
            job["status"] = json!(status);
        }
    }
    later.jobs.iter_mut().flat_map(|job| &mut job.ids).for_each(|id| *id += 1000);
    if status != "success" {
        let failed = later.jobs.iter().position(|job| job.job == "api:test").unwrap();
        let failed = later.jobs.remove(failed);
        later.failed.push(failed.fingerprint.clone());
        later.unpassed.push(crate::UnpassedJobV1 { fingerprint: failed.fingerprint, job: failed.job });
    }
    (later, of_gitlab)
}

/// Plans main with the record of a passed pipeline and that of a later one, after a change of the later one.
fn plan(status: &str, change: impl FnOnce(&mut PassedV1, &mut ApiAnswers)) -> Plan {
    let project = Simulated::new(&[]).change(&[]);
    let (record, answers) = project.merge_request();
    let (mut later, of_later) = later(&record, &answers, status);
    let mut all = answers_of(&answers);
    all.jobs.insert(201, serde_json::from_value(of_later["jobs"].clone()).unwrap());
    all.bridges.insert(200, serde_json::from_value(of_later["bridges"].clone()).unwrap());
    change(&mut later, &mut all);
    let files = [&record, &later]
        .map(|record| (format!("{}.json", record.pipeline), serde_json::to_vec(record).unwrap()));
    project.main(verify(&files, &all, "7"), NOW)
}

const FAILED: &str = "it has failed with the same content since, in pipeline 200";
const UNKNOWN: &str = "GitLab does not report how it ended with the same content since, in pipeline 200";

#[test]
fn a_job_that_failed_with_the_same_content_since_runs() {
    assert!(kept(&plan("failed", |_, _| {}), "api:test").contains(FAILED));
    for status in ["success", "canceled", "skipped"] {
        let is_counted = status == "success";
        let plan = plan(status, |record, _| record.failed.clear());
        assert!(
            !names(&plan).contains(&"api:test"),
            "{status}: a pass is {is_counted} in it, and none is a failure"
        );
    }
}

#[test]
fn the_failure_of_a_pipeline_that_proves_nothing_counts() {
    for source in ["web", "api", "trigger", "parent_pipeline"] {
        let plan = plan("failed", |_, answers| {
            answers.bridges.get_mut(&200).unwrap()[0].pipeline.source = Some(source.to_owned());
        });
        assert!(kept(&plan, "api:test").contains(FAILED), "{source}: {}", kept(&plan, "api:test"));
    }
    let other_commit = plan("failed", |record, _| record.commit = "1".repeat(40));
    assert!(kept(&other_commit, "api:test").contains(FAILED));
    let other_project = plan("failed", |record, _| record.project = "8".to_owned());
    assert!(!names(&other_project).contains(&"api:test"), "what is of another project says nothing");
}

#[test]
fn where_gitlab_does_not_say_how_a_job_ended_it_may_have_failed() {
    for status in ["failed", "success"] {
        let expected = if status == "failed" { FAILED } else { UNKNOWN };
        let refused = plan(status, |_, answers| drop(answers.bridges.remove(&200)));
        assert!(kept(&refused, "api:test").contains(expected), "{}", kept(&refused, "api:test"));
        let gone = plan(status, |_, answers| answers.bridges.get_mut(&200).unwrap().clear());
        assert!(kept(&gone, "api:test").contains(expected), "{}", kept(&gone, "api:test"));
        let without_jobs = plan(status, |_, answers| drop(answers.jobs.remove(&201)));
        assert!(kept(&without_jobs, "api:test").contains(expected), "{}", kept(&without_jobs, "api:test"));
    }
}

#[test]
fn a_retry_is_as_gitlab_says() {
    let status = |answers: &mut ApiAnswers, pipeline: u64, status: &str| {
        let jobs = answers.jobs.get_mut(&pipeline).unwrap();
        jobs.iter_mut().find(|job| job.name == "api:test").unwrap().status = status.to_owned();
    };
    // It had passed, and was retried after it was recorded.
    let failed_then = plan("success", |_, answers| status(answers, 201, "failed"));
    assert!(kept(&failed_then, "api:test").contains(FAILED), "{}", kept(&failed_then, "api:test"));
    // It had failed, and was retried after it was recorded.
    let passed_then = plan("failed", |_, answers| status(answers, 201, "success"));
    assert!(!names(&passed_then).contains(&"api:test"));
    // A job of the older pipeline was retried after the newer one had passed.
    let older = plan("success", |_, answers| {
        let jobs = answers.jobs.get_mut(&101).unwrap();
        let job = jobs.iter_mut().find(|job| job.name == "api:test").unwrap();
        job.status = "failed".to_owned();
        job.finished_at = Some("2026-11-30T02:00:00Z".to_owned());
    });
    let expected = "it has failed with the same content since, in pipeline 100";
    assert!(kept(&older, "api:test").contains(expected), "{}", kept(&older, "api:test"));
}
