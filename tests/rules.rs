//! Every rule of the catalogue: its examples, its page, its entry in SARIF, and how it is allowed.
//!
//! `NESTLING_TEST_UPDATE=1` writes the pages.

mod allow;
mod examples;
mod pages;

use crate::support::repository::Repository;
use crate::support::{nestling, run, said};
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn every_rule_has_an_id_of_its_own_and_says_what_it_is_about() {
    let mut ids = BTreeSet::new();
    for rule in nestling::rules() {
        assert!(ids.insert(rule.id), "two rules are called {rule}");
        assert!(!rule.severities.is_empty(), "{rule} has no severity");
        for text in [rule.summary, rule.documentation, rule.source] {
            assert!(!text.is_empty(), "a text of {rule} is missing");
        }
    }
    assert!(ids.len() > 120, "only {} rules", ids.len());
}

#[test]
fn sarif_describes_each_rule_and_every_format_leads_to_its_page() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n");
    repository.write("api/nestling.yml", "build: { script: make, retry: 3, only: [web] }\n");
    let output = run(nestling(repository.path()).args(["check", "--format", "sarif"]));
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["only-except", "retry"]);
    for descriptor in rules {
        let rule = nestling::rule(descriptor["id"].as_str().unwrap()).unwrap();
        assert_eq!(descriptor["helpUri"], rule.url());
        assert_eq!(descriptor["fullDescription"]["text"], rule.documentation);
    }
    assert_eq!(rules[0]["name"], "OnlyExcept");
    let messages = said(&run(nestling(repository.path()).arg("check")));
    for rule in ["retry", "only-except"] {
        let line = format!("= docs: {}", nestling::rule(rule).unwrap().url());
        assert!(messages.contains(&line), "{messages}");
    }
}

/// The page of every rule, by `--rule` and by a bare id, unless something in the repository is called so.
#[test]
fn explain_prints_the_page_of_every_rule() {
    let repository = Repository::new();
    repository
        .write("nestling.yml", "workspace: {}\n")
        .write("cache/nestling.yml", "build: { script: make }\n");
    repository.commit("a unit");
    let explain = |arguments: &[&str]| run(nestling(repository.path()).arg("explain").args(arguments));
    for rule in nestling::rules() {
        let output = explain(&["--rule", rule.id]);
        let page = String::from_utf8(output.stdout).unwrap();
        assert!(
            page.starts_with(&format!("{rule} (")) && page.ends_with(&format!("{}\n", rule.url())),
            "{page}"
        );
    }
    assert_eq!(explain(&["retry"]).stdout, explain(&["--rule", "retry"]).stdout);
    let unit = String::from_utf8(explain(&["cache"]).stdout).unwrap();
    assert!(unit.starts_with("cache is not selected\n"), "{unit}");
    let unknown = explain(&["--rule", "retri"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(said(&unknown).contains("did you mean `retry`?"), "{}", said(&unknown));
    assert!(said(&explain(&["needs-undefind"])).contains("did you mean `needs-undefined`?"));
}

/// A mistake in the header hides none in the jobs, and the header's other keys count.
#[test]
fn header_mistakes_and_mistakes_of_jobs_are_reported_together() {
    let repository = Repository::new();
    repository
        .write("nestling.yml", "workspace: {}\n")
        .write("lib/nestling.yml", "build: { script: make }\n");
    let unit = "unit: { usee: x, depends_on: lib }\n---\na: { scirpt: x, retry: 5, stage: nope }\n";
    repository.write("api/nestling.yml", unit);
    let output = run(nestling(repository.path()).args(["check", "--format", "json"]));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ids: BTreeSet<&str> = json["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["rule"].as_str().unwrap())
        .collect();
    let wanted = ["header", "job-key", "retry", "stage-undefined"];
    assert!(wanted.iter().all(|id| ids.contains(id)), "{ids:?}");
}

/// A suggestion is never the job itself, and is made however many names are wrong.
#[test]
fn suggestions_are_made_for_every_name_and_never_the_job_itself() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n");
    repository.write("api/nestling.yml", "b: { script: make, needs: [q] }\nbuild: { script: make }\n");
    let output = said(&run(nestling(repository.path()).arg("check")));
    assert!(output.contains("needs `q`") && !output.contains("did you mean"), "{output}");
    let jobs =
        (0..40).map(|job| format!("test {job}: {{ script: make, needs: [biuld] }}\n")).collect::<String>();
    repository.write("api/nestling.yml", &format!("build: {{ script: make }}\n{jobs}"));
    let output = said(&run(nestling(repository.path()).arg("check")));
    assert_eq!(output.matches("did you mean `build`?").count(), 40, "{output}");
}

#[test]
fn names_on_the_command_line_are_suggested() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n");
    repository.write("services/api/nestling.yml", "build: { script: make }\n");
    repository.commit("a unit");
    let table = [
        (&["affected", "--only", "services/apo"][..], "did you mean `services/api`?"),
        (&["affected", "--except", "service/api"], "did you mean `services/api`?"),
        (&["affected", "--only", "web"], "`nestling affected --all` lists the units"),
        (&["explain", "services/api:biuld", "--all"], "did you mean `services/api:build`?"),
    ];
    for (arguments, help) in table {
        let output = run(nestling(repository.path()).args(arguments));
        assert!(said(&output).contains(help), "{arguments:?}: {}", said(&output));
    }
}
