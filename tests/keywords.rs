//! GitLab's JSON schema, which comes with check-jsonschema, knows no keyword that Nestling does not.

use crate::support::tool::{Tool, need};
use crate::support::{output, root};
use nestling_gitlab::pipeline::environment::KEYS as ENVIRONMENT;
use nestling_gitlab::pipeline::keywords::{
    AUTO_CANCEL, DEFAULT, GLOBAL, JOB, JOB_RULE, TRIGGER, TRIGGER_FORWARD, TRIGGER_INCLUDE, WORKFLOW,
    WORKFLOW_RULE,
};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

/// The schema's own directive for any place, and what it calls the jobs that publish pages.
const NO_KEYWORDS: [&str; 2] = ["!reference", "pages"];

/// `None` where check-jsonschema is missing.
fn schema(test: &str) -> Option<Value> {
    need(Tool::CheckJsonschema, test)?;
    let python = root().join(".cache/tools/venv/bin/python");
    let find = "import check_jsonschema, pathlib; print(pathlib.Path(check_jsonschema.__file__).parent)";
    let package = output(Command::new(python).args(["-c", find]));
    let path = format!("{}/builtin_schemas/vendor/gitlab-ci.json", package.trim());
    Some(serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
}

/// The names of all properties that the schemas of a place allow, through `oneOf`, `anyOf`, `allOf`, `items` and `$ref`.
fn properties<'a>(schema: &'a Value, place: &'a Value, found: &mut BTreeSet<&'a str>) {
    if let Some(name) = place["$ref"].as_str() {
        let target = schema.pointer(name.strip_prefix('#').unwrap()).unwrap();
        return properties(schema, target, found);
    }
    found.extend(place["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()));
    for key in ["oneOf", "anyOf", "allOf"] {
        place[key].as_array().into_iter().flatten().for_each(|part| properties(schema, part, found));
    }
    if place["items"].is_object() {
        properties(schema, &place["items"], found);
    }
}

#[test]
fn every_keyword_of_gitlabs_schema_is_known() {
    let Some(schema) = schema("every_keyword_of_gitlabs_schema_is_known") else { return };
    let trigger = schema["definitions"]["job_template"]["properties"]["trigger"]["oneOf"].as_array().unwrap();
    let part = |name: &str| {
        let has = |one: &&Value| one["properties"][name].is_object();
        trigger.iter().find(has).map(|one| &one["properties"][name]).unwrap()
    };
    let job = &schema["definitions"]["job_template"];
    for (place, at, known) in [
        ("a job", job, JOB),
        ("default", &schema["properties"]["default"], DEFAULT),
        ("workflow", &schema["properties"]["workflow"], WORKFLOW),
        ("workflow:auto_cancel", &schema["definitions"]["workflowAutoCancel"], AUTO_CANCEL),
        ("workflow:rules", &schema["properties"]["workflow"]["properties"]["rules"], WORKFLOW_RULE),
        ("rules", &schema["definitions"]["rules"], JOB_RULE),
        ("trigger", &job["properties"]["trigger"], TRIGGER),
        ("trigger:include", part("include"), TRIGGER_INCLUDE),
        ("trigger:forward", part("forward"), TRIGGER_FORWARD),
        ("environment", &job["properties"]["environment"], ENVIRONMENT),
    ] {
        let mut found = BTreeSet::new();
        properties(&schema, at, &mut found);
        assert!(!found.is_empty(), "the schema says nothing of {place}");
        let unknown: Vec<_> =
            found.iter().filter(|name| !known.contains(name) && !NO_KEYWORDS.contains(name)).collect();
        // Some keys stand in more than one place of this list.
        let missing: Vec<_> = unknown
            .into_iter()
            .filter(|name| place != "trigger" || !TRIGGER_INCLUDE.contains(name))
            .collect();
        assert!(missing.is_empty(), "{place} may hold {missing:?}");
    }
    let globals = schema["properties"].as_object().unwrap().keys();
    let missing: Vec<_> = globals
        .filter(|name| !GLOBAL.contains(&name.as_str()) && !name.starts_with(['$', '!']) && *name != "pages")
        .collect();
    assert!(missing.is_empty(), "a file may hold {missing:?}");
}
