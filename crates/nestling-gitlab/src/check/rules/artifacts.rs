//! What a job leaves behind.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule, Suggestion};
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "artifacts",
    severities: &[Error, Warning],
    summary: "`artifacts` has a form that GitLab refuses",
    documentation: "`artifacts` is a mapping; `paths` and `exclude` in it are lists. `when` is on_success, on_failure or always. \
`public` and `access` exclude each other. `expose_as` needs `paths` without `*`. A `dotenv` report is a file, or a list \
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
            None => problems.push(
                form::wrong(&RULE, "artifacts", "a mapping", node)
                    .with_help("write `artifacts: { paths: […] }`"),
            ),
            Some(map) => mapping(map, problems),
        }
    }
}

fn mapping(map: &Map, problems: &mut Vec<Diagnostic>) {
    problems.extend(form::keys(&RULE, "`artifacts`", map, KEYS));
    for key in ["paths", "exclude"] {
        problems.extend(form::value(map, key).into_iter().flat_map(|node| form::texts(&RULE, key, node)));
    }
    for key in ["untracked", "public"] {
        problems.extend(form::value(map, key).and_then(|node| form::flag(&RULE, key, node)));
    }
    let words: [(&str, &[&str]); 2] = [
        ("when", &["on_success", "on_failure", "always"]),
        ("access", &["none", "developer", "maintainer", "all"]),
    ];
    for (key, known) in words {
        problems.extend(form::value(map, key).and_then(|node| form::one_of(&RULE, key, node, known)));
    }
    problems.extend(form::value(map, "name").and_then(|node| form::text(&RULE, "name", node)));
    if let (Some(public), true) = (map.entry("public"), map.contains("access")) {
        let message = "`public` and `access` exclude each other";
        problems.push(Diagnostic::error(&RULE, public.key.origin, message).with_help("keep `access`"));
    }
    problems.extend(form::value(map, "expose_as").and_then(|node| expose_as(map, node)));
    if let Some(node) = form::value(map, "reports") {
        match node.as_map() {
            None => problems.push(form::wrong(&RULE, "reports", "a mapping", node)),
            Some(reports) => {
                problems.extend(reports.entries.iter().flat_map(|it| report(&it.key, &it.value)));
            }
        }
    }
}

fn expose_as(map: &Map, node: &Node) -> Option<Diagnostic> {
    let error = |message: &str| Some(Diagnostic::error(&RULE, node.origin, message));
    let Some(name) = node.as_str() else { return form::text(&RULE, "expose_as", node) };
    let paths = map.get("paths").and_then(Node::as_seq).unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ');
    if name.chars().count() > 100 {
        return error("`expose_as` has at most 100 characters");
    }
    if !name.chars().all(allowed) || name.starts_with(['-', ' ']) {
        return error("`expose_as` holds letters, digits, `-`, `_` and spaces only");
    }
    if paths.is_empty() {
        return error("`expose_as` needs `paths`");
    }
    let star = paths.iter().any(|path| path.text().is_some_and(|text| text.contains('*')));
    if star { error("`paths` cannot hold `*` beside `expose_as`") } else { None }
}

fn report(key: &crate::yaml::Key, node: &Node) -> Vec<Diagnostic> {
    let name = key.text();
    if node.is_null() {
        return Vec::new();
    }
    if !REPORTS.contains(&name) {
        let message = format!("`{name}` is no report that GitLab documents");
        return vec![Diagnostic::misspelt(
            &RULE,
            key.origin,
            message,
            Suggestion::among(name, REPORTS.iter().copied()),
            "it is passed on: GitLab refuses it, unless it is newer than this program",
        )];
    }
    if name == "coverage_report" {
        return coverage(node);
    }
    if node.as_str().is_some() || node.as_map().is_some() {
        return Vec::new();
    }
    form::texts(&RULE, name, node)
}

fn coverage(node: &Node) -> Vec<Diagnostic> {
    let Some(map) = node.as_map() else {
        return vec![form::wrong(&RULE, "coverage_report", "`coverage_format` and `path`", node)];
    };
    let mut problems = form::keys(&RULE, "`coverage_report`", map, &["coverage_format", "path"]);
    match map.get("coverage_format") {
        Some(format) => {
            problems.extend(form::one_of(&RULE, "coverage_format", format, &["cobertura", "jacoco"]));
        }
        None => {
            let message = "`coverage_report` has no `coverage_format`";
            problems.push(Diagnostic::error(&RULE, node.origin, message));
        }
    }
    problems
}
