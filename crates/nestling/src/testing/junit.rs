//! Outcomes as a JUnit report, which merge requests show (<https://docs.gitlab.com/ci/testing/unit_test_reports/>).

use super::outcome::{CaseFailure, CaseOutcome};
use std::fmt::Write as _;

/// Returns the report, without times: equal outcomes give equal bytes.
pub fn junit(outcomes: &[CaseOutcome]) -> String {
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        xml,
        "<testsuites>\n<testsuite name=\"nestling\" tests=\"{}\" failures=\"{failed}\">",
        outcomes.len()
    );
    for outcome in outcomes {
        let (suite, title) = outcome.name.split_once(": ").unwrap_or(("nestling", &outcome.name));
        let file = outcome.place.split(':').next().unwrap_or_default();
        let _ = write!(
            xml,
            "<testcase classname=\"{}\" name=\"{}\" file=\"{}\"",
            escaped(suite),
            escaped(title),
            escaped(file)
        );
        if outcome.passed() {
            xml.push_str("/>\n");
            continue;
        }
        let messages: Vec<String> = outcome.failures.iter().map(CaseFailure::text).collect();
        let first = messages.first().and_then(|message| message.lines().next()).unwrap_or_default();
        let _ = writeln!(
            xml,
            ">\n<failure message=\"{}\">{}</failure>\n</testcase>",
            escaped(first),
            escaped(&messages.join("\n"))
        );
    }
    xml.push_str("</testsuite>\n</testsuites>\n");
    xml
}

/// Escapes the five special characters of XML, and replaces the characters that no document may have.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::CaseFailure;
    use nestling_gitlab::diagnostic::Origin;

    #[test]
    fn failures_are_reported_and_escaped() {
        let outcome = |name: &str, failures: &[&str]| CaseOutcome {
            name: name.to_owned(),
            place: "ci/tests/a.yml:3:1".to_owned(),
            failures: failures.iter().map(|text| CaseFailure::new(Origin::generated(), *text)).collect(),
            errors: Vec::new(),
            warnings: Vec::new(),
            pipeline: None,
            snapshot: None,
        };
        let xml = junit(&[outcome("node: builds", &[]), outcome("node: tests", &["a <b> \"c\"\u{1b}", "d"])]);
        assert!(xml.contains("tests=\"2\" failures=\"1\""), "{xml}");
        assert!(
            xml.contains("<testcase classname=\"node\" name=\"builds\" file=\"ci/tests/a.yml\"/>"),
            "{xml}"
        );
        assert!(xml.contains("message=\"a &lt;b&gt; &quot;c&quot;\u{FFFD}\">a &lt;b&gt;"), "{xml}");
    }
}
