//! Random workspaces: of what Nestling emits GitLab makes just the jobs that the plan says are in, and never refuses it.

use super::judge::judge;
use super::verdict::Verdict;
use crate::support::setting;
use crate::support::tool::{Tool, need};
use nestling::{As, EmitOptions, MemoryFiles, PipelineFacts, PipelineKind, Plan, Project};
use nestling_gitlab::pipeline::presence::{JobPresence, State};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The kinds of pipelines that each workspace is planned for.
const KINDS: [&str; 6] =
    ["merge_request", "branch:main", "branch:feature", "tag:v1.0.0", "schedule", "branch:release/1"];

/// Settings that the project may have when GitLab creates the pipeline.
const ASSIGNMENTS: [&[(&str, &str)]; 5] = [
    &[],
    &[("A", "yes")],
    &[("A", "no"), ("B", "yes")],
    &[("CI_DEPLOY_FREEZE", "true"), ("A", "yes"), ("B", "")],
    &[("CI_DEPLOY_FREEZE", "true")],
];

/// A random workspace: its root file, and the files of its two units.
fn workspace() -> impl Strategy<Value = [String; 3]> {
    (catalogue(), unit("lib"), unit("app"), any::<bool>()).prop_map(|(root, lib, app, is_ordered)| {
        let header =
            if is_ordered { "unit: { depends_on: [{ unit: lib, order: true }] }" } else { "unit: {}" };
        [root, format!("unit: {{}}\n---\n{lib}"), format!("{header}\n---\n{app}")]
    })
}

fn catalogue() -> impl Strategy<Value = String> {
    let staging = select(vec![
        "",
        "freeze: true, ",
        "when: { if: '$A == \"yes\"' }, ",
        "when: default_branch, ",
        "manual: true, ",
    ]);
    let production =
        select(vec!["", "after: staging, ", "after: { environment: staging, optional: true }, "]);
    let more = select(vec![
        "",
        "freeze: true, ",
        "when: [merge_request, { if: $B }], ",
        "manual: true, blocking: true, ",
    ]);
    (staging, production, more).prop_map(|(staging, after, more)| {
        format!(
            "workspace:\n  stages: [build, deploy, verify]\n  environments:\n    \
             staging: {{ {staging}deployment_tier: staging }}\n    production: {{ {after}{more}deployment_tier: production }}\n"
        )
    })
}

fn rules() -> impl Strategy<Value = &'static str> {
    select(vec![
        "",
        "",
        "",
        ", rules: [{ if: $A }]",
        ", rules: [{ if: '$A == \"yes\"', when: manual }, { when: on_success }]",
        ", rules: [{ if: $B, when: never }, { if: $CI_COMMIT_BRANCH }]",
        ", rules: [{ exists: [nestling.yml] }]",
        ", rules: [{ exists: [nowhere] }]",
        ", rules: [{ if: '$CI_PIPELINE_SOURCE == \"push\"' }]",
        ", when: manual",
        ", when: delayed, start_in: 5 minutes",
        ", only: [main]",
        ", except: [tags]",
        ", parallel: 2",
    ])
}

fn unit(name: &'static str) -> impl Strategy<Value = String> {
    let order =
        select(vec!["", ", needs: []", ", needs: [build]", ", needs: [{ job: build, optional: true }]"]);
    let across = match name {
        "app" => vec![
            "",
            ", needs: [deploy]",
            ", needs: [\"lib:deploy\"]",
            ", needs: [{ job: \"lib:smoke\", optional: true }]",
        ],
        _ => vec!["", ", needs: [deploy]", ", needs: [build]"],
    };
    let smoke = select(vec![
        "smoke: { stage: verify, environment: { name: [staging, production], action: verify }, needs: [deploy], script: x }\n",
        "smoke: { stage: verify, environment: { name: [production], action: access }, script: x }\n",
        "smoke: { stage: verify, script: x }\n",
    ]);
    let stop = select(vec!["", ", stop: { script: y }", ", stop: { script: y, stage: verify }"]);
    let artifacts = select(vec!["", ", artifacts: { paths: [out] }"]);
    (rules(), order, rules(), stop, smoke, select(across), artifacts, rules()).prop_map(
        |(build, order, deploy, stop, smoke, across, artifacts, last)| {
            let deploy = if deploy.contains("parallel") { "" } else { deploy };
            format!(
                "build: {{ stage: build, script: x{artifacts}{build} }}\n\
                 deploy: {{ stage: deploy, script: x, environment: [staging, production]{order}{deploy}{stop} }}\n\
                 {smoke}last: {{ stage: verify, script: x{across}{last} }}\n"
            )
        },
    )
}

