//! Renames over several files, and what is refused.

use super::shop::Shop;

/// Renames: file, place, new name, and parts of the changed files.
type Rename = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const RENAMES: &[Rename] = &[
    (
        "api/nestling.yml",
        "needs: [bui|ld",
        "compile",
        &[
            ("api/nestling.yml", "needs: [compile, \"libs:compile\"]"),
            ("ci/node.yml", "compile:\n  extends: .base"),
            ("ci/node.yml", "needs: [compile]"),
        ],
    ),
    (
        "ci/node.yml",
        "inputs.sha|rds",
        "parts",
        &[
            ("api/nestling.yml", "inputs: { parts: 3 }"),
            ("ci/node.yml", "    parts: { type: number"),
            ("ci/node.yml", "${{ inputs.parts }}"),
        ],
    ),
    (
        "nestling.yml",
        "rev|iew:",
        "preview",
        &[
            ("ci/node.yml", "[preview, production]"),
            ("nestling.yml", "    preview: { when"),
            ("nestling.yml", "environment: preview,"),
        ],
    ),
    (
        "api/nestling.yml",
        "template: no|de",
        "javascript",
        &[
            ("api/nestling.yml", "template: javascript"),
            ("ci/javascript.yml", "Builds and deploys"),
            ("libs/nestling.yml", "use: javascript"),
            ("nestling.yml", "use: javascript"),
        ],
    ),
    (
        "api/nestling.yml",
        "depends_on: [li|bs]",
        "core",
        &[
            ("api/nestling.yml", "depends_on: [core]"),
            ("api/nestling.yml", "\"core:build\""),
            ("libs/nestling.yml", "\"/ci/**/*\"], name: core }"),
        ],
    ),
    (
        "ci/node.yml",
        "m.fla|gs",
        "options",
        &[("ci/macros.yml", "macro options()"), ("ci/node.yml", "m.options()")],
    ),
    (
        "ci/node.yml",
        "vars.reg|ion",
        "zone",
        &[("ci/node.yml", "vars.zone"), ("nestling.yml", "vars: { zone:")],
    ),
    (
        "api/nestling.yml",
        "stage: te|st",
        "verify",
        &[("api/nestling.yml", "stage: verify"), ("nestling.yml", "[build, verify, deploy]")],
    ),
    (
        ".gitlab-ci.yml",
        ".ru|st",
        ".cargo",
        &[(".gitlab-ci.yml", "extends: .cargo"), ("ci/plain.yml", ".cargo: {")],
    ),
];

#[test]
fn a_name_is_renamed_in_all_files() {
    let mut shop = Shop::open(&["utf-8"]);
    for (file, part, new_name, expected) in RENAMES.iter().copied() {
        let changed = shop.rename(file, part, new_name).unwrap_or_else(|error| panic!("{part}: {error}"));
        let names: Vec<&str> = changed.iter().map(|(path, _)| path.as_str()).collect();
        let mut wanted: Vec<&str> = expected.iter().map(|(path, _)| *path).collect();
        wanted.dedup();
        assert_eq!(names, wanted, "{part}");
        for (path, text) in expected {
            let (_, changed) = changed.iter().find(|(changed, _)| changed == path).unwrap();
            assert!(changed.contains(text), "{part}: {path}: {text}\n{changed}");
        }
    }
    shop.client.end();
}

#[test]
fn a_name_that_cannot_be_or_is_taken_is_refused() {
    let mut shop = Shop::open(&["utf-8"]);
    for (file, part, new_name, why) in [
        ("api/nestling.yml", "needs: [bui|ld", "deploy", "`deploy` is taken already"),
        ("nestling.yml", "rev|iew:", "production", "taken already"),
        ("nestling.yml", "match: \"serv|ices/*\"", "x", "no name of the workspace"),
        ("api/nestling.yml", "scr|ipt: make", "x", "there is no name here"),
        ("ci/node.yml", "inputs.sha|rds", "a b", "no name of letters"),
    ] {
        let refused = shop.rename(file, part, new_name).unwrap_err();
        assert!(refused.contains(why), "{part}: {refused}");
    }
    shop.client.end();
}

/// A rename brings no new findings.
#[test]
fn after_a_rename_nothing_is_found_that_was_not_before() {
    for (file, part, new_name) in [
        ("api/nestling.yml", "needs: [bui|ld", "compile"),
        ("ci/node.yml", "dep|loy:", "ship"),
        ("nestling.yml", "rev|iew:", "preview"),
        ("api/nestling.yml", "depends_on: [li|bs]", "core"),
        ("ci/node.yml", "inputs.im|age", "picture"),
        ("api/nestling.yml", "template: no|de", "javascript"),
    ] {
        let mut shop = Shop::open(&["utf-8"]);
        let before: Vec<String> = shop.messages();
        let changed = shop.rename(file, part, new_name).unwrap();
        for (path, text) in &changed {
            shop.repository.write(path, text);
        }
        if new_name == "javascript" {
            std::fs::remove_file(shop.path("ci/node.yml")).unwrap();
        }
        shop.client.end();
        let mut after = Shop::reopen(shop.repository);
        assert_eq!(after.messages().len(), before.len(), "{part}: {before:#?} {:#?}", after.messages());
        after.client.end();
    }
}
