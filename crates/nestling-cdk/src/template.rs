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

    /// Returns `true` if one of the resources is a pipeline.
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
    Token {
        /// The string.
        shown: String,
        /// The unknown parts of it.
        unknown: Vec<String>,
    },
}

impl Resolved {
    /// Returns the string, with `${LogicalId}` for each part that is unknown.
    pub(crate) fn shown(&self) -> &str {
        match self {
            Self::Known(text) | Self::Token { shown: text, .. } => text,
        }
    }

    /// Returns the unknown parts, each as `${LogicalId}`.
    pub(crate) fn unknown(&self) -> &[String] {
        match self {
            Self::Known(_) => &[],
            Self::Token { unknown, .. } => unknown,
        }
    }
}

/// Evaluates the intrinsic functions that CDK writes into pipeline templates.
pub(crate) fn resolve(value: &Json<'_>, pseudo: PseudoParameters<'_>) -> Resolved {
    let mut unknown = Vec::new();
    let shown = text(value.value(), pseudo, &mut unknown);
    if unknown.is_empty() { Resolved::Known(shown) } else { Resolved::Token { shown, unknown } }
}

/// Spells a value, with `${LogicalId}` for each part that is unknown.
pub(crate) fn spell(value: &Value, pseudo: PseudoParameters<'_>) -> String {
    text(value, pseudo, &mut Vec::new())
}

fn text(value: &Value, pseudo: PseudoParameters<'_>, unknown: &mut Vec<String>) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(map) if map.len() == 1 => {
            let Some((function, argument)) = map.iter().next() else { return String::new() };
            intrinsic(function, argument, pseudo, unknown)
        }
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn intrinsic(
    function: &str,
    argument: &Value,
    pseudo: PseudoParameters<'_>,
    unknown: &mut Vec<String>,
) -> String {
    match (function, argument) {
        ("Ref", Value::String(name)) => reference(name, pseudo, unknown),
        ("Fn::Join", Value::Array(parts)) => {
            let separator = parts.first().and_then(Value::as_str).unwrap_or_default();
            let items = parts.get(1).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let texts: Vec<String> = items.iter().map(|item| text(item, pseudo, unknown)).collect();
            texts.join(separator)
        }
        ("Fn::Sub", Value::String(pattern)) => substituted(pattern, &Value::Null, pseudo, unknown),
        ("Fn::Sub", Value::Array(parts)) => {
            let pattern = parts.first().and_then(Value::as_str).unwrap_or_default();
            substituted(pattern, parts.get(1).unwrap_or(&Value::Null), pseudo, unknown)
        }
        ("Fn::GetAtt", Value::Array(parts)) => {
            let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
            unknown_part(&parts.join("."), unknown)
        }
        _ => unknown_part(function, unknown),
    }
}

/// Replaces `${Name}` in the pattern of `Fn::Sub`; `${!Name}` stands for itself.
fn substituted(
    pattern: &str,
    own: &Value,
    pseudo: PseudoParameters<'_>,
    unknown: &mut Vec<String>,
) -> String {
    let mut result = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("${") {
        result.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        match (name.strip_prefix('!'), own.get(name)) {
            (Some(literal), _) => result.push_str(&format!("${{{literal}}}")),
            (None, Some(value)) => result.push_str(&text(value, pseudo, unknown)),
            (None, None) => result.push_str(&reference(name, pseudo, unknown)),
        }
        rest = behind;
    }
    result.push_str(rest);
    result
}

fn reference(name: &str, pseudo: PseudoParameters<'_>, unknown: &mut Vec<String>) -> String {
    let region = pseudo.region.unwrap_or_default();
    let is_china = region.starts_with("cn-");
    let value = match name {
        "AWS::Partition" if is_china => Some("aws-cn"),
        "AWS::Partition" if region.starts_with("us-gov-") => Some("aws-us-gov"),
        "AWS::Partition" => Some("aws"),
        "AWS::URLSuffix" if is_china => Some("amazonaws.com.cn"),
        "AWS::URLSuffix" => Some("amazonaws.com"),
        "AWS::AccountId" => pseudo.account,
        "AWS::Region" => pseudo.region,
        _ => None,
    };
    value.map_or_else(|| unknown_part(name, unknown), str::to_owned)
}

fn unknown_part(name: &str, unknown: &mut Vec<String>) -> String {
    let part = format!("${{{name}}}");
    if !unknown.contains(&part) {
        unknown.push(part.clone());
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn intrinsic_functions_are_evaluated_as_far_as_they_are_known() {
        let ireland = PseudoParameters { account: Some("111111111111"), region: Some("eu-west-1") };
        let beijing = PseudoParameters { account: None, region: Some("cn-north-1") };
        let image = json!({ "Fn::Sub": "1.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/repo:${!tag}" });
        for (value, pseudo, want, unknown) in [
            (image.clone(), ireland, "1.dkr.ecr.eu-west-1.amazonaws.com/repo:${tag}", 0),
            (image, beijing, "1.dkr.ecr.cn-north-1.amazonaws.com.cn/repo:${tag}", 0),
            (
                json!({ "Fn::Sub": ["${a}-${AWS::AccountId}", { "a": { "Ref": "AWS::Partition" } }] }),
                beijing,
                "aws-cn-${AWS::AccountId}",
                1,
            ),
            (
                json!({ "Fn::Join": [":", [{ "Ref": "Repo" }, { "Ref": "Repo" }, "x"]] }),
                ireland,
                "${Repo}:${Repo}:x",
                1,
            ),
            (json!({ "Fn::GetAtt": ["Repo", "Arn"] }), ireland, "${Repo.Arn}", 1),
            (json!({ "Fn::ImportValue": "x" }), ireland, "${Fn::ImportValue}", 1),
        ] {
            let mut parts = Vec::new();
            assert_eq!(text(&value, pseudo, &mut parts), want);
            assert_eq!(parts.len(), unknown, "{value}");
        }
    }
}
