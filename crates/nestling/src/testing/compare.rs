//! Whether what is expected is a part of what came out, at any depth.

use crate::template::plain_value;
use nestling_gitlab::yaml::{Kind, Node};

/// Adds what does not fit. Of mappings, the expected keys count, and a key that is expected to be null may not be there;
/// of lists, the expected items, in their order; a text may stand for a list of one.
pub(crate) fn compare(path: &str, expected: &Node, found: Option<&Node>, failures: &mut Vec<String>) {
    if expected.is_null() {
        if let Some(found) = found.filter(|found| !found.is_null()) {
            failures.push(format!("{path}: expected nothing, found {}", plain_value(found)));
        }
        return;
    }
    let Some(found) = found else {
        return failures.push(format!("{path}: expected {}, found nothing", plain_value(expected)));
    };
    match &expected.kind {
        Kind::Map(map) if found.as_map().is_some() => {
            for (key, value) in map.iter() {
                compare(&format!("{path}.{key}"), value, found.get(key), failures);
            }
        }
        Kind::Seq(items) => in_order(path, items, found, failures),
        _ => {
            let single = found.as_seq().filter(|items| items.len() == 1).map(|items| &items[0]);
            let (wanted, found) = (plain_value(expected), plain_value(single.unwrap_or(found)));
            if wanted != found {
                failures.push(format!("{path}: expected {wanted}, found {found}"));
            }
        }
    }
}

fn in_order(path: &str, expected: &[Node], found: &Node, failures: &mut Vec<String>) {
    let items = found.items_or_self();
    if expected.is_empty() && !items.is_empty() {
        return failures.push(format!("{path}: expected an empty list, found {}", plain_value(found)));
    }
    let mut left = items.iter();
    for wanted in expected {
        let fits = |item: &Node| {
            let mut misfits = Vec::new();
            compare("", wanted, Some(item), &mut misfits);
            misfits.is_empty()
        };
        if !left.any(fits) {
            let (wanted, found) = (plain_value(wanted), plain_value(found));
            return failures.push(format!("{path}: expected {wanted} at its place in {found}"));
        }
    }
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
            failures.join("; ")
        };
        for fits in ["{ script: [a, c] }", "{ image: { name: x } }", "{ retry: 2, when: null }", "{}"] {
            assert_eq!(fails(fits), "", "{fits}");
        }
        assert_eq!(fails("{ script: [c, a] }"), r#"job.script: expected "a" at its place in ["a","b","c"]"#);
        assert_eq!(fails("{ image: { tag: 1 } }"), r#"job.image.tag: expected 1, found "1""#);
        assert_eq!(fails("{ image: null }"), r#"job.image: expected nothing, found {"name":"x","tag":"1"}"#);
        assert_eq!(fails("{ when: manual }"), r#"job.when: expected "manual", found nothing"#);
    }
}
