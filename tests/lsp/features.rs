//! Feature × place × expected answer, over the protocol.

use super::client::uri;
use super::shop::Shop;
use serde_json::{Value, json};

/// Texts of hovers: file, place, parts of the text.
const HOVERS: &[(&str, &str, &[&str])] = &[
    (
        "api/nestling.yml",
        "use: { template: no|de",
        &[
            "template **`node`**",
            "Builds and deploys with node",
            "**`shards`**: number, default `1`",
            "Used by 3 units",
        ],
    ),
    (
        "api/nestling.yml",
        "sha|rds: 3",
        &["input **`shards`**: number, default `1`. Jobs that share the tests", "- `api`: `3`"],
    ),
    ("api/nestling.yml", "depends_on: [li|bs]", &["unit **`libs`** in `libs`", "Uses `node`"]),
    (
        "api/nestling.yml",
        "te|st:\n",
        &[
            "job **`api:test`**",
            "merge requests: runs",
            "tags: left out: `when: never` (api/nestling.yml:10",
            "stage: test  # api/nestling.yml:6",
        ],
    ),
    (
        "api/nestling.yml",
        "needs: [bui|ld",
        &["job **`api:build`**", "image: node:22", "make -j 3 --silent", "# ci/node.yml:"],
    ),
    ("api/nestling.yml", "libs:bui|ld", &["job **`libs:build`**", "make -j 1 --silent"]),
    (
        "api/nestling.yml",
        "st|age: test",
        &["**`stage`**", "Default: `test`", "docs.gitlab.com/ci/yaml/#stage"],
    ),
    ("api/nestling.yml", "stage: te|st", &["stage **`test`**: 2 of 3"]),
    ("api/nestling.yml", "CI_COMMIT|_SHA", &["`$CI_COMMIT_SHA`: The commit"]),
    ("api/nestling.yml", "when: man|ual", &["**`when`**", "`on_success`"]),
    ("api/nestling.yml", "depe|nds_on", &["Units that the unit depends on"]),
    (
        "ci/node.yml",
        "${{ inputs.sha|rds }}",
        &["input **`shards`**", "- `api`: `make -j 3 --silent`", "- `libs`: `make -j 1 --silent`"],
    ),
    ("ci/node.yml", "vars.reg|ion", &["`vars.region`: `eu-west-1`"]),
    (
        "ci/node.yml",
        "[rev|iew, production]",
        &["environment **`review`**", "auto_stop_in: 1 week", "nestling.yml"],
    ),
    ("ci/node.yml", "m.fla|gs", &["macro **`flags`**", "--silent", "ci/macros.yml"]),
    (
        "ci/node.yml",
        "dep|loy:\n",
        &["job **`api:deploy:review`**", "job **`api:deploy:production`**", "the default branch: manual"],
    ),
    ("nestling.yml", "auto_st|op_in", &["Time after which GitLab stops the environment"]),
    (
        ".gitlab-ci.yml",
        "li|nt:",
        &["job **`lint`**", "- tags: runs", "image: rust  # ci/plain.yml:1", "script: cargo clippy"],
    ),
    (".gitlab-ci.yml", "extends: .ru|st", &["job **`.rust`**", "image: rust", "ci/plain.yml"]),
];

#[test]
fn hover_shows_what_is_known_of_each_kind_of_name() {
    let mut shop = Shop::open(&["utf-8"]);
    for (file, part, expected) in HOVERS.iter().copied() {
        let hover = shop.ask("textDocument/hover", file, part);
        let text = hover["contents"]["value"]
            .as_str()
            .unwrap_or_else(|| panic!("{file} {part}: {hover}"))
            .to_owned();
        for expected in expected {
            assert!(text.contains(expected), "{file} {part}: {expected}\n{text}");
        }
    }
    assert_eq!(shop.ask("textDocument/hover", "api/nestling.yml", "-|--"), Value::Null);
    shop.client.end();
}

