//! The page on installing, where it has something that can be run.

use crate::support::repository::Repository;
use crate::support::tool::{Tool, need};
use crate::support::{nestling, output, read};
use serde_json::Value;

/// The first block of a language after a heading.
fn block(page: &str, heading: &str, language: &str) -> String {
    let (_, after) = page.split_once(&format!("\n{heading}\n")).unwrap();
    let (_, block) = after.split_once(&format!("```{language}\n")).unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

/// Prints what each pattern finds in the text, as Renovate does: in all of the text, by named groups.
const FIND: &str = r#"
const [patterns, text] = process.argv.slice(1);
for (const pattern of JSON.parse(patterns)) {
  for (const { groups } of text.matchAll(new RegExp(pattern, "g"))) console.log(groups.depName, groups.currentValue);
}
"#;

/// Other updates of the repository continue: no rule here says which managers there are.
#[test]
fn the_rules_for_renovate_read_what_a_workspace_pins() {
    let test = "the_rules_for_renovate_read_what_a_workspace_pins";
    let page = read("docs/install.md");
    let rules: Value = serde_json::from_str(&block(&page, "## Keep it up to date", "json")).unwrap();
    let keys: Vec<&String> = rules.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["packageRules", "customManagers"]);
    let names = rules["packageRules"][0]["matchPackageNames"].as_array().unwrap();
    let component = read("ci/component/README.md");
    for name in names.iter().map(|name| name.as_str().unwrap()) {
        let is_used = [&page, &component]
            .iter()
            .any(|text| text.contains(&format!("{name}/plan@")) || text.contains(&format!("{name}:0")));
        assert!(is_used, "{name} is no image and no component");
    }
    let manager = &rules["customManagers"][0];
    let file = manager["managerFilePatterns"][0].as_str().unwrap().trim_matches('/');
    let Some(mut node) = need(Tool::Node, test) else { return };
    let is_read =
        "for (const path of process.argv.slice(2)) console.log(new RegExp(process.argv[1]).test(path))";
    node.args([
        "-e",
        is_read,
        file,
        "nestling.yml",
        "services/api/nestling.yml",
        "not-nestling.yml",
        "nestling.yml.md",
    ]);
    assert_eq!(output(&mut node), "true\ntrue\nfalse\nfalse\n");
    let workspace = block(&page, "## Keep it up to date", "yaml");
    let mut node = need(Tool::Node, test).unwrap();
    node.args(["-e", FIND, &manager["matchStrings"].to_string(), &workspace]);
    assert_eq!(output(&mut node), "platform/ci-templates v3\nplatform/deploy-templates v1.4.0\n");
    // It is a workspace, whose templates are not here.
    let repository = Repository::new();
    repository
        .write("nestling.yml", &workspace)
        .write("a/nestling.yml", "t: { script: x }\n")
        .commit("start");
    output(nestling(repository.path()).arg("check"));
}
