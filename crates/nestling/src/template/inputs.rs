//! A template's inputs, defined and checked as GitLab's `spec: inputs` (<https://docs.gitlab.com/ci/inputs/>).

use crate::template::rules::{INPUT_DEFINITION, INPUT_MISSING, INPUT_UNKNOWN, INPUT_VALUE};
use crate::template::values::convert::plain_value;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, did_you_mean};
use nestling_gitlab::yaml::{Key, Map, Node};
use regex::Regex;
use serde_json::Value as Json;

/// The keys of an input's definition.
const KEYS: [&str; 6] = ["type", "default", "description", "options", "regex", "rules"];

/// The types that an input can have; `string` where none is written.
const TYPES: [&str; 4] = ["string", "number", "boolean", "array"];

/// The inputs that a template sees: what the unit gives, checked, and the defaults for the rest. `used` is where the
/// unit names the template.
///
/// # Errors
/// Everything that does not fit: unknown and missing inputs, wrong types, values that `options` or `regex` refuse, and
/// definitions that are wrong themselves. Both places are in each message.
pub fn bind(spec: Option<&Node>, given: &Map, used: Origin) -> Result<Json, Vec<Diagnostic>> {
    let empty = Map::default();
    let definitions = match spec {
        None => &empty,
        Some(node) if node.is_null() => &empty,
        Some(node) => node.as_map().ok_or_else(|| {
            let problem = Diagnostic::error(&INPUT_DEFINITION, node.origin, "`inputs` has to be a mapping");
            vec![problem.with_help("write `inputs: { NAME: { type: string, default: … } }`")]
        })?,
    };
    let mut problems: Vec<Diagnostic> =
        given.entries.iter().filter_map(|entry| unknown(&entry.key, definitions)).collect();
    let mut values = serde_json::Map::new();
    for entry in &definitions.entries {
        match Definition::read(&entry.key, &entry.value).and_then(|definition| definition.value(given, used))
        {
            Ok(value) => drop(values.insert(entry.key.text().to_owned(), value)),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(Json::Object(values)) } else { Err(problems) }
}

fn unknown(key: &Key, definitions: &Map) -> Option<Diagnostic> {
    if definitions.contains(key.text()) {
        return None;
    }
    let message = format!("the template has no input `{}`", key.text());
    let problem = Diagnostic::error(&INPUT_UNKNOWN, key.origin, message);
    let names: Vec<&str> = definitions.iter().map(|(name, _)| name).collect();
    Some(match did_you_mean(key.text(), names.iter().copied()) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None if definitions.is_empty() => problem.with_help("it takes no inputs"),
        None => problem.with_help(format!(
            "it has {}",
            names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
        )),
    })
}

/// One input as it is defined.
struct Definition<'a> {
    key: &'a Key,
    kind: &'a str,
    default: Option<&'a Node>,
    options: Option<&'a [Node]>,
    regex: Option<(Regex, &'a Node)>,
}

