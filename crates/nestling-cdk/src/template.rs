//! CloudFormation templates, as far as jobs depend on them: outputs, types of resources, and values of intrinsic functions
//! that are known before CloudFormation runs.

use super::document::Json;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::BTreeMap;

/// The resource type of a pipeline.
pub(crate) const PIPELINE: &str = "AWS::CodePipeline::Pipeline";

/// The little of a stack's template that jobs depend on.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Summary {
    /// The outputs by logical id.
    #[serde(default, rename = "Outputs")]
    pub outputs: BTreeMap<String, IgnoredAny>,
    /// The parameters by name.
    #[serde(default, rename = "Parameters")]
    parameters: BTreeMap<String, Parameter>,
    /// The resources by logical id.
    #[serde(default, rename = "Resources")]
    resources: BTreeMap<String, Resource>,
}

#[derive(Debug, Deserialize)]
struct Resource {
    #[serde(default, rename = "Type")]
    resource_type: String,
}

#[derive(Debug, Deserialize)]
struct Parameter {
    #[serde(default, rename = "Default")]
    default: Option<IgnoredAny>,
}

impl Summary {
    /// Returns the names of the parameters that somebody has to give a value.
    pub(crate) fn required_parameters(&self) -> impl Iterator<Item = &str> {
        let required = self.parameters.iter().filter(|(_, parameter)| parameter.default.is_none());
        required.map(|(name, _)| name.as_str())
    }

    /// Returns whether one of the resources is a pipeline.
    pub(crate) fn has_pipeline(&self) -> bool {
        self.resources.values().any(|resource| resource.resource_type == PIPELINE)
    }
}

/// The values of `AWS::AccountId` and `AWS::Region` in a stack; `None` where the credentials decide.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PseudoParameters<'a> {
    pub account: Option<&'a str>,
    pub region: Option<&'a str>,
}

/// A value of a template as a string, as far as it is known before CloudFormation runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// All of it is known.
    Known(String),
    /// Parts are known to CloudFormation alone; each is `${LogicalId}` in this string.
    Token(String),
}

impl Resolved {
    /// Returns the string, with `${LogicalId}` for each part that is unknown.
    pub(crate) fn shown(&self) -> &str {
        match self {
            Self::Known(text) | Self::Token(text) => text,
        }
    }
}

/// Evaluates the intrinsic functions that CDK writes into pipeline templates.
pub(crate) fn resolve(value: &Json<'_>, pseudo: PseudoParameters<'_>) -> Resolved {
    let mut known = true;
    let text = text(value.value(), pseudo, &mut known);
    if known { Resolved::Known(text) } else { Resolved::Token(text) }
}

/// Spells a value, with `${LogicalId}` for each part that is unknown.
pub(crate) fn spell(value: &Value, pseudo: PseudoParameters<'_>) -> String {
    text(value, pseudo, &mut true)
}

fn text(value: &Value, pseudo: PseudoParameters<'_>, known: &mut bool) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(map) if map.len() == 1 => {
            let Some((function, argument)) = map.iter().next() else { return String::new() };
            intrinsic(function, argument, pseudo, known)
        }
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn intrinsic(function: &str, argument: &Value, pseudo: PseudoParameters<'_>, known: &mut bool) -> String {
    match (function, argument) {
        ("Ref", Value::String(name)) => reference(name, pseudo, known),
        ("Fn::Join", Value::Array(parts)) => {
            let separator = parts.first().and_then(Value::as_str).unwrap_or_default();
            let items = parts.get(1).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let texts: Vec<String> = items.iter().map(|item| text(item, pseudo, known)).collect();
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

fn reference(name: &str, pseudo: PseudoParameters<'_>, known: &mut bool) -> String {
    let value = match name {
        "AWS::Partition" => Some("aws"),
        "AWS::URLSuffix" => Some("amazonaws.com"),
        "AWS::AccountId" => pseudo.account,
        "AWS::Region" => pseudo.region,
        _ => None,
    };
    let Some(value) = value else {
        *known = false;
        return format!("${{{name}}}");
    };
    value.to_owned()
}
