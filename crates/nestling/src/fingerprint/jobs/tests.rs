use crate::{ChangeRequest, Fingerprint, Project, Repository};
use nestling_git::testing::Fixture;
use std::collections::BTreeMap;

/// Returns the fingerprint of each job of a repository with one unit whose file has this text, or why there is none.
fn jobs(unit: &str) -> BTreeMap<String, Result<Fingerprint, String>> {
    of(&[("api/nestling.yml", unit), ("nestling.yml", "workspace: { stages: [build, test, deploy] }")])
}

fn of(files: &[(&str, &str)]) -> BTreeMap<String, Result<Fingerprint, String>> {
    let fixture = Fixture::new();
    files.iter().for_each(|(path, text)| fixture.write(path, text));
    fixture.commit("one");
    let repository = Repository::discover(&fixture.root).unwrap();
    let project = Project::open(&repository, ChangeRequest::local().head("HEAD").everything()).unwrap();
    let plan = project.plan(project.changes().unwrap()).fingerprints().run().unwrap();
    assert!(!plan.has_errors(), "{:?}", plan.diagnostics);
    let prints = plan.fingerprints.unwrap().jobs;
    let named = plan.pipeline.jobs.iter().zip(prints);
    named.map(|(job, print)| (job.name.to_string(), print.map_err(|none| none.why))).collect()
}

fn of_job(job: &str) -> Result<Fingerprint, String> {
    // The unit's own file is one of its files, so the job is in a template.
    let files = [
        ("nestling.yml", "workspace: { templates: [ci], stages: [build, test, deploy] }"),
        ("api/nestling.yml", "unit: { use: job }"),
        ("ci/job.yml", &format!("job: {{ script: make, {job} }}")),
    ];
    of(&files).remove("api:job").unwrap()
}

#[test]
fn what_a_job_does_counts_and_when_it_runs_does_not() {
    let plain = of_job("tags: []");
    for same in [
        "tags: [], stage: build",
        "tags: [], retry: 2",
        "tags: [], timeout: 1h",
        "tags: [], interruptible: true",
        "tags: [], rules: [{ when: always }]",
    ] {
        assert_eq!(of_job(same), plain, "{same}");
    }
    for other in [
        "tags: [docker]",
        "tags: [], image: alpine",
        "tags: [], variables: { A: 1 }",
        "tags: [], allow_failure: true",
    ] {
        assert_ne!(of_job(other), plain, "{other}");
    }
    let group = of_job("tags: [], resource_group: one");
    assert_eq!(group, Err("jobs with `resource_group` are never omitted".to_owned()));
    assert_ne!(of_job("variables: { A: 1 }"), of_job("variables: { A: 2 }"));
    assert_ne!(of_job("variables: { A: yes }"), of_job("variables: { A: 'yes' }"));
}

#[test]
fn variables_of_the_rule_that_holds_count() {
    let with = |value: &str| {
        of_job(&format!(
            "rules: [{{ if: $CI_COMMIT_TAG, variables: {{ A: x }} }}, {{ variables: {{ A: {value} }} }}]"
        ))
    };
    assert_eq!(with("1"), of_job("variables: { A: 1 }"));
    assert_ne!(with("1"), with("2"));
    assert_eq!(
        of_job("rules: [{ if: $MINE }]"),
        Err("its rules depend on values that are not known yet".to_owned())
    );
}

#[test]
fn a_job_depends_on_the_jobs_that_it_needs() {
    let unit = |script: &str| {
        format!(
            "a: {{ stage: build, script: {script}, artifacts: {{ paths: [x] }} }}\n\
             b: {{ stage: build, script: make }}\n\
             needing: {{ stage: test, needs: [a], script: make }}\n\
             after: {{ stage: test, script: make }}\n\
             apart: {{ stage: test, needs: [b], script: make }}\n\
             without: {{ stage: test, dependencies: [], script: make }}\n"
        )
    };
    let files = |script: &str| {
        of(&[
            ("nestling.yml", "workspace: { templates: [ci], stages: [build, test] }"),
            ("api/nestling.yml", "unit: { use: jobs }"),
            ("ci/jobs.yml", &unit(script)),
        ])
    };
    let (one, other) = (files("make"), files("other"));
    let differing: Vec<&str> =
        one.iter().filter(|(name, print)| other[*name] != **print).map(|(name, _)| name.as_str()).collect();
    // Without `needs`, a job waits for all earlier stages, whatever artifacts it takes.
    assert_eq!(differing, ["api:a", "api:after", "api:needing", "api:without"]);
}

