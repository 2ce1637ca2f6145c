use super::*;
use crate::diagnostic::Severity::{Note, Warning};
use nestling_files::files::MemoryFiles;

fn read_with(text: &str, files: &MemoryFiles, gitlab: &Gitlab, branches: BranchComparison) -> Parent {
    let surroundings =
        ParentSurroundings { files, sources: &Sources::default(), gitlab, default_branch: None, branches };
    Parent::read(text, &surroundings)
}

fn read_text(text: &str) -> Parent {
    read_with(text, &MemoryFiles::default(), &Gitlab::default(), BranchComparison::CommitBefore)
}

/// Reads a parent with these lines at its trigger job.
fn read(global: &str, lines: &str) -> Parent {
    read_text(&format!("{global}\nrun:\n  trigger: {{ include: [{{ artifact: c.yml, job: plan }}], {lines}"))
}

/// The ids of what is wrong with a parent, each with its severity.
fn problems(text: &str) -> Vec<(&'static str, crate::diagnostic::Severity)> {
    read_text(text).problems.iter().map(|problem| (problem.rule.id, problem.severity)).collect()
}

const KEPT: &str = "workflow: { auto_cancel: { on_new_commit: none } }\n";

/// A parent with these lines at its two jobs.
fn jobs(plan: &str, run: &str) -> String {
    format!(
        "plan: {{ script: nestling generate -o c.yml, artifacts: {{ paths: [c.yml] }}, {plan} }}\n\
         run: {{ trigger: {{ include: [{{ artifact: c.yml, job: plan }}] }}, {run} }}\n"
    )
}

#[test]
fn what_the_trigger_job_sets_and_inherits_is_forwarded() {
    let global = "variables: { STAGE: dev, LEVEL: info }";
    let own = "}\n  variables: { OWN: x }";
    assert_eq!(read(global, own).forwarded, ["STAGE", "LEVEL", "OWN"]);
    assert_eq!(read(global, &format!("{own}\n  inherit: {{ variables: false }}")).forwarded, ["OWN"]);
    assert_eq!(
        read(global, &format!("{own}\n  inherit: {{ variables: [LEVEL] }}")).forwarded,
        ["LEVEL", "OWN"]
    );
    assert_eq!(read(global, "forward: { yaml_variables: false } }").forwarded, Vec::<String>::new());
}

#[test]
fn a_group_is_held_by_a_job_that_waits() {
    assert_eq!(read("", "strategy: depend }\n  resource_group: production").held_groups, ["production"]);
    assert!(read("", "}\n  resource_group: production").held_groups.is_empty());
    assert!(read("", "strategy: depend }\n  resource_group: $GROUP").held_groups.is_empty());
}

#[test]
fn only_what_all_trigger_jobs_do_is_known() {
    let two = "a: { trigger: { include: [{ artifact: a.yml, job: p }] }, variables: { A: x, B: x } }\n\
               b: { trigger: { include: [{ artifact: b.yml, job: p }] }, variables: { B: x } }\n\
               c: { trigger: { project: other }, variables: {} }\n";
    assert_eq!(read_text(two).forwarded, ["B"]);
}

#[test]
fn two_jobs_in_edge_stages_need_another_that_is_always_there() {
    let edge = jobs("stage: .pre", "stage: .post, needs: [plan]");
    for (others, expected) in [
        ("", true),
        ("lint: { script: x, rules: [{ changes: [a] }] }\n", true),
        ("lint: { script: x, only: [tags] }\n", true),
        ("lint: { stage: .pre, script: x }\n", true),
        ("lint: { script: x }\n", false),
        ("include: [{ remote: https://example.com/a.yml }]\n", false),
    ] {
        let wanted = if expected { vec![("parent-stages", Warning)] } else { Vec::new() };
        assert_eq!(problems(&format!("{KEPT}{edge}{others}")), wanted, "{others}");
    }
    let middle = jobs("stage: .pre", "stage: test, needs: [plan]");
    assert_eq!(problems(&format!("{KEPT}{middle}")), []);
}

#[test]
fn the_component_is_in_a_stage_that_the_pipeline_has() {
    let address = "component: $CI_SERVER_FQDN/nestling-ci/components/plan@0.1.0";
    for (lines, inputs, is_reported) in [
        ("", "", false),
        ("", ", inputs: { stage: build }", false),
        ("", ", inputs: { stage: '$[[ inputs.stage ]]' }", false),
        ("", ", inputs: { stage: check }", true),
        ("", ", inputs: { stage: .pre }", true),
        ("stages: [check]\n", "", true),
        ("stages: [check]\n", ", inputs: { stage: check }", false),
        ("stages: [check]\n", " }, { remote: https://example.com/stages.yml", false),
    ] {
        let wanted = if is_reported { vec![("parent-stages", Warning)] } else { Vec::new() };
        let text = format!("{KEPT}{lines}include: [{{ {address}{inputs} }}]\n");
        assert_eq!(problems(&text), wanted, "{text}");
    }
    let text = format!("include: [{{ {address} }}]\n");
    assert_eq!(problems(&text), [("parent-auto-cancel", Warning)]);
    assert_eq!(problems(&text.replace("nestling-ci", "others")), []);
}

