//! A made-up monorepo whose maker knows the right answer: which projects a branch affects, through additions, removals,
//! renames, moves, changed modes, odd names, and dependencies of dependencies.

use crate::support::repository::Repository;
use crate::support::{monorepo, nestling, output};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn names(text: &str) -> BTreeSet<&str> {
    text.lines().collect()
}

fn affected(repository: &Path, options: &[&str]) -> String {
    output(nestling(repository).arg("affected").args(options))
}

#[test]
fn the_selected_units_are_the_affected_projects() {
    for seed in ["1", "2"] {
        let folder = tempfile::tempdir().unwrap();
        let mut options = vec!["--services", "60", "--history", "60", "--odd-paths", "--seed", seed];
        options.extend(["--new-services", "2", "--removed-services", "2"]);
        let test = "the_selected_units_are_the_affected_projects";
        let Some(repository) = monorepo::make(folder.path(), &options, test) else { return };

        let truth = std::fs::read_to_string(folder.path().join("mono.truth.json")).unwrap();
        let truth: Value = serde_json::from_str(&truth).unwrap();
        let right: BTreeSet<&str> = truth["affected_projects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        assert!(right.len() > 8, "{right:?}");

        // From the objects, from the files, and from a list of paths.
        assert_eq!(names(&affected(&repository, &["--head", "HEAD"])), right);
        assert_eq!(names(&affected(&repository, &[])), right);
        let list = folder.path().join("paths");
        let paths = truth["changed_paths"].as_array().unwrap().iter().map(|path| path.as_str().unwrap());
        std::fs::write(&list, paths.map(|path| format!("{path}\0")).collect::<String>()).unwrap();
        let listed = affected(&repository, &["--changes-from", list.to_str().unwrap(), "-z"]);
        assert_eq!(names(&listed), right);
    }
}

/// One project at the root, with another one in a directory of it: the nearest unit wins.
#[test]
fn the_root_can_be_a_unit() {
    let repository = Repository::new();
    repository.write(
        "nestling.yml",
        "workspace: { templates: [ci], stages: [test], units: [{ match: [., infra], use: it }] }\n",
    );
    repository.write("ci/it.yml", "test:\n  stage: test\n  script: cd ${{ unit.dir | sh }}\n");
    repository.write("src/main.js", "").write("infra/main.tf", "");
    repository.commit("start");
    let list = repository.path().join(".git/list");
    for (path, units) in [("src/main.js", "root\n"), ("infra/main.tf", "infra\n"), ("new", "root\n")] {
        std::fs::write(&list, format!("{path}\n")).unwrap();
        let list = list.to_str().unwrap();
        assert_eq!(affected(repository.path(), &["--changes-from", list]), units, "{path}");
    }
    let pipeline =
        output(nestling(repository.path()).args(["generate", "--all", "--head", "HEAD", "--output", "-"]));
    assert!(pipeline.contains("\nroot:test:\n") && pipeline.contains("cd ."), "{pipeline}");
}
