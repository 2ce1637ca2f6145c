//! Problems in the stages and roles of a header.

use super::assemblies::{NEWEST, Shop, bundle, replace};

/// Stages of one environment, each with a role: what is wrong with it.
#[test]
fn stages_that_share_an_environment_have_the_same_roles() {
    for (header, is_right) in [
        (
            "stages: { Uat: { environment: staging, role: one }, Live: { environment: staging, role: two } }",
            false,
        ),
        ("stages: { Uat: { environment: staging, role: one }, Live: staging }", false),
        ("stages: { Uat: staging, Live: { environment: staging, roles: { diff: one } } }", false),
        ("role: one, stages: { Uat: { environment: staging, role: one }, Live: staging }", true),
        ("stages: { Uat: { environment: staging, role: one }, Live: { environment: qa, role: two } }", true),
    ] {
        let planned = Shop::new(NEWEST, "pair", &format!("pipeline: B, {header}")).plan("branch:main");
        let said = planned.said();
        assert_eq!(
            said.contains("the stages in `staging` have different roles to "),
            !is_right,
            "{header}\n{said}"
        );
        assert_eq!(planned.plan.has_errors(), !is_right, "{header}\n{said}");
    }
}

/// `stages:`, and what is wrong with it.
const WRONG_STAGES: [(&str, &str, &str); 6] = [
    (
        "Uta: staging, Uat: staging",
        "the assembly has no stage `Uta`",
        "did you mean `Uat`? Or write `Uta: { ",
    ),
    (
        "Nothing: staging",
        "the assembly has no stage `Nothing`",
        "it has `Live`, `Uat`; write `Nothing: { environment: ",
    ),
    ("Nothing: skip", "the assembly has no stage `Nothing`", "it has `Live`, `Uat`; "),
    ("Uat: staging", "several stages have the name `Uat`", "use the full paths: `A/Uat`, `B/Uat`"),
    ("A/Uat: staging, Uat: qa", "", ""),
    ("Nothing: { environment: skip, optional: true }", "", ""),
];

#[test]
fn a_name_under_stages_that_no_stage_has_or_several_have_is_an_error() {
    for (stages, message, help) in WRONG_STAGES {
        let header = format!("environment: always, stages: {{ {stages} }}");
        let planned = Shop::new(NEWEST, "pair", &header).plan("branch:main");
        let said = planned.said();
        assert_eq!(planned.plan.has_errors(), !message.is_empty(), "{stages}\n{said}");
        assert!(said.contains(message) && said.contains(help), "{stages}\n{said}");
    }
}

/// Settings that change nothing, and what is said of each.
const WITHOUT_EFFECT: [(&str, &str, &str); 6] = [
    (
        "images: { \"aws/codebuild/standrd:7.0\": x }",
        "no step has the image `aws/codebuild/standrd:7.0`",
        "did you mean `aws/codebuild/standard:7.0`?",
    ),
    ("images: { \"aws/codebuild/standard:7.0\": x }", "", ""),
    ("images: { assets: x }", "no step has the image `assets`", "there are `aws/codebuild/standard:7.0`"),
    ("sources: { acme/tools: tools }", "no step reads `acme/tools`", "remove the line: there are none"),
    (
        "stages: { Staging: { environment: staging, alone: true } }",
        "`alone` has no effect: no pipeline has the stage `Staging`",
        "remove it",
    ),
    ("stages: { Late: { environment: staging, alone: true } }", "", ""),
];

#[test]
fn a_setting_that_changes_nothing_is_a_warning() {
    for (header, message, help) in WITHOUT_EFFECT {
        let app = if header.contains("Staging") { "stages" } else { "across" };
        let planned = Shop::new(NEWEST, app, &format!("environment: always, {header}")).plan("branch:main");
        let said = planned.without_errors().said();
        assert_eq!(said.contains("warning cdk-header"), !message.is_empty(), "{header}\n{said}");
        assert!(said.contains(message) && said.contains(help), "{header}\n{said}");
    }
}

/// GitLab takes titles of 100 characters.
#[test]
fn a_stage_with_a_long_name_is_deployed() {
    let mut assembly = bundle(NEWEST, "pair");
    let long = "Uat".repeat(60);
    replace(&mut assembly, "A/Uat", &format!("A/{long}"));
    let planned =
        Shop::of(assembly, &format!("pipeline: A, stages: {{ {long}: production }}")).plan("branch:main");
    let text = planned.without_errors().text();
    assert!(text.contains(&format!("expose_as: CDK changes of A {}\n", &long[..83])), "{text}");
}

/// Stacks of two stages have the same short names.
#[test]
fn an_output_that_several_stacks_have_is_named_by_their_paths() {
    let header = "stages: { Staging: staging, Production: staging }, url: ServiceUrl";
    let said = Shop::new(NEWEST, "stages", header).plan("branch:main").said();
    let help = "write one of `Staging/Service.ServiceUrl`, `Production/Service.ServiceUrl`";
    assert!(said.contains(help), "{said}");
}
