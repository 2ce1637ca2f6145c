//! What is read of CloudFormation templates: outputs, kinds of resources, and the values of intrinsics that are known.

use super::document::At;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::BTreeMap;

/// The type of the resource that a CDK pipeline becomes.
pub(crate) const PIPELINE: &str = "AWS::CodePipeline::Pipeline";

/// The little of a stack's template that jobs depend on.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Summary {
    /// The outputs by logical id.
    #[serde(default, rename = "Outputs")]
    pub outputs: BTreeMap<String, IgnoredAny>,
    /// The resources by logical id.
    #[serde(default, rename = "Resources")]
    resources: BTreeMap<String, Kind>,
}

#[derive(Debug, Deserialize)]
struct Kind {
    #[serde(default, rename = "Type")]
    kind: String,
}

impl Summary {
    /// Whether one of its resources is a pipeline.
    pub(crate) fn has_pipeline(&self) -> bool {
        self.resources.values().any(|resource| resource.kind == PIPELINE)
    }
}

/// Where a stack goes, for the pseudo parameters `AWS::AccountId` and `AWS::Region`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place<'a> {
    pub account: Option<&'a str>,
    pub region: Option<&'a str>,
}

/// A value of a template as text, as far as it is known before CloudFormation has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Text {
    /// All of it is known.
    Known(String),
    /// It holds what only CloudFormation knows; that is written `${LogicalId}` in this text.
    Token(String),
}

impl Text {
    /// The text, with `${LogicalId}` for what is not known.
    pub(crate) fn shown(&self) -> &str {
        match self {
            Self::Known(text) | Self::Token(text) => text,
        }
    }
}

/// Evaluates the intrinsics that CDK writes into pipeline templates.
pub(crate) fn resolve(at: &At<'_>, place: Place<'_>) -> Text {
    let mut known = true;
    let text = text(at.value(), place, &mut known);
    if known { Text::Known(text) } else { Text::Token(text) }
}

/// A value as text, with `${LogicalId}` for what is not known.
pub(crate) fn spell(value: &Value, place: Place<'_>) -> String {
    text(value, place, &mut true)
}

fn text(value: &Value, place: Place<'_>, known: &mut bool) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(map) if map.len() == 1 => {
            let Some((function, argument)) = map.iter().next() else { return String::new() };
            intrinsic(function, argument, place, known)
        }
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn intrinsic(function: &str, argument: &Value, place: Place<'_>, known: &mut bool) -> String {
    match (function, argument) {
        ("Ref", Value::String(name)) => reference(name, place, known),
        ("Fn::Join", Value::Array(parts)) => {
            let separator = parts.first().and_then(Value::as_str).unwrap_or_default();
            let items = parts.get(1).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let texts: Vec<String> = items.iter().map(|item| text(item, place, known)).collect();
            texts.join(separator)
        }
        ("Fn::Sub", Value::String(pattern)) => {
            if pattern.contains("${") {
                *known = false;
            }
            pattern.clone()
        }
        ("Fn::GetAtt", Value::Array(parts)) => {
            *known = false;
            let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
            format!("${{{}}}", parts.join("."))
        }
        _ => {
            *known = false;
            format!("${{{function}}}")
        }
    }
}

fn reference(name: &str, place: Place<'_>, known: &mut bool) -> String {
    let value = match name {
        "AWS::Partition" => Some("aws"),
        "AWS::URLSuffix" => Some("amazonaws.com"),
        "AWS::AccountId" => place.account,
        "AWS::Region" => place.region,
        _ => None,
    };
    value.map_or_else(
        || {
            *known = false;
            format!("${{{name}}}")
        },
        str::to_owned,
    )
}