impl<'a> Definition<'a> {
    fn read(key: &'a Key, node: &'a Node) -> Result<Self, Vec<Diagnostic>> {
        let name = key.text();
        let error = |origin, message: String| Diagnostic::error(&INPUT_DEFINITION, origin, message);
        let mut definition = Self { key, kind: "string", default: None, options: None, regex: None };
        let Some(map) = node.as_map() else {
            if node.is_null() {
                return Ok(definition);
            }
            let problem = error(node.origin, format!("the input `{name}` is not defined by a mapping"));
            return Err(vec![problem.with_help(format!("write `{name}: {{ default: … }}`"))]);
        };
        let mut problems = Vec::new();
        for entry in &map.entries {
            let (key, value) = (entry.key.text(), &entry.value);
            match key {
                "type" => match TYPES.iter().find(|kind| value.text() == Some(**kind)) {
                    Some(kind) => definition.kind = kind,
                    None => problems.push(
                        error(
                            value.origin,
                            format!("the input `{name}` has a type that GitLab does not know"),
                        )
                        .with_help(
                            match did_you_mean(value.text().unwrap_or_default(), TYPES) {
                                Some(near) => format!("did you mean `{near}`?"),
                                None => format!("write one of {}", TYPES.join(", ")),
                            },
                        ),
                    ),
                },
                "default" => definition.default = Some(value),
                "options" => match value.as_seq() {
                    Some(options) => definition.options = Some(options),
                    None => problems.push(error(value.origin, "`options` has to be a list".to_owned())),
                },
                "regex" => match value.text().map(Regex::new) {
                    Some(Ok(regex)) => definition.regex = Some((regex, value)),
                    _ => problems.push(error(
                        value.origin,
                        format!("the `regex` of `{name}` is no regular expression"),
                    )),
                },
                key if KEYS.contains(&key) => {}
                key => {
                    let problem =
                        error(entry.key.origin, format!("unknown key `{key}` in the input `{name}`"));
                    problems.push(match did_you_mean(key, KEYS) {
                        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
                        None => problem.with_help(format!("known here: {}", KEYS.join(", "))),
                    });
                }
            }
        }
        if let Some(default) = definition.default.filter(|_| problems.is_empty()) {
            problems.extend(definition.fits(default).err().map(|problem| *problem));
        }
        if problems.is_empty() { Ok(definition) } else { Err(problems) }
    }

    fn value(&self, given: &Map, used: Origin) -> Result<Json, Vec<Diagnostic>> {
        let name = self.key.text();
        if let Some(node) = given.get(name) {
            return match self.fits(node) {
                Ok(()) => Ok(plain_value(node)),
                Err(problem) => Err(vec![problem.with_label(self.key.origin, "the input is defined here")]),
            };
        }
        self.default.map(plain_value).ok_or_else(|| {
            let problem = Diagnostic::error(&INPUT_MISSING, used, format!("the input `{name}` is missing"));
            vec![
                problem
                    .with_label(self.key.origin, "it has no default")
                    .with_help(format!("write `inputs: {{ {name}: … }}` beside the template's name")),
            ]
        })
    }

    /// Whether a value is of the type, one of the options, and matches the pattern.
    fn fits(&self, node: &Node) -> Result<(), Box<Diagnostic>> {
        let name = self.key.text();
        let value = plain_value(node);
        let of_type = match self.kind {
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            _ => value.is_string(),
        };
        let error = |message: String| Diagnostic::error(&INPUT_VALUE, node.origin, message);
        if !of_type {
            let found = found(&value);
            let article = if self.kind == "array" { "an" } else { "a" };
            let problem =
                error(format!("the input `{name}` takes {article} {}, and this is {found}", self.kind));
            let quote = self.kind == "string" && (value.is_number() || value.is_boolean());
            let text = node.text().unwrap_or_default();
            return Err(Box::new(if quote {
                problem.with_help(format!("quote it: \"{text}\""))
            } else {
                problem
            }));
        }
        if let Some(options) = self.options.filter(|options| !options.iter().any(|o| plain_value(o) == value))
        {
            let options: Vec<String> =
                options.iter().filter_map(Node::text).map(|o| format!("`{o}`")).collect();
            let text = node.text().unwrap_or_default();
            let problem = error(format!("the input `{name}` cannot be `{text}`"));
            return Err(Box::new(problem.with_help(format!("choose one of {}", options.join(", ")))));
        }
        match (&self.regex, value.as_str()) {
            (Some((regex, written)), Some(text)) if !regex.is_match(text) => {
                let pattern = written.text().unwrap_or_default();
                let problem =
                    error(format!("the input `{name}` has to match `{pattern}`, and `{text}` does not"));
                Err(Box::new(problem.with_label(written.origin, "the pattern")))
            }
            _ => Ok(()),
        }
    }
}

fn found(value: &Json) -> &'static str {
    match value {
        Json::Null => "nothing",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "a list",
        Json::Object(_) => "a mapping",
    }
}
