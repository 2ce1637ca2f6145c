//! The schema of an entry of the environment catalogue.

use super::shape::{any, choice, flag, object, one_or_many, text};
use serde_json::{Value, json};

pub(super) fn environment() -> Value {
    let argument = |key: &str, description: &str| object(description, &[key], vec![(key, text(description))]);
    let condition = json!({ "anyOf": [
        choice("A kind of pipeline", &["merge_request", "default_branch", "branch", "tag", "schedule", "always"]),
        argument("branch", "Branches whose name matches this glob"),
        argument("tag", "Tags whose name matches this glob"),
        argument("if", "An expression of `rules:if`"),
    ] });
    object(
        "An entry of the environment catalogue; its texts may hold `${{ }}`",
        &[],
        vec![
            ("when", one_or_many("Which pipelines deploy to it; any of the conditions", &condition)),
            ("name", text("What GitLab calls it; by default the key and the unit's slug")),
            ("url", any("Where to look at it")),
            (
                "deployment_tier",
                choice("Its tier", &["production", "staging", "testing", "development", "other"]),
            ),
            ("auto_stop_in", any("When GitLab stops it by itself, such as `1 week`")),
            ("kubernetes", any("A Kubernetes dashboard")),
            ("manual", flag("Whether a person starts the deploy")),
            ("blocking", flag("Whether the pipeline waits for that person")),
            ("after", after()),
            ("resource_group", any("The jobs that may not run at the same time")),
            ("variables", any("Variables of the deploying jobs")),
            ("tags", any("Runner tags of the deploying jobs")),
            (
                "action",
                choice(
                    "What jobs do there that do not say so themselves",
                    &["start", "prepare", "verify", "access"],
                ),
            ),
            ("stop", any("How it is stopped, for deploys that do not say so themselves; `false` for never")),
            (
                "inputs",
                json!({ "description": "Inputs for the templates that have them, while they render for this environment", "type": "object" }),
            ),
            ("freeze", flag("Whether deploys hold off while `$CI_DEPLOY_FREEZE` is set")),
        ],
    )
}

fn after() -> Value {
    let description = "The environment that the unit must have been deployed to before, in the same pipeline";
    let long = object(
        description,
        &["environment"],
        vec![
            ("environment", text("Its name")),
            ("optional", flag("Whether this one is deployed to where variables keep that one out")),
        ],
    );
    json!({ "description": description, "anyOf": [text("Its name"), long] })
}
