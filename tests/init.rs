//! `nestling init` in repositories of many kinds: what it writes works as it is written.

mod shapes;
mod laws;

use crate::support::repository::Repository;
use crate::support::{judge, nestling, output, run, said};
use serde_json::Value;

/// A package whose tests can be run.
const PACKAGE: &str = "{ \"scripts\": { \"test\": \"node --test\" } }";

fn made_of(files: &[(&str, &str)]) -> Repository {
    let repository = Repository::new();
    for (path, text) in files {
        repository.write(path, text);
    }
    repository.commit("start");
    repository
}

/// Runs `init`, then everything that it says comes next.
fn initialized(files: &[(&str, &str)]) -> (Repository, String, Value) {
    let repository = made_of(files);
    let said = output(nestling(repository.path()).arg("init"));
    output(nestling(repository.path()).arg("check"));
    let plan = output(nestling(repository.path()).args(["preview", "--all", "--format", "json"]));
    (repository, said, serde_json::from_str(&plan).unwrap())
}

fn units(plan: &Value) -> Vec<&str> {
    plan["units"].as_array().unwrap().iter().map(|unit| unit["name"].as_str().unwrap()).collect()
}

#[test]
fn every_kind_of_project_becomes_a_unit_with_jobs() {
    let (_repository, _, plan) = initialized(&[
        ("services/api/package.json", PACKAGE),
        ("services/web/package.json", PACKAGE),
        ("services/web/node_modules/x/package.json", "{}"),
        ("libs/core/Cargo.toml", "[package]\nname = \"core\"\n"),
        ("libs/core/src/lib.rs", ""),
        ("tools/cli/go.mod", "module cli\n"),
        ("tools/cli/cli.go", "package cli\n"),
        ("ml/pyproject.toml", "[project]\nname = 'ml'\n[dependency-groups]\ndev = ['pytest']\n"),
        ("ml/test_numbers.py", ""),
        ("legacy/pom.xml", "<project/>"),
        ("infra/network/main.tf", "provider \"aws\" {}\n"),
        ("infra/network/.terraform.lock.hcl", "provider \"registry.terraform.io/hashicorp/aws\" {\n}\n"),
        ("infra/stacks/cdk.json", "{}"),
        ("infra/stacks/package.json", "{}"),
        ("images/base/Dockerfile", "FROM alpine\n"),
        ("site/index.html", ""),
        ("docs/package.json", "{}"),
    ]);
    let all = [
        "images/base",
        "infra/network",
        "legacy",
        "libs/core",
        "ml",
        "services/api",
        "services/web",
        "tools/cli",
    ];
    assert_eq!(units(&plan), all);
    for unit in all {
        let of_unit = plan["jobs"].as_array().unwrap().iter().filter(|job| job["unit"] == unit).count();
        assert!(of_unit > 0, "{unit} has no job");
    }
}

#[test]
fn a_folder_of_one_kind_is_one_pattern_and_a_mixed_one_is_not() {
    let (repository, ..) = initialized(&[
        ("services/a/package.json", PACKAGE),
        ("services/b/package.json", PACKAGE),
        ("tools/a/go.mod", "module a\n"),
        ("tools/a/a.go", "package a\n"),
        ("tools/b/package.json", PACKAGE),
        ("tools/notes/readme.txt", ""),
    ]);
    let workspace = std::fs::read_to_string(repository.path().join("nestling.yml")).unwrap();
    assert!(workspace.contains("match: [\"services/*\", \"tools/b\"]"), "{workspace}");
    assert!(workspace.contains("match: \"tools/a\""), "{workspace}");
}

/// In an empty repository an example shows a unit; in any other, the files are left alone.
#[test]
fn only_an_empty_repository_gets_an_example() {
    let (_repository, _, plan) = initialized(&[("README.md", ""), ("scripts/run", "")]);
    assert_eq!(units(&plan), [""; 0]);
    let (_repository, _, plan) = initialized(&[("README.md", "")]);
    assert_eq!(units(&plan), ["example"]);
}

