//! A template's inputs, defined and checked as GitLab's `spec: inputs` (<https://docs.gitlab.com/ci/inputs/>).

use super::values::json::{array_value, plain_value};
use crate::template::rules::{INPUT_DEFINITION, INPUT_MISSING, INPUT_UNKNOWN, INPUT_VALUE};
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Suggestion};
use nestling_gitlab::pipeline::expression::{Expression, Truth, Variable, re2};
use nestling_gitlab::yaml::{Entry, Key, Map, Node};
use regex::Regex;
use serde_json::Value as Json;

/// The keys of an input's definition.
const DEFINITION_KEYS: [&str; 6] = ["type", "default", "description", "options", "regex", "rules"];

/// The types that an input can have; `string` where none is written.
const TYPES: [&str; 4] = ["string", "number", "boolean", "array"];

/// Returns the inputs that a template sees: the values that the unit gives, checked, and defaults for the rest.
/// `use_origin` is the place at which the unit names the template.
///
/// # Errors
/// Everything that does not fit: unknown and missing inputs, wrong types, values that `options` or `regex` refuse, and
/// definitions that are wrong themselves. Both places are in each message.
pub(crate) fn bind(spec: Option<&Node>, given: &Map, use_origin: Origin) -> Result<Json, Vec<Diagnostic>> {
    let no_inputs = Map::default();
    let definitions = match spec {
        None => &no_inputs,
        Some(node) if node.is_null() => &no_inputs,
        Some(node) => node.as_map().ok_or_else(|| {
            let problem = Diagnostic::error(&INPUT_DEFINITION, node.origin, "`inputs` must be a mapping");
            vec![problem.with_help("write `inputs: { NAME: { type: string, default: … } }`")]
        })?,
    };
    let mut problems = Vec::new();
    for entry in &given.entries {
        problems.extend(unknown_input(&entry.key, definitions));
    }
    let mut values = serde_json::Map::new();
    for entry in &definitions.entries {
        let definition = Definition::read(&entry.key, &entry.value);
        match definition.and_then(|definition| definition.value(given, &values, use_origin)) {
            Ok(value) => drop(values.insert(entry.key.text().to_owned(), value)),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(Json::Object(values)) } else { Err(problems) }
}

/// Returns the problem of a given input that no definition has.
fn unknown_input(key: &Key, definitions: &Map) -> Option<Diagnostic> {
    if definitions.contains(key.text()) {
        return None;
    }
    let message = format!("the template has no input `{}`", key.text());
    let problem = Diagnostic::error(&INPUT_UNKNOWN, key.origin, message);
    let names: Vec<&str> = definitions.iter().map(|(name, _)| name).collect();
    Some(match Suggestion::among(key.text(), names.iter().copied()).word() {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None if names.is_empty() => problem.with_help("it has no inputs"),
        None => problem.with_help(format!("it has `{}`", names.join("`, `"))),
    })
}

/// One input as it is defined.
struct Definition<'a> {
    key: &'a Key,
    type_name: &'a str,
    default: Option<&'a Node>,
    options: Option<&'a [Node]>,
    pattern: Option<Pattern<'a>>,
    /// Conditions with defaults and options; the first that holds decides.
    rules: Option<&'a [Node]>,
}

/// The `regex` of an input.
struct Pattern<'a> {
    regex: Regex,
    node: &'a Node,
}

impl<'a> Definition<'a> {
    fn read(key: &'a Key, node: &'a Node) -> Result<Self, Vec<Diagnostic>> {
        let mut definition =
            Self { key, type_name: "string", default: None, options: None, pattern: None, rules: None };
        // `NAME:` alone defines a string without a default.
        if node.is_null() {
            return Ok(definition);
        }
        let name = key.text();
        let Some(map) = node.as_map() else {
            let problem =
                definition_error(node.origin, format!("the definition of input `{name}` must be a mapping"));
            return Err(vec![problem.with_help(format!("write `{name}: {{ default: … }}`"))]);
        };
        let mut problems = Vec::new();
        for entry in &map.entries {
            problems.extend(definition.read_key(entry).err().map(|problem| *problem));
        }
        problems.extend(definition.options_of_another_type());
        // A default is only compared with a type, options and a pattern that are right themselves.
        if let Some(default) = definition.default.filter(|_| problems.is_empty()) {
            problems.extend(definition.check(default).err().map(|problem| *problem));
        }
        if problems.is_empty() { Ok(definition) } else { Err(problems) }
    }

