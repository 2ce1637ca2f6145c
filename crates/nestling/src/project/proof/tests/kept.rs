//! Jobs that stay, whatever has passed.

use super::*;

/// A branch publishes, something else is published, and the first content comes back.
#[test]
fn what_runs_only_on_a_branch_runs_again_where_its_content_comes_back() {
    let publish = format!(
        "{TEMPLATE}publish: {{ stage: deploy, script: make publish, needs: [], rules: [{{ if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH }}] }}\n"
    );
    let project = Simulated::new(&[("ci/job.yml", &publish)]).change(&[]);
    let (mut record, mut answers) = project.merge_request();
    // As if the pipeline of main had run with this content before.
    record.r#ref = "main".to_owned();
    for job in answers["jobs"].as_array_mut().unwrap() {
        job["ref"] = json!("main");
    }
    answers["bridges"][0]["pipeline"]["source"] = json!("push");
    let plan = project.main(verified(&record, &answers), NOW);
    assert!(kept(&plan, "api:test").contains("it is of `main` itself"), "{}", kept(&plan, "api:test"));
    assert!(names(&plan).contains(&"api:publish"));
}

#[test]
fn jobs_that_do_something_for_others_stay() {
    for (keywords, why) in [
        ("script: docker push image:$CI_COMMIT_SHORT_SHA", "it reads `CI_COMMIT_SHORT_SHA`"),
        ("script: make, cache: { key: a, paths: [x], policy: push }", "it fills a cache for other jobs"),
        ("script: make, variables: { GIT_STRATEGY: none }", "it has no checkout"),
        ("script: make, resource_group: one", "jobs with `resource_group` are never omitted"),
        ("script: make, inputs: { a: { default: b } }", "jobs with `inputs` are never omitted"),
        ("script: make, artifacts: { paths: [x] }", "`api:deploy`, which stays, takes its artifacts"),
        ("script: make, coverage: '/x/'", "its reports are the baseline of the default branch"),
        ("script: make, when: delayed, start_in: 1 minute", "it does not start automatically"),
        ("script: make, reuse: false", "none"),
    ] {
        let template = TEMPLATE.replace("script: make test", keywords);
        let project = Simulated::new(&[("ci/job.yml", &template)]).change(&[]);
        let (record, answers) = project.merge_request();
        let plan = project.main(verified(&record, &answers), NOW);
        assert!(names(&plan).contains(&"api:test"), "{keywords}");
        let is_without_policy = !plan.reuse.keys().any(|name| name.as_str() == "api:test");
        assert_eq!(is_without_policy, why == "none", "{keywords}");
        assert!(
            is_without_policy || kept(&plan, "api:test").contains(why),
            "{keywords}: {}",
            kept(&plan, "api:test")
        );
    }
}

#[test]
fn everything_runs_where_it_is_asked_for_and_on_schedules() {
    let project = Simulated::new(&[]).change(&[]);
    let (record, answers) = project.merge_request();
    let passed = Passed::of(verified(&record, &answers), NOW);
    let schedule = [("CI_PIPELINE_SOURCE", "schedule"), ("CI_COMMIT_BRANCH", "main")];
    let variables = project.variables(&schedule, &project.feature);
    let plan = project.plan(&variables, |planning| planning.passed(&passed).run().unwrap());
    assert_eq!(kept(&plan, "api:test"), "schedules run whole; ");
    let repository = Repository::discover(&project.fixture.root).unwrap();
    let branch = [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "main")];
    let request = ChangeRequest::from_ci(&project.variables(&branch, &project.feature)).everything();
    let opened = Project::open(&repository, request).unwrap();
    let plan = opened.plan(opened.changes().unwrap()).passed(&passed).run().unwrap();
    assert_eq!(kept(&plan, "api:test"), "all units were asked for; ");
}

#[test]
fn rules_that_a_record_does_not_show_are_the_reason() {
    for (keywords, why) in [
        (
            "script: make, rules: [{ changes: [api/**/*] }]",
            "it has `rules: changes`, and a record does not contain",
        ),
        (
            "script: make, rules: [{ if: $CI_COMMIT_REF_NAME =~ /feature|main/ }]",
            "its rules read the name of a branch, and a record does not show",
        ),
        ("script: make, rules: [{ if: $CI_COMMIT_TAG == null }]", "none"),
    ] {
        let template = TEMPLATE.replace("script: make test", keywords);
        let project = Simulated::new(&[("ci/job.yml", &template)]).change(&[]);
        let (record, answers) = project.merge_request();
        let plan = project.main(verified(&record, &answers), NOW);
        assert_eq!(names(&plan).contains(&"api:test"), why != "none", "{keywords}");
        assert!(
            why == "none" || kept(&plan, "api:test").starts_with(why),
            "{keywords}: {}",
            kept(&plan, "api:test")
        );
    }
}

#[test]
fn records_of_pipelines_whose_variables_somebody_chose_do_not_count() {
    let project = Simulated::new(&[]).change(&[]);
    let (record, mut answers) = project.merge_request();
    for source in ["schedule", "web", "api", "trigger", "pipeline"] {
        answers["bridges"][0]["pipeline"]["source"] = json!(source);
        let verified = verified(&record, &answers);
        assert!(verified.jobs.is_empty(), "{source}");
        let why = &verified.refused[0].why;
        assert_eq!(*why, format!("pipelines of source `{source}` do not count"));
    }
}
