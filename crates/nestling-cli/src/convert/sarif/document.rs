//! The part of SARIF 2.1.0 that findings are in (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub(super) struct Document {
    pub version: String,
    pub runs: Vec<Run>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    pub tool: Tool,
    /// `null` where the tool has failed.
    pub results: Option<Vec<SarifResult>>,
    #[serde(default)]
    pub artifacts: Vec<Artifact>,
    #[serde(default)]
    pub original_uri_base_ids: BTreeMap<String, ArtifactLocation>,
    #[serde(default)]
    pub invocations: Vec<Invocation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub execution_successful: Option<bool>,
    #[serde(default)]
    pub tool_execution_notifications: Vec<Notification>,
}

#[derive(Deserialize)]
pub(super) struct Notification {
    pub level: Option<String>,
    pub message: Message,
}

#[derive(Deserialize)]
pub(super) struct Tool {
    pub driver: Component,
    #[serde(default)]
    pub extensions: Vec<Component>,
}

#[derive(Deserialize)]
pub(super) struct Component {
    pub name: String,
    #[serde(default)]
    pub rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    pub id: String,
    pub short_description: Option<Message>,
    #[serde(default)]
    pub message_strings: BTreeMap<String, Message>,
    pub default_configuration: Option<Configuration>,
    pub properties: Option<Properties>,
}

#[derive(Deserialize)]
pub(super) struct Configuration {
    pub level: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Properties {
    /// A number from 0 to 10, as CVSS has it.
    #[serde(rename = "security-severity")]
    pub security_severity: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifResult {
    pub rule_id: Option<String>,
    pub rule_index: Option<i64>,
    pub rule: Option<RuleReference>,
    pub kind: Option<String>,
    pub level: Option<String>,
    pub message: Message,
    #[serde(default)]
    pub locations: Vec<Location>,
    #[serde(default)]
    pub suppressions: Vec<Suppression>,
    pub baseline_state: Option<String>,
    pub properties: Option<Properties>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleReference {
    pub id: Option<String>,
    pub index: Option<i64>,
    pub tool_component: Option<ComponentReference>,
}

#[derive(Deserialize)]
pub(super) struct ComponentReference {
    pub index: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct Suppression {
    pub status: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Message {
    pub text: Option<String>,
    pub id: Option<String>,
    #[serde(default)]
    pub arguments: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    pub physical_location: Option<PhysicalLocation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    pub artifact_location: Option<ArtifactLocation>,
    pub region: Option<Region>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation {
    pub uri: Option<String>,
    pub uri_base_id: Option<String>,
    pub index: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct Artifact {
    pub location: Option<ArtifactLocation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub start_line: Option<u32>,
    pub start_column: Option<u32>,
}
