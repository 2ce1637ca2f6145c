//! Corrections of forms, of duplicates, and of what has no effect.

use super::client::{Client, uri};
use super::shop::with_edits;
use crate::support::repository::Repository;

const TYPED: &str =
    "spec: { inputs: { race: { type: boolean, default: false }, tags: { type: array, default: [] } } }
---
build: { script: make ${{ inputs.race }} ${{ inputs.tags | length }} }
";

const SIZED: &str = "spec:
  inputs:
    count: { type: number, options: [1, 2], default: 1 }
    level: { options: [\"1\", \"2\"], default: \"1\" }
    name: { options: [small, large], default: small }
---
build: { script: make ${{ inputs.count }} ${{ inputs.level }} ${{ inputs.name }} }
";

/// Corrections of other files: the rule, the file with its text, the title, and the corrected text.
const OF_FORM: &[(&str, &str, &str, &str, &str)] = &[
    (
        "tags",
        ".gitlab-ci.yml",
        "a: { script: x, tags: docker }\n",
        "Write `tags: [docker]`",
        "a: { script: x, tags: [docker] }\n",
    ),
    (
        "needs-form",
        ".gitlab-ci.yml",
        "a: { script: x }\nb:\n  script: x\n  needs: a\n",
        "Write `needs: [a]`",
        "a: { script: x }\nb:\n  script: x\n  needs: [a]\n",
    ),
    (
        "job-value",
        ".gitlab-ci.yml",
        "a:\n  script: x\n  interruptible: \"true\"\n",
        "Remove the quotes of `true`",
        "a:\n  script: x\n  interruptible: true\n",
    ),
    (
        "when-form",
        ".gitlab-ci.yml",
        "a: { script: x, allow_failure: 'false' }\n",
        "Remove the quotes of `false`",
        "a: { script: x, allow_failure: false }\n",
    ),
    (
        "yaml-duplicate-key",
        ".gitlab-ci.yml",
        "a:\n  script: x\n  image: y\n  script: z\n",
        "Remove the first `script`, which has no effect",
        "a:\n  image: y\n  script: z\n",
    ),
    (
        "environment-after",
        "nestling.yml",
        "workspace:\n  environments: { stagging: { after: production }, production: { after: stagin } }\n",
        "Replace `stagin` with `stagging`",
        "workspace:\n  environments: { stagging: { after: production }, production: { after: stagging } }\n",
    ),
    (
        "environment-after",
        "nestling.yml",
        "workspace:\n  environments:\n    a:\n      after: { environment: b }\n      manual: true\n    b: { after: a }\n",
        "Remove `after`",
        "workspace:\n  environments:\n    a:\n      manual: true\n    b: { after: a }\n",
    ),
    (
        "header",
        "nestling.yml",
        "workspace:\n  environments: { a: { manual: \"true\" } }\n",
        "Remove the quotes of `true`",
        "workspace:\n  environments: { a: { manual: true } }\n",
    ),
    (
        "input-value",
        "web/nestling.yml",
        "unit: { use: { template: typed, inputs: { race: \"true\" } } }\n",
        "Remove the quotes of `true`",
        "unit: { use: { template: typed, inputs: { race: true } } }\n",
    ),
    (
        "input-value",
        "web/nestling.yml",
        "unit: { use: { template: typed, inputs: { tags: docker } } }\n",
        "Write `tags: [docker]`",
        "unit: { use: { template: typed, inputs: { tags: [docker] } } }\n",
    ),
    (
        "input-value",
        "web/nestling.yml",
        "unit: { use: { template: sized, inputs: { count: \"2\" } } }\n",
        "Remove the quotes of `2`",
        "unit: { use: { template: sized, inputs: { count: 2 } } }\n",
    ),
    (
        "input-value",
        "web/nestling.yml",
        "unit: { use: { template: sized, inputs: { level: 2 } } }\n",
        "Quote `2`",
        "unit: { use: { template: sized, inputs: { level: \"2\" } } }\n",
    ),
    (
        "input-value",
        "web/nestling.yml",
        "unit: { use: { template: sized, inputs: { name: samll } } }\n",
        "Replace `samll` with `small`",
        "unit: { use: { template: sized, inputs: { name: small } } }\n",
    ),
    (
        "input-definition",
        "ci/node.yml",
        "spec: { inputs: { level: { options: [1, \"2\"] } } }\n---\nbuild: { script: \"make ${{ inputs.level }}\" }\n",
        "Quote `1`",
        "spec: { inputs: { level: { options: [\"1\", \"2\"] } } }\n---\nbuild: { script: \"make ${{ inputs.level }}\" }\n",
    ),
    (
        "input-definition",
        "ci/node.yml",
        "spec: { inputs: { level: { type: number, options: [1, \"2\"] } } }\n---\nbuild: { script: \"make ${{ inputs.level }}\" }\n",
        "Remove the quotes of `2`",
        "spec: { inputs: { level: { type: number, options: [1, 2] } } }\n---\nbuild: { script: \"make ${{ inputs.level }}\" }\n",
    ),
    (
        "template-undefined",
        "web/nestling.yml",
        "#% for shard in [1]\nbuild: { script: \"make ${{ shrd | string }}\" }\n#% endfor\n",
        "Replace `shrd` with `shard`",
        "#% for shard in [1]\nbuild: { script: \"make ${{ shard | string }}\" }\n#% endfor\n",
    ),
    (
        "template-unknown",
        "web/nestling.yml",
        "#% macro flags()\n-x\n#% endmacro\nbuild: { script: \"make ${{ flag() }}\" }\n",
        "Replace `flag` with `flags`",
        "#% macro flags()\n-x\n#% endmacro\nbuild: { script: \"make ${{ flags() }}\" }\n",
    ),
    (
        "spec-form",
        ".gitlab-ci.yml",
        "spec: { inputs: { a: { default: x } } }\n---\nbuild: { script: \"$[[ inputs.a | expand_var ]]\" }\n",
        "Replace `expand_var` with `expand_vars`",
        "spec: { inputs: { a: { default: x } } }\n---\nbuild: { script: \"$[[ inputs.a | expand_vars ]]\" }\n",
    ),
    (
        "template-unknown",
        "web/nestling.yml",
        "build: { script: \"make ${{ unit.name | uper }}\" }\n",
        "Replace `uper` with `upper`",
        "build: { script: \"make ${{ unit.name | upper }}\" }\n",
    ),
    (
        "key-unused",
        "web/nestling.yml",
        "unit:\n  use:\n    template: node\n    inputs:\n      level: high\n",
        "Remove `level`",
        "unit:\n  use:\n    template: node\n",
    ),
];

#[test]
fn forms_duplicates_and_unread_inputs_are_corrected() {
    for (rule, file, text, title, expected) in OF_FORM.iter().copied() {
        let repository = Repository::new();
        repository
            .write("nestling.yml", "workspace: { templates: [ci] }\n")
            .write(
                "ci/node.yml",
                "spec: { inputs: { level: { default: low } } }\n---\nbuild: { script: make }\n",
            )
            .write("ci/typed.yml", TYPED)
            .write("ci/sized.yml", SIZED)
            .write("web/nestling.yml", "unit: { use: node }\n")
            .write(file, text)
            .commit("start");
        let path = repository.path().join(file);
        let mut client = Client::start(repository.path(), &["utf-8"]);
        client.open(&path, text);
        let actions = client.actions(&path);
        let action = actions
            .iter()
            .find(|action| action["title"] == title && action["diagnostics"][0]["code"] == rule);
        let action = action.unwrap_or_else(|| panic!("{rule}: {actions:#?}\n{:#?}", client.shown));
        assert_eq!(with_edits(text, &action["edit"]["changes"][uri(&path)]), expected, "{rule}");
        client.end();
    }
}

/// The finding is at the name behind `after`.
#[test]
fn an_unknown_earlier_environment_is_shown_at_its_name() {
    let repository = Repository::new();
    let text = "workspace:\n  environments: { staging: {}, production: { manual: true, after: stagin } }\n";
    repository.write("nestling.yml", text).commit("start");
    let path = repository.path().join("nestling.yml");
    let mut client = Client::start(repository.path(), &["utf-8"]);
    client.open(&path, text);
    let found = client.findings(&path);
    let column = text.lines().nth(1).unwrap().find("stagin }").unwrap();
    let wanted = format!("environment-after 1:{column}-{} ", column + 6);
    assert!(found.iter().any(|line| line.starts_with(&wanted)), "{found:?}");
    client.end();
}

/// While `after` is typed, an environment may come after itself: that is an error, and no loop.
#[test]
fn an_environment_after_itself_is_an_error() {
    let repository = Repository::new();
    let text =
        "workspace:\n  environments: { staging: { after: staging }, production: { after: staging } }\n";
    repository
        .write("nestling.yml", text)
        .write("a/nestling.yml", "x: { script: y, environment: [staging, production] }\n");
    repository.commit("start");
    let path = repository.path().join("nestling.yml");
    let mut client = Client::start(repository.path(), &["utf-8"]);
    client.open(&path, text);
    let found = client.findings(&path);
    assert!(found.iter().any(|line| line.contains("circular")), "{found:?}");
    client.end();
}