#[test]
fn definitions_are_found_in_other_files() {
    let mut shop = Shop::open(&["utf-8"]);
    for (file, part, expected) in [
        ("api/nestling.yml", "use: { template: no|de", &["ci/node.yml:1:1"][..]),
        ("api/nestling.yml", "sha|rds: 3", &["ci/node.yml:4:5"]),
        ("api/nestling.yml", "depends_on: [li|bs]", &["libs/nestling.yml:1:1"]),
        ("api/nestling.yml", "needs: [bui|ld", &["ci/node.yml:10:1"]),
        ("api/nestling.yml", "libs:bui|ld", &["ci/node.yml:10:1"]),
        ("api/nestling.yml", "li|bs:build", &["libs/nestling.yml:1:1"]),
        ("api/nestling.yml", "stage: te|st", &["nestling.yml:3:19"]),
        ("api/nestling.yml", "!reference [te|st", &["api/nestling.yml:5:1"]),
        ("ci/node.yml", "extends: .ba|se", &["ci/node.yml:8:1"]),
        ("ci/node.yml", "inputs.im|age", &["ci/node.yml:5:5"]),
        ("ci/node.yml", "[rev|iew, production]", &["nestling.yml:7:5"]),
        ("ci/node.yml", "m.fla|gs", &["ci/macros.yml:1:10"]),
        ("ci/node.yml", "\"macr|os.yml\"", &["ci/macros.yml:1:1"]),
        ("ci/node.yml", "vars.reg|ion", &["nestling.yml:5:11"]),
        ("nestling.yml", "match: \"serv|ices/*\"", &["services/shop/main.js:1:1"]),
        ("nestling.yml", "environment: rev|iew", &["nestling.yml:7:5"]),
        ("libs/nestling.yml", "\"/ci/*|*/*\"", &["ci/macros.yml:1:1", "ci/node.yml:1:1", "ci/plain.yml:1:1"]),
        (".gitlab-ci.yml", "ci/pl|ain.yml", &["ci/plain.yml:1:1"]),
        (".gitlab-ci.yml", "extends: .ru|st", &["ci/plain.yml:1:1"]),
        ("api/nestling.yml", "scr|ipt: make", &[]),
    ] {
        let found = shop.ask("textDocument/definition", file, part);
        assert_eq!(shop.places(&found), expected, "{file} {part}");
    }
    shop.client.end();
}

#[test]
fn references_are_found_in_all_files() {
    let mut shop = Shop::open(&["utf-8"]);
    for (file, part, expected) in [
        (
            "ci/node.yml",
            "bui|ld:\n",
            &["ci/node.yml:10:1", "ci/node.yml:16:11", "api/nestling.yml:7:11", "api/nestling.yml:7:24"][..],
        ),
        ("ci/node.yml", "sha|rds: {", &["ci/node.yml:4:5", "ci/node.yml:13:30", "api/nestling.yml:2:36"]),
        ("nestling.yml", "rev|iew:", &["nestling.yml:7:5", "nestling.yml:8:77", "ci/node.yml:17:17"]),
        (
            "nestling.yml",
            "use: no|de",
            &["nestling.yml:4:39", "api/nestling.yml:2:20", "libs/nestling.yml:1:14"],
        ),
        ("api/nestling.yml", "te|st:\n", &["api/nestling.yml:5:1", "api/nestling.yml:12:23"]),
        (".gitlab-ci.yml", ".ru|st", &[".gitlab-ci.yml:2:18", "ci/plain.yml:1:1"]),
    ] {
        let found = shop.ask("textDocument/references", file, part);
        let mut found = shop.places(&found);
        let mut expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{file} {part}");
    }
    shop.client.end();
}

