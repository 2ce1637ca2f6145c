//! Records that a member of the project makes up: none of them counts.

use super::*;

/// A member forges: the branch makes every job of the unit pass, and writes down the fingerprint that main will have.
fn forged(files: &[(&str, &str)], then: &[(&str, &str)]) -> String {
    let honest = Simulated::new(&[]).change(&[]);
    let (claimed, _) = honest.merge_request();
    let forging = Simulated::new(&[]).change(files);
    let (theirs, answers) = forging.merge_request();
    let mut record = PassedV1 { commit: forging.feature.clone(), units: theirs.units, ..claimed };
    let mut of_gitlab = answers["jobs"].as_array().unwrap().iter();
    let job = of_gitlab.find(|job| job["name"] == "api:test").unwrap();
    record.jobs.retain(|job| job.job == "api:test");
    record.jobs[0].ids = vec![job["id"].as_u64().unwrap()];
    // What is merged then is what was claimed.
    for (path, text) in then {
        forging.fixture.write(path, text);
    }
    forging.fixture.commit("as if nothing had been");
    let plan = forging.main(verified(&record, &answers), NOW);
    assert!(names(&plan).contains(&"api:test"), "{files:?}");
    kept(&plan, "api:test")
}

#[test]
fn a_branch_that_changes_what_the_job_does_makes_no_record_that_counts() {
    let easy =
        "plan: { script: nestling generate }\nchild: { trigger: { include: [{ local: easy.yml }] } }\n";
    let why = forged(
        &[(".gitlab-ci.yml", easy), ("easy.yml", "api:test: { script: 'true' }\n")],
        &[(".gitlab-ci.yml", PARENT)],
    );
    assert!(why.contains("the trigger job that starts the child is not known"), "{why}");
    let template = TEMPLATE.replace("make test", "'true'");
    let why = forged(&[("ci/job.yml", &template)], &[("ci/job.yml", TEMPLATE)]);
    assert!(why.contains("its fingerprint is another"), "{why}");
    let why = forged(&[("api/Makefile", "test: ; true")], &[]);
    assert!(why.contains("no pipeline has passed it") || why.contains("its fingerprint is another"), "{why}");
}

#[test]
fn templates_that_know_their_pipeline_make_no_record_that_counts() {
    for condition in [
        "pipeline.mr.source_branch == 'feature'",
        "pipeline.kind == 'merge_request'",
        "unit.changed_files",
        "unit['changed' ~ '_files']",
        "unit.reasons | length > 0",
        "(unit | tojson | length) > 70",
    ] {
        let script = format!("\"${{{{ 'true' if {condition} else 'make test' }}}}\"");
        let template = TEMPLATE.replace("script: make test", &format!("script: {script}"));
        let why = forged(&[("ci/job.yml", &template)], &[("ci/job.yml", TEMPLATE)]);
        assert!(
            why.contains("it has no fingerprint") || why.contains("its fingerprint is another"),
            "{condition}: {why}"
        );
    }
}

#[test]
fn rules_that_ask_for_the_branch_of_a_merge_request_make_no_record_that_counts() {
    for condition in
        ["$CI_MERGE_REQUEST_SOURCE_BRANCH_NAME == 'feature'", "$CI_COMMIT_REF_NAME == 'feature'", "$MINE"]
    {
        let rules = format!(
            "test: {{ rules: [{{ if: \"{condition}\", variables: {{ EASY: 1 }} }}, {{ when: on_success }}],"
        );
        let template = TEMPLATE.replace("test: {", &rules);
        let why = forged(&[("ci/job.yml", &template)], &[("ci/job.yml", TEMPLATE)]);
        assert!(
            why.contains("it has no fingerprint") || why.contains("its fingerprint is another"),
            "{condition}: {why}"
        );
    }
}

#[test]
fn templates_of_a_revision_that_can_move_make_no_record_that_counts() {
    let moving = WORKSPACE.replace("templates: [ci]", "templates: [{ git: refs/heads/feature, path: ci }]");
    let why = forged(&[("nestling.yml", &moving)], &[("nestling.yml", WORKSPACE)]);
    assert!(why.contains("of another revision") || why.contains("its fingerprint is another"), "{why}");
}
