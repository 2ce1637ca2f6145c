//! The schema of an entry of the environment catalogue.

use super::shape::{any, choice, flag, object, one_or_many, text};
use serde_json::{Value, json};

pub(super) fn environment() -> Value {
    let argument = |key: &str, description: &str| object(description, &[key], vec![(key, text(description))]);
    let condition = json!({ "anyOf": [
        choice("A kind of pipeline", &["merge_request", "default_branch", "branch", "tag", "schedule", "always"]),
        argument("branch", "Pipelines of branches whose name matches this glob"),
        argument("tag", "Pipelines of tags whose name matches this glob"),
        argument("if", "Pipelines for which this expression of `rules:if` holds"),
    ] });
    object(
        "An entry of the environment catalogue; its strings may contain `${{ }}`",
        &[],
        vec![
            (
                "when",
                one_or_many(
                    "Pipelines that deploy to it: those for which one of the conditions holds",
                    &condition,
                ),
            ),
            ("name", text("Name of the environment in GitLab")),
            ("url", any("URL of the environment")),
            (
                "deployment_tier",
                choice("Deployment tier", &["production", "staging", "testing", "development", "other"]),
            ),
            ("auto_stop_in", any("Time after which GitLab stops the environment, such as `1 week`")),
            ("kubernetes", any("GitLab's dashboard for Kubernetes")),
            ("manual", flag("Deploy manually")),
            ("blocking", flag("Block the pipeline until the manual deploy job has run")),
            ("after", after()),
            ("resource_group", any("Resource group: its jobs never run at the same time")),
            ("variables", any("Variables of the environment's jobs")),
            ("tags", any("Runner tags of the environment's jobs")),
            (
                "action",
                choice(
                    "`action` of the environment's jobs, unless a job sets its own",
                    &["start", "prepare", "verify", "access"],
                ),
            ),
            ("stop", any("Default `stop` block of the environment's deploy jobs; `false`: no stop job")),
            (
                "inputs",
                json!({ "description": "Inputs of templates when they are rendered for this environment; a template that does not declare an input ignores it", "type": "object" }),
            ),
            ("freeze", flag("Do not deploy during a deploy freeze (`$CI_DEPLOY_FREEZE`)")),
        ],
    )
}

fn after() -> Value {
    let description = "Environment that the same pipeline must deploy the unit to first";
    let long = object(
        description,
        &["environment"],
        vec![
            ("environment", text("Name of that environment")),
            ("optional", flag("Deploy even if `rules` exclude the deploy to that environment")),
        ],
    );
    json!({ "description": description, "anyOf": [text("Name of that environment"), long] })
}
