//! Completion, hover and lenses of plain files, of computed names and of values that other definitions decide.

use super::client::uri;
use super::shop::Shop;
use crate::support::repository::Repository;
use serde_json::json;

const WORKSPACE: &str = "workspace:
  templates: [ci]
  stages: [build, deploy]
  vars: { db: { host: db.local, port: 5432 }, zone: eu }
  pipelines: { branch: all }
  environments: { staging: { url: \"https://${{ unit.slug }}.example\" }, production: { after: staging } }
  units: [{ match: \"svc/*\", use: go }]
";

const TEMPLATE: &str = "spec:
  inputs:
    size: { options: [small, large], default: small }
    race: { type: boolean, default: false }
---
#% macro cache(unit)
key: ${{ unit.slug }}
paths: [.cache/]
#% endmacro
#% macro job(name)
${{ name }}-job: { script: make }
#% endmacro
build-${{ unit.name }}:
  stage: build
  cache:
    ${{ cache(unit) }}
  script: make ${{ vars.db.host }}
deploy:
  stage: deploy
  needs: [\"build-${{ unit.name }}\"]
  script: make deploy
#% for size in [\"s\", inputs.size]
try ${{ size }}:
  stage: build
  script:
    - |
      make
      make ${{ size }}
#% endfor
send:
  stage: deploy
  environment: [staging, production]
  script: ship to ${{ environment.name }}
  stop: { script: make stop }
";

const CASES: &str = "- name: first
  template: go
  expect:
    jobs: { build-api: {}, try s: { needs: [x] } }
- { template: go, expect: { absent: [x] } }
";

const UNIT: &str = "unit:
  use: { template: go, inputs: { size: large, race: true } }
  depends_on: [svc/x]
---
variables: { LEVEL: debug }
.base: { image: rust, variables: { A: b, C: d }, script: make }
check:
  extends: .base
  stage: build
  needs: [build-api]
  inherit: { default: [image], variables: [LEVEL] }
  retry: { max: 1, when: [script_failure] }
  dependencies: [deploy]
  script: !reference [.base, script]
  rules: [{ if: $CI_PIPELINE_SOURCE == \"push\" }, { when: always }]
release:
  environment: [staging]
  script: make release
  stop: { script: make stop }
";

const PLAIN: &str = "spec: { inputs: { level: { default: a }, count: { type: number, default: 1 } } }
---
default: { image: rust, interruptible: true }
stages: [build, deploy]
include: [{ local: inc.yml }]
.base: { script: make }
build:
  extends: .base
  stage: build
  rules: [{ if: $CI_COMMIT_TAG, when: never }, { if: $DEPLOY, when: manual }, { when: on_success }]
deploy: { extends: .included, stage: deploy, script: \"$[[ inputs.level ]]\", rules: [{ if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH }] }
";

const COMPONENT: &str =
    "spec: { inputs: { level: { options: [low, high], default: low, description: How much } } }
---
scan: { script: scan }
";

const LOCK: &str = "version: 1
components:
  h.example/g/p/scan@1:
    file: scan.yml
    commit: c
    files: { scan.yml: 89f0f98bfc4b126823f3f7fc3385d019f82ca965cbf96ef7f6e8806ae5f74760 }
";

/// The workspace, with its files open in an editor.
pub(super) fn open() -> Shop {
    let repository = Repository::new();
    repository
        .write("nestling.yml", WORKSPACE)
        .write("ci/go.yml", TEMPLATE)
        .write("api/nestling.yml", UNIT)
        .write("web/nestling.yml", "unit: { use: go }\n")
        .write("svc/x/main.go", "")
        .write("ci/tests/go.yml", CASES)
        .write("ci/vendor/nestling-vendor.lock", LOCK)
        .write("ci/vendor/h.example/g/p/scan@1/scan.yml", COMPONENT)
        .write("inc.yml", ".included: { image: node, tags: [docker] }\n")
        .write(".gitlab-ci.yml", PLAIN);
    repository.commit("start");
    let mut shop = Shop::reopen(repository);
    for (file, text) in [("ci/go.yml", TEMPLATE), ("ci/tests/go.yml", CASES)] {
        let path = shop.path(file);
        shop.client.open(&path, text);
    }
    shop
}

/// Changes of a file, `¦` or `|` at the cursor, and labels that are offered there and that are not.
type Offer = ([&'static str; 3], &'static [&'static str], &'static [&'static str]);

const OFFERS: &[Offer] = &[
    // A macro's keys are no jobs.
    (["api/nestling.yml", "needs: [build-api]", "needs: [|]"], &["deploy"], &["key", "paths", "cache"]),
    // Names that expressions make: as the unit has them, and as a template computes them.
    (
        ["api/nestling.yml", "needs: [build-api]", "needs: [|]"],
        &["build-api", "try large", "svc/x:build-svc/x", "svc/x:try small"],
        &["build-${{ unit.name }}", "try small", "check", "web:build-web"],
    ),
    (
        ["ci/go.yml", "needs: [\"build-${{ unit.name }}\"]", "needs: [¦]"],
        &["build-${{ unit.name }}"],
        &["build-api"],
    ),
    (["ci/tests/go.yml", "needs: [x]", "needs: [|]"], &["build-api", "try small", "deploy"], &["try large"]),
    (["ci/tests/go.yml", "absent: [x]", "absent: [|]"], &["build-api", "try s"], &["try large"]),
    (["ci/tests/go.yml", "build-api: {}", "|: {}"], &["build-api", "try small"], &["build-${{ unit.name }}"]),
    // Inputs: options and booleans.
    (["api/nestling.yml", "size: large", "size: |"], &["small", "large"], &["true", "build"]),
    (["api/nestling.yml", "race: true", "race: |"], &["true", "false"], &["small"]),
    (["ci/go.yml", "default: small", "default: |"], &["small", "large"], &["true"]),
    (["ci/go.yml", "boolean, default: false", "boolean, default: |"], &["true", "false"], &["small"]),
    // The parts of a reference.
    (
        ["api/nestling.yml", "[.base, script]", "[.base, |]"],
        &["script", "image", "variables"],
        &[".base", "check"],
    ),
    (["api/nestling.yml", "[.base, script]", "[.base, variables, |]"], &["A", "C"], &["script", ".base"]),
    (["api/nestling.yml", "[.base, script]", "[|]"], &[".base"], &["script"]),
    (["api/nestling.yml", "default: [image]", "default: [|]"], &["image", "retry"], &["stage", "check"]),
    (["api/nestling.yml", "variables: [LEVEL]", "variables: [|]"], &["LEVEL"], &["A"]),
    (
        ["api/nestling.yml", "script: !reference [.base, script]", "script: $L|"],
        &["LEVEL", "A", "CI"],
        &["build"],
    ),
    (["ci/go.yml", "vars.db.host", "ran¦"], &["range", "vars"], &["host"]),
    (
        ["api/nestling.yml", "inherit: { default: [image], variables: [LEVEL] }", "inherit: { | }"],
        &["default", "variables"],
        &["script"],
    ),
    (["api/nestling.yml", "stop: { script: make stop }", "stop: |"], &["false"], &["true"]),
    (
        ["api/nestling.yml", "stop: { script: make stop }", "stop: { | }"],
        &["script", "image", "variables"],
        &["stop", "environment"],
    ),
    (
        ["api/nestling.yml", "[script_failure]", "[|]"],
        &["script_failure", "runner_system_failure", "always"],
        &["manual"],
    ),
    (["api/nestling.yml", "when: [script_failure]", "when: |"], &["script_failure"], &["manual"]),
    (
        ["api/nestling.yml", "dependencies: [deploy]", "dependencies: [|]"],
        &["deploy", "release"],
        &[".base", "check"],
    ),
    (
        ["api/nestling.yml", "== \"push\"", "== \"¦\""],
        &["push", "merge_request_event", "schedule"],
        &["build"],
    ),
    (["api/nestling.yml", "== \"push\"", "== ¦"], &["push"], &["build"]),
    ([".gitlab-ci.yml", "== $CI_DEFAULT_BRANCH", "== ¦"], &["$CI_DEFAULT_BRANCH"], &["push"]),
    // Expressions.
    (["ci/go.yml", "vars.db.host", "vars.db.¦"], &["host", "port"], &["zone", "db"]),
    (["ci/go.yml", "vars.db.host", "vars.¦"], &["db", "zone"], &["host"]),
    ([".gitlab-ci.yml", "inputs.level", "inputs.¦"], &["level", "count"], &["inputs", "script"]),
    ([".gitlab-ci.yml", "inputs.level", "in¦"], &["inputs", "component"], &["level"]),
    ([".gitlab-ci.yml", "inputs.level", "inputs.level | ¦"], &["expand_vars", "posix_escape"], &["level"]),
    // Headers.
    (["nestling.yml", "{ branch: all }", "{ | }"], &["merge_request", "branch", "tag"], &["changed"]),
    (
        ["nestling.yml", "branch: all", "branch: |"],
        &["changed", "all", "none", "unpassed"],
        &["merge_request"],
    ),
    (["nestling.yml", "after: staging", "after: |"], &["staging"], &["production"]),
    // Vendored components are no templates.
    (
        [
            "api/nestling.yml",
            "use: { template: go, inputs: { size: large, race: true } }",
            "use: { component: | }",
        ],
        &["h.example/g/p/scan@1"],
        &["go"],
    ),
    (
        ["api/nestling.yml", "use: { template: go, inputs: { size: large, race: true } }", "use: |"],
        &["go"],
        &["h.example/g/p/scan@1", "vendor/h.example/g/p/scan@1/scan"],
    ),
    (
        [
            "api/nestling.yml",
            "use: { template: go, inputs: { size: large, race: true } }",
            "use: { component: h.example/g/p/scan@1, inputs: { | } }",
        ],
        &["level"],
        &["size", "race"],
    ),
    (
        [
            "api/nestling.yml",
            "use: { template: go, inputs: { size: large, race: true } }",
            "use: { component: h.example/g/p/scan@1, inputs: { level: | } }",
        ],
        &["low", "high"],
        &["small"],
    ),
];

#[test]
fn completion_knows_the_values_that_definitions_decide() {
    let mut shop = open();
    let mut wrong = Vec::new();
    for ([file, from, to], has, has_not) in OFFERS.iter().copied() {
        let labels = shop.labels(file, from, to);
        let missing = has.iter().filter(|label| !labels.iter().any(|known| known == *label));
        wrong.extend(missing.map(|label| format!("{to}: no {label}: {labels:?}")));
        let offered = has_not.iter().filter(|label| labels.iter().any(|known| known == *label));
        wrong.extend(offered.map(|label| format!("{to}: {label}: {labels:?}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    shop.client.end();
}

#[test]
fn computed_names_have_hover_and_definition() {
    let mut shop = open();
    for (file, part, expected) in [
        ("ci/go.yml", "bui|ld-${{ unit.name }}:", &["job **`api:build-api`**", "image", "- tags: runs"][..]),
        ("ci/go.yml", "needs: [\"bui|ld-${{", &["job **`api:build-api`**"]),
        ("api/nestling.yml", "needs: [bui|ld-api]", &["job **`api:build-api`**", "# ci/go.yml:"]),
    ] {
        let hover = shop.ask("textDocument/hover", file, part);
        let text = hover["contents"]["value"].as_str().unwrap_or_default();
        assert!(text.contains(expected[0]), "{part}: {hover}");
    }
    // The variable of a loop, the environments, and an entry of the catalogue.
    for (file, part, expected) in [
        ("ci/go.yml", "for si|ze", "variable **`size`** of `for size in [\"s\", inputs.size]`"),
        ("ci/go.yml", "for si|ze", "- `api`: `api:try s`, `api:try large`"),
        ("ci/go.yml", "try ${{ si|ze }}:", "- `web`: `web:try s`, `web:try small`"),
        ("ci/go.yml", "make ${{ si|ze }}", "- `api:try large`: `make large`"),
        ("ci/go.yml", "environment.na|me", "- `api:send:production`: `ship to production`"),
        ("nestling.yml", "unit.sl|ug", "- `svc/x`: `https://svc-x.example`"),
        ("ci/go.yml", "#% fo|r size", "**`for`**: Renders its lines for each item"),
        (".gitlab-ci.yml", "inputs.le|vel", "input **`level`**"),
    ] {
        let hover = shop.ask("textDocument/hover", file, part);
        let text = hover["contents"]["value"].as_str().unwrap_or_default();
        assert!(text.contains(expected), "{part}: {hover}");
    }
    let found = shop.ask("textDocument/references", "ci/go.yml", "for si|ze");
    assert_eq!(shop.places(&found), ["ci/go.yml:22:8", "ci/go.yml:23:9", "ci/go.yml:28:16"]);
    let found = shop.ask("textDocument/definition", "api/nestling.yml", "svc|/x");
    assert_eq!(shop.places(&found), ["nestling.yml:7:21"]);
    for (file, part, expected) in [
        ("ci/go.yml", "needs: [\"bui|ld-${{", "ci/go.yml:13:1"),
        ("api/nestling.yml", "needs: [bui|ld-api]", "ci/go.yml:13:1"),
        ("ci/tests/go.yml", "bui|ld-api: {}", "ci/go.yml:13:1"),
        ("ci/tests/go.yml", "tr|y s: {", "ci/go.yml:23:1"),
    ] {
        let found = shop.ask("textDocument/definition", file, part);
        assert_eq!(shop.places(&found), [expected], "{part}");
    }
    for (file, part) in [("ci/go.yml", "\nbui|ld-${{"), ("api/nestling.yml", "needs: [bui|ld-api]")] {
        let found = shop.ask("textDocument/references", file, part);
        let found = shop.places(&found);
        for expected in ["ci/go.yml:13:1", "api/nestling.yml:10:11"] {
            assert!(found.iter().any(|place| place == expected), "{part}: {expected}: {found:?}");
        }
    }
    shop.client.end();
}

#[test]
fn plain_files_show_the_merged_job_in_each_kind_of_pipeline() {
    let mut shop = open();
    let hover = shop.ask("textDocument/hover", ".gitlab-ci.yml", "bui|ld:\n");
    let text = hover["contents"]["value"].as_str().unwrap_or_default();
    for expected in [
        "- merge requests: manual if `$DEPLOY` is set and not empty, otherwise runs",
        "- tags: left out: `when: never` (.gitlab-ci.yml:10",
        "image: rust  # .gitlab-ci.yml:3",
        "interruptible: true  # .gitlab-ci.yml:3",
        "script: make  # .gitlab-ci.yml:6",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    let hover = shop.ask("textDocument/hover", ".gitlab-ci.yml", "dep|loy: {");
    let text = hover["contents"]["value"].as_str().unwrap_or_default();
    for expected in [
        "image: node  # inc.yml:1",
        "- the default branch: runs",
        "- merge requests: left out: no rule applies",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    let document = json!({ "textDocument": { "uri": uri(&shop.path(".gitlab-ci.yml")) } });
    let lenses = shop.client.ask("textDocument/codeLens", &document)["result"].clone();
    let titles: Vec<&str> =
        lenses.as_array().unwrap().iter().map(|lens| lens["command"]["title"].as_str().unwrap()).collect();
    assert_eq!(titles.len(), 2, "{titles:?}");
    let manual = "main: manual if `$DEPLOY` is set and not empty, otherwise runs";
    assert!(
        titles[0]
            .starts_with("build · merge request: manual if `$DEPLOY` is set and not empty, otherwise runs"),
        "{titles:?}"
    );
    assert!(titles[0].contains(manual), "{titles:?}");
    assert!(titles[0].contains("tag: left out: `when: never`"), "{titles:?}");
    // There is no page to open: the lens has no command.
    assert!(lenses.as_array().unwrap().iter().all(|lens| lens["command"]["command"] == ""));
    shop.client.end();
}

/// A job of a unit that waits for a person under a condition says so.
#[test]
fn a_lens_names_each_way_to_start() {
    let mut shop = open();
    let path = shop.path("web/nestling.yml");
    let text = "unit: { use: go }\n---\nship:\n  script: x\n  rules: [{ if: $FAST, when: manual }, { when: on_success }]\ngo: { script: x, rules: [{ if: $FAST, when: manual }] }\n";
    shop.client.open(&path, text);
    let document = json!({ "textDocument": { "uri": uri(&path) } });
    let lenses = shop.client.ask("textDocument/codeLens", &document)["result"].to_string();
    assert!(
        lenses.contains("web:ship · merge request: manual if `$FAST` is set and not empty, otherwise runs"),
        "{lenses}"
    );
    assert!(lenses.contains("web:go · merge request: manual if `$FAST` is set and not empty"), "{lenses}");
    shop.client.end();
}
