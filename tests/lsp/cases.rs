//! Test cases of templates: their findings, names and completion, and renames that reach them.

use super::client::uri;
use super::shop::{Shop, with_edits};
use crate::support::{nestling, run};

const CASES: &str = "- name: the build
  template: node
  inputs: { shards: 2 }
  expect:
    jobs:
      build: { stage: build, script: make -j 2 --silent }
    absent: [lint]
- name: all
  template: node
  as: merge_request
  expect:
    jobs:
      deploy:review:
        needs: [api:build]
    snapshot: true
";

/// The shop with cases, of which one stores its pipeline.
fn open() -> Shop {
    let shop = Shop::open(&["utf-8"]);
    shop.repository.write("ci/tests/node.yml", CASES);
    run(nestling(shop.repository.path()).args(["test", "--update"]));
    shop.client.end();
    let mut shop = Shop::reopen(shop.repository);
    let path = shop.path("ci/tests/node.yml");
    shop.client.open(&path, CASES);
    shop
}

#[test]
fn the_findings_of_a_case_are_what_it_expects_in_vain() {
    let mut shop = open();
    let path = shop.path("ci/tests/node.yml");
    assert_eq!(shop.client.findings(&path), Vec::<String>::new());
    for (from, to, expected) in [
        ("make -j 2", "make -j 3", "case 5:37-55 build.script: expected \"make -j 3 --silent\""),
        ("absent: [lint]", "absent: [build]", "case 6:13-18 there is a job `build`"),
        ("jobs:\n      build:", "jobs:\n      biuld:", "unknown job `biuld`"),
        (
            "expect:\n    jobs:\n      build",
            "expcet:\n    jobs:\n      build",
            "case 3:2-8 unknown key `expcet`",
        ),
        ("template: node\n  inputs", "template: nod\n  inputs", "unknown template `nod`"),
        ("shards: 2", "sahrds: 2", "input-unknown"),
    ] {
        let text = CASES.replacen(from, to, 1);
        assert_ne!(text, CASES, "{from}");
        shop.client.change(&path, &text);
        let found = shop.client.findings(&path);
        assert!(found.iter().any(|line| line.contains(expected)), "{expected}: {found:?}");
    }
    // What is misspelt in a case is corrected there.
    for (from, to, title) in [
        ("jobs:\n      build:", "jobs:\n      biuld:", "Replace `biuld` with `build`"),
        ("deploy:review:", "deploy:reveiw:", "Replace `deploy:reveiw` with `deploy:review`"),
        ("{ stage: build", "{ stgae: build", "Replace `stgae` with `stage`"),
        ("{ stage: build", "{ stage: biuld", "Replace `biuld` with `build`"),
        ("[api:build]", "[api:biuld]", "Replace `api:biuld` with `api:build`"),
        ("as: merge_request", "as: merge_requets", "Replace `merge_requets` with `merge_request`"),
        ("shards: 2", "sahrds: 2", "Replace `sahrds` with `shards`"),
    ] {
        let text = CASES.replacen(from, to, 1);
        shop.client.change(&path, &text);
        let actions = shop.client.actions(&path);
        let action = actions.iter().find(|action| action["title"] == title);
        let action = action.unwrap_or_else(|| panic!("{title}: {actions:#?}"));
        assert_eq!(with_edits(&text, &action["edit"]["changes"][uri(&path)]), CASES, "{title}");
    }
    // A branch and a tag have a name.
    for (kind, title) in [
        ("brnch", "Replace `brnch` with `branch:main`"),
        ("branch", "Replace `branch` with `branch:main`"),
        ("tga:", "Replace `tga:` with `tag:1.0.0`"),
    ] {
        shop.client.change(&path, &CASES.replacen("as: merge_request", &format!("as: \"{kind}\""), 1));
        let actions = shop.client.actions(&path);
        assert!(actions.iter().any(|action| action["title"] == title), "{title}: {actions:#?}");
    }
    // The template in the editor is the one that is tried.
    shop.client.change(&path, CASES);
    let template = shop.path("ci/node.yml");
    let text = shop.text("ci/node.yml").replace("make -j", "make --jobs");
    shop.client.change(&template, &text);
    assert!(!shop.client.findings(&path).is_empty());
    shop.client.end();
}

