//! `nestling import` in made-up repositories of the common shapes: each is a file with what is in it, its merges, and what the import
//! reports, proves and writes.
//!
//! Files are under `== path`, merges under `++ subject`, each line of which is a path that gets a line more. Expectations are under
//! `=> report`, and under `=> path` for each file that is written; `NESTLING_TEST_UPDATE=1` writes them.

use crate::support::repository::Repository;
use crate::support::{expect_file, judge, nestling, output, root, run, said};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A repository as it is written down.
#[derive(Default)]
struct Shape {
    path: PathBuf,
    /// Everything before the expectations.
    source: String,
    files: Vec<(String, String)>,
    merges: Vec<(String, Vec<String>)>,
}

impl Shape {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut shape = Self { path: path.to_owned(), ..Self::default() };
        for line in text.lines().take_while(|line| !line.starts_with("=> ")) {
            let _ = writeln!(shape.source, "{line}");
            if let Some(path) = line.strip_prefix("== ") {
                shape.files.push((path.to_owned(), String::new()));
            } else if let Some(subject) = line.strip_prefix("++ ") {
                shape.merges.push((subject.to_owned(), Vec::new()));
            } else if let Some((_, paths)) = shape.merges.last_mut() {
                paths.push(line.to_owned());
            } else if let Some((_, text)) = shape.files.last_mut() {
                let _ = writeln!(text, "{line}");
            }
        }
        shape
    }

    fn name(&self) -> String {
        self.path.file_stem().unwrap().to_string_lossy().into_owned()
    }

    /// The repository with its history.
    fn repository(&self) -> Repository {
        let repository = Repository::new();
        for (path, text) in &self.files {
            repository.write(path, text);
        }
        repository.commit("start");
        for (subject, paths) in &self.merges {
            repository.git(&["checkout", "--quiet", "-b", "topic"]);
            for path in paths {
                let file = repository.path().join(path);
                let old = std::fs::read_to_string(&file).unwrap_or_default();
                repository.write(path, &format!("{old}more\n"));
            }
            repository.commit("a change");
            repository.git(&["checkout", "--quiet", "main"]);
            repository.git(&["merge", "--quiet", "--no-ff", "--message", subject, "topic"]);
            repository.git(&["branch", "--quiet", "--delete", "topic"]);
        }
        repository
    }
}

fn shapes() -> Vec<Shape> {
    let entries = std::fs::read_dir(root().join("tests/import")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| Shape::read(path)).collect()
}

/// The files that an import wrote, with their texts; what it removed has none.
fn written(repository: &Repository) -> BTreeMap<String, String> {
    let status = repository.git(&["status", "--porcelain", "--untracked-files=all"]);
    let read = |line: &str| {
        let path = line[3..].to_owned();
        let text = std::fs::read_to_string(repository.path().join(&path)).unwrap_or_default();
        (path, text)
    };
    status.lines().map(read).collect()
}

