//! The reports of `generate --report`, and the parents that keep them.

use crate::support::example::Example;
use crate::support::repository::Repository;
use crate::support::{judge, nestling, read, root, run, said};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn report(options: &[&str]) -> (Example, Vec<(String, String)>) {
    let shop = Example::new("shop");
    let mut command = nestling(&shop.path());
    let (head, base) = (shop.commit("HEAD"), shop.commit("main"));
    for (key, value) in [
        ("GITLAB_CI", "true"),
        ("CI_COMMIT_SHA", head.as_str()),
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.as_str()),
        ("CI_JOB_URL", "https://gitlab.example.com/shop/-/jobs/42"),
        ("CI_DEPLOY_PASSWORD", "hunter2"),
        ("SECRET_TOKEN", "hunter2"),
    ] {
        command.env(key, value);
    }
    command.env("CI_PROJECT_DIR", shop.path());
    let output = run(command.args(["generate", "--report", "a folder/report"]).args(options));
    assert!(output.status.success(), "{}", said(&output));
    let names = ["preview.html", "plan.json", "summary.md", "annotations.json", "codequality.json"];
    let text = |name: &str| std::fs::read_to_string(shop.path().join("a folder/report").join(name)).unwrap();
    let files = names.iter().map(|name| ((*name).to_owned(), text(name))).collect();
    (shop, files)
}

#[test]
fn the_links_of_the_jobs_page_lead_to_the_artifacts() {
    let (_shop, files) = report(&[]);
    let annotations: Value = serde_json::from_str(&files[3].1).unwrap();
    let links = annotations["Nestling"].as_array().unwrap();
    let urls: Vec<&str> = links.iter().map(|link| link["external_link"]["url"].as_str().unwrap()).collect();
    let start = "https://gitlab.example.com/shop/-/jobs/42/artifacts/file/a%20folder/report";
    let wanted = ["preview.html", "summary.md", "plan.json"].map(|file| format!("{start}/{file}"));
    assert_eq!(urls, wanted);
}

/// The data of the preview among the reports.
fn preview_data(files: &[(String, String)]) -> Value {
    let html = &files[0].1;
    let json = html.split_once("<script id=\"plan\" type=\"application/json\">").unwrap().1;
    serde_json::from_str(json.split_once("</script>").unwrap().0).unwrap()
}

/// The additional plans of the full page are made only on request.
#[test]
fn the_full_page_has_the_other_kinds_and_base() {
    let (_shop, own) = report(&[]);
    let own = preview_data(&own);
    assert_eq!(own["kinds"].as_array().unwrap().len(), 1);
    assert!(own.get("base").is_none());
    let (shop, full) = report(&["--full-page"]);
    let full = preview_data(&full);
    assert!(full["kinds"].as_array().unwrap().len() > 4, "{:#}", full["kinds"]);
    assert!(
        full["base"]["title"].as_str().unwrap().starts_with(&shop.commit("main")[..8]),
        "{:#}",
        full["base"]
    );
    assert_eq!(full["kinds"][0]["count"], own["kinds"][0]["count"]);
    let alone = run(nestling(&shop.path()).args(["generate", "--full-page"]));
    assert_eq!(alone.status.code(), Some(2), "an option without effect: {}", said(&alone));
}

#[test]
fn the_reports_are_the_same_each_time_and_keep_no_secret() {
    let (_one, first) = report(&[]);
    let (_two, second) = report(&[]);
    assert_eq!(first, second);
    for (name, text) in first {
        assert!(!text.contains("hunter2"), "{name}");
    }
}

#[test]
fn the_reports_are_there_when_errors_keep_the_pipeline_from_being_written() {
    let shop = Example::new("shop");
    std::fs::write(shop.path().join("services/api/nestling.yml"), "a: { script: ${{ nothing }} }\n").unwrap();
    let output = run(nestling(&shop.path()).args(["generate", "--report", "report"]));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(!shop.path().join("child-pipeline.yml").exists());
    let text = |name: &str| std::fs::read_to_string(shop.path().join("report").join(name)).unwrap();
    let findings: Value = serde_json::from_str(&text("codequality.json")).unwrap();
    let finding = &findings[0];
    assert_eq!(finding["severity"], "critical");
    assert_eq!(finding["location"]["path"], "services/api/nestling.yml");
    assert_eq!(finding["location"]["lines"]["begin"], 1);
    assert!(text("summary.md").contains("error: no pipeline was written"));
    assert_eq!(serde_json::from_str::<Value>(&text("annotations.json")).unwrap(), serde_json::json!({}));
}

/// A template with mistakes of both kinds, in what it prints and in what it says to GitLab, for so many units.
fn mistakes(template: &str) -> Repository {
    let repository = Repository::new();
    let header =
        "workspace: { templates: [ci], stages: [build], units: [{ match: \"s/*\", use: service }] }\n";
    repository.write("nestling.yml", header).write("ci/service.yml", template);
    for unit in 0..300 {
        repository.write(format!("s/{unit}/x"), "");
    }
    repository.commit("a template of many units");
    repository
}

