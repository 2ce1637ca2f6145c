//! Several child pipelines of one repository: two of one workspace (`--var`), and those of two workspaces.

use crate::support::repository::Repository;
use crate::support::{nestling, output, run, said};

const WORKSPACE: &str = "\
workspace:
  templates: [ci]
  vars: { region: none, shards: 1, fast: false, zones: [a], owner: }
  units: [{ match: [api, web], use: test }]
";

const TEMPLATE: &str = "\
test:
  script: [\"make ${{ vars.region }} ${{ vars.shards + 1 }} ${{ vars.owner | default('nobody', true) }}\"]
#% if vars.fast
fast: { script: make fast }
#% endif
";

fn repository() -> Repository {
    let repository = Repository::new();
    repository.write("nestling.yml", WORKSPACE).write("ci/test.yml", TEMPLATE);
    repository.write("api/main.c", "1").write("web/main.c", "1").commit("start");
    repository.write("api/main.c", "2").commit("api");
    repository
}

#[test]
fn one_workspace_makes_two_pipelines_by_its_variables() {
    let repository = repository();
    let generated = |options: &[&str]| {
        let command = ["generate", "--base", "HEAD~1", "--output", "-"];
        output(nestling(repository.path()).args(command).args(options))
    };
    let eu = generated(&["--var", "region=eu", "--var", "shards=3", "--var", "owner=7"]);
    let us = generated(&["--var", "region=eu", "--var", "region=us=1", "--var", "fast=true"]);
    for (text, present) in [
        (&eu, "make eu 4 7"),
        (&eu, "# Variable: region=eu\n"),
        (&us, "make us=1 2 nobody"),
        (&us, "api:fast:"),
        (&generated(&[]), "make none 2 nobody"),
    ] {
        assert!(text.contains(present), "{text}");
    }
    // The values hold at base, too: no unit is selected by them.
    assert!(!eu.contains("web:") && !us.contains("web:") && !eu.contains("fast"), "{eu}{us}");
    let plan =
        output(nestling(repository.path()).args(["preview", "--var", "region=eu", "--format", "json"]));
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["vars"], serde_json::json!({ "region": "eu" }));
}

#[test]
fn a_value_that_no_variable_takes_is_an_error() {
    let repository = repository();
    for (given, message) in [
        ("regoin=eu", "`--var regoin`: the workspace has no variable `regoin`"),
        ("shards=many", "`--var shards=many`: the value must be a number, found a string"),
        ("fast=1", "`--var fast=1`: the value must be a boolean, found a number"),
        ("zones=b", "`--var zones=b`: a value of the command line cannot replace a list"),
    ] {
        let output = run(nestling(repository.path()).args(["generate", "--all", "--var", given]));
        assert_eq!(output.status.code(), Some(1), "{given}");
        assert!(said(&output).contains(message), "{given}: {}", said(&output));
    }
    for given in ["region", "=eu"] {
        let output = run(nestling(repository.path()).args(["preview", "--var", given]));
        assert_eq!(output.status.code(), Some(2), "{given}");
    }
}

#[test]
fn two_workspaces_make_pipelines_of_their_own() {
    let repository = Repository::new();
    for directory in ["front", "back"] {
        let rule = format!(
            "workspace: {{ templates: [ci], everything: [/all], units: [{{ match: '{directory}*', use: t }}] }}"
        );
        repository.write(
            format!("{directory}/nestling.yml"),
            &format!("{rule}\n---\nown: {{ script: make {directory} }}\n"),
        );
        repository.write(format!("{directory}/ci/t.yml"), &format!("test: {{ script: make {directory} }}\n"));
        repository.write(format!("{directory}/{directory}1/f"), "1").write(format!("{directory}/all"), "1");
    }
    repository.write("nestling.yml", "workspace: { units: [{ match: docs }] }\n---\n.x: { script: x }\n");
    repository.write("docs/f", "1").commit("start");
    let affected = |directory: &str| {
        let command = ["affected", "-C", directory, "--base", "HEAD~1"];
        output(nestling(repository.path()).args(command)).trim().to_owned()
    };
    repository.write("back/back1/f", "2").commit("back");
    assert_eq!([affected("."), affected("front"), affected("back")], ["", "", "back1"]);
    repository.write("front/all", "2").commit("all of front");
    assert_eq!([affected("."), affected("front"), affected("back")], ["", "front1", ""]);
    repository.write("all", "2").write("docs/f", "2").commit("nothing of either");
    assert_eq!([affected("."), affected("front"), affected("back")], ["docs", "", ""]);
    output(nestling(repository.path()).args(["generate", "-C", "front", "--all", "-o", "child.yml"]));
    let text = std::fs::read_to_string(repository.path().join("front/child.yml")).unwrap();
    assert!(text.contains("\nown:") && text.contains("\nfront1:test:") && !text.contains("back"), "{text}");
}
