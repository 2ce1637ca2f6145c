//! The engine's messages that are matched: minijinja's public kinds of errors are coarser than what an author has to
//! know, so that some are distinguished by their text.
//!
//! Nothing else reads a string of the engine's. Each function has a test that provokes the error, so that an upgrade that
//! changes a string fails here and not in a message to an author.

use minijinja::{Error, ErrorKind, Value};

/// Returns the detail of an error; empty where it has none.
pub(crate) fn detail(error: &Error) -> &str {
    error.detail().unwrap_or_default()
}

/// Returns the name that was called, if an error says that it is undefined. `Some(None)` where the name is not known.
pub(crate) fn undefined_callee(error: &Error) -> Option<Option<&str>> {
    let is_call = error.kind() == ErrorKind::InvalidOperation
        && detail(error).starts_with("value of type undefined is not callable");
    is_call.then(|| detail(error).split('`').nth(1))
}

/// Returns the word of a statement that does not exist.
pub(crate) fn unknown_statement(error: &Error) -> Option<&str> {
    detail(error).strip_prefix("unknown statement ")
}

/// Returns `true` if a `-` or `+` follows `#%`, where only `{%` can have white space control.
pub(crate) fn is_white_space_control(error: &Error) -> bool {
    ["unknown `-`", "unknown `+`"].iter().any(|start| detail(error).starts_with(start))
}

/// Returns `true` if a template ends inside a block.
pub(crate) fn is_end_in_block(error: &Error) -> bool {
    detail(error).contains("unexpected end of input")
}

/// Returns `true` if a template ends inside a block, a string or a comment.
pub(crate) fn is_early_end(error: &Error) -> bool {
    detail(error).contains("end of input") || detail(error).contains("unexpected end")
}

/// Returns `true` if the tokenizer met a character that no expression has.
pub(crate) fn is_unexpected_character(error: &Error) -> bool {
    detail(error) == "unexpected character"
}

/// Returns `true` if macros or includes were nested too deep.
pub(crate) fn is_recursion(error: &Error) -> bool {
    error.kind() == ErrorKind::InvalidOperation && detail(error).contains("recursion limit")
}

/// Returns what does not exist, as a word and its name: `filter` and `shell`.
pub(crate) fn unknown_name(error: &Error) -> Option<(&'static str, &str)> {
    let word = match error.kind() {
        ErrorKind::UnknownFilter => "filter",
        ErrorKind::UnknownTest => "test",
        ErrorKind::UnknownFunction => "function",
        _ => return None,
    };
    // Of a function the engine says the name alone.
    let name = detail(error).trim_end_matches(" is unknown").trim_start_matches(word).trim();
    Some((word, name))
}

/// Returns the name of a template that is included, imported or extended and does not exist.
pub(crate) fn missing_template(error: &Error) -> Option<&str> {
    if error.kind() != ErrorKind::TemplateNotFound {
        return None;
    }
    detail(error).split(['"', '\'']).nth(1)
}

/// Returns `true` if a value is a macro that was not called; the engine makes it look like a mapping.
pub(crate) fn is_macro(value: &Value) -> bool {
    value.as_object().is_some()
        && value.get_attr("arguments").is_ok_and(|arguments| !arguments.is_undefined())
        && value.to_string().starts_with("<macro ")
}

/// Returns names and values that a failing expression read, as the engine's debug output shows them.
pub(crate) fn referenced_variables(error: &Error) -> Vec<(String, String)> {
    let debug_output = error.display_debug_info().to_string();
    let mut lines = debug_output.lines().skip_while(|line| !line.starts_with("Referenced variables:"));
    lines.next();
    let mut variables = Vec::new();
    for line in lines {
        // Deeper lines are the inside of a list or a mapping.
        let own_line = line.strip_prefix("    ").filter(|line| !line.starts_with(' '));
        if let Some((name, value)) = own_line.and_then(|line| line.split_once(": ")) {
            variables.push((name.to_owned(), value.trim_end_matches(',').to_owned()));
        }
    }
    variables
}

/// Returns the turn of a loop, from 1, and how many it has if that is known, from `loop` in debug output.
pub(crate) fn loop_turn(shown: &str) -> Option<(u64, Option<u64>)> {
    let (index, length) = shown.strip_prefix("<loop ")?.strip_suffix('>')?.split_once('/')?;
    let index: u64 = index.parse().ok()?;
    Some((index + 1, length.parse().ok()))
}

