//! What is wrong with the stages and roles of a header.

use super::assemblies::{NEWEST, Shop};

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
    ("Uat: staging", "several stages are called `Uat`", "write the whole paths: `A/Uat`, `B/Uat`"),
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