/// A child as it is emitted, with what the plan says of its jobs.
struct Emitted {
    text: String,
    about: String,
    certain: BTreeSet<String>,
    possible: BTreeSet<String>,
}

fn emitted(files: &[String; 3], kind: &str) -> Option<(Emitted, Value)> {
    let [root, lib, app] = files;
    let files = MemoryFiles::new([
        ("nestling.yml", root.as_str()),
        ("lib/nestling.yml", lib.as_str()),
        ("app/nestling.yml", app.as_str()),
    ]);
    let facts = PipelineFacts::local(Some("feature".into()), Some("main".into()), None);
    let facts = facts.seen_as(&As::parse(kind).unwrap());
    let context = context(&facts);
    let project = Project::of_files(&files, facts).unwrap();
    let plan = project.plan(project.changes().unwrap()).run().unwrap();
    // What GitLab would refuse for some values is an error already, and nothing is emitted.
    if plan.has_errors() {
        return None;
    }
    let mut files = plan.emit(&EmitOptions::default()).files;
    let about = format!("{kind}\n{root}--- lib\n{lib}--- app\n{app}");
    let (certain, possible) =
        (copies(&plan, &|state| state == State::In), copies(&plan, &|state| state != State::Out));
    Some((Emitted { text: files.remove(0).text, about, certain, possible }, context))
}

fn copies(plan: &Plan, is_meant: &dyn Fn(State) -> bool) -> BTreeSet<String> {
    let copies = plan.presence.iter().flat_map(JobPresence::copies);
    copies.filter(|(_, presence)| is_meant(presence.state())).map(|(copy, _)| copy.name.clone()).collect()
}

fn context(facts: &PipelineFacts) -> Value {
    let is_merge_request = facts.kind == PipelineKind::MergeRequest;
    let reference = facts.tag.clone().or(facts.branch.clone()).unwrap();
    json!({
        "variables": if is_merge_request { json!({ "CI_MERGE_REQUEST_IID": "1" }) } else { json!({}) },
        "ref": reference,
        "tag": facts.kind == PipelineKind::Tag,
        "source": "parent_pipeline",
        "default_branch": "main",
        "merge_request": is_merge_request,
        "changed_paths": null,
        "files": ["app/nestling.yml", "lib/nestling.yml", "nestling.yml"],
    })
}

/// 60 workspaces in six kinds of pipelines with five assignments; `NESTLING_TEST_WORKSPACES` asks for more.
#[test]
fn gitlab_makes_the_jobs_that_the_plan_has() {
    let Some(ruby) = need(Tool::Ruby, "gitlab_makes_the_jobs_that_the_plan_has") else { return };
    let count = setting("NESTLING_TEST_WORKSPACES").map_or(60, |count| count.parse().unwrap());
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = workspace();
    let mut plans = Vec::new();
    let mut cases = Vec::new();
    for _ in 0..count {
        let files = strategy.new_tree(&mut runner).unwrap().current();
        for (emitted, context) in KINDS.iter().filter_map(|kind| emitted(&files, kind)) {
            for assignment in ASSIGNMENTS {
                let mut context = context.clone();
                for (name, value) in assignment {
                    context["variables"][name] = json!(value);
                }
                cases.push(json!({ "yaml": emitted.text, "context": context }));
            }
            plans.push(emitted);
        }
    }
    assert!(plans.len() * 3 > count * KINDS.len(), "only {} plans are without errors", plans.len());
    let verdicts = judge(ruby, &cases);
    let mut wrong = Vec::new();
    for (emitted, verdicts) in plans.iter().zip(verdicts.chunks(ASSIGNMENTS.len())) {
        for (assignment, said) in ASSIGNMENTS.iter().zip(verdicts) {
            if let Err(why) = agrees(emitted, said) {
                wrong.push(format!("{why}\n{assignment:?} {}\n{}", emitted.about, emitted.text));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong[..wrong.len().min(2)].join("\n\n")
    );
}

fn agrees(emitted: &Emitted, said: &Value) -> Result<(), String> {
    let Some(Verdict::Jobs(jobs)) = Verdict::of_judge(said) else { return Err(format!("refused: {said}")) };
    let jobs: BTreeSet<String> = jobs.into_iter().map(|(name, ..)| name).collect();
    if let Some(missing) = emitted.certain.difference(&jobs).next() {
        return Err(format!("`{missing}` is in by the plan"));
    }
    match jobs.difference(&emitted.possible).next() {
        Some(job) => Err(format!("`{job}` is out by the plan")),
        None => Ok(()),
    }
}
