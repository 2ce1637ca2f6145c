//! The parts of a pipeline without counterpart in GitLab: its triggers, its notifications, and how it runs.

use super::resource::type_of;
use crate::document::Json;
use nestling_gitlab::diagnostic::Diagnostic;
use std::collections::BTreeSet;

/// Returns the triggers beside a push and the notifications of the pipelines in a stack.
pub(crate) fn triggers(resources: &[(&str, Json<'_>)]) -> Vec<String> {
    let mut triggers = BTreeSet::new();
    for (id, resource) in resources {
        let words = match type_of(resource) {
            "AWS::CodePipeline::Webhook" => "a webhook",
            "AWS::Events::Rule" => "an EventBridge rule",
            "AWS::CodeStarNotifications::NotificationRule" => "a notification rule",
            _ => continue,
        };
        triggers.insert(format!("{words}, `{id}`"));
    }
    triggers.into_iter().collect()
}

/// Returns the settings of a pipeline that say how it runs.
pub(crate) fn lost(pipeline: &Json<'_>) -> Result<Vec<String>, Diagnostic> {
    const CARRIED_OVER: [&str; 9] = [
        "ArtifactStore",
        "ArtifactStores",
        "Name",
        "PipelineType",
        "ExecutionMode",
        "RestartExecutionOnUpdate",
        "RoleArn",
        "Stages",
        "Tags",
    ];
    let mut lost = Vec::new();
    let properties = pipeline.field("Properties")?;
    for (key, value) in properties.entries()? {
        if !CARRIED_OVER.contains(&key) {
            lost.push(format!("`{key}` of the pipeline: {}", value.value()));
        }
    }
    for stage in properties.field("Stages")?.items()? {
        let name = stage.get("Name").and_then(|name| name.text().ok()).unwrap_or_default();
        for (key, value) in stage.entries()? {
            if key != "Name" && key != "Actions" {
                lost.push(format!("`{key}` of stage `{name}`: {}", value.value()));
            }
        }
    }
    Ok(lost)
}
