//! SARIF 2.1.0, which editors and security dashboards read
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use super::{kinds, units};
use nestling::{Diagnostic, Label, Rule, Severity, Sources};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
struct Run {
    tool: Tool,
    results: Vec<Finding>,
    #[serde(rename = "columnKind")]
    column_kind: &'static str,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<ReportingDescriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportingDescriptor {
    id: &'static str,
    name: String,
    short_description: Text,
    full_description: Text,
    help_uri: String,
}

impl ReportingDescriptor {
    fn new(rule: &Rule) -> Self {
        Self {
            id: rule.id,
            name: pascal_case(rule.id),
            short_description: Text { text: format!("Reports that {}.", rule.summary) },
            full_description: Text { text: rule.documentation.to_owned() },
            help_uri: rule.url(),
        }
    }
}

/// Returns an id as SARIF recommends for names: `needs-late` becomes `NeedsLate`.
fn pascal_case(id: &str) -> String {
    let words = id.split('-').map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: &'static str,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Properties>,
}

/// A property bag (section 3.8).
#[derive(Serialize)]
struct Properties {
    /// The kinds of pipelines that it was found in, as `--as` takes them.
    kinds: Vec<String>,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

/// Returns the SARIF log.
pub(crate) fn sarif(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let rules: BTreeSet<&Rule> = diagnostics.iter().map(|diagnostic| diagnostic.rule).collect();
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "nestling",
                    version: env!("CARGO_PKG_VERSION"),
                    rules: rules.into_iter().map(ReportingDescriptor::new).collect(),
                },
            },
            results: diagnostics.iter().map(|diagnostic| finding(diagnostic, sources)).collect(),
            column_kind: "unicodeCodePoints",
        }],
    };
    serde_json::to_string_pretty(&log).map_or_else(|error| error.to_string(), |text| text + "\n")
}

fn finding(diagnostic: &Diagnostic, sources: &Sources) -> Finding {
    let mut text = diagnostic.message.clone();
    for note in
        diagnostic.all_notes().iter().chain(&units(&diagnostic.units)).chain(&kinds(&diagnostic.kinds))
    {
        text += &format!("\nnote: {note}");
    }
    if let Some(help) = &diagnostic.help {
        text += &format!("\nhelp: {help}");
    }
    let mut labels = diagnostic.labels.iter().map(|label| location(label, sources));
    Finding {
        rule_id: diagnostic.rule.id,
        level: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        message: Text { text },
        locations: labels.by_ref().take(1).collect(),
        related_locations: labels.collect(),
        properties: properties(diagnostic),
    }
}

fn properties(diagnostic: &Diagnostic) -> Option<Properties> {
    let kinds: Vec<String> = diagnostic.kinds.iter().map(|kind| kind.id.clone()).collect();
    (!kinds.is_empty()).then_some(Properties { kinds })
}

fn location(label: &Label, sources: &Sources) -> Location {
    let origin = label.origin;
    let column = (origin.column > 0).then_some(origin.column);
    Location {
        physical_location: Physical {
            artifact_location: Artifact { uri: escaped(&sources.exact_path(origin.file)) },
            region: Region {
                start_line: origin.line.max(1),
                start_column: column,
                end_column: column.filter(|_| origin.width > 0).map(|column| column + origin.width),
            },
        },
        message: (!label.text.is_empty()).then(|| Text { text: label.text.clone() }),
    }
}

/// Percent-encodes a path for a URL.
pub(crate) fn escaped(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out += &format!("%{byte:02X}");
        }
    }
    out
}
