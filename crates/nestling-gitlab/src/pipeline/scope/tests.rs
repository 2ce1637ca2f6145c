use crate::pipeline::scope::{Place, rename_jobs};
use crate::testing::{map, shown_map};

/// The jobs of the unit `u` are called `build`, `test`, `stop`, `plan`, `.base` and `odd 1/2`.
fn rename(name: &str) -> Option<String> {
    ["build", "test", "stop", "plan", ".base", "odd 1/2"].contains(&name).then(|| format!("u:{name}"))
}

fn renamed(text: &str) -> (String, Vec<(String, Place)>) {
    let mut body = map(text);
    let unknown = rename_jobs(&mut body, &mut |name, _| rename(name));
    (shown_map(&body), unknown.into_iter().map(|unknown| (unknown.name, unknown.place)).collect())
}

#[test]
fn every_place_that_names_a_job_gets_the_new_name() {
    for (text, want) in [
        ("{needs: [build]}", "{needs: [u:build]}"),
        ("{needs: [build, test]}", "{needs: [u:build, u:test]}"),
        ("{needs: {job: build}}", "{needs: {job: u:build}}"),
        ("{needs: [{job: build, artifacts: false}]}", "{needs: [{job: u:build, artifacts: false}]}"),
        ("{needs: [{job: build, optional: true}]}", "{needs: [{job: u:build, optional: true}]}"),
        (
            "{needs: [{job: build, parallel: {matrix: [{A: test}]}}]}",
            "{needs: [{job: u:build, parallel: {matrix: [{A: test}]}}]}",
        ),
        ("{dependencies: [build, 'test 1/2']}", "{dependencies: [u:build, u:test 1/2]}"),
        ("{extends: .base}", "{extends: u:.base}"),
        ("{extends: [.base, build]}", "{extends: [u:.base, u:build]}"),
        ("{environment: {name: build, on_stop: stop}}", "{environment: {name: build, on_stop: u:stop}}"),
        (
            "{trigger: {include: [{artifact: a.yml, job: plan}]}}",
            "{trigger: {include: [{artifact: a.yml, job: u:plan}]}}",
        ),
        (
            "{trigger: {include: {artifact: a.yml, job: plan}}}",
            "{trigger: {include: {artifact: a.yml, job: u:plan}}}",
        ),
        ("{script: [!reference [build, script], test]}", "{script: [!reference [u:build, script], test]}"),
        (
            "{variables: {A: !reference [.base, variables, test]}}",
            "{variables: {A: !reference [u:.base, variables, test]}}",
        ),
        // Parallel names: a job of just that name first, then the job that is multiplied.
        ("{needs: ['build 1/3']}", "{needs: [u:build 1/3]}"),
        ("{needs: ['odd 1/2']}", "{needs: [u:odd 1/2]}"),
        ("{needs: [\"build: [linux, x64]\"]}", "{needs: [u:build: [linux, x64]]}"),
        ("{needs: [{job: \"build: [a]\"}]}", "{needs: [{job: u:build: [a]}]}"),
        // Needs that rules bring.
        (
            "{rules: [{if: $A, needs: [build]}, {needs: [{job: test}]}]}",
            "{rules: [{if: $A, needs: [u:build]}, {needs: [{job: u:test}]}]}",
        ),
        // Other pipelines have names of their own, and other places name no jobs.
        ("{needs: [{pipeline: $P, job: build}]}", "{needs: [{pipeline: $P, job: build}]}"),
        (
            "{needs: [{project: a/b, ref: main, job: build}]}",
            "{needs: [{project: a/b, ref: main, job: build}]}",
        ),
        ("{stage: build, tags: [test], script: [build]}", "{stage: build, tags: [test], script: [build]}"),
        ("{environment: build, resource_group: test}", "{environment: build, resource_group: test}"),
        ("{trigger: {include: build, project: test}}", "{trigger: {include: build, project: test}}"),
        ("{trigger: build}", "{trigger: build}"),
        ("{variables: {needs: [build], job: build}}", "{variables: {needs: [build], job: build}}"),
        (
            "{environment: {name: x, on_stop: null}, extends: null, dependencies: []}",
            "{environment: {name: x, on_stop: null}, extends: null, dependencies: []}",
        ),
    ] {
        assert_eq!(renamed(text), (want.to_owned(), Vec::new()), "{text}");
    }
}

#[test]
fn what_nobody_knows_stays_and_is_told_with_its_place() {
    for (text, name, place) in [
        ("{needs: [x]}", "x", Place::Need),
        ("{needs: [{job: x}]}", "x", Place::Need),
        ("{needs: [{job: x, optional: true}]}", "x", Place::OptionalNeed),
        ("{needs: ['x 1/2']}", "x 1/2", Place::Need),
        ("{rules: [{needs: [x]}]}", "x", Place::Need),
        ("{dependencies: [x]}", "x", Place::Dependency),
        ("{environment: {name: a, on_stop: x}}", "x", Place::OnStop),
        ("{environment: {name: a, on_stop: stop 1/2}}", "stop 1/2", Place::OnStop),
        ("{trigger: {include: [{artifact: a.yml, job: x}]}}", "x", Place::TriggerInclude),
        ("{extends: [x]}", "x", Place::Extends),
        ("{script: [!reference [x, script]]}", "x", Place::Reference),
    ] {
        let before = shown_map(&map(text));
        assert_eq!(renamed(text), (before, vec![(name.to_owned(), place)]), "{text}");
    }
}

#[test]
fn a_new_name_that_yaml_would_read_as_something_else_is_a_string() {
    let mut body = map("{needs: [build]}");
    rename_jobs(&mut body, &mut |_, _| Some("12:30".to_owned()));
    assert_eq!(shown_map(&body), "{needs: [\"12:30\"]}");
}
