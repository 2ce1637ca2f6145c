//! Small workflows that are imported in memory.

use super::documents::Documents;
use super::jobs::jobs_text;
use super::notes::Notes;
use super::triggers::triggers;
use nestling::{MemoryFiles, Sources};
use nestling_gitlab::yaml::parse_leniently;

/// Returns the jobs of a workflow, and the report.
fn imported(on: &str, job: &str) -> (String, String) {
    let files = MemoryFiles::new([
        (".nvmrc", "v20.11\n"),
        ("api/go.mod", "module a\n\ngo 1.23.4\n"),
        (".python-version", "3.15-dev\n"),
    ]);
    let sources = Sources::default();
    let text = format!("on: {on}\njobs: {{ a: {{ runs-on: ubuntu-24.04, {job} }} }}\n");
    let (documents, _) = parse_leniently(&text, sources.add("a.yml", text.as_str())).unwrap();
    let mut notes = Notes::default();
    let triggers = triggers(documents[0].get("on").unwrap(), &mut notes);
    let documents_of = Documents::new(&files, &sources);
    let (jobs, _) = jobs_text(&documents[0], &triggers, &documents_of, &mut notes);
    (jobs, notes.text(&sources))
}

#[test]
fn versions_of_languages_are_images() {
    let setup = |action: &str, with: &str| {
        format!("steps: [{{ uses: actions/setup-{action}@v5, with: {{ {with} }} }}]")
    };
    let matrix = |values: &str| {
        let steps = setup("python", "python-version: '${{ matrix.python }}'");
        format!("strategy: {{ matrix: {{ python: {values} }} }}, {steps}")
    };
    for (job, expected, reported) in [
        (
            setup("node", "node-version-file: .nvmrc"),
            "image: node:20.11\n",
            "the image has the version of `.nvmrc`",
        ),
        (
            setup("go", "go-version-file: api/go.mod"),
            "image: golang:1.23.4\n",
            "of `api/go.mod`, and does not change with it",
        ),
        (setup("go", "go-version: '1.22', go-version-file: api/go.mod"), "image: golang:1.22\n", ""),
        (setup("node", "node-version-file: gone"), "image: node:lts\n", "no version is found in `gone`"),
        (
            setup("python", "python-version-file: .python-version"),
            "image: python:3\n",
            "the version `3.15-dev` is not a tag",
        ),
        (matrix("['3.12', '3.13']"), "image: python:${PYTHON}\n", ""),
        (matrix("['3.12', pypy-3.10]"), "PYTHON: pypy-3.10\n        PYTHON_IMAGE: pypy:3.10\n", ""),
        (matrix("['3.12', pypy-3.10]"), "image: ${PYTHON_IMAGE}\n", ""),
        (
            matrix("['3.12', 3.14t]"),
            "PYTHON_IMAGE: python:3\n",
            "the version `3.14t` is not a tag: `python:3` is in its place",
        ),
        (
            matrix("'${{ fromJSON(env.X) }}'"),
            "image: python:${PYTHON}\n",
            "it is one job, in which `$PYTHON` is empty",
        ),
    ] {
        let (jobs, report) = imported("push", &job);
        assert!(jobs.contains(expected), "{job}: {jobs}");
        assert!(report.contains(reported), "{job}: {report}");
        assert!(!reported.is_empty() || !report.contains("tag"), "{job}: {report}");
    }
}

/// A pin is lost only where there is something in the place of the action.
#[test]
fn lost_pins_are_those_of_actions_with_other_work() {
    let commit = "e6de054238d6b7531b4efff3b6587d9aade6a06c";
    for (action, is_lost) in [
        ("actions/setup-node", true),
        ("docker/login-action", true),
        ("actions/checkout", false),
        ("actions/upload-artifact", false),
        ("docker/setup-buildx-action", false),
        ("codecov/codecov-action", false),
        ("someone/something", false),
    ] {
        let (_, report) = imported("push", &format!("steps: [{{ uses: {action}@{commit} }}]"));
        assert_eq!(report.contains("is pinned to a commit"), is_lost, "{action}: {report}");
    }
}

#[test]
fn a_workflow_that_nothing_starts_has_manual_jobs() {
    for (on, expected) in [
        ("workflow_call", "rules:\n    - when: manual\n      allow_failure: true\n"),
        ("issues", "rules:\n    - when: manual\n      allow_failure: true\n"),
        ("[issues, pull_request]", "rules:\n    - if: $CI_MERGE_REQUEST_IID\n"),
    ] {
        let (jobs, _) = imported(on, "steps: [{ run: make }]");
        assert!(jobs.contains(expected), "{on}: {jobs}");
    }
}

#[test]
fn the_audience_of_a_token_is_carried_over() {
    let with = "role-to-assume: arn, aws-region: eu-west-1";
    for (more, expected) in
        [("", "aud: $CI_SERVER_URL\n"), (", audience: sts.example.com", "aud: sts.example.com\n")]
    {
        let step = format!(
            "steps: [{{ uses: aws-actions/configure-aws-credentials@v6, with: {{ {with}{more} }} }}]"
        );
        let (jobs, report) = imported("push", &step);
        assert!(jobs.contains(expected), "{more}: {jobs}");
        assert!(!report.contains("audience"), "{report}");
    }
}

#[test]
fn a_path_that_one_event_alone_ignores_is_a_line_of_the_report() {
    let push = "push: { branches: [main], paths: ['api/**', '!api/**.md'] }";
    let told = "a.yml:1: `api/**.md` is ignored by one event alone: these paths select the unit as well";
    for (pull_request, is_told) in [
        ("paths: ['api/**']", true),
        ("paths: ['api/**', '!api/**.md']", false),
        ("paths: ['api/**', '!api/docs/**']", true),
    ] {
        let (_, report) =
            imported(&format!("{{ {push}, pull_request: {{ {pull_request} }} }}"), "steps: [{ run: make }]");
        assert_eq!(report.contains(told), is_told, "{pull_request}\n{report}");
    }
}