#[test]
fn completion_offers_what_the_place_can_have() {
    let mut shop = Shop::open(&["utf-8"]);
    for (file, from, to, has, has_not) in [
        (
            "api/nestling.yml",
            "template: node",
            "template: no|",
            &["node", "macros", "nestling/node"][..],
            "unit",
        ),
        ("api/nestling.yml", "shards: 3", "sh|", &["shards", "image"], "template"),
        ("api/nestling.yml", "depends_on: [libs]", "depends_on: [l|]", &["libs", "services/shop"], "api"),
        ("api/nestling.yml", "  depends_on: [libs]\n", "  |\n", &["depends_on", "changes", "allow"], "use"),
        ("api/nestling.yml", "stage: test", "stage: |", &["build", "test", "deploy", ".pre"], "review"),
        (
            "api/nestling.yml",
            "needs: [build,",
            "needs: [bu|,",
            &["build", "deploy", "check", "libs:build"],
            "test",
        ),
        (
            "api/nestling.yml",
            "  when: manual\n",
            "  whe|\n",
            &["when", "artifacts", "stop", "reuse"],
            "stage",
        ),
        ("api/nestling.yml", "when: manual", "when: |", &["manual", "on_failure"], "test"),
        ("api/nestling.yml", "$CI_COMMIT_SHA", "$CI_COMM|", &["CI_COMMIT_SHA"], "test"),
        ("api/nestling.yml", "!reference [test,", "!reference [te|,", &["test", ".base"], "script"),
        ("api/nestling.yml", "check:\n", "|\ncheck:\n", &["default", "variables", "include"], "test"),
        ("ci/node.yml", "inputs.image", "inputs.|", &["image", "shards"], "unit"),
        ("ci/node.yml", "${{ inputs.image }}", "${{ un|", &["unit", "inputs", "flags"], "image"),
        ("ci/node.yml", "${{ inputs.image }}", "${{ unit.dir | ¦", &["sh", "default"], "unit"),
        ("ci/node.yml", "vars.region", "vars.|", &["region"], "unit"),
        ("ci/node.yml", "[review, production]", "[re|", &["review", "production"], "build"),
        ("ci/node.yml", "extends: .base", "extends: |", &[".base", "deploy"], "build"),
        ("nestling.yml", "auto_stop_in: 1 week", "aut|", &["auto_stop_in", "deployment_tier"], "when"),
        ("nestling.yml", "templates: [ci]", "templates: [c|]", &["ci", "services"], "nestling.yml"),
        (
            ".gitlab-ci.yml",
            "local: ci/plain.yml",
            "local: ci/|",
            &["ci/plain.yml", "ci/node.yml"],
            "services",
        ),
        (".gitlab-ci.yml", "extends: .rust", "extends: .|", &[".rust"], "lint"),
    ] {
        let labels = shop.labels(file, from, to);
        for label in has {
            assert!(labels.iter().any(|known| known == label), "{to}: {label}: {labels:?}");
        }
        assert!(!labels.iter().any(|known| known == has_not), "{to}: {has_not}: {labels:?}");
    }
    shop.client.end();
}

#[test]
fn lenses_say_what_the_branch_does() {
    let mut shop = Shop::open(&["utf-8"]);
    let mut titles = |file: &str| {
        let document = json!({ "textDocument": { "uri": uri(&shop.path(file)) } });
        let lenses = shop.client.ask("textDocument/codeLens", &document)["result"].clone();
        let title = |lens: &Value| {
            let line = lens["range"]["start"]["line"].as_u64().unwrap() + 1;
            format!("{line} {}", lens["command"]["title"].as_str().unwrap())
        };
        lenses.as_array().unwrap().iter().map(title).collect::<Vec<String>>()
    };
    assert_eq!(
        titles("api/nestling.yml"),
        [
            "1 selected on this branch: api/main.js · merge request: 5 jobs, deploys review · branch pipeline: 3 jobs",
            "5 api:test · merge request: runs (line 10) · main: runs (line 10) · tag: left out: `when: never` (line 10)",
            "11 api:check · merge request: runs · main: runs · tag: runs",
        ]
    );
    assert_eq!(titles("libs/nestling.yml"), ["1 not selected on this branch"]);
    let template = titles("ci/node.yml");
    assert_eq!(template[0], "1 used by api, libs, services/shop");
    assert!(
        template[1]
            .starts_with("10 api:build · merge request: runs · main: runs · tag: runs · and 2 more units"),
        "{template:#?}"
    );
    assert!(
        template.iter().any(|line| line.contains("14 api:deploy:review · merge request: runs")),
        "{template:#?}"
    );
    let reason = "left out: without `rules`, jobs are in pipelines of branches and tags only (line 2)";
    assert_eq!(
        titles(".gitlab-ci.yml"),
        [format!("2 lint · merge request: {reason} · main: runs · tag: runs")]
    );
    shop.client.end();
}
