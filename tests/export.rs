//! `nestling export`: a static pipeline in the place of a workspace, with its losses and its proof.

use crate::support::repository::Repository;
use crate::support::{expect_file, judge, nestling, output, root, run, said};

const PARENT: &str = "\
stages: [lint, plan, run, report]
variables: { LEVEL: info }
lint: { stage: lint, script: make lint }
report: { stage: report, script: make report }
";

/// The two jobs of a parent, as `init` writes them.
fn plan_and_run() -> String {
    let text =
        std::fs::read_to_string(root().join("crates/nestling-cli/src/init/parent.gitlab-ci.yml")).unwrap();
    text[text.find("nestling:plan:").unwrap()..].to_owned()
}

/// A workspace with dependencies, a template, environments, rules and values of the parent.
fn workspace() -> Repository {
    let repository = Repository::new();
    let catalogue = "environments:\n    review: { when: merge_request, url: \"https://$CI_COMMIT_REF_SLUG.example.com\" }\n    production: { when: default_branch }\n";
    repository
        .write(".gitlab-ci.yml", &format!("{PARENT}\n{}", plan_and_run()))
        .write(
            "nestling.yml",
            &format!("workspace:\n  templates: [ci]\n  stages: [build, test, deploy]\n  everything: [go.mod]\n  {catalogue}"),
        )
        .write("ci/go.yml", "build:\n  stage: build\n  script: make -C ${{ unit.dir }}\n")
        .write(
            "api/nestling.yml",
            "unit: { use: [go], depends_on: [core], changes: [/proto/api.proto] }\n---\n\
             test: { stage: test, script: [make test, \"echo $PARENT_PIPELINE_ID\"], rules: [{ if: $SKIP, when: never }, { when: on_success }] }\n\
             deploy: { stage: deploy, environment: [review, production], script: make deploy, stop: { script: make stop } }\n",
        )
        .write("core/nestling.yml", "unit: { use: [go] }\n")
        .write("docs/nestling.yml", "unit: { changes: [\"!**/*.png\"] }\n---\nbuild: { stage: build, script: make docs, when: manual }\n");
    for path in [
        "api/main.go",
        "core/core.go",
        "docs/index.md",
        "docs/a.png",
        "proto/api.proto",
        "go.mod",
        "README.md",
    ] {
        repository.write(path, "");
    }
    repository.commit("start");
    for path in
        ["api/main.go", "core/core.go", "proto/api.proto", "go.mod", "README.md", "docs/a.png", "ci/go.yml"]
    {
        let file = repository.path().join(path);
        let old = std::fs::read_to_string(&file).unwrap();
        repository.write(path, &format!("{old}\n# more\n")).commit(&format!("change {path}"));
    }
    repository
}

/// The files and the report are a golden file; GitLab's readers take them, and they lack nothing.
#[test]
fn a_workspace_is_written_out_and_proven() {
    let repository = workspace();
    let report = output(nestling(repository.path()).args(["export", "--prove"]));
    assert_eq!(repository.git(&["status", "--porcelain"]), "", "nothing is written without --write");
    assert!(report.contains(" 0 lack something: proven"), "{report}");
    let again = output(nestling(repository.path()).args(["export", "--write"]));
    assert_eq!(report, again, "the report does not depend on --write");
    let mut text = format!("=> report\n{report}");
    let status = repository.git(&["status", "--porcelain", "--untracked-files=all"]);
    let mut files = Vec::new();
    for path in status.lines().map(|line| &line[3..]) {
        let file = repository.path().join(path);
        text.push_str(&format!("=> {path}\n{}", std::fs::read_to_string(&file).unwrap()));
        files.push(file);
    }
    // Commits have other names in each run of the test, if git's clock is not fixed.
    let different = expect_file(&root().join("tests/export/workspace.txt"), &text).err();
    assert_eq!(different, None);
    let test = "a_workspace_is_written_out_and_proven";
    judge::psych(test, &files);
    judge::schema(test, &files);
    let checked = run(nestling(repository.path()).args(["check", ".gitlab-ci.yml"]));
    assert!(checked.status.success(), "{}", said(&checked));
}