/// Errors in existing files are reported, and the rest is proposed beside them.
#[test]
fn files_of_nestling_with_errors_are_named_and_keep_nothing_else_from_being_proposed() {
    for (path, text, expected) in [
        ("nestling.yml", "workspace:\n  units:\n    - match: [\n", "nestling.yml: it has errors: "),
        ("nestling.yml", "workspace:\n  unitz: []\n", "nestling.yml: it has errors: "),
        ("b/nestling.yml", "unit:\n  foo: 1\n", "b/nestling.yml: it has errors: "),
        ("b/nestling.yml", "unit: {}\n---\njob:\n  scirpt: x\n", "b/nestling.yml: it has errors: "),
        (".gitlab-ci.yml", "lint: [\n", ".gitlab-ci.yml: it has errors: "),
    ] {
        let repository = made_of(&[("a/package.json", PACKAGE), ("b/package.json", PACKAGE), (path, text)]);
        let initialized = run(nestling(repository.path()).arg("init"));
        assert_eq!(initialized.status.code(), Some(1), "{path}");
        let said = said(&initialized);
        assert!(said.contains(expected), "{path}: {said}");
        let proposed = said.lines().find(|line| line.contains("nestling/node")).unwrap();
        assert!(proposed.ends_with("jobs test"), "{said}");
        assert_eq!(std::fs::read_to_string(repository.path().join(path)).unwrap(), text);
    }
}

/// The jobs of another tool are not taken for the parent's.
#[test]
fn another_file_by_the_name_of_the_parents_jobs_is_named() {
    let own = "build:nests:\n  script: make\n";
    let files = [(".gitlab-ci.yml", "lint: { script: x }\n"), ("nestling.gitlab-ci.yml", own)];
    let repository = made_of(&[files[0], files[1], ("a/package.json", PACKAGE)]);
    let initialized = run(nestling(repository.path()).arg("init"));
    assert_eq!(initialized.status.code(), Some(1));
    let said = said(&initialized);
    assert!(said.contains("nestling.gitlab-ci.yml: no job of it runs `nestling generate`"), "{said}");
    assert!(!said.contains("to include") && !said.contains("include: ["), "{said}");
    assert_eq!(std::fs::read_to_string(repository.path().join("nestling.gitlab-ci.yml")).unwrap(), own);
}

/// A file that cannot be written prevents the workspace from working.
#[test]
fn a_directory_by_the_name_of_the_workspace_is_no_success() {
    let repository = made_of(&[("a/package.json", PACKAGE), ("nestling.yml/x", "")]);
    let initialized = run(nestling(repository.path()).arg("init"));
    assert_eq!(initialized.status.code(), Some(1));
    let said = said(&initialized);
    assert!(said.contains("not written, a link or a directory has this name"), "{said}");
}

/// A template of the repository's own is written where none is built in, and kept from then on.
#[test]
fn a_template_of_its_own_is_written_once_and_another_file_is_kept() {
    let chart = ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    let (repository, said, plan) = initialized(&[chart]);
    assert!(said.contains("wrote ci/templates/helm.yml"), "{said}");
    assert_eq!(units(&plan), ["chart"]);
    let template = repository.path().join("ci/templates/helm.yml");
    std::fs::write(&template, "lint:\n  script: helm lint chart\n").unwrap();
    let again = output(nestling(repository.path()).arg("init"));
    assert!(!again.contains("wrote"), "{again}");
    let (repository, said, plan) = initialized(&[chart, ("ci/templates/helm.yml", "spec: {}\n")]);
    assert!(said.contains("chart/Chart.yaml: Helm chart: there is no built-in template"), "{said}");
    assert_eq!(units(&plan), [""; 0]);
    let kept = std::fs::read_to_string(repository.path().join("ci/templates/helm.yml")).unwrap();
    assert_eq!(kept, "spec: {}\n");
    let kept = made_of(&[chart, ("nestling.yml", "workspace: {}\n")]);
    let said = output(nestling(kept.path()).arg("init"));
    assert!(said.contains("nestling.yml is kept: its `templates:` must have ci/templates"), "{said}");
    assert!(said.contains("wrote ci/templates/helm.yml"), "{said}");
}

/// `init` writes no version where the template's default fits, so it has to know that default.
#[test]
fn the_versions_that_init_takes_for_defaults_are_those_of_the_templates() {
    for (template, place) in [
        ("node", "or \"22\""),
        ("python", "or [\"3.13\"]"),
        ("java", "else \"21\")"),
        ("rust", "else \"1\")"),
        ("opentofu", "default: \"1.10\""),
    ] {
        let path = crate::support::root().join(format!("templates/{template}/template.yml"));
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains(place), "{template}: change the first line of its `Choice` in init/versions");
    }
}

