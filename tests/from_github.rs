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

#[test]
fn a_workflow_that_cannot_be_imported_is_an_error_with_a_way_out() {
    let repository = repository("release");
    repository.write("services/api/nestling.yml", "unit: {}\n").write("odd.yml", "on: push\n");
    let release = ".github/workflows/release.yml";
    for (options, expected) in [
        (&["gone.yml"][..], "there is no file `gone.yml`"),
        (&["odd.yml"], "it has no `jobs`"),
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
