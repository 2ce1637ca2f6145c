//! `.gitignore`: files that Nestling writes are not committed.

/// The file.
pub(super) const FILE: &str = ".gitignore";

/// The files that Nestling writes into a work tree, in git's own patterns.
const WRITTEN: [&str; 2] = ["/child-pipeline*.yml", "/nestling-report/"];

/// Returns the text with the patterns that it lacks; `None` if it has all of them. Line ends are those of the text.
pub(super) fn with_patterns(text: &str) -> Option<String> {
    let has = |pattern: &str| {
        let plain = pattern.trim_matches('/');
        text.lines().any(|line| line.trim().trim_matches('/') == plain)
    };
    let missing: Vec<&str> = WRITTEN.into_iter().filter(|pattern| !has(pattern)).collect();
    if missing.is_empty() {
        return None;
    }
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut changed = text.to_owned();
    if !text.is_empty() {
        if !text.ends_with('\n') {
            changed.push_str(end);
        }
        changed.push_str(end);
    }
    for line in ["# Written by Nestling"].into_iter().chain(missing) {
        changed.push_str(line);
        changed.push_str(end);
    }
    Some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_added_once_and_nothing_else_changes() {
        for (text, expected) in [
            ("", "# Written by Nestling\n/child-pipeline*.yml\n/nestling-report/\n"),
            ("a", "a\n\n# Written by Nestling\n/child-pipeline*.yml\n/nestling-report/\n"),
            ("a\r\n", "a\r\n\r\n# Written by Nestling\r\n/child-pipeline*.yml\r\n/nestling-report/\r\n"),
            ("nestling-report\n", "nestling-report\n\n# Written by Nestling\n/child-pipeline*.yml\n"),
        ] {
            let changed = with_patterns(text).unwrap();
            assert_eq!(changed, expected);
            assert_eq!(with_patterns(&changed), None);
        }
    }
}
