//! A branch with `pipelines: { branch: unpassed }`: what a pipeline left undone, the next one makes up for.

use super::*;

/// Pushes a change of a file to main: its pipeline.
fn pushed(project: &Project, file: &str, id: u64) -> Pipeline {
    let before = project.repository.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let head = project.repository.write(file, &id.to_string()).commit("push");
    pipeline(id, &head, &[("CI_COMMIT_BRANCH", "main"), ("CI_COMMIT_BEFORE_SHA", before.as_str())])
}

/// Pushes a change of a file to main, and lets the pipeline end: its jobs, and what was said.
fn ended(project: &mut Project, file: &str, id: u64, failed: &str) -> (Vec<String>, String) {
    let pipeline = pushed(project, file, id);
    let (jobs, log) = project.plan(&pipeline, "job", &[]);
    let taken = project.finish(&pipeline, &jobs, failed, "job");
    assert!(said(&taken).contains("nestling-branches/main/record.json"), "{}", said(&taken));
    (jobs, log)
}

const ALL: [&str; 4] = ["api:test", "api:deploy", "web:test", "web:deploy"];

#[test]
fn main_fails_in_one_unit_and_a_push_to_another_runs_both() {
    let keys = ", pipelines: { branch: unpassed }";
    let test = "main_fails_in_one_unit_and_a_push_to_another_runs_both";
    let Some(mut project) = Project::with(keys, test) else { return };
    let (jobs, log) = ended(&mut project, "api/main.c", 100, "");
    assert_eq!(jobs, ALL, "{log}");
    assert!(
        log.contains("everything is owed on `main`, since there is no record of a pipeline of `main`"),
        "{log}"
    );
    let (jobs, log) = ended(&mut project, "api/main.c", 200, "api:test");
    assert_eq!(jobs, ["api:test", "api:deploy"], "{log}");
    let (jobs, log) = ended(&mut project, "web/main.c", 300, "");
    assert_eq!(jobs, ALL, "{log}");
    assert!(log.contains("owed since pipeline 200, in which `api:test` did not pass"), "{log}");
    // It is canceled: there is no record, and what it was to run is still owed.
    pushed(&project, "api/main.c", 400);
    let last = pushed(&project, "web/main.c", 500);
    let explained = project.job(&last, "job", "nestling explain api --passed passed", &[]);
    assert!(said(&explained).contains("api/main.c changed"), "{}", said(&explained));
    let (jobs, log) = project.plan(&last, "job", &[]);
    assert_eq!(jobs, ALL, "{log}");
    assert!(log.contains("base is the commit of pipeline 300 of main"), "{log}");
    project.finish(&last, &jobs, "", "job");
    let (jobs, log) = ended(&mut project, "README.md", 600, "");
    assert_eq!(jobs, ["nothing to do"], "{log}");
}

#[test]
fn many_merge_requests_do_not_push_out_the_record_of_a_branch() {
    let keys = ", pipelines: { branch: unpassed }";
    let test = "many_merge_requests_do_not_push_out_the_record_of_a_branch";
    let Some(mut project) = Project::with(keys, test) else { return };
    ended(&mut project, "api/main.c", 100, "");
    for id in [200, 202] {
        let taken = merge_request(&mut project, id, "job");
        assert!(!said(&taken).contains("nestling-branches"), "{}", said(&taken));
    }
    project.repository.git(&["checkout", "--quiet", "main"]);
    let next = pushed(&project, "web/main.c", 300);
    let (jobs, log) = project.plan(&next, "job", &[("NESTLING_PASSED_RECORDS", "1")]);
    assert_eq!(jobs, ["web:test", "web:deploy"], "{log}");
    // The owner of the project allows no second file of one name: the list of all records has it.
    std::fs::write(project.folder.path().join("unique"), "").unwrap();
    let taken = project.finish(&next, &jobs, "web:test", "job");
    assert!(
        said(&taken).contains("nothing is recorded for branch main: GitLab answers 403"),
        "{}",
        said(&taken)
    );
    let after = pushed(&project, "README.md", 400);
    let (jobs, log) = project.plan(&after, "job", &[]);
    assert_eq!(jobs, ["web:test", "web:deploy"], "{log}");
    // Nothing can be read: everything runs, and the log says why.
    let (jobs, log) = project.plan(&after, "none", &[]);
    assert_eq!(jobs, ALL, "{log}");
    assert!(log.contains("since there is no record of a pipeline of `main`"), "{log}");
}