#[test]
fn the_trigger_job_waits_for_the_job_that_generates() {
    let table = [
        ("stage: build", "stage: test, needs: [plan]", None),
        ("stage: build", "stage: test, needs: [{ job: plan, artifacts: false }]", Some(Note)),
        ("stage: build", "stage: test", Some(Note)),
        ("stage: .pre", "stage: test", Some(Note)),
        ("stage: test", "stage: test", Some(Warning)),
        ("stage: build", "stage: test, needs: []", Some(Warning)),
        ("stage: build", "stage: .pre", Some(Warning)),
    ];
    for (plan, run, severity) in table {
        let wanted: Vec<_> = severity.map(|severity| ("parent-needs", severity)).into_iter().collect();
        assert_eq!(problems(&format!("{KEPT}{}", jobs(plan, run))), wanted, "{plan}; {run}");
    }
}

#[test]
fn a_push_to_the_default_branch_is_not_cancelled() {
    let jobs = jobs("stage: build", "needs: [plan]");
    let none = "auto_cancel: { on_new_commit: none }";
    let branch = "if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH";
    let request = "if: $CI_PIPELINE_SOURCE == 'merge_request_event'";
    for (workflow, is_kept) in [
        (String::new(), false),
        (format!("workflow: {{ {none} }}"), true),
        ("workflow: { auto_cancel: { on_new_commit: interruptible } }".to_owned(), false),
        (format!("workflow: {{ rules: [{{ {branch}, {none} }}] }}"), true),
        (format!("workflow: {{ rules: [{{ {request} }}, {{ {branch}, {none} }}] }}"), true),
        (format!("workflow: {{ rules: [{{ {request}, {none} }}, {{ {branch} }}] }}"), false),
        (format!("workflow: {{ rules: [{{ {branch}, when: never }}, {{ when: always }}] }}"), true),
        (format!("workflow: {{ rules: [{{ if: $OTHER }}, {{ {branch}, {none} }}] }}"), false),
        (format!("workflow: {{ rules: [{{ {request} }}] }}"), true),
    ] {
        let wanted = if is_kept { Vec::new() } else { vec![("parent-auto-cancel", Warning)] };
        assert_eq!(problems(&format!("{workflow}\n{jobs}")), wanted, "{workflow}");
    }
    let files = MemoryFiles::default();
    let old = Gitlab { version: Some((16, 8)), ..Gitlab::default() };
    for (gitlab, branches) in
        [(&old, BranchComparison::CommitBefore), (&Gitlab::default(), BranchComparison::Other)]
    {
        assert!(read_with(&jobs, &files, gitlab, branches).problems.is_empty());
    }
}

#[test]
fn an_official_image_is_reported_where_nothing_installs_nestling() {
    for (plan, is_reported) in [
        ("image: debian:bookworm-slim", true),
        ("image: { name: node:22 }", true),
        ("image: docker.io/library/alpine", true),
        ("image: registry.example.com/debian:12", false),
        ("image: $IMAGE", false),
        ("image: debian:12, before_script: [./install]", false),
        ("stage: build", false),
    ] {
        let wanted = if is_reported { vec![("parent-image", Warning)] } else { Vec::new() };
        let text = jobs(plan, "needs: [plan]");
        assert_eq!(problems(&format!("{KEPT}{text}")), wanted, "{plan}");
    }
}

#[test]
fn local_includes_are_read_and_other_programs_are_not_judged() {
    let files = MemoryFiles::new([("ci/child.yml", jobs("stage: .pre", "stage: .post, needs: [plan]"))]);
    let text = format!("{KEPT}include: ci/child.yml\n");
    let parent = read_with(&text, &files, &Gitlab::default(), BranchComparison::CommitBefore);
    assert_eq!(parent.problems.len(), 1, "{:?}", parent.problems);
    let other = "plan: { stage: .pre, script: ./generate }\n\
                 run: { stage: .post, trigger: { include: [{ artifact: c.yml, job: plan }] } }\n";
    assert_eq!(problems(other), []);
}

#[test]
fn a_file_that_is_no_yaml_is_reported() {
    assert_eq!(problems("plan: [\n").len(), 1);
}