fn checked(repository: &Repository, format: &str) -> Value {
    let output = run(nestling(repository.path()).args(["check", "--format", format]));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

const MISTAKES: [&str; 2] = [
    "build:\n  stage: build\n  image: ${{ unit.nmae }}\n  script: make ${{ unit.dirr }}\n",
    "build:\n  stage: biuld\n  scrpt: []\n  script: make ${{ unit.dir }}\n",
];

/// The rules of the specification that a schema tells, and those that it does not: a result's rule is among the tool's,
/// a region ends after its start (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).
#[test]
fn a_mistake_of_three_hundred_units_is_one_result_in_sarif() {
    for template in MISTAKES {
        let log = checked(&mistakes(template), "sarif");
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        let rules: Vec<&Value> =
            run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| &rule["id"]).collect();
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 2, "{log:#}");
        for result in results {
            assert!(rules.contains(&&result["ruleId"]), "{result:#}");
            assert_eq!(result["level"], "error");
            let text = result["message"]["text"].as_str().unwrap();
            assert!(text.contains("note: for 300 units: `s/0`, `s/1`, `s/10` and 297 more"), "{text}");
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "ci/service.yml");
            let column = |key: &str| place["region"][key].as_u64().unwrap();
            assert!(column("startLine") >= 1 && column("endColumn") > column("startColumn"), "{result:#}");
        }
    }
}

/// The fields that GitLab asks for (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>).
#[test]
fn a_mistake_of_three_hundred_units_is_one_finding_of_code_quality() {
    for template in MISTAKES {
        let report = checked(&mistakes(template), "codequality");
        let findings = report.as_array().unwrap();
        assert_eq!(findings.len(), 2, "{report:#}");
        let mut fingerprints = BTreeSet::new();
        for finding in findings {
            let text = |key: &str| finding[key].as_str().unwrap();
            assert!(text("description").contains("(for 300 units: "), "{finding:#}");
            assert!(!text("check_name").is_empty());
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&text("severity")));
            assert!(fingerprints.insert(text("fingerprint").to_owned()), "{report:#}");
            assert_eq!(finding["location"]["path"], "ci/service.yml");
            assert!(finding["location"]["lines"]["begin"].as_u64().unwrap() >= 2);
        }
    }
}

/// Problems that are found while writing are in the reports, too: a job that fits no file.
#[test]
fn the_reports_hold_what_the_writing_found_too() {
    let shop = Example::new("shop");
    let line = format!("    - echo {}\n", "x".repeat(20_000));
    let text = format!("large:\n  stage: test\n  script:\n{}", line.repeat(110));
    std::fs::write(shop.path().join("services/api/nestling.yml"), text).unwrap();
    let output = run(nestling(&shop.path()).args(["generate", "--report", "report"]));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(!shop.path().join("child-pipeline.yml").exists());
    assert_eq!(said(&output).matches("error[limits]").count(), 1, "{}", said(&output));
    for file in ["codequality.json", "plan.json", "preview.html"] {
        let text = std::fs::read_to_string(shop.path().join("report").join(file)).unwrap();
        assert!(text.contains("too large for one pipeline"), "{file}");
    }
    let summary = std::fs::read_to_string(shop.path().join("report/summary.md")).unwrap();
    assert!(summary.contains("error: no pipeline was written"), "{summary}");
}

/// The YAML blocks of a page.
fn blocks(page: &str) -> Vec<String> {
    page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_parents_that_the_documentation_shows_pass_gitlabs_reader_and_schema() {
    let test = "the_parents_that_the_documentation_shows_pass_gitlabs_reader_and_schema";
    let folder = tempfile::tempdir().unwrap();
    let mut texts = blocks(&read("docs/parent.md"));
    assert!(texts.len() >= 4, "{}", texts.len());
    texts.push(component());
    let mut files: Vec<PathBuf> = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let file = folder.path().join(format!("parent-{number}.yml"));
        std::fs::write(&file, text).unwrap();
        files.push(file);
    }
    judge::psych(test, &files);
    judge::schema(test, &files);
}

/// The component as GitLab puts it in, with the defaults of its inputs.
fn component() -> String {
    let text = std::fs::read_to_string(root().join("ci/component/templates/plan.yml")).unwrap();
    let (header, body) = text.split_once("---\n").unwrap();
    let header: serde_yaml::Value = serde_yaml::from_str(header).unwrap();
    let mut body = body.to_owned();
    for (name, input) in header["spec"]["inputs"].as_mapping().unwrap() {
        let default = match &input["default"] {
            serde_yaml::Value::Bool(is_on) => is_on.to_string(),
            text => text.as_str().unwrap().to_owned(),
        };
        body = body.replace(&format!("$[[ inputs.{} ]]", name.as_str().unwrap()), &default);
    }
    assert!(!body.contains("$[["), "{body}");
    body
}