#[test]
fn the_copies_that_a_job_needs_count() {
    let needing = |system: &str| {
        let template = format!(
            "a: {{ stage: build, script: make, parallel: {{ matrix: [{{ OS: [x, y] }}] }}, artifacts: {{ paths: [x] }} }}\n\
             needing: {{ stage: test, needs: [{{ job: a, parallel: {{ matrix: [{{ OS: {system} }}] }} }}], script: make }}\n"
        );
        let files = [
            ("nestling.yml", "workspace: { templates: [ci], stages: [build, test] }"),
            ("api/nestling.yml", "unit: { use: jobs }"),
            ("ci/jobs.yml", &*template),
        ];
        of(&files).remove("api:needing").unwrap().unwrap()
    };
    assert_eq!(needing("x"), needing("x"));
    assert_ne!(needing("x"), needing("y"));
    assert_ne!(needing("x"), needing("[x, y]"));
}

#[test]
fn what_is_not_known_content_has_no_fingerprint() {
    let cases = [
        (
            "t: { script: x, needs: [{ project: a/b, job: c, ref: main, artifacts: true }] }",
            "it needs jobs of other pipelines",
        ),
        ("t: { script: x, rules: [{ if: $CI_COMMIT_TAG }] }\nu: { script: x }", "its rules exclude it"),
    ];
    for (unit, why) in cases {
        assert_eq!(jobs(unit)["api:t"], Err(why.to_owned()), "{unit}");
    }
    let root = of(&[
        (
            "nestling.yml",
            "workspace: { stages: [build, test] }\n---\nown: { stage: build, script: x, artifacts: { paths: [x] } }\n",
        ),
        ("api/nestling.yml", "t: { stage: test, script: x }\nu: { stage: test, script: x, needs: [] }"),
    ]);
    assert_eq!(root["own"], Err("it does not belong to a unit".to_owned()));
    assert_eq!(root["api:t"], Err("`own` has none: it does not belong to a unit".to_owned()));
    assert!(root["api:u"].is_ok());
}

#[test]
fn the_parent_is_part_of_every_job() {
    let with = |parent: &str| {
        of(&[
            ("nestling.yml", "workspace: {}"),
            ("api/nestling.yml", "t: { script: x }"),
            (".gitlab-ci.yml", parent),
        ])
    };
    assert_ne!(with("a: { script: x }")["api:t"], with("a: { script: y }")["api:t"]);
    let unpinned = with("include: { project: a/b, file: c.yml }")["api:t"].clone().unwrap_err();
    assert!(unpinned.contains("which can change"), "{unpinned}");
}

#[test]
fn files_that_are_not_committed_have_no_fingerprint() {
    let fixture = Fixture::new();
    fixture.write("nestling.yml", "workspace: {}");
    fixture.write("api/nestling.yml", "t: { script: x }");
    fixture.commit("one");
    let repository = Repository::discover(&fixture.root).unwrap();
    let prints = || {
        let project = Project::open(&repository, ChangeRequest::local().everything()).unwrap();
        project.plan(project.changes().unwrap()).fingerprints().run().unwrap().fingerprints.unwrap()
    };
    assert_eq!(prints().units.len(), 1);
    fixture.write("api/new", "1");
    assert!(prints().units.is_empty());
    assert_eq!(prints().jobs[0].clone().unwrap_err().why, "files in the work tree are not committed");
}