    fn read_key(&mut self, entry: &'a Entry) -> Result<(), Box<Diagnostic>> {
        let value = &entry.value;
        match entry.key.text() {
            "type" => self.type_name = self.read_type(value)?,
            "default" => self.default = Some(value),
            "options" => match value.as_seq() {
                Some(options) => self.options = Some(options),
                None => {
                    let message = "`options` must be a list".to_owned();
                    return Err(Box::new(definition_error(value.origin, message)));
                }
            },
            "regex" => match value.text().map(re2) {
                Some(Some(regex)) => self.pattern = Some(Pattern { regex, node: value }),
                _ => {
                    let message =
                        format!("the `regex` of `{}` is not a valid regular expression", self.key.text());
                    return Err(Box::new(definition_error(value.origin, message)));
                }
            },
            "rules" => self.rules = Some(self.read_rules(value)?),
            // `description` is for people.
            key if DEFINITION_KEYS.contains(&key) => {}
            key => return Err(Box::new(self.unknown_key(key, entry.key.origin))),
        }
        Ok(())
    }

    fn read_type(&self, value: &Node) -> Result<&'static str, Box<Diagnostic>> {
        let written = value.text().unwrap_or_default();
        if let Some(known) = TYPES.into_iter().find(|known| *known == written) {
            return Ok(known);
        }
        let message = format!("the input `{}` has an unknown type", self.key.text());
        let problem = definition_error(value.origin, message);
        Err(Box::new(problem.with_help(
            Suggestion::among(written, TYPES).help_or(format!("write one of {}", TYPES.join(", "))),
        )))
    }

    fn unknown_key(&self, key: &str, origin: Origin) -> Diagnostic {
        let message = format!("unknown key `{key}` in the input `{}`", self.key.text());
        let problem = definition_error(origin, message);
        problem.with_help(
            Suggestion::among(key, DEFINITION_KEYS)
                .help_or(format!("known keys: {}", DEFINITION_KEYS.join(", "))),
        )
    }

    fn read_rules(&self, value: &'a Node) -> Result<&'a [Node], Box<Diagnostic>> {
        let name = self.key.text();
        let Some(rules) = value.as_seq() else {
            let message = format!("`rules` of the input `{name}` must be a list");
            return Err(Box::new(definition_error(value.origin, message)));
        };
        for rule in rules {
            if rule.get("default").is_none() {
                let message = format!("a rule of the input `{name}` has no `default`");
                return Err(Box::new(definition_error(rule.origin, message)));
            }
            let condition = rule.get("if").and_then(|condition| Some((condition, condition.as_str()?)));
            if let Some((condition, text)) = condition
                && let Err(error) = Expression::parse(text)
            {
                let message = format!("invalid condition: {error}");
                return Err(Box::new(definition_error(condition.origin, message)));
            }
        }
        Ok(rules)
    }

    /// Returns the rule that decides, given the values of the inputs above and those that the unit gives.
    fn rule(&self, given: &Map, values: &serde_json::Map<String, Json>) -> Option<&'a Node> {
        let variable = |name: &str| {
            let name = name.strip_prefix("inputs.").unwrap_or_default();
            let value = values.get(name).cloned().or_else(|| given.get(name).map(plain_value));
            match value {
                Some(Json::String(text)) => Variable::Set(text),
                Some(Json::Bool(value)) => Variable::Bool(value),
                None | Some(Json::Null) => Variable::Unset,
                Some(value) => Variable::Set(value.to_string()),
            }
        };
        let holds = |rule: &&Node| match rule.get("if").and_then(Node::as_str).map(Expression::parse) {
            None => true,
            Some(expression) => {
                expression.is_ok_and(|expression| expression.evaluate(&variable) == Truth::Yes)
            }
        };
        self.rules?.iter().find(holds)
    }

    /// Returns the input's value: the one that is given, else the default.
    fn value(
        mut self,
        given: &Map,
        values: &serde_json::Map<String, Json>,
        use_origin: Origin,
    ) -> Result<Json, Vec<Diagnostic>> {
        if self.rules.is_some() {
            let rule = self.rule(given, values);
            self.default = rule.and_then(|rule| rule.get("default"));
            self.options = rule.and_then(|rule| rule.get("options")).and_then(Node::as_seq);
            if let Some(default) = self.default {
                self.check(default).map_err(|problem| vec![*problem])?;
            }
        }
        if let Some(node) = given.get(self.key.text()) {
            return match self.check(node) {
                Ok(()) => Ok(self.read_value(node)),
                Err(problem) => Err(vec![problem.with_label(self.key.origin, "the input is defined here")]),
            };
        }
        match self.default {
            Some(default) => Ok(self.read_value(default)),
            // No rule holds: a string is empty then.
            None if self.rules.is_some() && self.type_name == "string" => Ok(Json::String(String::new())),
            None if self.rules.is_some() => Ok(Json::Null),
            None => Err(vec![self.missing(use_origin)]),
        }
    }

    /// Returns a value as the template sees it.
    fn read_value(&self, node: &Node) -> Json {
        if self.type_name == "array" { array_value(node) } else { plain_value(node) }
    }

    fn missing(&self, use_origin: Origin) -> Diagnostic {
        let name = self.key.text();
        Diagnostic::error(&INPUT_MISSING, use_origin, format!("the input `{name}` is missing"))
            .with_label(self.key.origin, "it has no default")
            .with_help(format!("write `inputs: {{ {name}: … }}` next to the template's name"))
    }

    /// Checks that a value is of the type, one of the options, and matches the pattern.
    fn check(&self, node: &Node) -> Result<(), Box<Diagnostic>> {
        let value = plain_value(node);
        self.check_type(node, &value)?;
        self.check_options(node, &value)?;
        self.check_pattern(node, &value)
    }

    fn check_type(&self, node: &Node, value: &Json) -> Result<(), Box<Diagnostic>> {
        let is_of_type = match self.type_name {
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            _ => value.is_string(),
        };
        if is_of_type {
            return Ok(());
        }
        let (name, type_name) = (self.key.text(), self.type_name);
        let article = if type_name == "array" { "an" } else { "a" };
        let found = type_in_words(value);
        let message = format!("the input `{name}` must be {article} {type_name}, found {found}");
        let problem = Diagnostic::error(&INPUT_VALUE, node.origin, message);
        Err(Box::new(match self.other_form(node, value) {
            Some(help) => problem.with_help(help),
            None => problem,
        }))
    }

    /// Returns the form in which a value would be of the type.
    fn other_form(&self, node: &Node, value: &Json) -> Option<String> {
        let text = node.text()?;
        let string = value.as_str();
        match self.type_name {
            "string" if value.is_number() || value.is_boolean() => Some(format!("quote it: \"{text}\"")),
            "boolean" if string.is_some_and(|string| matches!(string, "true" | "false")) => {
                Some("remove the quotes".to_owned())
            }
            "number" if string.is_some_and(|string| string.parse::<f64>().is_ok()) => {
                Some("remove the quotes".to_owned())
            }
            "array" if string.is_some_and(|string| !string.contains(['`', ',', '\n'])) => {
                Some(format!("write `{}: [{text}]`", self.key.text()))
            }
            _ => None,
        }
    }

    fn check_options(&self, node: &Node, value: &Json) -> Result<(), Box<Diagnostic>> {
        let Some(options) = self.options else { return Ok(()) };
        if options.iter().any(|option| plain_value(option) == *value) {
            return Ok(());
        }
        let text = node.text().unwrap_or_default();
        let message = format!("the input `{}` cannot be `{text}`", self.key.text());
        let options: Vec<String> =
            options.iter().filter_map(Node::text).map(|option| format!("`{option}`")).collect();
        let problem = Diagnostic::error(&INPUT_VALUE, node.origin, message);
        let words = self.options.into_iter().flatten().filter_map(Node::text);
        let near = Suggestion::among(text, words).help_or(format!("choose one of {}", options.join(", ")));
        Err(Box::new(problem.with_help(near)))
    }

    /// Returns the problems of options that no value of the type can be.
    fn options_of_another_type(&self) -> Vec<Diagnostic> {
        let of_rules = self.rules.into_iter().flatten().filter_map(|rule| rule.get("options")?.as_seq());
        let options = self.options.into_iter().chain(of_rules).flatten();
        let wrong =
            options.filter_map(|option| Some((option, self.check_type(option, &plain_value(option)).err()?)));
        let in_words = |(option, problem): (&Node, Box<Diagnostic>)| {
            let found = type_in_words(&plain_value(option));
            let (name, type_name) = (self.key.text(), self.type_name);
            let message = format!("an option of the input `{name}` is {found}, and its type is {type_name}");
            Diagnostic { help: problem.help, ..definition_error(option.origin, message) }
        };
        // A list is compared as a whole, and each of its items may be an option.
        if self.type_name == "array" { Vec::new() } else { wrong.map(in_words).collect() }
    }

    fn check_pattern(&self, node: &Node, value: &Json) -> Result<(), Box<Diagnostic>> {
        let (Some(pattern), Some(text)) = (&self.pattern, value.as_str()) else { return Ok(()) };
        if pattern.regex.is_match(text) {
            return Ok(());
        }
        let name = self.key.text();
        let written = pattern.node.text().unwrap_or_default();
        let message = format!("the input `{name}` must match `{written}`, found `{text}`");
        let problem = Diagnostic::error(&INPUT_VALUE, node.origin, message);
        Err(Box::new(problem.with_label(pattern.node.origin, "the pattern")))
    }
}

fn definition_error(origin: Origin, message: String) -> Diagnostic {
    Diagnostic::error(&INPUT_DEFINITION, origin, message)
}

fn type_in_words(value: &Json) -> &'static str {
    match value {
        Json::Null => "nothing",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "a list",
        Json::Object(_) => "a mapping",
    }
}
