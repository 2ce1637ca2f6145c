//! The schema of `nestling.yml` as a whole, for editors that know one schema for all documents of a file.

use super::{Header, jobs_schema};
use serde_json::{Map, Value, json};

/// An expression in place of a value of another type.
const EXPRESSION: &str = "\\$\\{\\{";

/// Returns the schema of a file whose documents are distinguished by their keys: a header by `workspace`, `unit` or `spec`, jobs by
/// anything else.
///
/// The jobs are those of [`jobs_schema`], with what a template adds to them: `stop`, `target`, lists of environments, and `${{ }}` in the place
/// of any value. It cannot tell which jobs, templates and environments there are: that is for `nestling lsp`.
///
/// ```
/// let schema = nestling::file_schema();
/// assert_eq!(schema["title"], "A nestling.yml, or a template");
/// ```
pub fn file_schema() -> Value {
    let mut jobs = jobs_schema();
    let definitions = jobs["definitions"].take();
    let mut definitions = definitions.as_object().cloned().unwrap_or_default();
    let name = job_definition(&jobs);
    if let Some(job) = definitions.get_mut(&name) {
        job["properties"]["stop"] = json!({
            "description": "How its environments are stopped: the keywords of the stop job; `false` for never",
            "anyOf": [{ "type": "object" }, { "const": false }],
        });
        job["properties"]["target"] = target_of_jobs();
        add_environment_lists(&mut job["properties"]["environment"]);
    }
    if let Some(environment) = definitions.get_mut("environment") {
        let list = json!({ "type": "array", "items": { "type": "string" } });
        let of_name = environment["properties"]["name"].take();
        environment["properties"]["name"] = json!({ "anyOf": [of_name, list] });
    }
    for definition in definitions.values_mut() {
        with_expressions(definition, Position::Definition);
    }
    if let Some(jobs) = jobs.as_object_mut() {
        jobs.remove("$schema");
        jobs.remove("title");
        jobs.remove("definitions");
    }
    with_expressions(&mut jobs, Position::Definition);
    let headers = Header::ALL.map(|header| (header, header.schema()));
    let mut properties = Map::new();
    for (_, schema) in &headers {
        properties.extend(schema["properties"].as_object().cloned().unwrap_or_default());
    }
    let keys: Vec<&str> = Header::ALL.iter().map(|header| header.key()).collect();
    let required: Vec<Value> = keys.iter().map(|key| json!({ "required": [key] })).collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A nestling.yml, or a template",
        "type": ["object", "null"],
        "if": { "anyOf": required },
        "then": { "properties": properties, "propertyNames": { "enum": properties.keys().collect::<Vec<_>>() } },
        "else": jobs,
        "definitions": definitions,
    })
}

/// The place of a schema in another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    /// A job, a mapping with a name of its own: `${{ }}` cannot stand for it where it is defined, but where it is used.
    Definition,
    /// A value.
    Value,
}

fn job_definition(jobs: &Value) -> String {
    let reference = jobs["additionalProperties"]["else"]["$ref"].as_str().unwrap_or_default();
    reference.rsplit('/').next().unwrap_or_default().to_owned()
}

fn add_environment_lists(environment: &mut Value) {
    let list = json!({ "type": "array", "items": { "type": "string" } });
    if let Some(alternatives) = environment["anyOf"].as_array_mut() {
        alternatives.push(list);
    }
}

/// Lets `${{ }}` stand for every value that a schema describes.
fn with_expressions(schema: &mut Value, position: Position) {
    let Some(object) = schema.as_object_mut() else { return };
    for key in ["properties", "patternProperties"] {
        let inner = object.get_mut(key).and_then(Value::as_object_mut);
        inner
            .into_iter()
            .flat_map(Map::values_mut)
            .for_each(|value| with_expressions(value, Position::Value));
    }
    for key in ["items", "additionalProperties"] {
        if let Some(value) = object.get_mut(key) {
            with_expressions(value, Position::Value);
        }
    }
    let alternatives = object.get_mut("anyOf").and_then(Value::as_array_mut);
    alternatives.into_iter().flatten().for_each(|value| with_expressions(value, Position::Definition));
    // A macro can give the keys of a mapping: they are merged.
    let is_closed = object.get("additionalProperties").is_some_and(|value| *value == json!(false));
    if is_closed && let Some(properties) = object.get_mut("properties") {
        properties["<<"] = json!({});
    }
    if position == Position::Definition
        || takes_any_string(schema)
        || schema.as_object().is_some_and(Map::is_empty)
    {
        return;
    }
    let inner = schema.take();
    let mut around = Map::new();
    // Editors show what is beside the alternatives.
    for key in ["description", "default"] {
        around.extend(inner.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    let expression = json!({ "type": "string", "pattern": EXPRESSION });
    let mut alternatives = match inner.get("anyOf").and_then(Value::as_array) {
        Some(alternatives) => alternatives.clone(),
        None => vec![inner],
    };
    alternatives.push(expression);
    around.insert("anyOf".to_owned(), Value::Array(alternatives));
    *schema = Value::Object(around);
}

/// Returns `true` for a schema that accepts every string already.
fn takes_any_string(schema: &Value) -> bool {
    let constraints = ["enum", "pattern", "minLength", "maxLength", "const"];
    let is_string = match &schema["type"] {
        Value::String(name) => name == "string",
        Value::Array(names) => names.contains(&json!("string")),
        _ => false,
    };
    let of_any = |alternatives: &Vec<Value>| alternatives.iter().any(takes_any_string);
    (is_string && !constraints.iter().any(|key| schema.get(key).is_some()))
        || schema["anyOf"].as_array().is_some_and(of_any)
        || *schema == json!(true)
        || schema.as_object().is_some_and(Map::is_empty)
}

/// The schema of `target` of a job.
fn target_of_jobs() -> Value {
    json!({
        "description": "Name of what the job deploys or publishes to, such as `s3://bucket/site/`: two jobs with one target are an error",
        "anyOf": [
            { "type": "string" },
            {
                "type": "object",
                "properties": { "name": { "type": "string" }, "help": { "type": "string" } },
                "required": ["name"],
                "additionalProperties": false,
            },
        ],
    })
}
