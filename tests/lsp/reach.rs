//! Names that are also used where no rename reaches them: each is refused with its reason, or renamed there, too.

use super::shop::{Refused, Shop, assert_refused};

const REFUSED: &[Refused] = &[
    // A computed name, at its definition, at a need, and as what a plain name may be.
    (
        &[("ci/node.yml", "\ndeploy:", "\nship ${{ unit.name }}:")],
        ["ci/node.yml", "sh|ip ${{", "send", "the name `ship ${{ unit.name }}` is computed"],
    ),
    (
        &[
            ("ci/node.yml", "\ndeploy:", "\nship ${{ unit.name }}:"),
            ("api/nestling.yml", "needs: [build,", "needs: [ship api,"),
        ],
        ["api/nestling.yml", "needs: [sh|ip api", "send", "`ship api` is defined in no file here"],
    ),
    (
        &[("ci/node.yml", "needs: [build]", "needs: [\"bu${{ 'ild' }}\"]")],
        ["ci/node.yml", "bui|ld:", "compile", "`bu${{ 'ild' }}` in ci/node.yml:16 may be this name"],
    ),
    (
        &[("ci/node.yml", "needs: [build]", "needs: [\"${{ unit.name }}:build\"]")],
        ["ci/node.yml", "bui|ld:", "compile", "`${{ unit.name }}:build` in ci/node.yml:16"],
    ),
    (
        &[
            ("ci/node.yml", "\ndeploy:", "\ncheck ${{ unit.name }}: { script: make }\ndeploy:"),
            ("api/nestling.yml", "\ncheck:", "\ncheck api:"),
        ],
        ["api/nestling.yml", "che|ck api:", "look", "`check ${{ unit.name }}` in ci/node.yml"],
    ),
    (
        &[("ci/node.yml", "stage: build", "stage: ${{ inputs.image | default(\"x\") }}")],
        ["nestling.yml", "[bui|ld, test", "make", "in ci/node.yml:12 may be this name"],
    ),
    // Data of a loop, and a name that is compared.
    (
        &[(
            "ci/node.yml",
            ".base:",
            "#% for job in [\"build\", \"lint\"]\nafter ${{ job }}: { script: x, needs: [\"${{ job }}?\"] }\n#% endfor\n.base:",
        )],
        ["ci/node.yml", "\nbui|ld:", "compile", "`build` in ci/node.yml:8 may be this name"],
    ),
    (
        &[("ci/node.yml", ".base:", "{% set all = ['libs:build'] %}\n.base:")],
        ["api/nestling.yml", "needs: [bui|ld", "compile", "`libs:build` in ci/node.yml:8"],
    ),
    (
        &[("ci/node.yml", "./deploy.sh", "${{ \"x\" if environment.name == \"review\" else \"y\" }}")],
        ["nestling.yml", "rev|iew:", "preview", "`review` in ci/node.yml:18 may be this name"],
    ),
    (
        &[("ci/node.yml", "./deploy.sh", "${{ inputs[\"sha\" ~ \"rds\"] }}")],
        ["ci/node.yml", "inputs.sha|rds", "parts", "`inputs` in ci/node.yml:18 may be this name"],
    ),
    // A role through a unit between them.
    (
        &[
            ("libs/nestling.yml", "use: node", "use: node, depends_on: [services/shop]"),
            ("api/nestling.yml", "needs: [build, \"libs:build\"]", "needs: [\"^look\"]"),
            (
                "nestling.yml",
                "[{ match: \"services/*\", use: node }]",
                "[{ match: \"services/*\", use: look }]",
            ),
            ("ci/look.yml", "", "look: { stage: test, script: make }\n"),
        ],
        ["ci/look.yml", "lo|ok:", "see", "`api/nestling.yml` needs it by its role (`^look`)"],
    ),
];

#[test]
fn a_name_that_is_computed_or_data_is_refused_with_its_place() {
    assert_refused(REFUSED);
}

/// The results of an expression with other names stay right, and those names are renamed.
#[test]
fn a_computed_name_of_something_else_keeps_no_name() {
    let mut shop =
        Shop::changed(&[("ci/node.yml", "needs: [build]", "needs: [build, \"deploy-${{ unit.name }}?\"]")]);
    let changed = shop.rename("ci/node.yml", "\nbui|ld:", "compile").unwrap();
    assert!(changed.iter().any(|(_, text)| text.contains("needs: [compile, \"deploy-${{")), "{changed:?}");
    shop.client.end();
}

/// A template and the one that it extends declare the same input, and a unit gives it.
#[test]
fn an_input_that_two_templates_declare_is_renamed_in_both() {
    for start in ["ci/base.yml", "ci/node.yml", "api/nestling.yml"] {
        let shop = Shop::open(&["utf-8"]);
        let input = "spec: { inputs: { shards: { type: number, default: 1 } } }\n---\n";
        shop.repository
            .write(
                "ci/base.yml",
                &format!("{input}#% block jobs\nbuild: {{ stage: build, script: make ${{{{ inputs.shards }}}} }}\n#% endblock\n"),
            )
            .write("ci/node.yml", &format!("{input}#% extends \"base.yml\"\n"))
            .write("api/nestling.yml", "unit:\n  use: { template: node, inputs: { shards: 3 } }\n");
        shop.client.end();
        let mut shop = Shop::reopen(shop.repository);
        let text = shop.text("ci/base.yml");
        let path = shop.path("ci/base.yml");
        shop.client.open(&path, &text);
        let changed = shop.rename(start, "sha|rds: ", "parts").unwrap();
        let names: Vec<&str> = changed.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(names, ["api/nestling.yml", "ci/base.yml", "ci/node.yml"], "{start}");
        assert!(changed.iter().all(|(_, text)| !text.contains("shards")), "{changed:#?}");
        shop.client.end();
    }
}
