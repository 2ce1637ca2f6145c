//! Vendored components in the jobs of units: their includes and their rules.

use super::{LockedComponent, LockedFile, LockedReference, VendorLock, VendorSource, checksum};
use crate::testing::plan_files;
use nestling_gitlab::diagnostic::{Origin, Severity};
use nestling_gitlab::yaml::emit;
use std::collections::{BTreeMap, BTreeSet};

/// The vendored files: a component by `NAME`, or a path in the project `g/q`.
const FILES: &[(&str, &str)] = &[
    (
        "outer",
        "include: [{ component: $CI_SERVER_FQDN/g/p/inner@1, inputs: { level: high } }]\no: { script: o }\n",
    ),
    (
        "inner",
        "spec: { inputs: { level: { options: [low, high], default: low } } }\n---\ni: { script: \"$[[ inputs.level ]]\" }\n",
    ),
    (
        "wrong",
        "include: [{ component: $CI_SERVER_FQDN/g/p/inner@1, inputs: { level: lwo } }]\no: { script: o }\n",
    ),
    ("circle", "include: [{ component: h.example/g/p/circle@1 }]\na: { script: a }\n"),
    ("gone", "include: [{ component: h.example/g/p/missing@1 }]\na: { script: a }\n"),
    ("remote", "include: [{ remote: https://h.example/a.yml }]\na: { script: a }\n"),
    (
        "host",
        "include: [{ remote: https://h.example/a.yml, rules: [{ if: $CI_SERVER_FQDN == \"other.example\" }] }]\na: { script: a }\n",
    ),
    (
        "exists",
        "include:\n- { project: g/q, file: /a.yml, rules: [{ exists: [yes.txt] }] }\n- { project: g/q, file: b.yml, rules: [{ exists: [no.txt] }] }\n",
    ),
    (
        "unasked",
        "include: [{ project: g/q, file: /a.yml, rules: [{ exists: [maybe.txt] }] }]\na: { script: a }\n",
    ),
    ("a.yml", "a: { script: of project }\n"),
    ("b.yml", "b: { script: of project }\n"),
    ("context", "include: [{ project: g/q, file: context.yml }]\n"),
    ("context.yml", "spec: { component: [name] }\n---\na: { script: \"$[[ component.name ]]\" }\n"),
    (
        "source",
        "include: [{ project: g/q, file: b.yml, rules: [{ if: $CI_PIPELINE_SOURCE == \"merge_request_event\" }] }]\n\
        .r: { mr: [{ if: $CI_PIPELINE_SOURCE == \"merge_request_event\" }] }\n\
        a: { script: a, rules: [!reference [.r, mr], { if: $CI_PIPELINE_SOURCE == \"parent_pipeline\" }, { if: $CI_PIPELINE_SOURCE == \"web\" }] }\n",
    ),
    (
        "never",
        "spec: { inputs: { on: { type: boolean, default: false } } }\n---\n\
        a: { script: a, rules: [{ if: '\"$[[ inputs.on ]]\" == \"true\"' }] }\n\
        b: { script: b, needs: [a], rules: [{ if: '\"$[[ inputs.on ]]\" == \"false\"', when: never }, { when: always }] }\n\
        c: { script: c, rules: [{ if: '\"a\" == \"b\"', changes: [x] }] }\n\
        d: { script: d, needs: [{ job: e, optional: true }] }\n\
        e: { script: e, rules: [{ if: '\"a\" == \"b\"' }] }\n\
        f: { script: f, rules: [{ if: $X, when: never }, { exists: [x] }] }\n",
    ),
    (
        "splice",
        "spec: { inputs: { needs: { type: array, default: [x, z] } } }\n---\na: { script: a, tags: [one, \"$[[ inputs.needs ]]\"] }\n",
    ),
    ("workflow", "include: [{ component: h.example/g/p/globals@1 }]\na: { script: a }\n"),
    ("globals", "workflow: { rules: [{ when: never }] }\ndefault: { image: i }\n"),
];

fn locked(name: &str, text: &str) -> LockedComponent {
    let file = if name.ends_with(".yml") { name.to_owned() } else { format!("{name}.yml") };
    LockedComponent {
        file: (!name.ends_with(".yml")).then(|| file.clone()),
        version: Some("1.0.0".to_owned()),
        reference: Some(LockedReference::Tag("1.0.0".to_owned())),
        commit: "0123".to_owned(),
        includes: BTreeSet::new(),
        exists: BTreeMap::from([("yes.txt".to_owned(), true), ("no.txt".to_owned(), false)]),
        files: BTreeMap::from([(
            file,
            LockedFile { sha256: checksum(text.as_bytes()), origin: Origin::generated() },
        )]),
        origin: Origin::generated(),
    }
}

