//! Expressions of `rules:if` in the form that a child pipeline needs: there `CI_PIPELINE_SOURCE` is `parent_pipeline`.

use super::known::CHILD_SOURCE;

/// The variable by which the trigger job forwards the source of the parent.
pub const PARENT_SOURCE: &str = "PARENT_PIPELINE_SOURCE";

/// GitLab's variable.
const SOURCE: &str = "$CI_PIPELINE_SOURCE";

/// The source of a merge request's pipeline.
const MERGE_REQUEST: &str = "merge_request_event";

/// Returns an expression for the child that holds where the given one holds in the parent.
///
/// A child knows of a merge request by its own variables. The trigger job forwards every other source.
pub fn in_child(expression: &str) -> String {
    rewritten(expression, false)
}

/// Returns an expression of a component for the child that uses it. A component that compares the source with `parent_pipeline` has a
/// rule for child pipelines, which stays.
pub fn of_component(expression: &str) -> String {
    rewritten(expression, true)
}

fn rewritten(expression: &str, knows_child: bool) -> String {
    let mut rewritten = String::new();
    let mut rest = expression;
    while let Some(start) = rest.find(SOURCE) {
        let behind = &rest[start + SOURCE.len()..];
        rewritten.push_str(&rest[..start]);
        if behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            rewritten.push_str(SOURCE);
            rest = behind;
            continue;
        }
        match compared(behind) {
            Some(Compared { value, length, .. }) if knows_child && value == CHILD_SOURCE => {
                rewritten.push_str(SOURCE);
                rewritten.push_str(&behind[..length]);
                rest = &behind[length..];
            }
            Some(Compared { is_equal, value, length }) => {
                rewritten.push_str(&condition(is_equal, value));
                rest = &behind[length..];
            }
            None => {
                rewritten.push('$');
                rewritten.push_str(PARENT_SOURCE);
                rest = behind;
            }
        }
    }
    rewritten.push_str(rest);
    rewritten
}

/// Returns the condition that the parent has this source, or another one.
fn condition(is_equal: bool, source: &str) -> String {
    match (source, is_equal) {
        (MERGE_REQUEST, true) => "$CI_MERGE_REQUEST_IID".to_owned(),
        (MERGE_REQUEST, false) => "$CI_MERGE_REQUEST_IID == null".to_owned(),
        // Of two pipelines of one commit it is known which one is a merge request's, before the source is.
        (source, true) => format!("$CI_MERGE_REQUEST_IID == null && ${PARENT_SOURCE} == \"{source}\""),
        (source, false) => format!("${PARENT_SOURCE} != \"{source}\""),
    }
}

/// A comparison with a string.
struct Compared<'e> {
    is_equal: bool,
    value: &'e str,
    length: usize,
}

/// Reads ` == "push"` or the same with `!=`, in either kind of quotes.
fn compared(text: &str) -> Option<Compared<'_>> {
    let trimmed = text.trim_start();
    let (is_equal, rest) = match (trimmed.strip_prefix("=="), trimmed.strip_prefix("!=")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return None,
    };
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, rest) = rest[1..].split_once(quote)?;
    let is_plain = value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_plain.then(|| Compared { is_equal, value, length: text.len() - rest.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_of_the_parent_is_asked_for_in_words_of_the_child() {
        for (written, expected) in [
            ("$CI_PIPELINE_SOURCE == \"merge_request_event\"", "$CI_MERGE_REQUEST_IID"),
            ("$CI_PIPELINE_SOURCE!='merge_request_event' && $A", "$CI_MERGE_REQUEST_IID == null && $A"),
            (
                "$CI_PIPELINE_SOURCE == \"schedule\"",
                "$CI_MERGE_REQUEST_IID == null && $PARENT_PIPELINE_SOURCE == \"schedule\"",
            ),
            ("$CI_PIPELINE_SOURCE != 'push'", "$PARENT_PIPELINE_SOURCE != \"push\""),
            ("\"push\" == $CI_PIPELINE_SOURCE", "\"push\" == $PARENT_PIPELINE_SOURCE"),
            ("$CI_PIPELINE_SOURCE =~ /push|web/ || $B", "$PARENT_PIPELINE_SOURCE =~ /push|web/ || $B"),
            ("$CI_PIPELINE_SOURCE_X == \"a\"", "$CI_PIPELINE_SOURCE_X == \"a\""),
            ("$CI_COMMIT_TAG", "$CI_COMMIT_TAG"),
        ] {
            assert_eq!(in_child(written), expected, "{written}");
            assert_eq!(of_component(written), expected, "{written}");
        }
        let of_child =
            "$CI_PIPELINE_SOURCE == 'parent_pipeline' || $CI_PIPELINE_SOURCE == \"merge_request_event\"";
        let expected = "$CI_PIPELINE_SOURCE == 'parent_pipeline' || $CI_MERGE_REQUEST_IID";
        assert_eq!(of_component(of_child), expected);
    }
}