/// Nothing that `init` writes publishes by itself: jobs of Pages are nobody's idea but the owner's.
#[test]
fn nothing_is_published_that_nobody_asked_for() {
    let (repository, said, _) = initialized(&[
        ("site/index.html", "<p>"),
        ("index.html", "<p>"),
        ("public/index.html", "<p>"),
        ("web/package.json", PACKAGE),
        ("web/index.html", "<p>"),
        ("main.tf", "provider \"aws\" {}\n"),
    ]);
    let jobs = laws::jobs(&repository);
    assert!(jobs.iter().any(|(_, job)| job.to_string().contains("tofu apply")), "{jobs:?}");
    for (_, job) in jobs {
        let body = job.to_string();
        assert!(!body.contains("\"pages\""), "{body}");
        let is_applying = body.contains("tofu apply");
        assert!(!is_applying || body.contains("\"manual\""), "{body}");
    }
    assert!(said.contains("nothing is published unless you ask for it"), "{said}");
}

#[test]
fn a_pipeline_that_is_there_is_left_alone_and_told_what_to_include() {
    let own = "lint:\n  script: echo lint\n";
    let (repository, said, _) = initialized(&[(".gitlab-ci.yml", own), ("a/package.json", PACKAGE)]);
    assert_eq!(std::fs::read_to_string(repository.path().join(".gitlab-ci.yml")).unwrap(), own);
    assert!(said.contains("include: [{ local: nestling.gitlab-ci.yml }]"), "{said}");
    let again = output(nestling(repository.path()).arg("init"));
    assert!(!again.contains("wrote"), "{again}");
}

#[test]
fn the_parents_that_it_writes_pass_gitlabs_reader_and_schema() {
    let test = "the_parents_that_it_writes_pass_gitlabs_reader_and_schema";
    let (fresh, ..) = initialized(&[("a/package.json", PACKAGE)]);
    let (beside, ..) =
        initialized(&[("a/package.json", PACKAGE), (".gitlab-ci.yml", "lint:\n  script: echo\n")]);
    let files = [fresh.path().join(".gitlab-ci.yml"), beside.path().join("nestling.gitlab-ci.yml")];
    judge::psych(test, &files);
    judge::schema(test, &files);
}

/// A kind of repository, its files, and its units.
type Shape = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

