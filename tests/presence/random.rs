//! Random files about presence: every keyword that decides whether a job is in, with values that meet each other.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

const NAMES: [&str; 4] = ["A", "B", "CI_COMMIT_BRANCH", "CI_MERGE_REQUEST_IID"];
const TEXTS: [&str; 5] = ["yes", "no", "", "main", "feature"];
const PATHS: [&str; 6] =
    ["src/a.rs", "src/lib/b.rs", "README.md", "docs/guide.md", "web/app.ts", ".ci/x.yml"];
const GLOBS: [&str; 7] = ["src/**/*", "src/*", "*.md", "docs/**/*", "**/*.ts", "src/a.rs", "nope/**/*"];
const JOBS: [&str; 4] = ["build", "test", "deploy", "smoke"];

/// Returns a number of cases for the judge, the same in each run.
pub(crate) fn cases(count: usize) -> Vec<Value> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy =
        (file(), context()).prop_map(|(yaml, context)| json!({ "yaml": yaml, "context": context }));
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

fn context() -> impl Strategy<Value = Value> {
    let reference = select(vec!["main", "feature", "v1.2"]);
    let given = proptest::collection::btree_map(select(vec!["A", "B"]), select(&TEXTS[..]), 0..3);
    let changed = proptest::option::of(proptest::sample::subsequence(&PATHS[..], 0..4));
    let files = proptest::sample::subsequence(&PATHS[..], 0..6);
    (reference, any::<bool>(), given, changed, files).prop_map(
        |(reference, merge_request, given, changed, files)| {
            let is_tag = reference == "v1.2";
            let mut variables = json!(given);
            if merge_request && !is_tag {
                variables["CI_MERGE_REQUEST_IID"] = json!("7");
            }
            json!({
                "variables": variables,
                "ref": reference,
                "tag": is_tag,
                "source": "parent_pipeline",
                "default_branch": "main",
                "merge_request": merge_request && !is_tag,
                "changed_paths": changed,
                "files": files,
            })
        },
    )
}

fn condition() -> impl Strategy<Value = String> {
    let name = || select(&NAMES[..]);
    let leaf = prop_oneof![
        name().prop_map(|name| format!("${name}")),
        name().prop_map(|name| format!("!${name}")),
        (name(), select(vec!["==", "!="]), select(&TEXTS[..]))
            .prop_map(|(name, sign, text)| format!("${name} {sign} \"{text}\"")),
        (name(), select(vec!["=~", "!~"]), select(vec!["/^ma/", "/e[s-t]/", "/.{4}/", "/fea{,2}/"]))
            .prop_map(|(name, sign, pattern)| format!("${name} {sign} {pattern}")),
        (name(), name()).prop_map(|(left, right)| format!("${left} == ${right}")),
        name().prop_map(|name| format!("${name} == null")),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        (inner.clone(), select(vec!["&&", "||"]), inner, any::<bool>()).prop_map(
            |(left, sign, right, grouped)| {
                if grouped { format!("({left} {sign} {right})") } else { format!("{left} {sign} {right}") }
            },
        )
    })
}

fn globs() -> impl Strategy<Value = Vec<&'static str>> {
    proptest::sample::subsequence(&GLOBS[..], 1..3)
}

fn when() -> impl Strategy<Value = &'static str> {
    select(vec!["on_success", "manual", "always", "on_failure", "never"])
}

fn rule() -> impl Strategy<Value = Value> {
    let parts = (
        proptest::option::weighted(0.7, condition()),
        proptest::option::weighted(0.2, globs()),
        proptest::option::weighted(0.2, globs()),
        proptest::option::weighted(0.4, when()),
        proptest::option::weighted(0.2, any::<bool>()),
    );
    parts.prop_map(|(condition, changes, exists, when, allow_failure)| {
        let mut rule = json!({});
        set(&mut rule, "if", condition);
        set(&mut rule, "changes", changes);
        set(&mut rule, "exists", exists);
        set(&mut rule, "when", when);
        set(&mut rule, "allow_failure", allow_failure);
        // An empty rule is no rule to GitLab.
        if rule == json!({}) { json!({ "when": "on_success" }) } else { rule }
    })
}

fn policy() -> impl Strategy<Value = Value> {
    let names = select(vec!["main", "branches", "tags", "merge_requests", "parent_pipelines", "/^fea/"]);
    let references = proptest::collection::vec(names, 1..3);
    let whole = (
        proptest::option::of(references.clone()),
        proptest::option::of(condition()),
        proptest::option::weighted(0.3, globs()),
    );
    let mapping = whole.prop_map(|(references, condition, changes)| {
        let mut policy = json!({});
        set(&mut policy, "refs", references);
        set(&mut policy, "variables", condition.map(|condition| vec![condition]));
        set(&mut policy, "changes", changes);
        if policy == json!({}) { json!(["branches"]) } else { policy }
    });
    prop_oneof![references.prop_map(|references| json!(references)), mapping]
}

fn job(index: usize) -> impl Strategy<Value = Value> {
    let decision = prop_oneof![
        3 => proptest::collection::vec(rule(), 1..4).prop_map(|rules| json!({ "rules": rules })),
        1 => policy().prop_map(|only| json!({ "only": only })),
        1 => policy().prop_map(|except| json!({ "except": except })),
        1 => Just(json!({})),
    ];
    let parallel = prop_oneof![
        6 => Just(None),
        1 => Just(Some(json!(2))),
        1 => Just(Some(json!({ "matrix": [{ "A": ["yes", "no"] }, { "B": ["main"], "C": ["x", "y"] }] }))),
    ];
    let needed = proptest::option::weighted(0.3, (0..index.max(1), any::<bool>()));
    let variables = proptest::option::weighted(0.3, select(&TEXTS[..]).prop_map(|text| json!({ "A": text })));
    let parts = (decision, parallel, needed, variables, proptest::option::weighted(0.2, when()));
    parts.prop_map(move |(mut job, parallel, needed, variables, when)| {
        job["script"] = json!("x");
        set(&mut job, "parallel", parallel);
        set(&mut job, "variables", variables);
        set(&mut job, "when", when.filter(|when| *when != "never"));
        if let Some((other, optional)) = needed.filter(|_| index > 0) {
            job["needs"] = json!([{ "job": JOBS[other], "optional": optional }]);
        }
        job
    })
}

fn file() -> impl Strategy<Value = String> {
    let workflow = proptest::option::weighted(0.7, condition());
    let global = proptest::option::weighted(0.3, select(&TEXTS[..]));
    (workflow, global, job(0), job(1), job(2), job(3)).prop_map(
        |(workflow, global, first, second, third, fourth)| {
            let mut file = json!({});
            if let Some(condition) = workflow {
                file["workflow"] = json!({ "rules": [{ "if": condition }, { "when": "always" }] });
            }
            if let Some(text) = global {
                file["variables"] = json!({ "B": text });
            }
            for (name, job) in JOBS.iter().zip([first, second, third, fourth]) {
                file[*name] = job;
            }
            // JSON is YAML, and says the same to every reader.
            file.to_string()
        },
    )
}

fn set<T: serde::Serialize>(map: &mut Value, key: &str, value: Option<T>) {
    if let Some(value) = value {
        map[key] = json!(value);
    }
}
