//! Compares an expected value with a part of the generated one, at any depth.

use super::outcome::CaseFailure;
use crate::template::plain_value;
use nestling_gitlab::diagnostic::{Origin, Suggestion};
use nestling_gitlab::yaml::{Kind, Map, Node};

/// The keys whose values are names: of another value, a name that is near may have been meant.
const NAMES: [&str; 7] = ["stage", "needs", "job", "dependencies", "on_stop", "environment", "extends"];

/// Adds the differences to `failures`. A mapping must have the expected keys, and must not have a key that is expected to be
/// null; a list must have the expected items in their order; a string equals a list of that string alone.
pub(crate) fn compare(path: &str, expected: &Node, actual: Option<&Node>, failures: &mut Vec<CaseFailure>) {
    if expected.is_null() {
        if let Some(actual) = actual.filter(|actual| !actual.is_null()) {
            let message = format!("{path}: expected nothing, found {}", plain_value(actual));
            failures.push(CaseFailure::new(expected.origin, message));
        }
        return;
    }
    let Some(actual) = actual else {
        let message = format!("{path}: expected {}, found nothing", plain_value(expected));
        return failures.push(CaseFailure::new(expected.origin, message));
    };
    let is_name = path.rsplit('.').next().is_some_and(|key| NAMES.contains(&key));
    match &expected.kind {
        Kind::Map(map) if actual.as_map().is_some() => {
            for entry in &map.entries {
                let (key, value) = (entry.key.text(), &entry.value);
                let count = failures.len();
                let found = actual.get(key);
                compare(&format!("{path}.{key}"), value, found, failures);
                if found.is_none() {
                    let keys = actual.as_map().into_iter().flat_map(Map::iter).map(|(key, _)| key);
                    let help = Suggestion::among(key, keys.filter(|key| !map.contains(key))).help();
                    for failure in failures[count..].iter_mut().filter(|_| help.is_some()) {
                        failure.help.clone_from(&help);
                        failure.origin = entry.key.origin;
                    }
                }
            }
        }
        Kind::Seq(items) => in_order((path, is_name), expected.origin, items, actual, failures),
        _ => {
            let actual = match actual.as_seq() {
                Some([only]) => only,
                _ => actual,
            };
            let (wanted, actual) = (plain_value(expected), plain_value(actual));
            if wanted != actual {
                let message = format!("{path}: expected {wanted}, found {actual}");
                let near = Suggestion::among(expected.text().unwrap_or_default(), actual.as_str());
                let help = near.help().filter(|_| is_name);
                failures.push(CaseFailure::new(expected.origin, message).with_help(help));
            }
        }
    }
}

fn in_order(
    (path, is_name): (&str, bool),
    origin: Origin,
    expected: &[Node],
    actual: &Node,
    failures: &mut Vec<CaseFailure>,
) {
    let items = actual.items_or_self();
    if expected.is_empty() && !items.is_empty() {
        let message = format!("{path}: expected an empty list, found {}", plain_value(actual));
        return failures.push(CaseFailure::new(origin, message));
    }
    let mut rest = items.iter();
    for wanted in expected {
        // `any` consumes the items up to the match, so the next expected item has to come after it.
        if !rest.any(|item| is_part(wanted, item)) {
            let message =
                format!("{path}: expected {} in order in {}", plain_value(wanted), plain_value(actual));
            let names = items.iter().filter_map(Node::as_str).filter(|_| is_name);
            let help = Suggestion::among(wanted.text().unwrap_or_default(), names).help();
            return failures.push(CaseFailure::new(wanted.origin, message).with_help(help));
        }
    }
}

fn is_part(expected: &Node, actual: &Node) -> bool {
    let mut failures = Vec::new();
    compare("", expected, Some(actual), &mut failures);
    failures.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling_gitlab::diagnostic::{FileId, Sources};
    use nestling_gitlab::yaml;

    fn node(text: &str) -> Node {
        let file: FileId = Sources::default().add("x", text);
        yaml::parse_file(text, file).unwrap().remove(0)
    }

    #[test]
    fn a_part_is_expected_and_no_more() {
        let job = node("{ script: [a, b, c], image: { name: x, tag: '1' }, retry: 2 }");
        let fails = |expected: &str| {
            let mut failures = Vec::new();
            compare("job", &node(expected), Some(&job), &mut failures);
            failures.into_iter().map(|failure| failure.message).collect::<Vec<_>>().join("; ")
        };
        for fits in ["{ script: [a, c] }", "{ image: { name: x } }", "{ retry: 2, when: null }", "{}"] {
            assert_eq!(fails(fits), "", "{fits}");
        }
        assert_eq!(fails("{ script: [c, a] }"), r#"job.script: expected "a" in order in ["a","b","c"]"#);
        assert_eq!(fails("{ image: { tag: 1 } }"), r#"job.image.tag: expected 1, found "1""#);
        assert_eq!(fails("{ image: null }"), r#"job.image: expected nothing, found {"name":"x","tag":"1"}"#);
        assert_eq!(fails("{ when: manual }"), r#"job.when: expected "manual", found nothing"#);
    }
}