/// The messages about a parent whose jobs have these keys.
fn messages(plan: &str, run: &str) -> Vec<String> {
    let text = format!(
        "{KEPT}plan: {{ {plan} }}\nrun: {{ needs: [plan], trigger: {{ include: [{{ {run} }}] }} }}\n"
    );
    let reported = read_text(&text).problems.into_iter();
    reported.filter(|problem| problem.rule.id == "parent-artifact").map(|problem| problem.message).collect()
}

#[test]
fn the_included_file_is_the_one_that_is_written_and_kept() {
    let run = "artifact: c.yml, job: plan";
    for (plan, run, expected) in [
        ("script: nestling generate -o c.yml, artifacts: { paths: [\"*.yml\"] }", run, ""),
        ("script: nestling generate -o c.yml, artifacts: { untracked: true }", run, ""),
        (
            "script: nestling generate -o out/c.yml, artifacts: { paths: [out/] }",
            "artifact: out/c.yml, job: plan",
            "",
        ),
        (
            "script: nestling generate -o a/b/c.yml, artifacts: { paths: [a/**] }",
            "artifact: a/b/c.yml, job: plan",
            "",
        ),
        ("script: [nestling generate -o d.yml, mv d.yml c.yml], artifacts: { paths: [c.yml] }", run, ""),
        ("script: nestling generate -o $FILE", run, ""),
        ("script: nestling generate -o c.yml, artifacts: { paths: [$FILE] }", run, ""),
        (
            "script: nestling generate -o c.yml, artifacts: { paths: [c.yml] }",
            "artifact: $FILE, job: plan",
            "",
        ),
        (
            "script: nestling generate, artifacts: { paths: [child-pipeline.yml] }",
            run,
            "`nestling generate` of `plan` writes `child-pipeline.yml`, and `run` includes `c.yml`",
        ),
        (
            "script: nestling generate -o out/c.yml, artifacts: { paths: [c.yml] }",
            run,
            "`nestling generate` of `plan` writes `out/c.yml`, and `run` includes `c.yml`",
        ),
        ("script: nestling generate -o -", run, "`nestling generate` of `plan` writes to standard output"),
        ("script: nestling generate -o c.yml", run, "`plan` has no artifacts to keep `c.yml` in"),
        (
            "script: nestling generate -o c.yml, artifacts: { paths: [out/] }",
            run,
            "the artifacts of `plan` do not contain `c.yml`",
        ),
        (
            "script: nestling generate -o c.yml, artifacts: { reports: { junit: a.xml } }",
            run,
            "the artifacts of `plan` do not contain `c.yml`",
        ),
        (
            "script: nestling generate -o c.yml, artifacts: { paths: [.], exclude: [\"*.yml\"] }",
            run,
            "the artifacts of `plan` exclude `c.yml`",
        ),
        (
            "script: nestling generate -o c.yml, artifacts: { paths: [c.yml], when: on_failure }",
            run,
            "`plan` keeps `c.yml` only if it fails",
        ),
        (
            "script: nestling generate -o c.yml, artifacts: { paths: [c.yml] }",
            "artifact: c.yml, job: plann",
            "`run` includes an artifact of `plann`, which is not defined",
        ),
        (
            "before_script: nestling generate -o c.yml, script: make, artifacts: { paths: [d.yml] }",
            run,
            "the artifacts of `plan` do not contain `c.yml`",
        ),
        (
            "script: \"nestling generate \\\\\\n --output d.yml\", artifacts: { paths: [d.yml] }",
            run,
            "`nestling generate` of `plan` writes `d.yml`, and `run` includes `c.yml`",
        ),
        (
            "script: nestling generate -o c.yml, artifacts: { paths: [c.yml] }, parallel: 2",
            run,
            "`run` includes an artifact of `plan`, and none of its instances has this name",
        ),
        (
            "script: nestling generate -o c.yml, artifacts: { paths: [c.yml] }, parallel: 2",
            "artifact: c.yml, job: plan 1/2",
            "",
        ),
    ] {
        let wanted: Vec<String> =
            Some(expected.to_owned()).into_iter().filter(|text| !text.is_empty()).collect();
        assert_eq!(messages(plan, run), wanted, "{plan}; {run}");
    }
}

#[test]
fn variables_of_the_rules_of_workflow_are_forwarded_in_their_pipelines() {
    let workflow =
        "workflow: { rules: [{ if: $A, variables: { STAGE: dev } }, { when: never, variables: { B: x } }] }";
    assert_eq!(read(workflow, "}").forwarded_by_rules, ["STAGE"]);
    assert!(read(workflow, "}").forwarded.is_empty());
    assert!(read(workflow, "}\n  inherit: { variables: false }").forwarded_by_rules.is_empty());
    assert!(read(workflow, "forward: { yaml_variables: false } }").forwarded_by_rules.is_empty());
}
