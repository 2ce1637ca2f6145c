//! Stages and stacks that the app had only at base: lines of the report, where the assembly of base is available.

use super::assemblies::{NEWEST, bundle};
use crate::support::repository::Repository;
use crate::support::{nestling, run, said};
use serde_json::Value;

const WORKSPACE: &str = "workspace:
  ignore: [base/**]
  environments:
    staging: { when: default_branch }
    production: { when: default_branch }
    review: { when: default_branch, name: review/$CI_COMMIT_REF_SLUG }
";

/// An assembly without artifacts: each is a manifest and the end of an id in it.
fn without(app: &str, left_out: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut files = bundle(NEWEST, app);
    for (manifest, id) in left_out {
        let (_, text) = files.iter_mut().find(|(path, _)| path == manifest).unwrap();
        let mut value: Value = serde_json::from_str(text).unwrap();
        let artifacts = value["artifacts"].as_object_mut().unwrap();
        let count = artifacts.len();
        artifacts.retain(|key, _| !key.starts_with(id));
        for artifact in artifacts.values_mut() {
            if let Some(dependencies) = artifact.get_mut("dependencies").and_then(Value::as_array_mut) {
                dependencies.retain(|key| !key.as_str().unwrap().starts_with(id));
            }
        }
        assert!(artifacts.len() < count, "{id}");
        *text = value.to_string();
    }
    files
}

/// Everything that a pipeline says of an app that lost something, with the report in place of base.
struct Case<'a> {
    app: &'a str,
    left_out: &'a [(&'a str, &'a str)],
    header: &'a str,
    /// Location of base's assembly: committed, or left by another job.
    committed: &'a str,
    left: &'a str,
}

impl Case<'_> {
    fn said(&self) -> String {
        let repository = Repository::new();
        let write = |folder: &str, files: &[(String, String)]| {
            for (path, text) in files.iter().filter(|_| !folder.is_empty()) {
                repository.write(format!("{folder}/{path}"), text);
            }
        };
        repository.write("nestling.yml", WORKSPACE);
        write(self.committed, &bundle(NEWEST, self.app));
        repository.write("shop/nestling.yml", "unit: {}\n");
        repository.commit("all");
        let is_committed = self.committed == "shop/cdk.out";
        if is_committed {
            std::fs::remove_dir_all(repository.path().join("shop/cdk.out")).unwrap();
            write("shop/cdk.out", &without(self.app, self.left_out));
        }
        repository.write("shop/nestling.yml", &format!("unit:\n  cdk: {{ {} }}\n", self.header));
        repository.commit("less");
        if !is_committed {
            write("shop/cdk.out", &without(self.app, self.left_out));
        }
        write(self.left, &bundle(NEWEST, self.app));
        let report = repository.path().join("report");
        let mut generate = nestling(repository.path());
        generate.args(["generate", "--base", "HEAD~1", "--as", "branch:main", "-o", "-", "--report"]);
        let output = run(generate.arg(&report));
        assert!(output.status.success(), "{}", said(&output));
        let summary = std::fs::read_to_string(report.join("summary.md")).unwrap();
        format!("{}\n{summary}", said(&output))
    }
}

const PRODUCTION: [(&str, &str); 1] = [("manifest.json", "assembly-Production")];
const EDGE: [(&str, &str); 1] = [("assembly-Staging/manifest.json", "StagingEdge")];
const LIVE: [(&str, &str); 1] = [("manifest.json", "assembly-B-Live")];
const STAGING: &str = "stages: { Staging: staging }";
const GONE: &str = "it was removed from the app, and no job destroys its stacks: `Production-Data`, \
                    `Production-Service`, `shop-production-mon`. Destroy them manually, or keep them";
const UNSEEN: &str = "| unseen | stacks of the base commit |";

/// Location of base's assembly, and the messages about it.
#[test]
fn stages_and_stacks_that_are_gone_are_lines_of_the_report() {
    let all = [GONE, UNSEEN, "`Staging-Edge` in ", "`Live-One`", "is not an assembly"];
    let committed = |header: &'static str| (format!("from: none, {header}"), "shop/cdk.out", "");
    let left = |header: &'static str, left| (header.to_owned(), "", left);
    for (app, left_out, (header, committed, left), want) in [
        ("stages", &PRODUCTION[..], committed(STAGING), Some(GONE)),
        (
            "stages",
            &PRODUCTION[..],
            left("base: ../before, stages: { Staging: staging }", "before"),
            Some(GONE),
        ),
        (
            "stages",
            &PRODUCTION[..],
            left("base: /before, stages: { Staging: staging }", "before"),
            Some(GONE),
        ),
        ("stages", &[][..], committed("stages: { Staging: staging, Production: production }"), None),
        ("stages", &EDGE[..], committed("stages: { Staging: staging, Production: skip }"), Some(all[2])),
        // Each merge request, or branch, has stacks of its own name.
        ("stages", &EDGE[..], committed("stages: { Staging: review, Production: skip }"), None),
        ("stages", &PRODUCTION[..], left(STAGING, ""), Some(UNSEEN)),
        ("pair", &LIVE[..], committed("pipeline: B, stages: { B/Uat: staging }"), Some(all[3])),
        // What another pipeline of the app deployed was never this unit's.
        ("pair", &LIVE[..], committed("pipeline: A, stages: { A/Uat: staging }"), None),
    ] {
        let case = Case { app, left_out, header: &header, committed, left };
        let said = case.said();
        for text in all {
            assert_eq!(said.contains(text), want == Some(text), "{header}: {text}\n{said}");
        }
    }
    let header = "base: ../before, stages: { Staging: staging }";
    let said = Case { app: "stages", left_out: &PRODUCTION, header, committed: "", left: "" }.said();
    assert!(said.contains("`base` is not an assembly: `before/manifest.json` does not exist"), "{said}");
    assert!(said.contains(UNSEEN), "{said}");
}
