//! Secrets that stand in the file.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::{Entry, Kind, Node};
use regex::Regex;
use std::sync::LazyLock;

pub(super) static RULE: Rule = Rule {
    id: "secret-literal",
    severities: &[Warning],
    summary: "a text looks like a secret",
    documentation: "What stands in the pipeline is read by everybody who can read the repository, and stays in its history. Put \
secrets into protected, masked variables of the project, or fetch them with `id_tokens` or `secrets`.",
    source: "https://docs.gitlab.com/ci/variables/#cicd-variable-security",
    bad: Example::Pipeline("a: { script: x, variables: { API_TOKEN: 7f3b9c2e41d8a6b0 } }\n"),
    good: Example::Pipeline(
        "a: { script: x, variables: { API_TOKEN: $PROJECT_TOKEN, TOKEN_FILE: /run/token } }\n",
    ),
};

/// Forms that nothing but a secret has: tokens of GitLab, GitHub, Slack, AWS and npm, and private keys.
static FORMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let forms = [
        r"gl(?:pat|ptt|dt|rt|cbt|imt|agent|oas)-[0-9A-Za-z_\-]{20,}",
        r"gh[pousr]_[0-9A-Za-z]{36}",
        r"github_pat_[0-9A-Za-z_]{22,}",
        r"xox[abprs]-[0-9A-Za-z\-]{10,}",
        r"\bA(?:KI|SI)A[0-9A-Z]{16}\b",
        r"npm_[0-9A-Za-z]{36}",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    ];
    Regex::new(&forms.join("|")).ok()
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
            // The shortest of the forms has fifteen characters.
            if scalar.text.len() >= 15 && has_form(&scalar.text) {
                problems.push(told(node, "this text has the form of a secret".to_owned()));
            }
        }
        Kind::Seq(items) => items.iter().for_each(|item| walk(item, problems)),
        Kind::Map(map) => map.entries.iter().for_each(|entry| walk(&entry.value, problems)),
    }
}

fn has_form(text: &str) -> bool {
    FORMS.as_ref().is_some_and(|forms| forms.is_match(text))
}

/// A variable with the name of a secret, and a value that is one word of some length with digits in it.
fn named(entry: &Entry) -> Option<Diagnostic> {
    let name = entry.key.text();
    let upper = name.to_ascii_uppercase();
    let node = entry.value.get("value").unwrap_or(&entry.value);
    let text = node.text()?;
    let ends = NAMES.iter().any(|word| upper.ends_with(word));
    let word = text.len() >= 12 && !text.contains(['$', '/', ' ', '.', ':', '\n']);
    let mixed =
        text.contains(|c: char| c.is_ascii_digit()) && text.contains(|c: char| c.is_ascii_alphabetic());
    (ends && word && mixed && !has_form(text))
        .then(|| told(node, format!("`{name}` looks like a secret that stands in the file")))
}

fn told(node: &Node, message: String) -> Diagnostic {
    Diagnostic::warning(&RULE, node.origin, message)
        .with_help("put it into a masked variable of the project, and call it invalid where it was issued")
}
