//! The table as a JSON schema, with which editors complete and check files of jobs.

use super::globals::ROOT;
use super::job::{JOB, TRIGGER_JOB};
use super::shape::{Constraint, Keyword, ListShape, MappingShape, Null, Shape, StringShape, Words};
use serde_json::{Map as Object, Value, json};

/// Returns the schema of a file of jobs.
pub fn schema() -> Value {
    let mut definitions = Definitions::default();
    let properties = definitions.properties(&ROOT);
    let job = definitions.reference(&JOB);
    let trigger_job = definitions.reference(&TRIGGER_JOB);
    let any_job = json!({
        "if": { "type": "object", "required": ["trigger"] },
        "then": trigger_job,
        "else": job,
    });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Jobs of a GitLab pipeline",
        "type": "object",
        "properties": properties,
        "patternProperties": { "^\\.": true },
        "additionalProperties": any_job,
        "definitions": definitions.written,
    })
}

/// Mappings under the names of their places, each written once.
#[derive(Default)]
struct Definitions {
    names: Vec<(&'static [Keyword], String)>,
    written: Object<String, Value>,
}

impl Definitions {
    fn reference(&mut self, shape: &MappingShape) -> Value {
        let same = |keys: &[Keyword]| std::ptr::eq(keys, shape.keys);
        let known = self.names.iter().find(|(keys, _)| same(keys)).map(|(_, name)| name.clone());
        let name = known.unwrap_or_else(|| self.define(shape));
        json!({ "$ref": format!("#/definitions/{name}") })
    }

    fn define(&mut self, shape: &MappingShape) -> String {
        let place = match shape.place {
            "" => "only-except".to_owned(),
            place => place.replace([' ', ':'], "-"),
        };
        let mut name = place.clone();
        let mut count = 1;
        while self.written.contains_key(&name) {
            count += 1;
            name = format!("{place}-{count}");
        }
        self.names.push((shape.keys, name.clone()));
        self.written.insert(name.clone(), Value::Null);
        let mut definition = json!({
            "type": "object",
            "properties": self.properties(shape),
            "additionalProperties": false,
        });
        let required: Vec<&str> =
            shape.keys.iter().filter(|keyword| is_required(keyword)).map(|keyword| keyword.name).collect();
        if !required.is_empty() {
            definition["required"] = json!(required);
        }
        if shape.constraints.iter().any(|constraint| matches!(constraint, Constraint::Filled)) {
            definition["minProperties"] = json!(1);
        }
        self.written.insert(name.clone(), definition);
        name
    }

    fn properties(&mut self, shape: &MappingShape) -> Value {
        let mut properties = Object::new();
        // Of a keyword that versions differ about, the newest comes last.
        for keyword in shape.keys {
            properties.insert(keyword.name.to_owned(), self.keyword(keyword));
        }
        Value::Object(properties)
    }

    fn keyword(&mut self, keyword: &Keyword) -> Value {
        let mut alternatives = self.alternatives(keyword.shapes);
        if matches!(keyword.null, Null::Unset | Null::RequiredKey) {
            alternatives.push(json!({ "type": "null" }));
        }
        let mut value = any_of(alternatives);
        let since = keyword.since.map(|(major, minor)| format!("Since GitLab {major}.{minor}."));
        let page = (!keyword.page.is_empty()).then(|| format!("https://docs.gitlab.com/{}", keyword.page));
        let described: Vec<String> = since.into_iter().chain(page).collect();
        if let Some(value) = value.as_object_mut() {
            if !described.is_empty() {
                value.insert("description".to_owned(), json!(described.join(" ")));
            }
            if let Some(default) = keyword.default {
                value.insert("default".to_owned(), json!(default));
            }
        }
        value
    }

    fn alternatives(&mut self, shapes: &[Shape]) -> Vec<Value> {
        shapes.iter().flat_map(|shape| self.shape(shape)).collect()
    }

    fn shape(&mut self, shape: &Shape) -> Vec<Value> {
        vec![match shape {
            Shape::Anything => json!({}),
            Shape::Scalar => json!({ "type": ["string", "number", "boolean"] }),
            Shape::Boolean => json!({ "type": "boolean" }),
            Shape::False => json!({ "const": false }),
            Shape::Empty => json!({ "type": "object", "maxProperties": 0 }),
            Shape::Integer(i64::MIN, _) => json!({ "type": "integer" }),
            Shape::Integer(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Shape::Number => json!({ "type": "number" }),
            Shape::String(shape) => string(shape),
            Shape::List(shape) => self.list(shape),
            Shape::Mapping(shape) => self.reference(shape),
            Shape::Cases(cases) => return cases.iter().map(|case| self.reference(case.mapping)).collect(),
            Shape::Names(shape) => {
                let mut alternatives = self.alternatives(shape.shapes);
                if shape.null == Null::Unset {
                    alternatives.push(json!({ "type": "null" }));
                }
                json!({ "type": "object", "additionalProperties": any_of(alternatives) })
            }
        }]
    }

    fn list(&mut self, shape: &ListShape) -> Value {
        let mut items = self.alternatives(shape.items);
        if shape.nested {
            items.push(json!({ "type": "array" }));
        }
        if shape.null {
            items.push(json!({ "type": "null" }));
        }
        let mut list = json!({ "type": "array", "items": any_of(items) });
        if shape.least > 0 {
            list["minItems"] = json!(shape.least);
        }
        if shape.most < usize::MAX {
            list["maxItems"] = json!(shape.most);
        }
        list
    }
}

fn is_required(keyword: &Keyword) -> bool {
    matches!(keyword.null, Null::Required | Null::RequiredKey)
}

fn any_of(mut alternatives: Vec<Value>) -> Value {
    match alternatives.len() {
        // Of the items of a list that has none; `anyOf` cannot be empty.
        0 => json!(false),
        1 => alternatives.remove(0),
        _ => json!({ "anyOf": alternatives }),
    }
}

fn string(shape: &StringShape) -> Value {
    match shape {
        StringShape::Filled | StringShape::Judged => json!({ "type": "string", "minLength": 1 }),
        StringShape::Length(least, most) => {
            json!({ "type": "string", "minLength": least, "maxLength": most })
        }
        StringShape::Words(words) if !words.open => json!({ "type": "string", "enum": listed(words) }),
        StringShape::Words(words) => {
            json!({ "anyOf": [{ "type": "string", "enum": listed(words) }, { "type": "string" }] })
        }
        StringShape::WordsOrVariable(words) => json!({
            "anyOf": [{ "type": "string", "enum": listed(words) }, { "type": "string", "pattern": "\\$" }],
        }),
        StringShape::Pattern => json!({ "type": "string", "pattern": "^/.*/[ismU]*$" }),
        StringShape::Digits(least, most) => {
            json!({ "type": "string", "pattern": format!("^[{least}-{most}]$") })
        }
        StringShape::Checksum => json!({ "type": "string", "pattern": "^sha256-" }),
        _ => json!({ "type": "string" }),
    }
}

fn listed(words: &Words) -> Vec<&'static str> {
    words.iter().collect()
}
