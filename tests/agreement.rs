//! Every view shows the jobs that `generate` writes, whatever has changed.

use crate::support::memory::{changed, facts, planned};
use crate::support::root;
use nestling::view::{Screen, dot, html, json_v1, mermaid, stages, tree};
use nestling::{EmitOptions, MemoryFiles, Plan};
use proptest::prelude::{Strategy, any};
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

const PIPELINES: [&str; 5] = ["merge_request", "branch:main", "branch:other", "tag:v1.0.0", "schedule"];
const CASES: u32 = 500;

fn shop() -> Vec<(String, Vec<u8>)> {
    let folder = root().join("examples/shop");
    let mut files = Vec::new();
    read(&folder, &folder, &mut files);
    assert!(files.len() > 20, "{}", files.len());
    files
}

fn read(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read(root, &path, files);
        } else {
            files.push((
                path.strip_prefix(root).unwrap().to_string_lossy().into_owned(),
                std::fs::read(&path).unwrap(),
            ));
        }
    }
}

/// The jobs in what `generate` writes, as another reader reads it.
fn written(plan: &Plan) -> BTreeSet<String> {
    let emitted = plan.emit(&EmitOptions::default());
    let [file] = emitted.files.as_slice() else { panic!("the shop is in parts") };
    let document: serde_yaml::Value = serde_yaml::from_str(&file.text).unwrap();
    let keys = document.as_mapping().unwrap().keys().map(|key| key.as_str().unwrap().to_owned());
    keys.filter(|key| !key.starts_with('.') && !["workflow", "stages"].contains(&key.as_str())).collect()
}

fn names(jobs: &Value) -> BTreeSet<String> {
    let jobs = jobs.as_array().unwrap();
    jobs.iter().map(|job| job["name"].as_str().unwrap().to_owned()).collect()
}

/// Data for the page's script.
fn embedded(page: &str) -> Value {
    let start = page.find("type=\"application/json\">").unwrap() + "type=\"application/json\">".len();
    serde_json::from_str(page[start..].split("</script>").next().unwrap()).unwrap()
}

/// The jobs of the page's first kind of pipeline, by the tables that it refers to.
fn names_on_page(data: &Value) -> BTreeSet<String> {
    let index = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let name = |job: &Value| {
        let name = &data["names"][index(&data["jobs"][index(job)]["name"])];
        let short = name[1].as_str().unwrap();
        match name[0].as_u64() {
            Some(_) => format!("{}:{short}", data["units"][index(&name[0])].as_str().unwrap()),
            None => short.to_owned(),
        }
    };
    data["kinds"][0]["jobs"].as_array().unwrap().iter().map(name).collect()
}

#[test]
fn preview_and_generate_agree_on_the_jobs_of_500_random_change_sets() {
    let files = shop();
    let memory = MemoryFiles::new(files.clone());
    let paths: Vec<String> = files
        .into_iter()
        .map(|(path, _)| path)
        .chain(["services/api/new.js".into(), "other".into()])
        .collect();
    let change_sets = proptest::collection::vec(any::<Index>(), 0..6)
        .prop_map(move |picked| picked.iter().map(|at| at.get(&paths).clone()).collect::<Vec<_>>());
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let seen = RefCell::new(BTreeSet::new());
    let run = runner.run(&(change_sets, select(&PIPELINES[..])), |(changes, pipeline)| {
        let changes: Vec<&str> = changes.iter().map(String::as_str).collect();
        let plan = planned(&memory, changed(&changes), facts(pipeline));
        let jobs = written(&plan);
        let json = serde_json::to_value(json_v1::plan_v1(&plan)).unwrap();
        assert_eq!(names(&json["jobs"]), jobs);
        assert_eq!(names_on_page(&embedded(&html(&plan).unwrap())), jobs);
        let rows = tree(&plan, Screen::PLAIN).lines().filter(|line| line.starts_with(['├', '└'])).count();
        assert_eq!(rows, jobs.len());
        let table = stages(&plan, Screen::PLAIN);
        assert_eq!(table.lines().filter(|line| line.starts_with("  ")).count(), jobs.len(), "{table}");
        assert_eq!(mermaid(&plan).matches("\n    j").count(), jobs.len());
        assert_eq!(dot(&plan).matches(" [label=").count(), jobs.len());
        for line in tree(&plan, Screen::PLAIN).lines().chain(table.lines()) {
            assert!(line.chars().count() <= 80, "{line}");
        }
        seen.borrow_mut().insert(jobs);
        Ok(())
    });
    run.unwrap();
    let different = seen.borrow().len();
    assert!(different >= 40, "the change sets led to {different} sets of jobs only");
}
