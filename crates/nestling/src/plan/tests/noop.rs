//! The job that does nothing, beside jobs that may be kept out.

use super::{NOOP_JOB, Repo, jobs, planned};

/// A job that only other pipelines run, beside the only unit that changed: GitLab would refuse the empty child.
#[test]
fn a_pipeline_without_a_certain_job_gets_one_that_does_nothing() {
    for (rules, wanted) in [
        ("rules: [{ if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH }]", vec!["u:apply", NOOP_JOB]),
        ("only: [main]", vec!["u:apply", NOOP_JOB]),
        ("rules: [{ if: $NIGHTLY }]", vec!["u:apply", NOOP_JOB]),
        ("rules: [{ exists: [Makefile] }]", vec!["u:apply", NOOP_JOB]),
        ("rules: [{ exists: [u/*.yml] }]", vec!["u:apply"]),
        // In a merge request GitLab compares as Nestling does.
        ("rules: [{ changes: [u/**/*] }]", vec!["u:apply"]),
        ("rules: [{ changes: [docs/**/*] }]", vec!["u:apply", NOOP_JOB]),
        ("rules: [{ changes: { paths: [u/**/*], compare_to: main } }]", vec!["u:apply", NOOP_JOB]),
        ("rules: [{ if: $CI_MERGE_REQUEST_IID }]", vec!["u:apply"]),
        ("when: on_success", vec!["u:apply"]),
    ] {
        let unit = format!("unit: {{}}\n---\napply: {{ script: make apply, {rules} }}\n");
        let base = Repo::default().with("nestling.yml", "workspace: {}\n").with("u/nestling.yml", &unit);
        let head = base.clone().edit("u/nestling.yml", "make apply", "make");
        let plan = planned(&base, &head, "merge_request", true);
        assert_eq!(jobs(&plan), wanted, "{rules}");
    }
}

/// The job says what is true: "no unit is affected" only where none is selected.
#[test]
fn the_job_that_does_nothing_says_why() {
    let workspace = "workspace: { environments: { live: { when: default_branch } } }\n";
    for (job, changed, wanted) in [
        ("script: x", false, "No unit is affected by this change."),
        ("script: x, environment: [live]", true, "The affected units have no jobs in this kind of pipeline."),
        ("script: x, stage: .post", true, "All other jobs are in the stages .pre and .post."),
        (
            "script: x, rules: [{ if: $CI_COMMIT_TAG }]",
            true,
            "The rules of all other jobs exclude them from this pipeline.",
        ),
        (
            "script: x, rules: [{ if: $NIGHTLY }]",
            true,
            "The rules of all other jobs may exclude them from this pipeline.",
        ),
    ] {
        let unit = format!("unit: {{}}\n---\napply: {{ {job} }}\n");
        let base = Repo::default().with("nestling.yml", workspace).with("u/nestling.yml", &unit);
        let mut head = base.clone();
        if changed {
            head = head.edit("u/nestling.yml", "script: x", "script: y");
        }
        let plan = planned(&base, &head, "merge_request", true);
        let noop = plan.pipeline.job(NOOP_JOB).expect(job);
        let script = noop.body.get("script").unwrap().as_seq().unwrap()[0].text().unwrap().to_owned();
        assert_eq!(script, format!("echo \"{wanted}\""), "{job}");
    }
}