/// Returns the jobs of a unit with these uses, or its errors.
fn planned(uses: &str) -> String {
    let mut lock = VendorLock::default();
    let mut files = vec![
        ("nestling.yml".to_owned(), "workspace: {}\n".to_owned()),
        ("u/nestling.yml".to_owned(), format!("unit: {{ use: [{uses}] }}\n")),
    ];
    for (name, text) in FILES {
        let source = if name.ends_with(".yml") {
            let project =
                lock.projects.entry("h.example/g/q@HEAD".to_owned()).or_insert_with(|| locked(name, text));
            project.files.extend(locked(name, text).files);
            VendorSource::parse_project("h.example/g/q@HEAD").unwrap()
        } else {
            let path = format!("h.example/g/p/{name}@1");
            lock.components.insert(path.clone(), locked(name, text));
            VendorSource::parse(&path).unwrap()
        };
        let file = name.strip_suffix(".yml").unwrap_or(name);
        files.push((format!("ci/vendor/{}/{file}.yml", source.directory()), (*text).to_owned()));
    }
    files.push(("ci/vendor/nestling-vendor.lock".to_owned(), lock.to_text()));
    let plan = plan_files(files).unwrap();
    let errors = plan
        .diagnostics
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .map(|problem| problem.message.clone());
    let errors: Vec<String> = errors.collect();
    if !errors.is_empty() {
        return errors.join("; ");
    }
    let jobs = plan.pipeline.jobs.iter().filter(|job| job.name.as_str() != "nothing to do");
    let jobs = jobs.map(|job| {
        let rules =
            job.body.get("rules").map(|rules| emit(rules).split_whitespace().collect::<Vec<_>>().join(" "));
        let tags =
            job.body.get("tags").map(|tags| emit(tags).split_whitespace().collect::<Vec<_>>().join(" "));
        let script = job.body.get("script").and_then(|script| script.text().map(str::to_owned));
        let parts = [Some(job.name.to_string()), script, rules, tags];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    });
    let left_out = plan.left_out.values().flatten().map(|left_out| format!("without {}", left_out.job));
    jobs.chain(left_out).collect::<Vec<_>>().join("; ")
}

#[test]
fn components_of_a_unit_with_their_includes_and_rules() {
    for (uses, expected) in [
        ("outer", "u:i high; u:o o"),
        ("wrong", "the input `level` cannot be `lwo`"),
        (
            "circle",
            "circular `include`: ci/vendor/h.example/g/p/circle@1/circle.yml -> ci/vendor/h.example/g/p/circle@1/circle.yml",
        ),
        ("gone", "component `h.example/g/p/missing@1` is not vendored"),
        ("remote", "`https://h.example/a.yml` is not a file of a project, which git could fetch"),
        ("host", "u:a a"),
        ("exists", "u:a of project"),
        ("unasked", "cannot determine whether GitLab includes this file before the pipeline runs"),
        ("context", "the value of this `$[[ ]]` is not known before the pipeline runs"),
        (
            "source",
            "u:a a - if: $CI_MERGE_REQUEST_IID - if: $CI_PIPELINE_SOURCE == \"parent_pipeline\" - if: $CI_MERGE_REQUEST_IID == null && $PARENT_PIPELINE_SOURCE == \"web\"",
        ),
        // A job that an optional need names stays as well.
        (
            "never",
            "u:d d; u:e e - if: \"\\\"a\\\" == \\\"b\\\"\"; u:f f - if: $X when: never - exists: - x; without a; without b; without c",
        ),
        ("splice", "u:a a - one - x - z"),
        ("workflow", "u:a a"),
        // A component that two others include is shared, unless its jobs differ.
        (
            "outer, inner",
            "the components `h.example/g/p/outer@1` and `h.example/g/p/inner@1` both define job `i`",
        ),
    ] {
        let paths = uses.split(", ").map(|name| format!("{{ component: h.example/g/p/{name}@1 }}"));
        assert_eq!(planned(&paths.collect::<Vec<_>>().join(", ")), expected, "{uses}");
    }
    let high =
        "{ component: h.example/g/p/outer@1 }, { component: h.example/g/p/inner@1, inputs: { level: high } }";
    assert_eq!(planned(high), "u:i high; u:o o");
    let on = "{ component: h.example/g/p/never@1, inputs: { on: true } }";
    assert!(planned(on).starts_with("u:a a"), "{}", planned(on));
}