/// Each thing that a static pipeline cannot do is an error, less with a reason, or a line of the report.
#[test]
fn what_cannot_be_written_out_is_reported() {
    let unit = "unit: {}\n---\n";
    for (workspace, jobs, expected, code) in [
        ("workspace: { unclaimed: everything }", "a: { script: x }", "more: `unclaimed: everything`", 0),
        ("workspace: { ignore: [\"**/*.md\"] }", "a: { script: x }", "more: `ignore`", 0),
        (
            "workspace: { pipelines: { tag: changed } }",
            "a: { script: x }",
            "more: tag: GitLab compares nothing",
            0,
        ),
        (
            "workspace: { pipelines: { branch: { since: start } } }",
            "a: { script: x }",
            "GitLab compares with no older",
            0,
        ),
        (
            "workspace: {}",
            "a: { script: x, rules: [{ changes: [\"api/*\"] }] }",
            "more: api:a: a rule with `changes` of its own",
            0,
        ),
        ("workspace: {}", "a: { script: echo $CI_PIPELINE_IID }", "other: api:a: `CI_PIPELINE_", 0),
        (
            "workspace: { environments: { old: { when: { branch: release/* }, stop: false } } }",
            "a: { script: x, environment: [old] }",
            "other jobs than in pipelines of its kind, such as `api:a:old`",
            1,
        ),
    ] {
        let repository = Repository::new();
        repository
            .write(
                ".gitlab-ci.yml",
                &plan_and_run().replace("stage: plan", "stage: build").replace("stage: run", "stage: test"),
            )
            .write("nestling.yml", workspace)
            .write("api/nestling.yml", &format!("{unit}{jobs}\n"))
            .write("api/main.go", "");
        repository.commit("start");
        repository.git(&["tag", "start"]);
        let exported = run(nestling(repository.path()).arg("export"));
        let report = String::from_utf8_lossy(&exported.stdout).into_owned() + &said(&exported);
        assert_eq!(exported.status.code(), Some(code), "{workspace} {jobs}: {report}");
        assert!(report.contains(expected), "{workspace} {jobs}: {report}");
        assert!(report.contains(" 0 lack something: proven"), "{workspace} {jobs}: {report}");
    }
    let repository = Repository::new();
    repository.write(".gitlab-ci.yml", "a: { script: x }").commit("start");
    let failed = run(nestling(repository.path()).arg("export"));
    assert_eq!(failed.status.code(), Some(2), "{}", said(&failed));
    assert!(said(&failed).contains("there is no `nestling.yml`"), "{}", said(&failed));
    repository
        .write("nestling.yml", "workspace: {}")
        .write(".gitlab-ci.yml", &format!("\"api:a\": {{ script: x }}\n{}", plan_and_run()))
        .write("api/nestling.yml", "a: { script: x }");
    let failed = run(nestling(repository.path()).arg("export"));
    assert_eq!(failed.status.code(), Some(2), "{}", said(&failed));
    assert!(
        said(&failed).contains("both `.gitlab-ci.yml` and the child have a job `api:a`"),
        "{}",
        said(&failed)
    );
}

#[test]
fn a_loss_is_reported_for_everything_that_the_trigger_job_decides() {
    for (keywords, expected) in [
        ("rules: [{ if: $CI_COMMIT_BRANCH }]", None),
        ("rules: [{ if: $RUN }]", Some("more: nestling:run: its conditions: the jobs run without them")),
        (
            "rules: [{ changes: [api/**/*] }]",
            Some("more: nestling:run: its conditions: the jobs run without them"),
        ),
        ("when: manual", Some("more: nestling:run: it is manual: the jobs start automatically")),
        (
            "allow_failure: true",
            Some("other: nestling:run: `allow_failure`: a failure of the jobs fails the pipeline"),
        ),
        ("resource_group: one", Some("other: nestling:run: `resource_group`: ")),
        (
            "needs: [\"nestling:plan\", lint]",
            Some("`needs`: jobs with their own `needs` no longer wait for `lint`"),
        ),
    ] {
        let repository = Repository::new();
        let own = plan_and_run().replace("nestling:run:\n", &format!("nestling:run:\n  {keywords}\n"));
        let own = if keywords.starts_with("needs") {
            own.replacen("  needs: [\"nestling:plan\"]", "  #", 1)
        } else {
            own
        };
        repository
            .write(".gitlab-ci.yml", &format!("{PARENT}\n{own}"))
            .write("nestling.yml", "workspace: {}\n");
        repository.write("api/nestling.yml", "test: { script: make }\n").commit("start");
        let text = output(nestling(repository.path()).arg("export"));
        assert!(expected.is_none_or(|line| text.contains(line)), "{keywords}: {text}");
        let lines = text.lines().filter(|line| line.contains(": nestling:run: "));
        assert_eq!(lines.count(), usize::from(expected.is_some()), "{keywords}: {text}");
    }
}