#[test]
fn each_shape_is_imported_and_proven() {
    let test = "each_shape_is_imported_and_proven";
    let shapes = shapes();
    assert!(shapes.len() >= 3, "only {} shapes", shapes.len());
    let mut different = Vec::new();
    let mut pipelines = Vec::new();
    let mut kept = Vec::new();
    for shape in shapes {
        let name = shape.name();
        let repository = shape.repository();
        let report = output(nestling(repository.path()).args(["import", "--prove"]));
        assert_eq!(
            repository.git(&["status", "--porcelain"]),
            "",
            "{name}: nothing is written without --write"
        );
        assert!(report.contains(" 0 lack something: proven"), "{name}: {report}");
        let again = output(nestling(repository.path()).args(["import", "--prove", "200", "--write"]));
        assert_eq!(report, again, "{name}: the report does not depend on --write");
        let mut text = format!("{}=> report\n{report}", shape.source);
        for (path, content) in written(&repository) {
            let _ = write!(text, "=> {path}\n{content}");
        }
        different.extend(expect_file(&shape.path, &text).err());
        let checked = run(nestling(repository.path()).arg("check"));
        assert!(checked.status.success(), "{name}: {}", said(&checked));
        repository.commit("imported");
        let after = output(nestling(repository.path()).args(["replay", "--against", "HEAD~1"]));
        assert!(after.contains(" 0 lack something: proven"), "{name}: {after}");
        for row in report.lines().filter(|line| line.contains("equal (") && !line.contains("every path")) {
            assert!(after.contains(row), "{name}: the comparison is the same after the move: {row}\n{after}");
        }
        for options in [&["--all"][..], &["--as", "merge_request"], &["--as", "branch:main"]] {
            let file = repository.path().join(format!("{}.yml", options.concat().replace(':', "-")));
            output(nestling(repository.path()).arg("generate").args(options).arg("--output").arg(&file));
            pipelines.push(file);
        }
        pipelines.push(repository.path().join(".gitlab-ci.yml"));
        kept.push(repository);
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    judge::psych(test, &pipelines);
    judge::schema(test, &pipelines);
}

/// Runs an import of one file in a directory `api` that has sources, and returns the report.
fn report_of(pipeline: &str) -> String {
    let repository = Repository::new();
    repository.write(".gitlab-ci.yml", pipeline).write("api/main.go", "").write("web/main.js", "");
    repository.commit("start");
    output(nestling(repository.path()).arg("import"))
}

pub(crate) const CHANGES: &str = "rules: [{ changes: [\"api/**/*\"] }]";

/// A job that cannot move stays as it is, and the report says why.
#[test]
fn what_is_not_understood_stays() {
    let table = [
        ("test: { script: cd api && make }", "no `changes` limits it to a directory"),
        ("test: { script: 'docker run -e CI_PIPELINE_ID x', RULES }", "`script` uses `$CI_PIPELINE_ID`"),
        ("pages: { script: make, RULES }", "it publishes the project's site (GitLab Pages)"),
        ("test: { stage: .pre, script: make, RULES }", "it is in stage .pre"),
        (
            "test: { script: make, parallel: 2, rules: [{ if: $CI_JOB_NAME, changes: ['api/**/*'] }] }",
            "`rules` ask for `$CI_JOB_NAME`",
        ),
        (
            "test: { script: make, RULES, needs: [{ pipeline: $UP, job: x }] }",
            "it needs a job of another pipeline",
        ),
        ("test: { script: 'echo ${{ x }}', RULES }", "Nestling would read as a template's syntax"),
        (
            "test: { script: make, rules: [{ changes: ['$DIR/**/*'] }] }",
            "a variable whose value only GitLab knows",
        ),
        (
            "test: { script: make, only: { refs: [main@group/project], changes: ['api/**/*'] } }",
            "names a project",
        ),
        ("test: { script: make, rules: [{ changes: ['**/*.md'] }] }", "nothing limits it to one directory"),
        ("all: { script: make }\ntest: { script: make, RULES, needs: [all] }", "it needs `all`, which stays"),
        (
            "stages: [a, b]\nall: { stage: a, script: make, artifacts: { paths: [x] } }\ntest: { stage: b, script: make, RULES }",
            "it downloads the artifacts of `all`, which stays",
        ),
        (
            "test: &t { script: make, RULES }\nall: { <<: *t, rules: [{ when: on_success }] }",
            "its anchor `&t` is used elsewhere",
        ),
        (
            "test: { script: make, RULES }\nall: { extends: test, rules: [{ when: on_success }] }",
            "`all`, which stays, is made of this job",
        ),
        (
            "stages: [a, b, c]\none: { stage: a, script: make, RULES }\nall: { stage: b, script: make }\ntest: { stage: c, script: make, RULES }",
            "it waits for `all`, which stays",
        ),
    ];
    for (pipeline, expected) in table {
        let report = report_of(&pipeline.replace("RULES", CHANGES));
        let line = report.lines().find(|line| line.contains("stays: ") && line.contains(expected));
        assert!(line.is_some_and(|line| line.contains(".gitlab-ci.yml:")), "{pipeline}\n{report}");
    }
}

/// The trigger job waits for earlier stages, as jobs of units did: `check` does not ask for `needs` then.
#[test]
fn what_is_written_passes_check_without_a_note() {
    let repository = Repository::new();
    let jobs =
        format!("lint: {{ stage: lint, script: make }}\ntest: {{ stage: test, script: make, {CHANGES} }}\n");
    repository.write(".gitlab-ci.yml", &format!("stages: [lint, test]\n{jobs}")).write("api/main.go", "");
    repository.commit("start");
    output(nestling(repository.path()).args(["import", "--write"]));
    let checked = run(nestling(repository.path()).arg("check"));
    assert!(checked.status.success(), "{}", said(&checked));
    for id in ["parent-needs]", "allow-unused]", "note["] {
        assert!(!said(&checked).contains(id), "{id}: {}", said(&checked));
    }
}

#[test]
fn faults_of_the_old_configuration_are_reported() {
    let table = [
        ("test: { script: make, rules: [{ changes: ['api/*', 'api/**/*'] }] }", "", false),
        ("test: { script: make, rules: [{ changes: ['api/**'] }] }", "did you mean `api/**/*`?", true),
        (
            "test: { script: make, rules: [{ changes: ['./api/**/*', 'api/x'] }] }",
            "did you mean `api/**/*`?",
            true,
        ),
        ("test: { script: make, rules: [{ changes: ['gone/**/*'] }] }", "`gone/**/*` matches no file", true),
        (
            "a: { script: make, rules: [{ changes: ['gone/**/*'] }] }\nb: { script: make, rules: [{ changes: ['gone/**/*'] }] }",
            ".gitlab-ci.yml:1: `gone/**/*` matches no file (also 2)",
            true,
        ),
        ("test: { script: make, only: ['api/**/*'] }", "is the name of a branch or tag here", true),
        (
            "test: { script: make, rules: [{ if: $CI_COMMIT_TAG && $CI_COMMIT_BRANCH == 'main', when: never }, { if: $A && $A == null }] }",
            "`test` is in no pipeline",
            true,
        ),
        ("test: { script: make, rules: [{ if: $CI_COMMIT_TAG =~ /^api-/ }] }", "", false),
        // A manual run can set the variable.
        (
            "variables: { A: x }\ntest: { script: make, variables: { B: y }, rules: [{ if: $A != 'x' && $B != 'y' }] }",
            "",
            false,
        ),
        (
            "start: { trigger: { include: gone.yml }, rules: [{ changes: ['api/**/*'] }] }",
            "`start` cannot start its child: included file `gone.yml` does not exist",
            true,
        ),
    ];
    assert_faults(&table);
}

/// A need that the pipeline does not have: GitLab creates none.
#[test]
fn needs_that_are_not_met_are_faults() {
    assert_faults(&[
        (
            "a: { script: make, rules: [{ if: '$CI_PIPELINE_SOURCE != \"schedule\"' }] }\nb: { script: make, needs: [a], rules: [{ when: on_success }] }",
            "`b` needs `a`, which its rules exclude (schedule)",
            true,
        ),
        (
            "workflow: { rules: [{ if: '$CI_PIPELINE_SOURCE != \"schedule\"' }] }\n\
             a: { script: make, rules: [{ if: '$CI_PIPELINE_SOURCE != \"schedule\"' }] }\nb: { script: make, needs: [a], rules: [{ when: on_success }] }",
            "",
            false,
        ),
        (
            "a: { script: make, rules: [{ if: $CI_COMMIT_TAG, when: never }, { when: on_success }] }\nb: { script: make, needs: [{ job: a, optional: true }], rules: [{ when: on_success }] }",
            "",
            false,
        ),
        (
            "a: { script: make, rules: [{ changes: ['api/**/*'] }] }\nb: { script: make, needs: [a], rules: [{ when: on_success }] }",
            "`b` needs `a`, which is omitted where none of its `changes` matches (merge request, push to the default branch, push to a branch)",
            true,
        ),
        (
            "a: { script: make, rules: [{ changes: ['api/**/*'] }] }\nb: { script: make, needs: [a], rules: [{ changes: ['api/**/*'] }] }",
            "",
            false,
        ),
    ]);
}

/// Pipelines, each with a part of the message, and whether it has a fault at all.
fn assert_faults(table: &[(&str, &str, bool)]) {
    for (pipeline, expected, is_fault) in table {
        let report = report_of(pipeline);
        let faults = report.split_once("Faults of the old configuration\n").map(|(_, faults)| faults);
        assert_eq!(faults.is_some(), *is_fault, "{pipeline}\n{report}");
        assert!(faults.unwrap_or_default().contains(expected), "{pipeline}\n{report}");
    }
}

/// A generator's output is read in place of the artifact that its trigger job includes.
#[test]
fn the_output_of_a_generator_is_imported() {
    let repository = Repository::new();
    repository
        .write(
            ".gitlab-ci.yml",
            "stages: [make, start]\nmake: { stage: make, script: ./make.sh, artifacts: { paths: [out.yml] } }\nstart:\n  stage: start\n  \
             needs: [make]\n  trigger: { include: [{ artifact: out.yml, job: make }], strategy: depend }\n",
        )
        .write("api/main.go", "")
        .write("web/main.js", "")
        .write(".gitignore", "out.yml\n");
    repository.commit("start");
    let jobs = ["api", "web"]
        .map(|name| format!("{name}: {{ script: make -C {name}, {} }}\n", CHANGES.replace("api", name)));
    repository.write("out.yml", &jobs.concat());
    let without = output(nestling(repository.path()).arg("import"));
    assert!(without.contains("start: stays: it starts a child of other files"), "{without}");
    let report = output(nestling(repository.path()).args(["import", "--generated", "out.yml", "--write"]));
    assert!(report.contains("Moves 2 of 3 into 2 units") && report.contains("make: stays: "), "{report}");
    assert!(report.contains("4 paths  equal (0)  equal (3)  equal (3)"), "{report}");
    assert!(repository.path().join("out.yml").is_file());
    output(nestling(repository.path()).arg("check"));
    let failed = run(nestling(repository.path()).args(["import", "--generated", "gone.yml"]));
    assert_eq!(failed.status.code(), Some(2), "{}", said(&failed));
}

#[test]
fn what_cannot_be_imported_is_an_error_with_a_way_out() {
    let repository = Repository::new();
    repository.write("api/main.go", "");
    repository.commit("start");
    let fails = |expected: &str| {
        let failed = run(nestling(repository.path()).arg("import"));
        assert_eq!(failed.status.code(), Some(2), "{}", said(&failed));
        assert!(said(&failed).contains(expected) && said(&failed).contains("= help: "), "{}", said(&failed));
    };
    fails("there is no `.gitlab-ci.yml`");
    repository.write(".gitlab-ci.yml", "a: [");
    fails("cannot import `.gitlab-ci.yml`");
    repository.write(".gitlab-ci.yml", "a: { script: make }").write("nestling.yml", "workspace: {}");
    fails("there is a workspace already");
}
