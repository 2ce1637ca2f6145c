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
    assert!(said(&import(&["--write"])).contains("nothing is written: a pipeline would lack something"));
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
    let shown = String::from_utf8_lossy(&changed.stdout).into_owned();
    assert!(shown.contains("less: api:lint: `script` differs"), "{shown}");
    repository.write("api/nestling.yml", &text.replace("\nlint:", "\ncheck:"));
    let renamed = against(&["HEAD~1"]);
    assert!(
        String::from_utf8_lossy(&renamed.stdout).contains("less: lint is not made"),
        "{}",
        said(&renamed)
    );
    repository.write("names.txt", "lint  api:check\n");
    let named = against(&["HEAD~1", "--names", "names.txt"]);
    assert_eq!(named.status.code(), Some(0), "{}", said(&named));
    for (options, expected) in [
        (&["gone"][..], "`gone` is neither a file nor a revision"),
        (&["HEAD~1", "--names", "gone.txt"], "there is no file `gone.txt`"),
        (&["HEAD~1", "--format", "json"], "cannot be used with"),
    ] {
        let failed = against(options);
        assert_eq!(failed.status.code(), Some(2), "{}", said(&failed));
        assert!(said(&failed).contains(expected), "{}", said(&failed));
    }
    repository.write("names.txt", "lnit  api:check\n");
    assert!(
        said(&against(&["HEAD~1", "--names", "names.txt"])).contains("`lnit`, which is no job of the old")
    );
    repository.write("names.txt", "lint api:check\n");
    assert!(said(&against(&["HEAD~1", "--names", "names.txt"])).contains("names.txt:1: a line must have"));
}
