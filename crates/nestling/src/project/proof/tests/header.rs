//! `reuse:` in the header of a template.

use super::*;

#[test]
fn the_header_of_a_template_decides_about_its_jobs_that_say_nothing() {
    let off = "workspace: { stages: [test, deploy], templates: [ci] }\n";
    let base = "test: { extends: .base, reuse: false, stage: test }\n.base: { script: make test }\n";
    let of_base = "test: { extends: .base, stage: test }\n.base: { script: make test, reuse: false }\n";
    for (workspace, header, template, is_left_out) in [
        (WORKSPACE, "spec: {}", TEMPLATE, true),
        (WORKSPACE, "spec: {}\nreuse: false", TEMPLATE, false),
        (WORKSPACE, "spec: {}\nreuse: { trust: protected }", TEMPLATE, false),
        (off, "spec: {}", TEMPLATE, false),
        (off, "spec: {}\nreuse: { trust: members }", TEMPLATE, true),
        (off, "spec: {}\nreuse: { trust: members }", base, false),
        (off, "spec: {}\nreuse: { trust: members }", of_base, false),
    ] {
        let text = format!("{header}\n---\n{template}");
        let project = Simulated::new(&[("nestling.yml", workspace), ("ci/job.yml", &text)]).change(&[]);
        let (record, answers) = project.merge_request();
        let plan = project.main(verified(&record, &answers), NOW);
        assert!(!plan.has_errors(), "{:?}", plan.diagnostics);
        assert_ne!(names(&plan).contains(&"api:test"), is_left_out, "{workspace}{text}");
        let emitted = plan.pipeline.jobs.iter().any(|job| job.body.get("reuse").is_some());
        assert!(!emitted, "GitLab does not know the keyword");
    }
}

#[test]
fn a_header_with_another_value_is_an_error_at_its_place() {
    let text = format!("spec: {{}}\nreuse: {{ trust: everybody }}\n---\n{TEMPLATE}");
    let project = Simulated::new(&[("ci/job.yml", &text)]).change(&[]);
    let variables = project.variables(&[("CI_COMMIT_BRANCH", "main")], &project.feature);
    let plan = project.plan(&variables, |planning| planning.run().unwrap());
    let problem =
        plan.diagnostics.iter().find(|problem| problem.message == "unknown `trust: everybody`").unwrap();
    assert_eq!(plan.sources.place(problem.origin().unwrap()), "ci/job.yml:2:17");
}

/// Returns what is wrong with the template's job `test` with these keywords.
fn problems(keywords: &str) -> Vec<String> {
    let template = TEMPLATE.replace("script: make test", &format!("script: make test, {keywords}"));
    let project = Simulated::new(&[("ci/job.yml", &template)]).change(&[]);
    let variables = project.variables(&[("CI_COMMIT_BRANCH", "main")], &project.feature);
    let plan = project.plan(&variables, |planning| planning.run().unwrap());
    let own = plan
        .diagnostics
        .iter()
        .filter(|problem| ["reuse", "resue"].iter().any(|word| problem.message.contains(word)));
    own.map(|problem| format!("{}: {}", problem.severity, problem.message)).collect()
}

#[test]
fn a_policy_without_effect_and_a_misspelt_one_are_reported() {
    let none: [&str; 0] = [];
    assert_eq!(problems("reuse: true"), none);
    assert_eq!(problems("reuse: false, resource_group: one"), none);
    assert_eq!(
        problems("reuse: true, resource_group: one"),
        ["warning: `reuse` has no effect: jobs with `resource_group` are never omitted"]
    );
    assert_eq!(
        problems("reuse: { reports: true }, allow_failure: { exit_codes: 3 }"),
        ["warning: `reuse` has no effect: jobs that are allowed to fail are never omitted"]
    );
    assert_eq!(
        problems("reuse: true, when: manual"),
        ["warning: `reuse` has no effect: jobs with `when: manual` are never omitted"]
    );
    assert_eq!(problems("reuse:"), ["error: `reuse` has no value: it must be `true`, `false` or a mapping"]);
    assert_eq!(problems("resue: false"), ["error: unknown job keyword `resue`"]);
    // A header is about all of its jobs.
    let text = format!("spec: {{}}\nreuse: {{ trust: members }}\n---\n{TEMPLATE}");
    let project = Simulated::new(&[("ci/job.yml", &text)]).change(&[]);
    let variables = project.variables(&[("CI_COMMIT_BRANCH", "main")], &project.feature);
    let plan = project.plan(&variables, |planning| planning.run().unwrap());
    assert!(!plan.diagnostics.iter().any(|problem| problem.message.contains("`reuse`")));
}
