//! The output for each kind of job with an environment, under each condition of the catalogue, in each kind of pipeline.

use super::judge::judge;
use crate::support::tool::{Tool, need};
use crate::support::{expect_file, root};
use nestling::{As, EmitOptions, MemoryFiles, PipelineFacts, PipelineKind, Project};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The environment's entry in the catalogue.
const CONDITIONS: [(&str, &str); 7] = [
    ("static", "when: [default_branch, tag]"),
    ("if", "when: { if: '$NIGHTLY == \"yes\"' }"),
    ("freeze", "freeze: true"),
    ("manual", "manual: true"),
    ("delayed", ""),
    ("after a freeze", "after: staging"),
    ("after, optional", "after: { environment: staging, optional: true }"),
];

const KINDS: [&str; 5] = ["merge_request", "branch:feature", "branch:main", "tag:v1.0.0", "schedule"];

const JOBS: [(&str, &str); 6] = [
    ("deploy", "u:deploy:production"),
    ("verify", "u:verify:production"),
    ("prepare", "u:prepare:production"),
    ("access", "u:access:production"),
    ("stop", "u:deploy:production:stop"),
    ("needer", "u:needer"),
];

const SITUATIONS: [(&str, &[(&str, &str)]); 4] = [
    ("plain", &[]),
    ("$NIGHTLY", &[("NIGHTLY", "yes")]),
    ("freeze", &[("CI_DEPLOY_FREEZE", "true")]),
    ("both", &[("NIGHTLY", "yes"), ("CI_DEPLOY_FREEZE", "true")]),
];

fn emitted(condition: &str, kind: &str) -> (String, Value) {
    let (name, entry) = CONDITIONS.iter().find(|(name, _)| *name == condition).unwrap();
    let workspace = format!(
        "workspace:\n  stages: [build, deploy, verify]\n  environments:\n    staging: {{ freeze: true }}\n    production: {{ {entry} }}\n"
    );
    let start = if *name == "delayed" { ", when: delayed, start_in: 5 minutes" } else { "" };
    let environments = if name.starts_with("after") { "[staging, production]" } else { "[production]" };
    let unit = format!(
        "deploy: {{ stage: deploy, script: x, environment: {environments}, stop: {{ script: y }}{start} }}\n\
         verify: {{ stage: verify, script: x, environment: {{ name: [production], action: verify }}, needs: [deploy] }}\n\
         prepare: {{ stage: build, script: x, environment: {{ name: [production], action: prepare }} }}\n\
         access: {{ stage: build, script: x, environment: {{ name: [production], action: access }} }}\n\
         needer: {{ stage: verify, script: x, needs: [deploy] }}\n"
    );
    let files = MemoryFiles::new([("nestling.yml", workspace), ("u/nestling.yml", unit)]);
    let facts = PipelineFacts::local(Some("feature".into()), Some("main".into()), None);
    let facts = facts.seen_as(&As::parse(kind).unwrap());
    let context = json!({
        "variables": {},
        "ref": facts.tag.clone().or(facts.branch.clone()).unwrap(),
        "tag": facts.kind == PipelineKind::Tag,
        "source": "parent_pipeline",
        "default_branch": "main",
        "merge_request": facts.kind == PipelineKind::MergeRequest,
        "changed_paths": null,
        "files": [],
    });
    let project = Project::of_files(&files, facts).unwrap();
    let plan = project.plan(project.changes().unwrap()).run().unwrap();
    assert!(!plan.has_errors(), "{condition} {kind}: {:?}", plan.diagnostics);
    (plan.emit(&EmitOptions::default()).files.remove(0).text, context)
}

/// Each row of `table.txt` says what GitLab makes of a job: how it starts, or nothing.
#[test]
fn the_table_says_what_gitlab_gets() {
    let Some(ruby) = need(Tool::Ruby, "the_table_says_what_gitlab_gets") else { return };
    let mut rows = Vec::new();
    let mut cases = Vec::new();
    for (condition, _) in CONDITIONS {
        for kind in KINDS {
            let (text, context) = emitted(condition, kind);
            for (_, variables) in SITUATIONS {
                let mut context = context.clone();
                variables.iter().for_each(|(name, value)| context["variables"][name] = json!(value));
                cases.push(json!({ "yaml": text, "context": context }));
            }
            rows.push((condition, kind));
        }
    }
    let verdicts = judge(ruby, &cases);
    let names: Vec<String> = SITUATIONS.iter().map(|(name, _)| format!("{name:10}")).collect();
    let head = format!("{:16} {:15} {:8} {}", "condition", "pipeline", "job", names.join(" "));
    let mut table = format!("{}\n", head.trim_end());
    for ((condition, kind), said) in rows.iter().zip(verdicts.chunks(SITUATIONS.len())) {
        for (role, job) in JOBS {
            let starts: Vec<String> = said.iter().map(|said| format!("{:10}", start(said, job))).collect();
            let _ = writeln!(
                table,
                "{}",
                format!("{condition:16} {kind:15} {role:8} {}", starts.join(" ")).trim_end()
            );
        }
    }
    expect_file(&root().join("tests/presence/table.txt"), &table).unwrap();
}

/// Start of a job; a dash where GitLab does not make it.
fn start(said: &Value, job: &str) -> String {
    assert_eq!(said["ok"], true, "GitLab refuses it: {said}");
    said["jobs"][job]["start"].as_str().unwrap_or("-").to_owned()
}
