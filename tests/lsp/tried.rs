//! Renames that would change more than a name: each is refused, and the same set of jobs stays otherwise.

use super::shop::{Refused, Shop, assert_refused};
use serde_json::{Value, json};

const SHARDS: &str = "\n#% for shard in range(1, inputs.shards + 1)\ntest ${{ shard }}: { stage: test, script: make }\n#% endfor\ndeploy:";

const REFUSED: &[Refused] = &[
    // A job that a loop makes has the new name.
    (&[("ci/node.yml", "\ndeploy:", SHARDS)], ["api/nestling.yml", "che|ck:", "test 2", "would be lost"]),
    (&[("ci/node.yml", "\ndeploy:", SHARDS)], ["ci/node.yml", "\nbui|ld:", "test 2", "would be"]),
    (
        &[("ci/node.yml", "\ndeploy:", "\nnot ${{ unit.slug }}: { stage: test, script: make }\ndeploy:")],
        ["api/nestling.yml", "che|ck:", "not api", "would be lost"],
    ),
    // The default stage of a job without one.
    (&[], ["api/nestling.yml", "stage: te|st", "verify", "undefined stage `test`"]),
    // A dependency that a glob finds.
    (
        &[("api/nestling.yml", "depends_on: [libs]", "depends_on: [\"li*\"]")],
        ["api/nestling.yml", "\"li|bs:build", "core", "`li*` in api/nestling.yml:3 may be this name"],
    ),
    (
        &[
            ("api/nestling.yml", "depends_on: [libs]", "depends_on: [services/shop]"),
            ("api/nestling.yml", "needs: [build, \"libs:build\"]", "needs: [\"libs:build?\"]"),
            ("nestling.yml", "use: node }", "use: node, depends_on: [\"l*\"] }"),
        ],
        ["api/nestling.yml", "\"li|bs:build", "core", "`l*` in nestling.yml:4 may be this name"],
    ),
];

#[test]
fn a_rename_that_loses_a_job_or_a_dependency_is_refused() {
    assert_refused(REFUSED);
}

/// Other pipelines that read the same file are no files that are open.
#[test]
fn a_name_in_a_shared_file_is_renamed_in_all_pipelines() {
    let shop = Shop::open(&["utf-8"]);
    shop.repository
        .write("other.gitlab-ci.yml", "include: ci/plain.yml\nb: { extends: .rust, script: make }\n")
        .write("child.gitlab-ci.yml", "include: sub/pipe.yml\n")
        .write("sub/pipe.yml", "include: ci/plain.yml\nc: { extends: .rust, script: make }\n")
        .write("apart.gitlab-ci.yml", "include: sub/apart.yml\nd: { extends: .rust, script: make }\n")
        .write("sub/apart.yml", ".rust: { image: rust }\n");
    shop.client.end();
    let mut shop = Shop::reopen(shop.repository);
    let found = shop.ask("textDocument/references", ".gitlab-ci.yml", ".ru|st");
    assert_eq!(found.as_array().map(Vec::len), Some(4), "{found}");
    let changed = shop.rename(".gitlab-ci.yml", ".ru|st", ".cargo").unwrap();
    let names: Vec<&str> = changed.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(names, [".gitlab-ci.yml", "ci/plain.yml", "other.gitlab-ci.yml", "sub/pipe.yml"]);
    assert!(changed.iter().all(|(_, text)| !text.contains(".rust")), "{changed:?}");
    // A job of the other pipeline has the name.
    shop.repository.write(
        "other.gitlab-ci.yml",
        "include: ci/plain.yml\n.cargo: { image: other }\nb: { extends: .rust, script: make }\n",
    );
    shop.client.end();
    let mut shop = Shop::reopen(shop.repository);
    let refused = shop.rename(".gitlab-ci.yml", ".ru|st", ".cargo").unwrap_err();
    assert!(refused.contains("taken already") || refused.contains("would be"), "{refused}");
    shop.client.end();
}

/// A unit that cannot be read may use the name, and so may a file that only such a unit reads. Where neither has it, an error keeps no
/// name.
#[test]
fn a_workspace_with_an_error_renames_what_the_error_hides_no_use_of() {
    for (file, from, to, why) in [
        (
            "libs/nestling.yml",
            "unit: { use: node",
            "unit: [ use: node",
            "`libs:build` in api/nestling.yml:7 may be this name",
        ),
        ("nestling.yml", "stages: [build", "stages: {build", "may be this name"),
        ("libs/nestling.yml", "unit: { use: node", "unit: { usee: build", "may be this name"),
    ] {
        let mut shop = Shop::changed(&[(file, from, to)]);
        let refused = shop.rename("ci/node.yml", "\nbui|ld:", "compile").expect_err(to);
        assert!(refused.contains(why) && refused.contains(&format!("({file}:")), "{refused}");
        shop.client.end();
    }
    for (file, from, to) in [
        // An error in a job hides no name.
        ("api/nestling.yml", "needs: [build, ", "needs: [build, gone, "),
        // The name is in no file that an error hides.
        ("libs/nestling.yml", "unit: { use: node", "unit: { usee: node"),
        ("api/nestling.yml", "depends_on: [libs]", "depends_on: [lisb]"),
    ] {
        let mut shop = Shop::changed(&[(file, from, to)]);
        let changed =
            shop.rename("ci/node.yml", "\ndep|loy:", "ship").unwrap_or_else(|why| panic!("{to}: {why}"));
        assert_eq!(changed.len(), 1, "{to}: {changed:?}");
        shop.client.end();
    }
}

/// A need that names nothing would name the job, without an error where it is optional.
#[test]
fn a_name_that_a_need_waits_for_is_refused() {
    let mut shop = Shop::changed(&[("api/nestling.yml", "needs: [build, ", "needs: [build, \"late?\", ")]);
    let refused = shop.rename("api/nestling.yml", "che|ck:", "late").unwrap_err();
    assert!(refused.contains("`needs` of the job `api:test` would be another"), "{refused}");
    shop.client.end();
}

/// An editor asks for a new name only where there can be one.
#[test]
fn a_name_that_no_other_can_replace_is_refused_before_the_new_one_is_typed() {
    let mut shop = Shop::changed(&[
        ("libs/nestling.yml", "use: node", "use: [node, nestling/scan]"),
        ("ci/node.yml", "\nbuild:", "\nscan secrets:"),
    ]);
    let text = shop.text("ci/node.yml");
    let line = text.lines().position(|line| line == "scan secrets:").unwrap();
    let document = json!({ "uri": super::client::uri(&shop.path("ci/node.yml")) });
    let params = json!({ "textDocument": document, "position": { "line": line, "character": 2 } });
    let answer = shop.client.ask("textDocument/prepareRename", &params);
    let why = answer["error"]["message"].as_str().unwrap_or_else(|| panic!("{answer}"));
    assert!(why.contains("which is not a local file, uses `scan secrets`"), "{why}");
    shop.client.end();
}

/// A keyword has no references, and the hover of a function does not call it a macro.
#[test]
fn a_word_that_is_no_name_has_no_references() {
    let mut shop = Shop::changed(&[("ci/node.yml", "\ndeploy:", SHARDS)]);
    let found = shop.ask("textDocument/references", "ci/node.yml", "scr|ipt: make -j");
    assert_eq!(found, json!([]));
    let hovered = shop.ask("textDocument/hover", "ci/node.yml", "ran|ge(1");
    assert!(hovered == Value::Null || !hovered.to_string().contains("macro"), "{hovered}");
    shop.client.end();
}