#[test]
fn names_in_cases_are_known() {
    let mut shop = open();
    for (part, expected) in [
        ("template: no|de", "template **`node`**"),
        ("sha|rds: 2", "input **`shards`**: number, default `1`"),
        ("jobs:\n      bui|ld:", "job **`build`**"),
        ("a|s: merge_request", "The kind of pipeline"),
        ("sta|ge: build", "Default: `test`"),
    ] {
        let hover = shop.ask("textDocument/hover", "ci/tests/node.yml", part);
        let text = hover["contents"]["value"].as_str().unwrap_or_default();
        assert!(text.contains(expected), "{part}: {hover}");
    }
    for (part, expected) in [
        ("jobs:\n      bui|ld:", "ci/node.yml:10:1"),
        ("needs: [api:bui|ld]", "ci/node.yml:10:1"),
        ("sha|rds: 2", "ci/node.yml:4:5"),
        ("template: no|de", "ci/node.yml:1:1"),
        ("dep|loy:review", "ci/node.yml:14:1"),
    ] {
        let found = shop.ask("textDocument/definition", "ci/tests/node.yml", part);
        assert_eq!(shop.places(&found), [expected], "{part}");
    }
    for (from, to, has, has_not) in [
        ("template: node\n  inputs", "template: |\n  inputs", "node", "build"),
        ("{ shards: 2 }", "{ | }", "image", "script"),
        ("    absent: [lint]", "    |", "absent", "stage"),
        ("absent: [lint]", "absent: [|]", "deploy", ".base"),
        ("as: merge_request", "as: |", "merge_request", "build"),
        ("{ stage: build, script", "{ stage: |, script", "deploy", "node"),
        ("  inputs: { shards: 2 }", "  |", "workspace", "script"),
        ("      build: {", "      |: {", "deploy", "stages"),
    ] {
        let labels = shop.labels("ci/tests/node.yml", from, to);
        assert!(labels.iter().any(|label| label == has), "{to}: {has}: {labels:?}");
        assert!(!labels.iter().any(|label| label == has_not), "{to}: {has_not}: {labels:?}");
    }
    shop.client.end();
}

/// After each rename the cases pass as before, and the stored pipelines are those of the new names.
#[test]
fn renames_reach_the_cases() {
    for (file, part, new_name, expected) in [
        ("ci/node.yml", "\nbui|ld:", "compile", &["      compile: {", "[api:compile]"][..]),
        ("ci/tests/node.yml", "needs: [api:bui|ld]", "compile", &["      compile: {", "[api:compile]"]),
        ("ci/node.yml", "\ndep|loy:", "ship", &["      ship:review:"]),
        ("ci/node.yml", "inputs.sha|rds", "parts", &["inputs: { parts: 2 }"]),
        ("api/nestling.yml", "template: no|de", "javascript", &["template: javascript"]),
        ("nestling.yml", "[bui|ld, test", "make", &["stage: make,"]),
    ] {
        let mut shop = open();
        let changed = shop.rename(file, part, new_name).unwrap_or_else(|error| panic!("{part}: {error}"));
        let (_, cases) = changed.iter().find(|(path, _)| path == "ci/tests/node.yml").unwrap();
        for expected in expected {
            assert!(cases.contains(expected), "{part}: {expected}\n{cases}");
        }
        for (path, text) in &changed {
            shop.repository.write(path, text);
        }
        if new_name == "javascript" {
            std::fs::remove_file(shop.path("ci/node.yml")).unwrap();
        }
        let tested = run(nestling(shop.repository.path()).arg("test"));
        let said = String::from_utf8_lossy(&tested.stdout).into_owned();
        assert!(said.contains("2 cases passed"), "{part}: {said}");
        shop.client.end();
    }
}

#[test]
fn what_a_case_says_in_other_words_refuses_a_rename() {
    let mut shop = open();
    let refused = shop.rename("nestling.yml", "rev|iew:", "preview").unwrap_err();
    assert!(refused.contains("ci/tests/"), "{refused}");
    let path = shop.path("ci/tests/node.yml");
    let text =
        format!("{CASES}- template: node\n  expect: {{ errors: [{{ message: \"`build` is wrong\" }}] }}\n");
    shop.repository.write("ci/tests/node.yml", &text);
    shop.client.change(&path, &text);
    let refused = shop.rename("ci/node.yml", "\nbui|ld:", "compile").unwrap_err();
    assert!(refused.contains("`build` is wrong` in ci/tests/node.yml:17"), "{refused}");
    shop.client.end();
}
