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
        assert!(!reported.is_empty() || !report.contains("not a tag"), "{job}: {report}");
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

#[test]
fn a_job_for_an_event_that_the_workflow_does_not_have_never_runs() {
    for (on, expected) in [
        ("{ push: { branches: [main] } }", "  rules:\n    - when: never\n"),
        (
            "{ push: { branches: [main] }, schedule: [{ cron: '0 3 * * *' }] }",
            "  rules:\n    - if: $PARENT_PIPELINE_SOURCE == \"schedule\" && $CI_MERGE_REQUEST_IID == null\n  script",
        ),
    ] {
        let (jobs, _) = imported(on, "if: github.event_name == 'schedule', steps: [{ run: make }]");
        assert!(jobs.contains(expected), "{on}: {jobs}");
    }
}

/// A job for pushes has no rule for merge requests, and one whose condition no event meets never runs.
#[test]
fn rules_that_can_never_hold_are_left_out() {
    let job = "if: github.event_name == 'push' && github.ref == 'refs/heads/main', steps: [{ run: make }]";
    for (on, expected, is_never) in [
        (
            "{ push: { branches: [main] }, pull_request: {}, schedule: [{ cron: '0 3 * * *' }] }",
            "  rules:\n    - if: $CI_COMMIT_BRANCH == \"main\" && $CI_MERGE_REQUEST_IID == null && $PARENT_PIPELINE_SOURCE == \"push\"\n  script",
            false,
        ),
        ("pull_request", "  rules:\n    - when: never\n  script", true),
        ("{ push: { tags: ['v*'] } }", "  rules:\n    - when: never\n  script", true),
    ] {
        let (jobs, report) = imported(on, job);
        assert!(jobs.contains(expected), "{on}: {jobs}");
        let line = "a.yml:2: `a` never runs: no event of the workflow meets its condition";
        assert_eq!(report.contains(line), is_never, "{on}: {report}");
    }
}

#[test]
fn pipelines_that_meet_the_conditions_of_a_push_are_a_line_of_the_report() {
    for (on, expected) in [
        ("{ push: { branches: [main] } }", Some("scheduled and manual pipelines of a branch or tag")),
        ("{ push: {}, schedule: [{ cron: '0 3 * * *' }] }", Some("`push`: manual pipelines")),
        ("[push, workflow_dispatch]", Some("`push`: scheduled pipelines")),
        ("{ push: {}, workflow_dispatch: {}, schedule: [{ cron: '0 3 * * *' }] }", None),
        ("pull_request", None),
    ] {
        let (_, report) = imported(on, "steps: [{ run: make }]");
        assert!(report.contains(expected.unwrap_or_default()), "{on}: {report}");
        assert_eq!(report.contains("meet its conditions as well"), expected.is_some(), "{on}: {report}");
    }
}

#[test]
fn lines_that_use_localhost_are_lines_of_the_report() {
    let service =
        "services: { db: { image: postgres, ports: ['5433:5432'] }, cache: { image: redis, ports: [6379] } }";
    for (job, expected, is_general) in [
        (
            "steps: [{ run: \"make\\npsql -h localhost -p 5433\" }]",
            "a.yml:2: `psql -h localhost -p 5433`: the service is at `db:5432`",
            true,
        ),
        (
            "steps: [{ run: make, env: { URL: 'redis://127.0.0.1:6379' } }]",
            "`URL: redis://127.0.0.1:6379`: the service is at `cache`",
            true,
        ),
        ("steps: [{ run: nc localhost }]", "`nc localhost`: the service is at `db` or `cache`", false),
        ("steps: [{ run: make }]", "the service is reached at `db`", true),
        ("container: node:22, steps: [{ run: nc localhost }]", "", false),
    ] {
        let (_, report) = imported("push", &format!("{service}, {job}"));
        assert!(report.contains(expected), "{job}: {report}");
        assert_eq!(report.contains("the service is reached at"), is_general, "{job}: {report}");
    }
}
