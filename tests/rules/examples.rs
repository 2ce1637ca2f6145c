//! Each rule reports its bad example and not its good one.

use crate::check_cases::{judge, shown};
use crate::support::repository::Repository;
use crate::support::{nestling, run};
use nestling_gitlab::diagnostic::{Diagnostic, Example, ExampleFile, Rule, Sources};
use nestling_gitlab::instance::Gitlab;
use nestling_gitlab::lint::{Options, lint_file};
use serde_json::Value;
use std::fmt::Write as _;

/// Findings in an example.
pub(super) struct Finding {
    /// The id of its rule.
    pub id: String,
    text: String,
}

impl Finding {
    fn is_error(&self) -> bool {
        self.text.contains(&format!("error[{}]", self.id))
    }

    /// The finding as pages show it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// Rules that no file can break, each with the reason in its documentation.
const WITHOUT_EXAMPLE: [&str; 5] = ["job-duplicate", "base-unknown", "changes-from", "link", "unreadable"];

#[test]
fn every_rule_finds_its_bad_example_and_passes_its_good_one() {
    let mut wrong = Vec::new();
    for rule in nestling::rules() {
        let has_none = matches!((rule.bad, rule.good), (Example::None, Example::None));
        assert_eq!(has_none, WITHOUT_EXAMPLE.contains(&rule.id), "{rule}");
        let bad = findings(rule, &rule.bad);
        if !has_none && !bad.iter().any(|found| found.id == rule.id) {
            let ids: Vec<&str> = bad.iter().map(|found| found.id.as_str()).collect();
            wrong.push(format!("{rule}: the bad example gives only {ids:?}"));
        }
        for found in findings(rule, &rule.good) {
            if found.id == rule.id || found.is_error() {
                wrong.push(format!("{rule}: the good example gives {}", found.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// All findings of an example.
pub(super) fn findings(rule: &Rule, example: &Example) -> Vec<Finding> {
    match example {
        Example::None => Vec::new(),
        // Only a file that is checked alone has includes that nobody reads.
        Example::Pipeline(text) if rule.id == "include-unread" => {
            let sources = Sources::default();
            let options = Options { gitlab: &Gitlab::default(), files: None, pipeline: None };
            let linted = lint_file("example.yml", text, &options, &sources);
            let finding = |problem| Finding { id: problem_id(problem), text: shown(problem, &sources) };
            linted.diagnostics.iter().map(finding).collect()
        }
        Example::Pipeline(text) => {
            let sources = Sources::default();
            let problems = judge("example.yml", text, &sources);
            let finding = |problem| Finding { id: problem_id(problem), text: shown(problem, &sources) };
            problems.iter().map(finding).collect()
        }
        Example::Repository(files) => in_repository(rule, &[files], &[]),
        Example::Branch(files) => in_repository(rule, &[files], &["--as", "branch:feature"]),
        Example::Change { base, head } => in_repository(rule, &[base, head], &[]),
    }
}

fn problem_id(problem: &Diagnostic) -> String {
    problem.rule.id.to_owned()
}

/// A repository with a commit for each list of files.
pub(super) fn repository(commits: &[&[ExampleFile]]) -> Repository {
    let repository = Repository::new();
    for files in commits {
        repository.clear();
        for file in *files {
            repository.write_bytes(file.path, file.content);
        }
        repository.commit("a change");
    }
    repository
}

fn in_repository(rule: &Rule, commits: &[&[ExampleFile]], arguments: &[&str]) -> Vec<Finding> {
    let repository = repository(commits);
    // Most rules are of `check`; the others need a base, a command that runs, or the cases of templates.
    let command: &[&str] = match (rule.id, commits.len()) {
        ("case", _) => &["test"],
        ("cdk-synth", _) => &["generate", "--all"],
        (_, 2) => &["generate", "--base", "HEAD~1"],
        _ => &["check", "--format", "json"],
    };
    let output = run(nestling(repository.path()).args(command).args(arguments));
    let stderr = String::from_utf8_lossy(&output.stderr);
    if command[0] != "check" {
        return of_lines(&stderr);
    }
    let json: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{rule}: {error}: {stderr}"));
    json["diagnostics"].as_array().unwrap().iter().map(of_json).collect()
}

fn of_json(diagnostic: &Value) -> Finding {
    let text_of = |key: &str| diagnostic[key].as_str().unwrap_or_default();
    let mut text = String::new();
    for place in diagnostic["places"].as_array().unwrap().iter().take(1) {
        let origin = &place["origin"];
        let _ = write!(text, "{}:{}", origin["path"].as_str().unwrap(), origin["line"]);
        if origin["column"].is_number() {
            let _ = write!(text, ":{}", origin["column"]);
        }
        text += ": ";
    }
    let _ = writeln!(text, "{}[{}]: {}", text_of("severity"), text_of("rule"), text_of("message"));
    for note in diagnostic["notes"].as_array().unwrap() {
        let _ = writeln!(text, "  note: {}", note.as_str().unwrap());
    }
    if diagnostic["help"].is_string() {
        let _ = writeln!(text, "  help: {}", text_of("help"));
    }
    Finding { id: text_of("rule").to_owned(), text }
}

/// The first lines of messages for people: `error[id]: …`.
fn of_lines(text: &str) -> Vec<Finding> {
    let of_line = |line: &str| {
        let (severity, rest) = line.split_once('[')?;
        let (id, _) = rest.split_once("]: ")?;
        let is_message = ["error", "warning", "note"].contains(&severity);
        is_message.then(|| Finding { id: id.to_owned(), text: format!("{line}\n") })
    };
    text.lines().filter_map(of_line).collect()
}
