//! Calls that are inserted into templates for the engine, around expressions and parts of them. The author never sees them.

use super::private_use::BOUNDED;

/// The function around a value that is paid for.
pub(crate) const BOUNDED_FUNCTION: &str = "__bounded__";

/// The function around a value that a namespace keeps, which is also refused if it is or contains a namespace: namespaces in
/// namespaces could be circular, or be as deep as a loop is long.
pub(crate) const KEPT_FUNCTION: &str = "__kept__";

/// The function around the names of templates that are looked for.
pub(crate) const NAMED_FUNCTION: &str = "__named__";

/// The function around the step of a slice: the engine takes its negative, which the smallest number has none of.
pub(crate) const STEP_FUNCTION: &str = "__step__";

/// Text that is inserted into a template, before the byte `offset`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Insertion {
    /// The byte of the template.
    pub offset: usize,
    /// The order among those at one offset.
    pub edge: Edge,
    /// The inserted text.
    pub text: String,
}

/// An edge of a call, in the order of those at one offset. The call around an untrusted expression is outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Edge {
    InnerEnd,
    OuterEnd,
    OuterStart,
    InnerStart,
}

/// Returns what opens a call.
pub(crate) fn open(function: &str) -> String {
    format!("{function}{}", open_arguments())
}

/// Returns what opens the arguments of each call.
fn open_arguments() -> String {
    format!("(\"{BOUNDED}\",(")
}

/// Returns what closes each call.
pub(crate) fn close() -> String {
    format!("),\"{BOUNDED}\")")
}

/// Returns a template with its calls.
pub(crate) fn with_calls(template: &str, insertions: &[Insertion]) -> String {
    let mut text = String::with_capacity(template.len() * 2);
    let mut copied = 0;
    for insertion in insertions {
        text.push_str(&template[copied..insertion.offset]);
        text.push_str(&insertion.text);
        copied = insertion.offset;
    }
    text.push_str(&template[copied..]);
    text
}

/// Returns a template as its author wrote it, without the calls. A part of a template can begin or end inside one.
pub(crate) fn without_calls(text: &str) -> String {
    if !text.contains(BOUNDED) && !text.ends_with("__") {
        return text.to_owned();
    }
    let mut text = text.to_owned();
    for function in [BOUNDED_FUNCTION, KEPT_FUNCTION, NAMED_FUNCTION, STEP_FUNCTION] {
        text = text.replace(&open(function), "");
        // The engine places a call's own error at its arguments.
        if let Some(before) = text.strip_suffix(function) {
            text.truncate(before.len());
        }
    }
    text.replace(&open_arguments(), "").replace(&close(), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_the_engines_places_cut_are_not_seen_either() {
        assert_eq!(without_calls("${{ __bounded__"), "${{ ");
        let arguments = format!("{}a{}", open_arguments(), close());
        assert_eq!(without_calls(&arguments), "a");
    }
}
