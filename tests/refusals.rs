//! `check` and `preview` report whatever keeps `generate` from writing: limits of GitLab that show when the plan is cut in files.

use crate::support::memory::{facts, planned};
use crate::support::repository::Repository;
use crate::support::{nestling, run, said};
use nestling::{ChangeSet, EmitOptions, MemoryFiles, Parts, PipelineLimits, Plan};
use std::num::NonZeroUsize;

const UNIT: &str = "build: { stage: build, script: make }\ntest: { stage: test, script: make test }\n";
const TRIGGER: &str = "go: { stage: test, trigger: { include: [{ local: x.yml }] } }\n";

/// Units with two jobs each; the last one starts a child pipeline.
fn repository(limits: &str) -> Repository {
    let repository = Repository::new();
    let workspace = format!("workspace: {{ stages: [build, test], gitlab: {{ {limits} }} }}\n");
    repository.write("nestling.yml", &workspace);
    for unit in ["a", "b", "c", "d"] {
        repository.write(format!("{unit}/nestling.yml"), UNIT);
    }
    repository.write("e/nestling.yml", TRIGGER);
    repository.write("x.yml", "hello: { script: make }\n");
    repository.commit("five units");
    repository
}

#[test]
fn check_and_preview_report_what_stops_generate() {
    for (limits, message) in [
        (
            "jobs: 4",
            "`e:go` triggers a child pipeline from one of several parts, one level deeper than GitLab allows",
        ),
        ("jobs: 1", "the unit `a`: too large for one pipeline: 2 jobs of 1"),
    ] {
        let repository = repository(limits);
        for arguments in [
            ["generate", "--all", "--as", "merge_request"].as_slice(),
            &["check"],
            &["check", "--as", "merge_request"],
            &["preview", "--all", "--as", "merge_request"],
            &["preview", "--all", "--as", "merge_request", "--format", "json"],
            &["preview", "--all", "--as", "merge_request", "--html", "-"],
            &["note", "--all", "--as", "merge_request"],
        ] {
            let output = run(nestling(repository.path()).args(arguments));
            let text = said(&output);
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {text}");
            assert!(text.contains(message), "{arguments:?}: {text}");
            assert!(text.contains("limits"), "{arguments:?}: {text}");
        }
        // Once, and not once for each kind of pipeline.
        let checked = said(&run(nestling(repository.path()).arg("check")));
        assert_eq!(checked.matches(message).count(), 1, "{checked}");
        assert!(!repository.path().join("child-pipeline.yml").exists());
    }
    let fits = repository("jobs: 100");
    for command in ["generate", "check", "preview"] {
        let output = run(nestling(fits.path()).arg(command));
        assert!(output.status.success(), "{command}: {}", said(&output));
    }
}

fn plan(units: usize, script: &str) -> Plan {
    let mut files = vec![("nestling.yml".to_owned(), "workspace: {}\n".to_owned())];
    for unit in 0..units {
        let script = serde_json::to_string(&format!("{script} {unit}")).unwrap();
        files.push((
            format!("u{unit}/nestling.yml"),
            format!("build: {{ script: {script} }}\n{TRIGGER}").replace("stage: test, ", ""),
        ));
    }
    planned(&MemoryFiles::new(files), ChangeSet::everything(), facts("merge_request"))
}

/// Nothing is written to find out that a plan is small; the answer is the same as if it was.
#[test]
fn the_problems_of_files_are_those_of_writing_them() {
    for script in ["make", "a \"quoted\" \\ word: \u{7f}\u{1}", "配達 🚀", "one\ntwo\n  three\n"] {
        for units in [1, 7] {
            let plan = plan(units, script);
            let length = plan.emit(&EmitOptions::default()).files[0].text.len();
            for artifact in [length / 2, length - 1, length, length * 2, length * 7, 5 << 20] {
                for (jobs, parts) in
                    [(1, None), (4, None), (usize::MAX, None), (usize::MAX, NonZeroUsize::new(2))]
                {
                    let mut limits = PipelineLimits::default();
                    (limits.artifact, limits.jobs) = (artifact, jobs);
                    let mut options = EmitOptions::default();
                    options.limits = Some(limits);
                    options.parts = parts.map_or(Parts::Fewest, Parts::Exactly);
                    let emitted = plan.emit(&options).diagnostics;
                    assert_eq!(plan.file_problems(&options), emitted, "{script} {units} {artifact} {jobs}");
                }
            }
        }
    }
}
