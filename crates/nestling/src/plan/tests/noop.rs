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
