//! Unquoted values that YAML reads as dates or symbols.

use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Origin, Rule};
use crate::yaml::{Kind, Meaning, Node, Scalar, Style};

pub(crate) static RULE: Rule = Rule {
    id: "yaml-type",
    severities: &[Error, Warning],
    summary: "YAML reads an unquoted value as a date or a symbol",
    documentation: "GitLab reads YAML 1.1 with Ruby's Psych: an unquoted `2024-01-01` is a date, and `:name` is a symbol. GitLab rejects a file with a date. It reads a symbol without its colon in scripts, tags, variables and inputs, and rejects it elsewhere.",
    source: "https://docs.gitlab.com/ci/yaml/",
    bad: Example::Pipeline(
        "\
a:
  script: x
  variables:
    D: 2024-01-01
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  variables:
    D: \"2024-01-01\"
",
    ),
};

/// Keywords below which GitLab takes a symbol for a string.
const SYMBOLS: [&str; 9] = [
    "script",
    "before_script",
    "after_script",
    "pre_get_sources_script",
    "tags",
    "variables",
    "inputs",
    "matrix",
    "run",
];

/// Keywords of that list whose value itself cannot be a date.
const COLLECTIONS: [&str; 4] = ["tags", "variables", "inputs", "matrix"];

/// Reports the dates in a part of a file that no job has, such as a hidden job: GitLab refuses to load them anywhere.
pub(crate) fn dates(node: &Node) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    walk(node, Symbols::Ignored, &mut problems);
    problems
}

/// Verdict of GitLab on a symbol.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Symbols {
    /// It takes its text.
    Taken,
    Refused,
    /// It is not looked at.
    Ignored,
}

/// Judges the value of a key.
pub(super) fn below(key: &str, node: &Node, around: Symbols, problems: &mut Vec<Diagnostic>) {
    let is_name = node.as_scalar().is_some() && matches!(key, "key" | "name" | "description");
    let inside = match around {
        Symbols::Refused if SYMBOLS.contains(&key) || is_name && key != "name" => Symbols::Taken,
        around => around,
    };
    if inside == Symbols::Taken && around == Symbols::Refused && COLLECTIONS.contains(&key) {
        let is_scalar = node.as_scalar().is_some();
        return walk(node, if is_scalar { Symbols::Refused } else { inside }, problems);
    }
    walk(node, inside, problems);
}

fn walk(node: &Node, symbols: Symbols, problems: &mut Vec<Diagnostic>) {
    match &node.kind {
        Kind::Scalar(scalar) => problems.extend(judge(scalar, node.origin, symbols)),
        Kind::Seq(items) => items.iter().for_each(|item| walk(item, symbols, problems)),
        Kind::Map(map) => {
            for entry in &map.entries {
                problems.extend(judge(&entry.key.scalar, entry.key.origin, symbols));
                below(entry.key.text(), &entry.value, symbols, problems);
            }
        }
    }
}

fn judge(scalar: &Scalar, origin: Origin, symbols: Symbols) -> Option<Diagnostic> {
    if scalar.style != Style::Plain {
        return None;
    }
    let text = &scalar.text;
    let problem = match (scalar.meaning(), symbols) {
        (Meaning::Date, _) => {
            Diagnostic::error(&RULE, origin, format!("YAML reads `{text}` as a date, which GitLab rejects"))
        }
        (Meaning::Symbol, Symbols::Refused) => {
            Diagnostic::error(&RULE, origin, format!("YAML reads `{text}` as a symbol, which GitLab rejects"))
        }
        (Meaning::Symbol, Symbols::Taken) => {
            let becomes = text.trim_start_matches(':').trim_matches(['"', '\'']);
            let message = format!("YAML reads `{text}` as a symbol, and GitLab writes it as `{becomes}`");
            Diagnostic::warning(&RULE, origin, message)
        }
        _ => return None,
    };
    Some(problem.with_help(format!("quote it: \"{text}\"")))
}
