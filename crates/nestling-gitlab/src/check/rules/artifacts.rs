//! `artifacts`: the files and reports that a job uploads.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule, Suggestion};
use crate::pipeline::keywords::{PASSED_ON, SAVE_WHEN};
use crate::yaml::{Key, Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "artifacts",
    severities: &[Error, Warning],
    summary: "`artifacts` is invalid",
    documentation: "`artifacts` is a mapping; `paths` and `exclude` in it are lists. `when` is on_success, on_failure or always. \
`public` conflicts with `access`. `expose_as` requires `paths` without `*`. A `dotenv` report is a file, or a list \
of files, each under 5 KB, without empty lines and comments.",
    source: "https://docs.gitlab.com/ci/yaml/#artifacts",
    bad: Example::Pipeline("a: { script: x, artifacts: { path: out, reports: { juint: a.xml } } }\n"),
    good: Example::Pipeline(
        "a: { script: x, artifacts: { paths: [out], when: always, reports: { dotenv: deploy.env } } }\n",
    ),
};

const KEYS: &[&str] = &[
    "name",
    "untracked",
    "paths",
    "exclude",
    "reports",
    "when",
    "expire_in",
    "expose_as",
    "public",
    "access",
];
/// Values of `access` (<https://docs.gitlab.com/ci/yaml/#artifactsaccess>).
const ACCESS: &[&str] = &["none", "developer", "maintainer", "all"];

/// Types of reports (<https://docs.gitlab.com/ci/yaml/artifacts_reports/>).
const REPORTS: &[&str] = &[
    "accessibility",
    "annotations",
    "api_fuzzing",
    "browser_performance",
    "cluster_image_scanning",
    "codequality",
    "container_scanning",
    "coverage_fuzzing",
    "coverage_report",
    "cyclonedx",
    "dast",
    "dependency_scanning",
    "dotenv",
    "junit",
    "load_performance",
    "lsif",
    "metrics",
    "repository_xray",
    "requirements",
    "requirements_v2",
    "sarif",
    "sast",
    "scip",
    "secret_detection",
    "terraform",
];

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "artifacts") else { continue };
        match node.as_map() {
            Some(map) => mapping(map, problems),
            None => {
                let problem = form::wrong(&RULE, "artifacts", "a mapping", node);
                problems.push(problem.with_help("write `artifacts: { paths: […] }`"));
            }
        }
    }
}

fn mapping(map: &Map, problems: &mut Vec<Diagnostic>) {
    problems.extend(form::keywords(&RULE, "artifacts", map, KEYS));
    for key in ["paths", "exclude"] {
        if let Some(node) = form::value(map, key) {
            problems.extend(form::strings(&RULE, key, node));
        }
    }
    for key in ["untracked", "public"] {
        problems.extend(form::value(map, key).and_then(|node| form::boolean(&RULE, key, node)));
    }
    for (key, known) in [("when", SAVE_WHEN), ("access", ACCESS)] {
        problems.extend(form::value(map, key).and_then(|node| form::one_of(&RULE, key, node, known)));
    }
    problems.extend(form::value(map, "name").and_then(|node| form::string(&RULE, "name", node)));
    if let (Some(public), true) = (map.entry("public"), map.contains("access")) {
        let problem = Diagnostic::error(&RULE, public.key.origin, "`public` conflicts with `access`");
        problems.push(problem.with_help("keep `access`"));
    }
    problems.extend(form::value(map, "expose_as").and_then(|node| expose_as(map, node)));
    let Some(node) = form::value(map, "reports") else { return };
    match node.as_map() {
        Some(reports) => {
            problems.extend(reports.entries.iter().flat_map(|entry| report(&entry.key, &entry.value)));
        }
        None => problems.push(form::wrong(&RULE, "reports", "a mapping", node)),
    }
}

/// Checks `expose_as`, a link in the merge request
/// (<https://docs.gitlab.com/ci/yaml/#artifactsexpose_as>).
fn expose_as(map: &Map, node: &Node) -> Option<Diagnostic> {
    let Some(name) = node.as_str() else { return form::string(&RULE, "expose_as", node) };
    let paths = map.get("paths").and_then(Node::as_seq).unwrap_or_default();
    let message = if name.chars().count() > 100 {
        "`expose_as` cannot have more than 100 characters"
    } else if !name.chars().all(is_exposable) || name.starts_with(['-', ' ']) {
        "`expose_as` can contain only letters, digits, `-`, `_` and spaces"
    } else if paths.is_empty() {
        "`expose_as` requires `paths`"
    } else if paths.iter().filter_map(Node::text).any(|path| path.contains('*')) {
        "`paths` cannot contain `*` with `expose_as`"
    } else {
        return None;
    };
    Some(Diagnostic::error(&RULE, node.origin, message))
}

fn is_exposable(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ')
}

fn report(key: &Key, node: &Node) -> Vec<Diagnostic> {
    let name = key.text();
    if node.is_null() {
        return Vec::new();
    }
    if !REPORTS.contains(&name) {
        let message = format!("unknown report type `{name}`");
        let suggestion = Suggestion::among(name, REPORTS.iter().copied());
        return vec![Diagnostic::misspelt(&RULE, key.origin, message, suggestion, PASSED_ON)];
    }
    if name == "coverage_report" {
        return coverage(node);
    }
    if node.as_str().is_some() || node.as_map().is_some() {
        return Vec::new();
    }
    form::strings(&RULE, name, node)
}

fn coverage(node: &Node) -> Vec<Diagnostic> {
    let Some(map) = node.as_map() else {
        let problem = form::wrong(&RULE, "coverage_report", "a mapping", node);
        return vec![problem.with_help("write `coverage_report: { coverage_format: …, path: … }`")];
    };
    let mut problems = form::keywords(&RULE, "coverage_report", map, &["coverage_format", "path"]);
    match map.get("coverage_format") {
        Some(format) => {
            problems.extend(form::one_of(&RULE, "coverage_format", format, &["cobertura", "jacoco"]));
        }
        None => {
            let message = "`coverage_report` requires `coverage_format`";
            problems.push(Diagnostic::error(&RULE, node.origin, message));
        }
    }
    problems
}
