//! `nestling import --from github`: made-up workflows, each with its report and what is written.

use crate::support::repository::Repository;
use crate::support::{expect_file, judge, nestling, output, root, run, said};
use std::path::PathBuf;

/// A repository with a workflow.
fn repository(name: &str) -> Repository {
    let workflow = std::fs::read_to_string(root().join(format!("tests/from-github/{name}.yml"))).unwrap();
    let repository = Repository::new();
    repository
        .write(format!(".github/workflows/{name}.yml"), &workflow)
        .write("services/api/package-lock.json", "{}")
        .write("libs/money.js", "");
    for (file, path) in
        [("action.yml", ".github/actions/setup/action.yml"), ("deploy.yml", ".github/workflows/deploy.yml")]
    {
        let text = std::fs::read_to_string(root().join("tests/from-github/repository").join(file)).unwrap();
        repository.write(path, &text);
    }
    repository.commit("start");
    repository
}

#[test]
fn workflows_become_units() {
    let test = "workflows_become_units";
    let mut different = Vec::new();
    for (name, options) in [
        ("matrix", &[][..]),
        ("release", &["--unit", "services/api"]),
        ("mixed", &["--unit", "services/api"]),
        ("steps", &["--unit", "services/api"]),
        ("machines", &[]),
    ] {
        let repository = repository(name);
        let file = format!(".github/workflows/{name}.yml");
        let import = |more: &[&str]| {
            output(
                nestling(repository.path())
                    .args(["import", "--from", "github", &file])
                    .args(options)
                    .args(more),
            )
        };
        let report = import(&[]);
        assert_eq!(repository.git(&["status", "--porcelain"]), "", "nothing is written without --write");
        assert_eq!(report, import(&["--write"]));
        let unit = std::fs::read_to_string(repository.path().join("services/api/nestling.yml")).unwrap();
        assert!(!unit.contains("${{"), "no expression is left: {unit}");
        let golden: PathBuf = root().join(format!("tests/from-github/{name}.txt"));
        different.extend(
            expect_file(&golden, &format!("=> report\n{report}=> services/api/nestling.yml\n{unit}")).err(),
        );
        let checked = run(nestling(repository.path()).arg("check"));
        assert!(checked.status.success(), "{name}: {}", said(&checked));
        let child = repository.path().join("child.yml");
        output(nestling(repository.path()).args(["generate", "--all", "--output"]).arg(&child));
        judge::psych(test, std::slice::from_ref(&child));
        judge::schema(test, &[child]);
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// Rules ask for the source of the parent's pipeline: the parent that `init` writes forwards it, and another one has to.
#[test]
fn the_parent_forwards_what_rules_ask_for() {
    let repository = repository("matrix");
    let import = ["import", "--from", "github", ".github/workflows/matrix.yml"];
    output(nestling(repository.path()).args(import).arg("--write"));
    output(nestling(repository.path()).arg("init"));
    let checked = run(nestling(repository.path()).arg("check"));
    assert!(checked.status.success() && !said(&checked).contains("rules-child"), "{}", said(&checked));
    let parent = std::fs::read_to_string(repository.path().join(".gitlab-ci.yml")).unwrap();
    let line = "    PARENT_PIPELINE_SOURCE: $CI_PIPELINE_SOURCE\n";
    assert!(parent.contains(line), "{parent}");
    std::fs::remove_file(repository.path().join("services/api/nestling.yml")).unwrap();
    for (parent, is_told) in [(parent.replace(line, ""), true), (parent, false)] {
        repository.write(".gitlab-ci.yml", &parent);
        let report = output(nestling(repository.path()).args(import));
        let told = "add `variables: { PARENT_PIPELINE_SOURCE: $CI_PIPELINE_SOURCE }` to the trigger job";
        assert_eq!(report.contains(told), is_told, "{report}");
    }
}

/// Runs a script of a job as a runner does: all lines in one shell, which ends at the first failure.
fn run_script(repository: &Repository, lines: &serde_yaml::Value, variables: &[(&str, &str)]) -> String {
    let lines: Vec<&str> = lines.as_sequence().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let mut command = std::process::Command::new("bash");
    command.args(["-eo", "pipefail", "-c", &lines.join("\n")]).current_dir(repository.path());
    command
        .env("CI_PROJECT_DIR", repository.path())
        .env("CI_COMMIT_SHA", "5d8f")
        .envs(variables.iter().copied());
    output(&mut command)
}

#[test]
fn steps_hand_on_what_they_wrote_and_end_alone() {
    let repository = repository("steps");
    let import =
        ["import", "--from", "github", ".github/workflows/steps.yml", "--unit", "services/api", "--write"];
    output(nestling(repository.path()).args(import));
    let child = repository.path().join("child.yml");
    output(nestling(repository.path()).args(["generate", "--all", "--output"]).arg(&child));
    let child: serde_yaml::Value = serde_yaml::from_str(&std::fs::read_to_string(child).unwrap()).unwrap();
    let job = |name: &str| &child[format!("services/api:{name}")];
    let request = [("CI_MERGE_REQUEST_IID", "7"), ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "topic")];
    let said = run_script(&repository, &job("version")["script"], &request);
    assert_eq!(said, "in pull_request of 5d8f review\nfound 1.2\n");
    let said = run_script(&repository, &job("version")["after_script"], &[("CI_JOB_STATUS", "success")]);
    assert_eq!(said, "last 1.2 pull_request\n");
    let report = std::fs::read_to_string(repository.path().join("version.env")).unwrap();
    assert_eq!(report, "NEEDS_VERSION_VERSION=1.2\n");
    let values = [("NEEDS_VERSION_VERSION", "1.2"), ("NODE", "20"), ("OS", "ubuntu-24.04")];
    let said = run_script(&repository, &job("build")["script"], &values);
    let place = repository.path().display();
    assert_eq!(said, format!("v1.2 old hello 20 from {place}/.github/actions/setup\n"));
    let said = run_script(&repository, &job("build")["script"], &[("NEEDS_VERSION_VERSION", "")]);
    assert_eq!(said, "The condition of the job does not hold.\n");
}

#[test]
fn a_workflow_that_cannot_be_imported_is_an_error_with_a_way_out() {
    let repository = repository("release");
    repository.write("services/api/nestling.yml", "unit: {}\n").write("odd.yml", "on: push\n");
    let release = ".github/workflows/release.yml";
    for (options, expected) in [
        (&["gone.yml"][..], "there is no file `gone.yml`"),
        (&["odd.yml"], "it has no `jobs`"),
        (&[release, "--unit", "."], "the root's nestling.yml is the workspace"),
        (&[release], "the `paths` of the workflow do not contain a directory"),
        (&[release, "--unit", "services/api"], "`services/api/nestling.yml` exists already"),
        (&[release, "--unit", "services/api", "--prove"], "cannot be used with"),
    ] {
        let failed = run(nestling(repository.path()).args(["import", "--from", "github"]).args(options));
        assert_eq!(failed.status.code(), Some(2), "{options:?}: {}", said(&failed));
        assert!(said(&failed).contains(expected), "{options:?}: {}", said(&failed));
    }
    let failed = run(nestling(repository.path()).args(["import", release]));
    assert_eq!(failed.status.code(), Some(2), "{}", said(&failed));
}
