//! The parts of a pipeline without counterpart in GitLab: its triggers, its notifications, and how it runs.

use super::commands::KEYS;
use super::resource::type_of;
use crate::document::Json;
use crate::template::{PseudoParameters, spell};
use nestling_gitlab::diagnostic::Diagnostic;
use std::collections::BTreeSet;

/// Key of a stage with the conditions before its actions, which become one.
pub(super) const BEFORE: &str = "BeforeEntry";

/// Key of a stage with the conditions after its actions, which become one.
pub(super) const AFTER: &str = "OnSuccess";

/// Key of a pipeline with the stages that nothing enters, which become approvals.
pub(super) const DISABLED: &str = "DisableInboundStageTransitions";

/// A trigger or a notification of the pipelines in a stack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Trigger {
    /// Its description.
    pub text: String,
    /// The CodeCommit repository whose pushes it is about, where it is about nothing else.
    pub repository: Option<String>,
}

/// Returns the triggers and the notifications of the pipelines in a stack.
pub(crate) fn triggers(resources: &[(&str, Json<'_>)]) -> Vec<Trigger> {
    let mut triggers = BTreeSet::new();
    for (id, resource) in resources {
        let words = match type_of(resource) {
            "AWS::CodePipeline::Webhook" => "a webhook",
            "AWS::Events::Rule" => "an EventBridge rule",
            "AWS::CodeStarNotifications::NotificationRule" => "a notification rule",
            _ => continue,
        };
        triggers.insert(Trigger { text: format!("{words}, `{id}`"), repository: pushed_to(resource) });
    }
    triggers.into_iter().collect()
}

/// Returns the CodeCommit repository whose pushes a rule is about.
fn pushed_to(rule: &Json<'_>) -> Option<String> {
    let pattern = rule.get("Properties")?.get("EventPattern")?;
    let is_of_codecommit = pattern.get("source")?.value() == &serde_json::json!(["aws.codecommit"]);
    let arns = pattern.get("resources")?.items().ok()?;
    let [arn] = &arns[..] else { return None };
    let arn = spell(arn.value(), PseudoParameters::default());
    arn.rsplit(':').next().filter(|_| is_of_codecommit).map(str::to_owned)
}

/// Returns the meaning of an execution mode in GitLab; none where that is how GitLab does it.
fn execution_mode(mode: &str) -> Option<String> {
    let instead = match mode {
        // An older deploy that has been overtaken fails.
        "SUPERSEDED" => return None,
        "QUEUED" => "resource groups with the process mode `oldest_first` keep the order",
        _ => "deploys of an environment run one at a time",
    };
    Some(format!(
        "`ExecutionMode` of the pipeline: {mode}; GitLab runs pipelines at the same time; {instead}"
    ))
}

/// Returns the settings of an action that no job has.
pub(crate) fn lost_of_action(action: &Json<'_>) -> Result<Vec<String>, Diagnostic> {
    const READ: [&str; 9] = [
        "ActionTypeId",
        "Configuration",
        "InputArtifacts",
        "Name",
        "Namespace",
        "OutputArtifacts",
        "Region",
        "RoleArn",
        "RunOrder",
    ];
    let mut lost = Vec::new();
    for (key, value) in action.entries()? {
        if !READ.contains(&key) && !KEYS.contains(&key) {
            lost.push(format!("`{key}`: {}", value.value()));
        }
    }
    let category = action.field("ActionTypeId")?.text_of("Category")?.map(str::to_owned);
    let configuration = action.get("Configuration").filter(|_| category.as_deref() == Some("Approval"));
    for (key, words) in
        [("ExternalEntityLink", "the URL to review"), ("NotificationArn", "the topic that is notified")]
    {
        let value = configuration.as_ref().and_then(|configuration| configuration.get(key));
        // CDK's own check of permissions links to its log.
        if let Some(value) = value.filter(|value| !value.value().to_string().contains("#{")) {
            lost.push(format!("`{key}`, {words}: {}", value.value()));
        }
    }
    Ok(lost)
}

/// Returns the resources of a pipeline's stack that are neither the pipeline nor made for it: they go with the stack.
pub(crate) fn beside(resources: &[(&str, Json<'_>)], own_ids: &[String]) -> Vec<String> {
    const MACHINERY: [&str; 11] = [
        "AWS::CDK::Metadata",
        "AWS::CodeBuild::Project",
        "AWS::CodeBuild::ReportGroup",
        "AWS::CodePipeline::Pipeline",
        "AWS::CodePipeline::Webhook",
        "AWS::CodeStarNotifications::NotificationRule",
        "AWS::Events::Rule",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::KMS::Alias",
        "AWS::S3::BucketPolicy",
    ];
    let others = resources.iter().filter(|(id, resource)| {
        // The function with which CDK's check of permissions approves by itself.
        let is_of_check = id.contains("PipelinesSecurityCheckCDKPipelinesAutoApprove");
        !MACHINERY.contains(&type_of(resource)) && !is_of_check && !own_ids.iter().any(|own| own == id)
    });
    others.map(|(id, resource)| format!("{} `{id}`", type_of(resource))).collect()
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
        if key == "ExecutionMode" {
            lost.extend(execution_mode(value.value().as_str().unwrap_or_default()));
        }
        if !CARRIED_OVER.contains(&key) && key != DISABLED {
            lost.push(format!("`{key}` of the pipeline: {}", value.value()));
        }
    }
    for stage in properties.field("Stages")?.items()? {
        let name = stage.get("Name").and_then(|name| name.text().ok()).unwrap_or_default();
        for (key, value) in stage.entries()? {
            if key != "Name" && key != "Actions" && ![BEFORE, AFTER].contains(&key) {
                lost.push(format!("`{key}` of stage `{name}`: {}", value.value()));
            }
        }
    }
    Ok(lost)
}
