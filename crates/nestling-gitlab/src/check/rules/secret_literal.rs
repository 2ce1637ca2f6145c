//! `secret-literal`: secrets in a file of the repository.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::{Entry, Kind, Node};
use regex::Regex;
use std::sync::LazyLock;

pub(super) static RULE: Rule = Rule {
    id: "secret-literal",
    severities: &[Warning],
    summary: "a value looks like a secret",
    documentation: "Everyone with access to the repository can read the pipeline, and it stays in the history. Put secrets into \
protected, masked variables of the project, or fetch them with `id_tokens` or `secrets`.",
    source: "https://docs.gitlab.com/ci/variables/#cicd-variable-security",
    bad: Example::Pipeline(
        "\
a:
  script: x
  variables:
    API_TOKEN: 7f3b9c2e41d8a6b0
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  variables:
    API_TOKEN: $PROJECT_TOKEN
    TOKEN_FILE: /run/token
",
    ),
};

/// Patterns that only secrets match: tokens of GitLab, GitHub, Slack, AWS and npm, and private keys.
static PATTERNS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let patterns = [
        r"gl(?:pat|ptt|dt|rt|cbt|imt|agent|oas)-[0-9A-Za-z_\-]{20,}",
        r"gh[pousr]_[0-9A-Za-z]{36}",
        r"github_pat_[0-9A-Za-z_]{22,}",
        r"xox[abprs]-[0-9A-Za-z\-]{10,}",
        r"\bA(?:KI|SI)A[0-9A-Z]{16}\b",
        r"npm_[0-9A-Za-z]{36}",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    ];
    Regex::new(&patterns.join("|")).ok()
});

/// Words in names of variables that hold secrets.
const NAMES: [&str; 8] =
    ["TOKEN", "PASSWORD", "PASSWD", "SECRET", "API_KEY", "ACCESS_KEY", "PRIVATE_KEY", "CREDENTIALS"];

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        for (_, node) in job.body.iter() {
            walk(node, problems);
        }
        let variables = job.body.get("variables").and_then(Node::as_map);
        problems.extend(variables.into_iter().flat_map(|map| &map.entries).filter_map(named));
    }
}

fn walk(node: &Node, problems: &mut Vec<Diagnostic>) {
    match &node.kind {
        Kind::Scalar(scalar) => {
            // The shortest secret that a pattern matches has fifteen characters.
            if scalar.text.len() >= 15 && matches_pattern(&scalar.text) {
                problems.push(finding(node, "this value looks like a secret".to_owned()));
            }
        }
        Kind::Seq(items) => items.iter().for_each(|item| walk(item, problems)),
        Kind::Map(map) => map.entries.iter().for_each(|entry| walk(&entry.value, problems)),
    }
}

fn matches_pattern(text: &str) -> bool {
    PATTERNS.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// Returns a warning for a variable with the name of a secret whose value looks generated.
fn named(entry: &Entry) -> Option<Diagnostic> {
    let name = entry.key.text();
    let upper = name.to_ascii_uppercase();
    let node = entry.value.get("value").unwrap_or(&entry.value);
    let text = node.text()?;
    let has_secret_name = NAMES.iter().any(|word| upper.ends_with(word));
    // `walk` reports the values that match a pattern.
    if !has_secret_name || !looks_generated(text) || matches_pattern(text) {
        return None;
    }
    Some(finding(node, format!("the value of `{name}` looks like a secret")))
}

/// Returns `true` for one long word of letters and digits. Paths, URLs and variables are not secrets themselves.
fn looks_generated(text: &str) -> bool {
    let has_digit = text.contains(|c: char| c.is_ascii_digit());
    let has_letter = text.contains(|c: char| c.is_ascii_alphabetic());
    text.len() >= 12 && !text.contains(['$', '/', ' ', '.', ':', '\n']) && has_digit && has_letter
}

fn finding(node: &Node, message: String) -> Diagnostic {
    Diagnostic::warning(&RULE, node.origin, message)
        .with_help("move it into a masked variable of the project, and revoke it")
}
