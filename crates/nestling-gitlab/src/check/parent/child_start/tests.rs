use super::*;
use crate::facts::{CiVariables, PipelineFacts};
use nestling_files::files::MemoryFiles;

/// Variables of pipelines of the same content.
const KINDS: [(&str, &[(&str, &str)]); 2] = [
    ("main", &[("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "main"), ("CI_DEFAULT_BRANCH", "main")]),
    (
        "merge request",
        &[
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_MERGE_REQUEST_IID", "3"),
            ("CI_DEFAULT_BRANCH", "main"),
        ],
    ),
];

fn start(text: &str, variables: &[(&str, &str)]) -> Result<ChildStart, String> {
    let facts = PipelineFacts::from_variables(&variables.iter().copied().collect::<CiVariables>());
    let known = KnownVariables::of_root(&facts);
    let files = MemoryFiles::new([("more.yml", "variables: { MORE: x }\n")]);
    child_start(&ParentText { path: ".gitlab-ci.yml", text, files: &files, variables: &known })
}

/// Returns the variables that reach the child on main, and in a merge request.
fn passed(global: &str, run: &str) -> [String; 2] {
    let text = format!(
        "{global}\nplan: {{ script: nestling generate }}\nrun: {{ trigger: {{ include: [{{ artifact: c.yml, job: plan }}] }}, {run} }}\n"
    );
    KINDS.map(|(_, variables)| match start(&text, variables) {
        Ok(start) => {
            assert_eq!(start.trigger_jobs.iter().map(String::as_str).collect::<Vec<_>>(), ["run"]);
            let pairs: Vec<String> =
                start.variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
            pairs.join(" ")
        }
        Err(why) => why,
    })
}

const RULES: &str = "[{ if: $CI_COMMIT_BRANCH, variables: { FAST: '0' } }, { if: $CI_MERGE_REQUEST_IID, variables: { FAST: '1' } }]";

#[test]
fn variables_that_differ_by_kind_of_pipeline_have_their_values() {
    let workflow = format!("workflow: {{ rules: {RULES} }}");
    let rules = format!("rules: {RULES}");
    for (global, run, expected) in [
        ("variables: { A: x }", "variables: { B: y }", ["A=x B=y", "A=x B=y"]),
        ("variables: { A: { value: x, description: y } }", "variables: {}", ["A=x", "A=x"]),
        ("include: more.yml", "variables: {}", ["MORE=x", "MORE=x"]),
        (
            "include: [{ local: more.yml, rules: [{ if: $CI_MERGE_REQUEST_IID }] }]",
            "variables: {}",
            ["", "MORE=x"],
        ),
        (&workflow, "variables: {}", ["FAST=0", "FAST=1"]),
        (&format!("{workflow}\nvariables: {{ FAST: x }}"), "variables: {}", ["FAST=0", "FAST=1"]),
        (&workflow, "variables: { FAST: own }", ["FAST=own", "FAST=own"]),
        (&workflow, "inherit: { variables: false }", ["", ""]),
        (&workflow, "inherit: { variables: [A] }", ["", ""]),
        ("", &rules, ["FAST=0", "FAST=1"]),
        ("", &format!("variables: {{ FAST: own }}, {rules}"), ["FAST=0", "FAST=1"]),
        (&format!(".base: {{ rules: {RULES} }}"), "extends: .base", ["FAST=0", "FAST=1"]),
        ("", "parallel: { matrix: [{ A: x }] }", ["A=x", "A=x"]),
    ] {
        assert_eq!(passed(global, run), expected, "{global} {run}");
    }
}

#[test]
fn what_cannot_be_decided_is_not_known() {
    let undecided = "[{ if: $MINE, variables: { FAST: '0' } }, { variables: { FAST: '1' } }]";
    let same = "[{ if: $MINE, variables: { FAST: '1' } }, { variables: { FAST: '1' } }]";
    let commit = "include: [{ project: a/b, file: c.yml, ref: 0123456789012345678901234567890123456789 }]";
    let [why, _] = passed("", &format!("rules: {undecided}"));
    assert!(why.contains("passes `FAST` to the child, but its value depends on rules"), "{why}");
    let [why, _] = passed(&format!("workflow: {{ rules: {undecided} }}"), "variables: {}");
    assert!(why.contains("passes `FAST` to the child"), "{why}");
    assert_eq!(passed("", &format!("rules: {same}"))[0], "FAST=1");
    assert_eq!(
        passed(&format!("workflow: {{ rules: {undecided} }}"), "inherit: { variables: false }")[0],
        ""
    );
    let [why, _] = passed(commit, "variables: {}");
    assert!(why.contains("includes `a/b`, whose variables may reach the child"), "{why}");
    assert_eq!(passed(commit, "inherit: { variables: false }, variables: { A: x }")[0], "A=x");
    let [why, _] = passed("include: [{ local: more.yml, rules: [{ if: $MINE }] }]", "variables: {}");
    assert!(why.contains("includes `more.yml`, whose variables may reach"), "{why}");
    let several = "a: { trigger: { include: [{ artifact: c.yml, job: plan }], forward: { pipeline_variables: true } } }\n";
    let why = start(several, KINDS[0].1).unwrap_err();
    assert!(why.contains("`a` forwards the variables that a pipeline is started with"), "{why}");
}

#[test]
fn a_value_that_names_a_variable_which_nothing_defines_is_not_known() {
    let dotenv = "other: { script: x, artifacts: { reports: { dotenv: a.env } } }";
    for (global, run, named) in [
        ("", "needs: [plan], variables: { IMG: 'app:$TAGX' }", Some("TAGX")),
        ("", "variables: { IMG: 'app:${TAGX}' }", Some("TAGX")),
        ("", "variables: { IMG: 'app:%TAGX%' }", Some("TAGX")),
        ("variables: { IMG: 'app:$TAGX' }", "variables: {}", Some("TAGX")),
        ("workflow: { rules: [{ variables: { IMG: $TAGX } }] }", "variables: {}", Some("TAGX")),
        ("", "rules: [{ variables: { IMG: $TAGX } }]", Some("TAGX")),
        ("", "parallel: { matrix: [{ IMG: $TAGX }] }", Some("TAGX")),
        ("", "variables: { PATH: 'bin:$PATH' }", Some("PATH")),
        ("variables: { TAGX: a }", "inherit: { variables: false }, variables: { IMG: $TAGX }", Some("TAGX")),
        (&*format!("variables: {{ TAGX: a }}\n{dotenv}"), "variables: { IMG: $TAGX }", Some("TAGX")),
        ("variables: { TAGX: a }", "variables: { IMG: $TAGX }", None),
        ("variables: { IMG: $TAGX }", "inherit: { variables: false }", None),
        (dotenv, "variables: { IMG: a, SHA: $CI_COMMIT_SHA }", None),
        ("", "variables: { IMG: 'costs $5 or $$TAGX' }", None),
    ] {
        for why in passed(global, run) {
            let is_refused = why.contains("the parent pipeline passes");
            assert_eq!(is_refused, named.is_some(), "{global} {run}: {why}");
            let named = named.map(|named| format!("refers to `{named}`")).unwrap_or_default();
            assert!(why.contains(&named), "{global} {run}: {why}");
        }
    }
}

#[test]
fn nothing_is_passed_where_the_trigger_job_says_so() {
    let text = "variables: { A: x }\nplan: { script: nestling generate }\n\
        run: { variables: { B: y }, trigger: { include: [{ artifact: c.yml, job: plan }], forward: { yaml_variables: false } } }\n";
    assert_eq!(start(text, KINDS[0].1).unwrap().variables, Values::new());
}

#[test]
fn a_trigger_job_with_other_files_is_refused() {
    for other in [
        "{ local: more.yml }",
        "{ artifact: d.yml, job: plan }",
        "{ artifact: d.yml, job: other }",
        "more.yml",
    ] {
        let text = format!(
            "plan: {{ script: nestling generate }}\nother: {{ script: ./generate }}\n\
             run: {{ trigger: {{ include: [{{ artifact: c.yml, job: plan }}, {other}] }}, inherit: {{ variables: false }} }}\n"
        );
        let why = start(&text, KINDS[0].1).unwrap_err();
        assert!(why.contains("the trigger job `run` includes other files"), "{other}: {why}");
    }
}

#[test]
fn the_component_passes_its_own_variable_and_what_is_written_beside_it() {
    let component =
        "include: [{ component: $CI_SERVER_FQDN/nestling-ci/nestling/plan@0.1.0 }]\nvariables: { A: x }\n";
    let fast = format!("{component}nestling:run: {{ variables: {{ B: y }}, rules: {RULES} }}\n");
    let open = format!("{component}nestling:run: {{ inherit: {{ variables: true }} }}\n");
    for (text, expected) in [
        (component, vec![("PARENT_PIPELINE_ID", "$CI_PIPELINE_ID")]),
        (&fast, vec![("B", "y"), ("FAST", "0"), ("PARENT_PIPELINE_ID", "$CI_PIPELINE_ID")]),
        (&open, vec![("A", "x"), ("PARENT_PIPELINE_ID", "$CI_PIPELINE_ID")]),
    ] {
        let start = start(text, KINDS[0].1).unwrap();
        assert_eq!(start.trigger_jobs.into_iter().collect::<Vec<_>>(), ["nestling:run"]);
        let values: Vec<(&str, &str)> =
            start.variables.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(values, expected, "{text}");
    }
}

#[test]
fn the_trigger_job_is_the_one_whose_generator_runs_nestling() {
    let two = |script: &str| {
        format!(
            "plan: {{ script: {script} }}\nother: {{ script: ./generate }}\n\
             run: {{ trigger: {{ include: [{{ artifact: c.yml, job: plan }}] }} }}\n\
             more: {{ trigger: {{ include: [{{ artifact: d.yml, job: other }}] }}, variables: {{ A: x }} }}\n"
        )
    };
    let known = start(&two("nestling generate"), KINDS[0].1).unwrap();
    assert_eq!(known.trigger_jobs.into_iter().collect::<Vec<_>>(), ["run"]);
    assert_eq!(known.variables, Values::new());
    assert!(start(&two("./plan"), KINDS[0].1).unwrap_err().contains("passes `A`"));
    let same = two("./plan").replace(", variables: { A: x }", "");
    assert_eq!(start(&same, KINDS[0].1).unwrap(), ChildStart::default());
}
