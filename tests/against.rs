//! `nestling import` of a pipeline that it cannot move as a whole, and `nestling replay --against`, which compares a workspace with
//! the configuration that it has replaced.

use crate::import::CHANGES;
use crate::support::repository::Repository;
use crate::support::{nestling, output, run, said};

/// A condition of which it is unknown that it is the same in the child: a comparison of a condition.
fn undecidable() -> Repository {
    let repository = Repository::new();
    let rule = "{ if: ($A || $CI_PIPELINE_SOURCE) == \"push\", changes: [\"api/**/*\"] }";
    repository
        .write(".gitlab-ci.yml", &format!("test: {{ script: make, rules: [{rule}] }}\n"))
        .write("api/main.go", "");
    repository.commit("start");
    repository
}

/// If a pipeline would lack something, or if that is unknown, files are written only with `--accept`.
#[test]
fn less_is_not_written_unless_it_is_accepted() {
    let repository = undecidable();
    let import = |options: &[&str]| run(nestling(repository.path()).arg("import").args(options));
    for options in [&["--prove"][..], &["--write"]] {
        let refused = import(options);
        assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
        let report = String::from_utf8_lossy(&refused.stdout).into_owned();
        assert!(report.contains("less: api:test: ") && report.contains("not proven"), "{report}");
        assert_eq!(repository.git(&["status", "--porcelain"]), "", "{options:?}");
    }
    assert!(said(&import(&["--write"])).contains("no files are written, because a pipeline would lack jobs"));
    let accepted = import(&["--write", "--accept"]);
    assert_eq!(accepted.status.code(), Some(0), "{}", said(&accepted));
    assert!(repository.path().join("api/nestling.yml").is_file());
    assert_eq!(import(&["--accept"]).status.code(), Some(2));
}

