//! The words that expressions of templates know: filters, tests and functions.

use minijinja::ErrorKind;
use nestling_gitlab::diagnostic::Suggestion;

/// The filters of templates, those of Nestling first.
const FILTERS: [&str; 54] = [
    "sh",
    "slug",
    "env_slug",
    "yaml",
    "sha256",
    "path",
    "safe",
    "escape",
    "e",
    "lower",
    "upper",
    "title",
    "capitalize",
    "replace",
    "length",
    "count",
    "dictsort",
    "items",
    "reverse",
    "trim",
    "join",
    "split",
    "lines",
    "default",
    "d",
    "round",
    "abs",
    "int",
    "float",
    "attr",
    "first",
    "last",
    "min",
    "max",
    "sort",
    "list",
    "string",
    "bool",
    "batch",
    "slice",
    "sum",
    "indent",
    "select",
    "reject",
    "selectattr",
    "rejectattr",
    "map",
    "groupby",
    "unique",
    "chain",
    "zip",
    "pprint",
    "format",
    "tojson",
];

/// The tests that `is` can name.
const TESTS: [&str; 33] = [
    "image_tag",
    "undefined",
    "defined",
    "none",
    "safe",
    "escaped",
    "boolean",
    "odd",
    "even",
    "divisibleby",
    "number",
    "integer",
    "int",
    "float",
    "string",
    "sequence",
    "iterable",
    "mapping",
    "startingwith",
    "endingwith",
    "lower",
    "upper",
    "sameas",
    "eq",
    "equalto",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "in",
    "true",
    "false",
];

/// The functions of every template.
const FUNCTIONS: [&str; 4] = ["range", "dict", "namespace", "fail"];

/// Returns the word that was probably meant where the engine knows none of this name.
pub(crate) fn near(kind: ErrorKind, name: &str) -> Suggestion<'static> {
    match kind {
        ErrorKind::UnknownFilter => Suggestion::among(name, FILTERS),
        ErrorKind::UnknownTest => Suggestion::among(name, TESTS),
        ErrorKind::UnknownFunction => Suggestion::among(name, FUNCTIONS),
        _ => Suggestion::of(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::plan_files;

    /// Renders an expression, and returns the rules of the errors.
    fn rules_of(expression: &str) -> Vec<(&'static str, Option<String>)> {
        let template = format!("x: {{ script: \"${{{{ {expression} }}}}\" }}");
        let files = [
            ("nestling.yml", "workspace: { templates: [ci] }"),
            ("ci/t.yml", template.as_str()),
            ("api/nestling.yml", "unit: { use: t }"),
        ];
        let plan = plan_files(files).unwrap();
        plan.diagnostics.into_iter().map(|problem| (problem.rule.id, problem.help)).collect()
    }

    #[test]
    fn every_known_word_is_one_of_the_engine() {
        let of_filters = FILTERS.map(|name| format!("unit.name | {name}"));
        let of_tests = TESTS.map(|name| format!("unit.name is {name}"));
        let of_functions = FUNCTIONS.map(|name| format!("{name}(1)"));
        for expression in of_filters.iter().chain(&of_tests).chain(&of_functions) {
            let found = rules_of(expression);
            assert!(found.iter().all(|(rule, _)| *rule != "template-unknown"), "{expression}: {found:?}");
        }
    }

    #[test]
    fn a_misspelt_word_is_corrected() {
        for (expression, near) in [
            ("unit.name | uper", "upper"),
            ("unit.name | defalt('x')", "default"),
            ("unit.name is defind", "defined"),
            ("rnage(3)", "range(…)"),
        ] {
            let found = rules_of(expression);
            assert_eq!(
                found,
                [("template-unknown", Some(format!("did you mean `{near}`?")))],
                "{expression}"
            );
        }
    }
}
