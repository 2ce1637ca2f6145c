//! Buttons of the catalogue: when a person can press them.

use super::assemblies::{NEWEST, Shop, bundle};
use crate::support::repository::Repository;
use crate::support::{nestling, output};
use serde_json::Value;

const WORKSPACE: &str = "workspace:
  environments:
    staging: { when: default_branch }
    production: { when: default_branch, manual: true }
";

/// An environment's assets may be published as soon as the pipeline starts; anyone who presses the button lets its stacks
/// through, so it waits for what they wait for.
#[test]
fn a_button_appears_when_everything_before_its_stage_is_done() {
    let repository = Repository::new();
    repository.write("nestling.yml", WORKSPACE);
    let header = "{ from: none, stages: { Blue: staging, Green: staging, Other: staging, Here: production, There: skip } }";
    repository.write("shop/nestling.yml", &format!("unit: {{ cdk: {header} }}\n"));
    for (path, text) in bundle(NEWEST, "shared") {
        repository.write(format!("shop/cdk.out/{path}"), &text);
    }
    repository.commit("shop");
    let mut generate = nestling(repository.path());
    let text = output(generate.args(["generate", "--all", "--as", "branch:main", "-o", "-"]));
    let job = |name: &str| {
        let start = text.find(&format!("\n{name}:\n")).unwrap_or_else(|| panic!("{name} in\n{text}"));
        text[start + 1..].split("\n\n").next().unwrap()
    };
    let diff = job("\"shop:Pipe/Here: diff\"");
    let gate = job("\"shop:Pipe/Here: start\"");
    assert!(gate.contains("- job: \"shop:Pipe/Here: diff\"") && gate.contains("when: manual"), "{gate}");
    assert!(diff.contains("- job: shop:World\n") || diff.contains("- job: shop:staging\n"), "{diff}\n{text}");
    assert!(job("shop:Assets.Here").contains("- job: \"shop:Pipe/Here: start\""), "{text}");
}

/// Two pipelines, each with an approval of its own, deploy to one environment that a person starts: they are asked once for
/// each, and by no third button.
#[test]
fn approvals_of_several_pipelines_are_buttons_enough() {
    let header = "stages: { Main/Production: production, Develop/Production: production, \
                  Main/Staging: staging, Develop/Staging: staging }";
    let planned = Shop::new(NEWEST, "handed", header).plan("branch:main").without_errors();
    let text = planned.text();
    assert_eq!(text.matches("when: manual").count(), 2, "{text}");
    let is_there = |name: &&str| text.contains(&format!("\nshop:{name}:\n"));
    assert!(["Main.Production.Go", "Develop.Production.Go"].iter().all(is_there), "{text}");
    assert!(
        text.contains("- job: \"shop:production: diff\"") && !text.contains("production: start"),
        "{text}"
    );
}

/// Gates of the stage `Live` of a pipeline beside its actions, the job that takes the place of each, and a part of that job.
const HELD: [(&str, &str, &str, &str); 4] = [
    (
        "/Properties/DisableInboundStageTransitions",
        r#"[{ "StageName": "Live", "Reason": "frozen" }]"#,
        "shop:Live.Transition",
        "manual_confirmation: \"CodePipeline has disabled the transition to Live: frozen\"\n  allow_failure: false\n",
    ),
    (
        "/Properties/Stages/Live/BeforeEntry",
        r#"{ "Conditions": [{ "Result": "FAIL", "Rules": [{ "RuleTypeId": { "Provider": "DeploymentWindow" } }] }] }"#,
        "shop:Live.BeforeEntry",
        "    - exit 1",
    ),
    (
        "/Properties/Stages/Uat/OnSuccess",
        r#"{ "Conditions": [{ "Result": "FAIL", "Rules": [{ "RuleTypeId": { "Provider": "CloudWatchAlarm" } }] }] }"#,
        "shop:Uat.OnSuccess",
        "    - exit 1",
    ),
    ("/Properties/Stages/Live/OnFailure", r#"{ "Result": "ROLLBACK" }"#, "", ""),
];

/// Puts a value into the pipeline of an assembly, where a stage is given by its name.
fn with_setting(assembly: &mut [(String, String)], pointer: &str, value: &str) {
    let is_of_pipeline =
        |text: &String| text.contains("AWS::CodePipeline::Pipeline") && text.contains("\"Live\"");
    let (_, text) = assembly.iter_mut().find(|(_, text)| is_of_pipeline(text)).unwrap();
    let mut template: Value = serde_json::from_str(text).unwrap();
    let resources = template["Resources"].as_object_mut().unwrap();
    let mut resources = resources.values_mut();
    let pipeline = resources.find(|resource| resource["Type"] == "AWS::CodePipeline::Pipeline").unwrap();
    let mut place = pipeline;
    for key in pointer.split('/').skip(1) {
        place = match place {
            Value::Array(stages) => stages.iter_mut().find(|stage| stage["Name"] == key).unwrap(),
            _ => &mut place[key],
        };
    }
    *place = serde_json::from_str(value).unwrap();
    *text = template.to_string();
}

/// No stage is deployed past a transition that is disabled, or past conditions that CodePipeline would check.
#[test]
fn what_holds_a_stage_in_codepipeline_holds_its_jobs() {
    for (pointer, value, held_by, has) in HELD {
        let mut assembly = bundle(NEWEST, "pair");
        with_setting(&mut assembly, pointer, value);
        let planned =
            Shop::of(assembly, "pipeline: B, environment: always").plan("branch:main").without_errors();
        let (text, said) = (planned.text(), planned.said());
        let jobs: Vec<&str> = text.split("\n\n").collect();
        let job = |name: &str| jobs.iter().find(|job| job.lines().any(|line| line == format!("{name}:")));
        if held_by.is_empty() {
            assert!(said.contains("`OnFailure` of stage `Live`"), "{said}");
            continue;
        }
        let gate = job(held_by).unwrap_or_else(|| panic!("no {held_by} in\n{text}"));
        assert!(gate.contains(has), "{gate}");
        // Each job that deploys `Live` waits for it, directly or through others.
        let waiting =
            |name: &str| jobs.iter().filter(|job| job.contains(&format!("- job: {name}\n"))).count();
        assert!(waiting(held_by) > 0, "{text}");
        assert!(!said.contains("of the pipeline: [") && !said.contains("of stage `"), "{said}");
    }
}
