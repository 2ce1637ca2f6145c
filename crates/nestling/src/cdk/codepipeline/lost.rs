//! What of a pipeline has no counterpart in GitLab: what starts it, whom it tells, and how it runs.

use super::resource::type_of;
use crate::cdk::document::At;
use nestling_gitlab::diagnostic::Diagnostic;
use std::collections::BTreeSet;

/// What starts pipelines of this stack beside a push, and what they tell.
pub(crate) fn triggers(resources: &[(&str, At<'_>)]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for (id, resource) in resources {
        let words = match type_of(resource) {
            "AWS::CodePipeline::Webhook" => "a webhook",
            "AWS::Events::Rule" => "an EventBridge rule",
            "AWS::CodeStarNotifications::NotificationRule" => "a notification rule",
            _ => continue,
        };
        found.insert(format!("{words}, `{id}`"));
    }
    found.into_iter().collect()
}

/// Settings of the pipeline that say how it runs.
pub(crate) fn lost(pipeline: &At<'_>) -> Result<Vec<String>, Diagnostic> {
    const PLAIN: [&str; 9] = [
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
    for (key, at) in properties.entries()? {
        if !PLAIN.contains(&key) {
            lost.push(format!("`{key}` of the pipeline: {}", at.value()));
        }
    }
    for stage in properties.field("Stages")?.items()? {
        let name = stage.get("Name").and_then(|at| at.text().ok()).unwrap_or_default();
        for (key, at) in stage.entries()? {
            if key != "Name" && key != "Actions" {
                lost.push(format!("`{key}` of stage `{name}`: {}", at.value()));
            }
        }
    }
    Ok(lost)
}