/// After the move, the pipelines are compared with those of a revision or of a file.
#[test]
fn a_workspace_is_compared_with_what_it_has_replaced() {
    let repository = Repository::new();
    let old = format!(
        "test: {{ script: make -C api, {CHANGES} }}\nlint: {{ script: make -C api lint, {CHANGES} }}\n"
    );
    repository.write(".gitlab-ci.yml", &old).write("api/main.go", "");
    repository.commit("start");
    output(nestling(repository.path()).args(["import", "--write"]));
    repository.write("old.yml", &old);
    repository.commit("moved");
    let against =
        |options: &[&str]| run(nestling(repository.path()).args(["replay", "--against"]).args(options));
    for old in ["HEAD~1", "old.yml", "main~1"] {
        let proven = against(&[old]);
        assert_eq!(proven.status.code(), Some(0), "{}", said(&proven));
        assert!(
            String::from_utf8_lossy(&proven.stdout).contains(" 0 lack something: proven"),
            "{}",
            said(&proven)
        );
    }
    let unit = repository.path().join("api/nestling.yml");
    let text = std::fs::read_to_string(&unit).unwrap();
    repository.write("api/nestling.yml", &text.replace("make -C api lint", "make -C api format"));
    let changed = against(&["HEAD~1"]);
    assert_eq!(changed.status.code(), Some(1), "{}", said(&changed));
    let json = against(&["HEAD~1", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        json["kinds"].as_array().unwrap().len(),
        json["rows"][0]["pipelines"].as_array().unwrap().len()
    );
    assert_eq!(json["rows"][0]["pipelines"][0]["reasons"][0], "api:lint: `script` differs");
    assert!(json["totals"]["less"].as_u64().unwrap() > 0, "{json:#}");
    let shown = String::from_utf8_lossy(&changed.stdout).into_owned();
    assert!(shown.contains("less: api:lint: `script` differs"), "{shown}");
    repository.write("api/nestling.yml", &text.replace("\nlint:", "\ncheck:"));
    let renamed = against(&["HEAD~1"]);
    assert!(
        String::from_utf8_lossy(&renamed.stdout).contains("less: lint is not created"),
        "{}",
        said(&renamed)
    );
    repository.write("names.txt", "lint  api:check\n");
    let named = against(&["HEAD~1", "--names", "names.txt"]);
    assert_eq!(named.status.code(), Some(0), "{}", said(&named));
    for (options, expected) in [
        (&["gone"][..], "`gone` is neither a file nor a revision"),
        (&["HEAD~1", "--names", "gone.txt"], "there is no file `gone.txt`"),
        (&["HEAD~1", "--only", "api"], "cannot be used with"),
    ] {
        let failed = against(options);
        assert_eq!(failed.status.code(), Some(2), "{}", said(&failed));
        assert!(said(&failed).contains(expected), "{}", said(&failed));
    }
    repository.write("names.txt", "lnit  api:check\n");
    assert!(
        said(&against(&["HEAD~1", "--names", "names.txt"])).contains("`lnit`, which is not a job of the old")
    );
    repository.write("names.txt", "lint api:check\n");
    assert!(said(&against(&["HEAD~1", "--names", "names.txt"])).contains("names.txt:1: a line must have"));
}

/// A configuration of which one job moves and all else stays.
const STAYING: &str = "\
stages: [build, test, deploy]
include: [{ template: Jobs/SAST.gitlab-ci.yml }, { local: ci/more.yml, rules: [{ if: $MORE }] }]
all: { stage: build, script: make all }
test:
  stage: test
  script: make -C api test
  rules: [{ if: $CI_PIPELINE_SOURCE == \"schedule\", variables: { NIGHTLY: yes } }, { changes: [\"api/**/*\"] }]
web:
  stage: deploy
  trigger: { include: web/ci.yml, strategy: depend, forward: { pipeline_variables: true } }
other:
  stage: deploy
  trigger: { include: [{ local: web/other.yml, rules: [{ if: $OTHER }] }] }
";

const PARENT: &str = ".gitlab-ci.yml";

/// Edits of a file, each with the reason why less is left.
const LOSSES: [(&str, &str, &str, &str); 17] = [
    (PARENT, "    strategy: depend\n", "", "api:test: its failure no longer fails the pipeline"),
    (PARENT, "nestling:run:\n", "nestling:run:\n  when: manual\n", "its failure no longer fails"),
    (PARENT, "nestling:run:\n", "nestling:run:\n  allow_failure: true\n", "its failure no longer fails"),
    (PARENT, "nestling:run:\n", ".run:\n", "no job of `.gitlab-ci.yml` starts the child pipeline"),
    (PARENT, "    - when: on_success\n", "    - when: manual\n", "api:test is not created"),
    (PARENT, "nestling generate ", "nestling generate --only web ", "`nestling:plan` uses `--only`"),
    (
        PARENT,
        "    GIT_CHECKOUT: \"false\"",
        "    NESTLING_EXCEPT: api\n    GIT_CHECKOUT: \"false\"",
        "uses `NESTLING_EXCEPT`",
    ),
    (
        PARENT,
        "PARENT_PIPELINE_SOURCE: $CI_PIPELINE_SOURCE",
        "NOTHING: 1",
        "api:test: it starts in another way",
    ),
    (PARENT, "{ template: Jobs/SAST.gitlab-ci.yml }, ", "", "an include that is not read is gone"),
    (PARENT, "if: $MORE", "if: $LESS", "more: it is created if"),
    (PARENT, "[build, test, deploy]", "[test, build, deploy]", "api:test no longer waits for all"),
    (
        PARENT,
        "all: { stage: build, script: make all }",
        "all: { stage: gone, script: make all }",
        "all: `stage` differs",
    ),
    (PARENT, "local: ci/more.yml", "local: ci/gone.yml", "GitLab would refuse it"),
    ("web/ci.yml", "make -C web", "make", "web > serve: `script` differs"),
    ("web/nested.yml", "make nested", "make", "other: `files of its child` differs"),
    ("nestling.yml", "workspace:", "workspace:\n  pipelines: { schedule: none }", "api:test is not created"),
    ("nestling.yml", "workspace:", "workspace:\n  pipelines: { tag: changed }", "api:test is not created"),
];

/// Each way to lose something after the move is less, with a reason.
#[test]
fn whatever_is_lost_after_the_move_is_less() {
    let repository = Repository::new();
    repository
        .write(".gitlab-ci.yml", STAYING)
        .write("ci/more.yml", "more: { stage: build, script: make more }\n")
        .write("web/ci.yml", "serve: { script: make -C web }\n")
        .write("web/other.yml", "include: [web/nested.yml]\nother: { script: make other }\n")
        .write("web/nested.yml", "nested: { script: make nested }\n")
        .write("api/main.go", "");
    repository.commit("start");
    repository.git(&["tag", "old"]);
    output(nestling(repository.path()).args(["import", "--write"]));
    repository.commit("moved");
    repository.write("README.md", "").commit("a path of no unit");
    let against = |options: &[&str]| {
        run(nestling(repository.path()).args(["replay", "--against", "old"]).args(options))
    };
    let proven = against(&[]);
    assert_eq!(proven.status.code(), Some(0), "{}", String::from_utf8_lossy(&proven.stdout));
    for (path, old, new, expected) in LOSSES {
        let file = repository.path().join(path);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(old), "{path} has `{old}`: {text}");
        repository.write(path, &text.replacen(old, new, 1));
        let failed = against(&[]);
        let shown = String::from_utf8_lossy(&failed.stdout).into_owned() + &said(&failed);
        assert_eq!(failed.status.code(), Some(1), "{path}: {old} -> {new}: {shown}");
        assert!(shown.contains("less: ") && shown.contains(expected), "{path}: {old} -> {new}: {shown}");
        // What is committed is still equal.
        let committed = against(&["--head", "HEAD"]);
        assert_eq!(committed.status.code(), Some(0), "{path}: {old} -> {new}: {}", said(&committed));
        repository.write(path, &text);
    }
}

#[test]
fn options_that_have_no_effect_beside_a_comparison_are_refused() {
    let repository = Repository::new();
    let jobs = format!(
        "test: {{ script: make -C api, {CHANGES} }}\nlint: {{ script: make -C api lint, {CHANGES} }}\n"
    );
    repository.write(".gitlab-ci.yml", &jobs).write("api/main.go", "");
    repository.commit("start");
    output(nestling(repository.path()).args(["import", "--write"]));
    repository.write("names.txt", "test  api:test\nlint  api:test\n").commit("moved");
    for (options, expected) in [
        (&["HEAD~1", "--workspace-from", "main"][..], "cannot be used with"),
        (&["HEAD~1", "--head", "gone"], "`gone` is neither a file nor a revision"),
        (&["HEAD~1", "--names", "names.txt"], "`test` and `lint` would both be compared with `api:test`"),
        (&["HEAD"], "`HEAD` has a workspace already"),
    ] {
        let failed = run(nestling(repository.path()).args(["replay", "--against"]).args(options));
        assert_eq!(failed.status.code(), Some(2), "{options:?}: {}", said(&failed));
        assert!(said(&failed).contains(expected), "{options:?}: {}", said(&failed));
    }
}
