//! Renames over several files, and what is refused.

use super::shop::{Refused, Shop, assert_refused};

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
        "as m|\n",
        "macros",
        &[("ci/node.yml", "import \"macros.yml\" as macros\n"), ("ci/node.yml", "macros.flags()")],
    ),
    (
        "ci/node.yml",
        "vars.reg|ion",
        "zone",
        &[("ci/node.yml", "vars.zone"), ("nestling.yml", "vars: { zone:")],
    ),
    (
        "ci/node.yml",
        "stage: bui|ld",
        "compile",
        &[("ci/node.yml", "stage: compile"), ("nestling.yml", "[compile, test, deploy]")],
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
        ("nestling.yml", "match: \"serv|ices/*\"", "x", "not a name in the workspace"),
        ("api/nestling.yml", "scr|ipt: make", "x", "no name here"),
        ("ci/node.yml", "inputs.sha|rds", "a b", "must consist of letters"),
        ("ci/node.yml", "inputs.sha|rds", "a-b", "must consist of letters"),
        ("ci/node.yml", "inputs.sha|rds", "true", "means something else"),
        ("ci/node.yml", "vars.reg|ion", "null", "means something else"),
        ("ci/node.yml", "m.fla|gs", "range", "means something else"),
        ("ci/node.yml", "m.fla|gs", "inputs", "means something else"),
        ("ci/node.yml", "dep|loy:", "true", "reserved name"),
        ("ci/node.yml", "dep|loy:", "default", "reserved name"),
        ("ci/node.yml", "dep|loy:", ".deploy", "would hide the job"),
        ("ci/node.yml", "dep|loy:", "libs:deploy", "a need would not read"),
        ("ci/node.yml", "dep|loy:", "deploy:review", "a need would not read"),
        ("ci/node.yml", "dep|loy:", "deploy ", "white space at an end"),
        ("ci/node.yml", "dep|loy:", "${{ unit.name }}", "a brace of an expression"),
        ("api/nestling.yml", "stage: te|st", "a\"b", "a quote"),
        ("libs/nestling.yml", "use: no|de", "a/../b", "is the path `b`"),
    ] {
        let refused = shop.rename(file, part, new_name).unwrap_err();
        assert!(refused.contains(why), "{part}: {refused}");
    }
    shop.client.end();
}

const UNREACHED: &[Refused] = &[
    (
        &[(
            "ci/node.yml",
            "default: 1,",
            "default: 1, description: \"\" }\n    after: { default: \"build\",",
        )],
        ["ci/node.yml", "needs: [bui|ld", "compile", "`build` in ci/node.yml:5 may be this name"],
    ),
    (
        &[("api/nestling.yml", "shards: 3", "shards: 3, image: \"libs:build?\"")],
        ["ci/node.yml", "needs: [bui|ld", "compile", "`libs:build?` in api/nestling.yml:2"],
    ),
    (
        &[("nestling.yml", "region: eu-west-1", "region: [review]")],
        ["ci/node.yml", "[rev|iew,", "preview", "`review` in nestling.yml:5"],
    ),
    (
        &[("nestling.yml", "when: merge_request,", "when: merge_request, inputs: { shards: 2 },")],
        ["ci/node.yml", "inputs.sha|rds", "parts", "`shards` in nestling.yml:7"],
    ),
    (
        &[(
            "api/nestling.yml",
            "depends_on",
            "allow: [{ rule: retry, where: test, reason: x }]\n  depends_on",
        )],
        ["api/nestling.yml", "!reference [te|st", "verify", "`test` in api/nestling.yml:3"],
    ),
    (
        &[
            ("libs/nestling.yml", "use: node", "use: [node, nestling/scan]"),
            ("ci/node.yml", "\nbuild:", "\nscan secrets:"),
        ],
        [
            "ci/node.yml",
            "sec|rets:",
            "leaks",
            "the template `nestling/scan`, which is not a local file, uses `scan secrets`",
        ],
    ),
    (
        &[("libs/nestling.yml", "use: node", "use: [node, nestling/scan]")],
        ["ci/node.yml", "bui|ld:", "scan secrets", "`scan secrets` is taken already"],
    ),
];

/// A name that a value may be, or that a built-in template has, is not renamed in part.
#[test]
fn a_name_that_is_used_where_no_rename_reaches_is_refused() {
    assert_refused(UNREACHED);
}

/// The same name in a unit that does not use the built-in template is another one.
#[test]
fn a_built_in_template_of_another_unit_keeps_no_name() {
    let shop = Shop::open(&["utf-8"]);
    shop.repository
        .write("libs/nestling.yml", "unit: { use: nestling/scan }\n---\nbuild: { script: make }\n");
    shop.repository
        .write("api/nestling.yml", &shop.text("api/nestling.yml").replace("check:", "scan secrets:"));
    shop.client.end();
    let mut shop = Shop::reopen(shop.repository);
    let changed = shop.rename("api/nestling.yml", "scan sec|rets:", "leaks").unwrap();
    assert!(changed[0].1.contains("\nleaks:"), "{changed:?}");
    shop.client.end();
}

/// A rename causes no new findings.
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