/// Repositories as they are found in public.
const PUBLIC: [Shape; 8] = [
    (
        "one Node project",
        &[
            (
                "package.json",
                "{ \"scripts\": { \"build\": \"vite build\", \"test\": \"vitest\" }, \"devDependencies\": { \"vitest\": \"*\" } }",
            ),
            (
                "package-lock.json",
                "{ \"packages\": { \"node_modules/vite\": {}, \"node_modules/vitest\": {} } }",
            ),
            ("src/main.js", ""),
            ("README.md", ""),
        ],
        &["root"],
    ),
    (
        "npm workspaces",
        &[
            ("package.json", "{ \"private\": true, \"workspaces\": [\"packages/*\"] }"),
            ("package-lock.json", "{ \"packages\": { \"node_modules/@acme/ui\": { \"link\": true } } }"),
            (
                "packages/ui/package.json",
                "{ \"name\": \"@acme/ui\", \"version\": \"1.0.0\", \"scripts\": { \"test\": \"node --test\" } }",
            ),
            (
                "packages/site/package.json",
                "{ \"name\": \"@acme/site\", \"dependencies\": { \"@acme/ui\": \"*\" } }",
            ),
            ("packages/site/Dockerfile", "FROM node\n"),
        ],
        &["packages/site", "packages/ui"],
    ),
    (
        "a cargo workspace with a package at its root",
        &[
            (
                "Cargo.toml",
                "[workspace]\nmembers = [\"crates/*\"]\n\n[package]\nname = \"tool\"\nversion = \"0.1.0\"\n",
            ),
            (
                "Cargo.lock",
                "version = 4\n[[package]]\nname = \"cli\"\ndependencies = [\"core\"]\n[[package]]\nname = \"core\"\n[[package]]\nname = \"tool\"\n",
            ),
            ("src/main.rs", "fn main() {}\n"),
            ("crates/core/Cargo.toml", "[package]\nname = \"core\"\nversion = \"0.1.0\"\n"),
            ("crates/core/src/lib.rs", ""),
            ("crates/cli/src/main.rs", "fn main() {}\n"),
            (
                "crates/cli/Cargo.toml",
                "[package]\nname = \"cli\"\nversion = \"0.1.0\"\n[dependencies]\ncore = { path = \"../core\" }\n",
            ),
        ],
        &["crates/cli", "crates/core", "root"],
    ),
    (
        "several Go modules",
        &[
            ("go.work", "go 1.24\n\nuse (\n\t./api\n\t./worker\n)\n"),
            ("api/go.mod", "module example.com/api\n\ngo 1.24\n"),
            ("api/main.go", "package main\n"),
            ("worker/worker.go", "package worker\n"),
            (
                "worker/go.mod",
                "module example.com/worker\n\ngo 1.24\n\nrequire example.com/api v0.0.0\n\nreplace example.com/api => ../api\n",
            ),
        ],
        &["api", "worker"],
    ),
    (
        "a Python monorepo",
        &[
            ("pyproject.toml", "[tool.ruff]\nline-length = 100\n"),
            ("libs/common/pyproject.toml", "[project]\nname = \"common\"\nversion = \"1\"\n"),
            ("services/ingest/pyproject.toml", "[project]\nname = \"ingest\"\nversion = \"1\"\n"),
            ("services/serve/requirements.txt", "flask\n"),
            ("tests/test_all.py", ""),
        ],
        &["libs/common", "services/ingest", "services/serve"],
    ),
    (
        "a Maven build of several modules",
        &[
            (
                "pom.xml",
                "<project>\n  <modules><module>core</module><module>web</module></modules>\n</project>\n",
            ),
            ("core/pom.xml", "<project/>\n"),
            ("core/src/main/java/Core.java", ""),
            ("web/pom.xml", "<project/>\n"),
        ],
        &["core", "web"],
    ),
    (
        "a Go service with infrastructure beside it",
        &[
            ("go.mod", "module example.com/service\n\ngo 1.24\n"),
            ("cmd/service/main.go", "package main\n"),
            ("Dockerfile", "FROM golang\n"),
            ("deploy/terraform/main.tf", "provider \"aws\" {}\n"),
            (
                "deploy/terraform/.terraform.lock.hcl",
                "provider \"registry.terraform.io/hashicorp/aws\" {\n}\n",
            ),
            (".gitlab-ci.yml", "stages: [test]\nlint:\n  stage: test\n  script: go vet ./...\n"),
        ],
        &["deploy/terraform", "root"],
    ),
    ("no project at all", &[("README.md", "# Notes\n"), ("notes/one.txt", "1\n")], &[]),
];

/// Dependencies between manifests count.
#[test]
fn a_change_to_a_package_reaches_those_that_use_it() {
    for (shape, changed, reached) in [
        ("npm workspaces", "packages/ui/index.js", "packages/site"),
        ("a cargo workspace with a package at its root", "crates/core/src/lib.rs", "crates/cli"),
        ("several Go modules", "api/main.go", "worker"),
    ] {
        let (_, files, _) = PUBLIC.iter().find(|(name, ..)| *name == shape).unwrap();
        let (repository, ..) = initialized(files);
        let list = repository.path().join(".git/list");
        std::fs::write(&list, format!("{changed}\n")).unwrap();
        let affected = output(nestling(repository.path()).args(["affected", "--changes-from"]).arg(&list));
        assert!(affected.lines().any(|unit| unit == reached), "{shape}: {affected}");
    }
}

#[test]
fn generate_works_right_after_init_in_repositories_of_every_shape() {
    let test = "generate_works_right_after_init_in_repositories_of_every_shape";
    let mut pipelines = Vec::new();
    let mut kept = Vec::new();
    for (shape, files, wanted) in PUBLIC {
        let (repository, _, plan) = initialized(files);
        assert_eq!(units(&plan), wanted, "{shape}");
        for unit in wanted {
            let of_unit = plan["jobs"].as_array().unwrap().iter().filter(|job| job["unit"] == *unit).count();
            assert!(of_unit > 0, "{shape}: {unit} has no job");
        }
        repository.commit("as `init` left it");
        for options in [&["--all"][..], &["--as", "merge_request"], &["--as", "branch:main"]] {
            let file = repository.path().join(format!("child{}.yml", options.concat().replace(':', "-")));
            output(nestling(repository.path()).arg("generate").args(options).arg("--output").arg(&file));
            pipelines.push(file);
        }
        kept.push(repository);
    }
    judge::psych(test, &pipelines);
    judge::schema(test, &pipelines);
}