/// Returns a string, a number, a boolean or `none` of debug output as an author writes it; `None` for everything else.
pub(crate) fn literal(shown: &str) -> Option<String> {
    match shown {
        "None" => Some("none".to_owned()),
        "True" => Some("true".to_owned()),
        "False" => Some("false".to_owned()),
        _ => match shown.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            Some(text) => Some(format!("\"{text}\"")),
            None => shown.parse::<f64>().is_ok().then(|| shown.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template_syntax::syntax;
    use minijinja::{Environment, UndefinedBehavior, context};

    fn engine() -> Environment<'static> {
        let mut engine = Environment::new();
        engine.set_syntax(syntax());
        engine.set_undefined_behavior(UndefinedBehavior::Strict);
        engine.set_debug(true);
        engine.set_recursion_limit(20);
        engine
    }

    /// The error of a template.
    fn error(template: &str) -> Error {
        engine().render_str(template, context! { port => 80, name => "api" }).unwrap_err()
    }

    #[test]
    fn a_call_of_an_undefined_name() {
        let template = "{% from 'macros.yml' import scripts %}${{ scripts() }}";
        let mut engine = engine();
        engine.add_template("macros.yml", "").unwrap();
        let error = engine.render_str(template, ()).unwrap_err();
        assert_eq!(undefined_callee(&error), Some(Some("scripts")), "{error:?}");
        assert_eq!(undefined_callee(&self::error("${{ name.scripts() }}")), None, "a method");
    }

    #[test]
    fn a_statement_that_does_not_exist() {
        assert_eq!(unknown_statement(&error("{% fi x %}")), Some("fi"));
        assert_eq!(unknown_statement(&error("{% endif %}")), Some("endif"));
        assert_eq!(unknown_statement(&error("{% if %}")), None);
    }

    #[test]
    fn white_space_control_of_a_control_line() {
        assert!(is_white_space_control(&error("#%- if true\n#% endif\n")));
        assert!(is_white_space_control(&error("#%+ if true\n#% endif\n")));
        assert!(!is_white_space_control(&error("#% fi true\n")));
    }

    #[test]
    fn an_end_that_comes_too_early() {
        assert!(is_end_in_block(&error("{% if true %}")));
        assert!(is_early_end(&error("{% if true %}")));
        assert!(is_early_end(&error("${{ 'a }}")) && !is_end_in_block(&error("${{ 'a }}")));
        assert!(is_early_end(&error("{#* a")));
    }

    #[test]
    fn a_character_that_no_expression_has() {
        assert!(is_unexpected_character(&error("${{ a # b }}")));
    }

    #[test]
    fn a_macro_without_an_end() {
        assert!(is_recursion(&error("{% macro m() %}${{ m() }}{% endmacro %}${{ m() }}")));
    }

    #[test]
    fn names_that_do_not_exist() {
        assert_eq!(unknown_name(&error("${{ 1 | shell }}")), Some(("filter", "shell")));
        assert_eq!(unknown_name(&error("${{ 1 is prime }}")), Some(("test", "prime")));
        assert_eq!(unknown_name(&error("${{ now() }}")), Some(("function", "now")));
        assert_eq!(unknown_name(&error("${{ now }}")), None);
    }

    #[test]
    fn a_template_that_does_not_exist() {
        for template in ["{% include 'a.yml' %}", "{% extends 'a.yml' %}", "{% import 'a.yml' as a %}"] {
            assert_eq!(missing_template(&error(template)), Some("a.yml"), "{template}");
        }
    }

    #[test]
    fn a_macro_that_is_not_called() {
        let mut engine = engine();
        engine.add_filter("is_macro", |value: Value| is_macro(&value));
        let template =
            "{% macro m(a) %}{% endmacro %}${{ m | is_macro }} ${{ { 'arguments': 1 } | is_macro }}";
        assert_eq!(engine.render_str(template, ()).unwrap(), "True False");
    }

    #[test]
    fn the_variables_of_a_failing_expression() {
        let template = "{% for turn in [1, 2] %}{% if turn == 2 %}${{ turn + name + [port, loop] }}{% endif %}{% endfor %}";
        let mut variables = referenced_variables(&error(template));
        variables.sort();
        let shown = |name: &str| {
            let variable = variables.iter().find(|(known, _)| known == name);
            variable.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        assert_eq!(shown("name"), "'api'");
        assert_eq!(shown("turn"), "2");
        assert_eq!(loop_turn(shown("loop")), Some((2, Some(2))), "{variables:?}");
        assert_eq!(literal(shown("name")), Some("\"api\"".to_owned()));
        assert_eq!(literal("[1]"), None);
    }

    #[test]
    fn literals_are_written_in_the_templates_own_words() {
        for (template, expected) in [("true", "true"), ("false", "false"), ("none", "none"), ("-3", "-3")] {
            let value = engine().compile_expression(template).unwrap().eval(()).unwrap();
            assert_eq!(literal(&format!("{value:?}")).as_deref(), Some(expected), "{template}");
        }
    }
}
