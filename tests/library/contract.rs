//! The conventions of `templates/README.md`, line by line, in all jobs of all cases: what makes templates work together.

use super::job::{jobs, script};
use super::{header, names, outcomes};
use crate::support::read;
use nestling_gitlab::yaml::Node;
use serde_json::{Value, json};

/// Stages of the jobs, all of which GitLab has by default.
const STAGES: [&str; 3] = ["build", "test", "deploy"];
/// Parts of a name that say what a job is for.
const PURPOSES: [&str; 20] = [
    "lint",
    "typecheck",
    "test",
    "build",
    "image",
    "tags",
    "scan",
    "deploy",
    "publish",
    "changelog",
    "manifests",
    "validate",
    "plan",
    "apply",
    "preview",
    "drift",
    "destroy",
    "stop",
    "metrics",
    "site",
];
/// Jobs that change something outside of the pipeline that a second run, or half of one, would harm.
const HOLDING: [&str; 7] = ["deploy", "publish", "apply", "site", "tags", "stop", "destroy"];

/// A job of a template's case.
struct CaseJob {
    template: String,
    case: String,
    /// The name without that of the unit.
    name: String,
    body: Value,
}

impl CaseJob {
    /// Returns `true` if the job deploys, publishes or holds a lock.
    fn is_holding(&self) -> bool {
        self.words().any(|word| HOLDING.contains(&word))
    }

    /// Returns the words of the name.
    fn words(&self) -> impl Iterator<Item = &str> {
        self.name.split([' ', ':'])
    }

    fn script(&self) -> String {
        script(&self.body)
    }

    /// Returns a report of the job.
    fn report(&self, kind: &str) -> &Value {
        &self.body["artifacts"]["reports"][kind]
    }
}

fn case_jobs() -> Vec<CaseJob> {
    let mut found = Vec::new();
    for outcome in outcomes() {
        let template = outcome.place.split('/').next().unwrap_or_default().to_owned();
        for (name, body) in jobs(outcome.pipeline.as_deref().unwrap_or("{}")) {
            let Some((_, name)) = name.split_once(':') else { continue };
            found.push(CaseJob {
                template: template.clone(),
                case: outcome.name.clone(),
                name: name.to_owned(),
                body,
            });
        }
    }
    assert!(found.len() > 100, "only {} jobs", found.len());
    found
}

/// Fails with every job that breaks a line of the contract.
fn holds(line: &str, breaks: impl Fn(&CaseJob) -> bool) {
    let jobs = case_jobs();
    let mut broken: Vec<String> = jobs
        .iter()
        .filter(|job| breaks(job))
        .map(|job| format!("{}: `{}` in \"{}\"", job.template, job.name, job.case))
        .collect();
    broken.sort();
    broken.dedup();
    assert!(broken.is_empty(), "{line}\n{}", broken.join("\n"));
}

#[test]
fn names_say_what_a_job_is_for_and_stages_are_shared() {
    holds("the name has no purpose", |job| !job.words().any(|word| PURPOSES.contains(&word)));
    holds("the stage is another one", |job| {
        job.body["stage"].as_str().is_none_or(|stage| !STAGES.contains(&stage))
    });
}

#[test]
fn every_job_has_a_timeout() {
    holds("there is no timeout", |job| job.body["timeout"].is_null());
}

#[test]
fn what_may_be_canceled_is_interruptible_and_retried_and_nothing_else_is() {
    let retry = json!({
        "max": 2,
        "when": ["runner_system_failure", "stuck_or_timeout_failure", "scheduler_failure", "api_failure"],
    });
    holds("`interruptible` is not what the job does", |job| {
        job.body["interruptible"].as_bool().unwrap_or(false) == job.is_holding()
    });
    // To add a tag again changes nothing.
    holds("`retry` is not what the job does", |job| {
        let may_be_retried = !job.is_holding() || job.name.ends_with("image tags");
        if may_be_retried { job.body["retry"] != retry } else { !job.body["retry"].is_null() }
    });
}

#[test]
fn variables_are_handed_on_with_the_units_slug_as_well() {
    holds("a variable has no second name", |job| {
        if job.report("dotenv").is_null() {
            return false;
        }
        let script = job.script();
        ["IMAGE=", "CI_IMAGE=", "VERSION="].iter().any(|name| {
            script.contains(&format!("echo \"{name}"))
                && !script.contains(&format!("echo \"{}_", name.trim_end_matches('=')))
        })
    });
}

#[test]
fn what_deploys_names_environments_of_the_catalogue_alone_and_can_be_undone() {
    for name in names() {
        let template = read(format!("templates/{name}/template.yml"));
        for line in template.lines().map(str::trim).filter(|line| line.starts_with("environment:")) {
            let is_input = line.contains("inputs.environments") || line.contains("inputs.previews");
            assert!(is_input || line == "environment:", "{name}: {line}");
        }
        let deploys = template.contains("environment: ${{ inputs.environments }}")
            || template.contains("name: ${{ inputs.environments or");
        assert_eq!(deploys, template.contains("\n  stop:\n"), "{name} deploys, or stops, and not both");
    }
}

#[test]
fn what_finds_reports_code_quality() {
    // Tools that say which package is bad, in no file of the repository; commands of the user; renderers.
    let without = ["scan npm packages", "scan python packages", "scan crates", "chart lint"];
    holds("there is no report", |job| {
        let finds = job.words().any(|word| word == "lint" || word == "scan");
        let has_tool = [
            "eslint",
            "biome",
            "ruff",
            "clippy",
            "golangci",
            "vet",
            "hadolint",
            "detect-secrets",
            "semgrep",
            "checkov",
        ]
        .iter()
        .any(|tool| job.script().contains(tool));
        finds && has_tool && !without.contains(&&*job.name) && job.report("codequality").is_null()
    });
}

#[test]
fn reports_are_kept_when_a_job_fails_and_artifacts_expire() {
    holds("the reports of a failure are lost", |job| {
        let kinds = ["junit", "codequality", "coverage_report"];
        kinds.iter().any(|kind| !job.report(kind).is_null()) && job.body["artifacts"]["when"] != "always"
    });
    holds("the artifacts never expire", |job| {
        !job.body["artifacts"].is_null() && job.body["artifacts"]["expire_in"].is_null()
    });
    holds("everyone can read a plan", |job| {
        !job.report("terraform").is_null() && job.body["artifacts"]["access"] != "developer"
    });
}

#[test]
fn caches_follow_a_file() {
    holds("the cache follows no file", |job| {
        let cache = &job.body["cache"];
        !cache.is_null() && cache["key"]["files"].as_array().is_none_or(Vec::is_empty)
    });
    holds("caches of different tools are one", |job| {
        !job.body["cache"].is_null() && job.body["cache"]["key"]["prefix"].is_null()
    });
}

#[test]
fn images_are_inputs_with_a_tag() {
    for name in names() {
        let (_, inputs) = header(&name);
        let inputs = inputs.as_map().unwrap();
        let has_version = inputs.iter().any(|(input, _)| input == "versions" || input.ends_with("version"));
        for (input, definition) in
            inputs.iter().filter(|(input, _)| *input == "image" || input.ends_with("_image"))
        {
            let default = definition.get("default").and_then(Node::text).unwrap_or_default();
            let tag = default.rsplit('/').next().unwrap_or_default().split_once(':').map(|(_, tag)| tag);
            let is_built = input == "builder_image" || has_version;
            assert!(tag.is_some_and(|tag| tag != "latest") || is_built, "{name}: {input} is {default}");
        }
        let has_image = inputs.iter().any(|(input, _)| input.ends_with("image") || input == "docker_version");
        assert!(has_image, "the image of {name} cannot be chosen");
    }
    holds("the image has no tag", |job| {
        let image = job.body["image"]["name"].as_str().or(job.body["image"].as_str()).unwrap_or_default();
        let last = image.rsplit('/').next().unwrap_or_default();
        !last.contains([':', '@', '$']) || last.ends_with(":latest")
    });
}

#[test]
fn forks_get_no_credentials() {
    holds("a merge request of a fork has it", |job| {
        let script = job.script();
        let has_credentials = !job.body["id_tokens"].is_null()
            || script.contains("CI_REGISTRY_PASSWORD")
            || script.contains("KUBECONFIG")
            || script.contains("JOB-TOKEN");
        let rules = job.body["rules"].to_string();
        let is_kept_out = rules
            .contains("$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID")
            || (rules.contains("$CI_COMMIT_BRANCH") && !rules.contains("CI_MERGE_REQUEST"))
            || script.contains("\"$CI_MERGE_REQUEST_SOURCE_PROJECT_ID\" != \"$CI_MERGE_REQUEST_PROJECT_ID\"");
        // No schedule runs for a fork.
        let is_scheduled = job.words().any(|word| word == "drift");
        has_credentials && !is_kept_out && !is_scheduled
    });
}

#[test]
fn credentials_come_from_gitlabs_token_and_no_key_is_an_input() {
    for name in names() {
        let (_, inputs) = header(&name);
        for (input, _) in inputs.as_map().unwrap().iter() {
            let words: Vec<&str> = input.split('_').collect();
            let is_key = ["password", "token", "key", "credentials"].iter().any(|word| words.contains(word));
            assert!(!is_key, "{name}: {input}");
        }
    }
    holds("there is a variable with a key", |job| {
        let variables = job.body["variables"].to_string();
        ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "ARM_CLIENT_SECRET", "GOOGLE_CREDENTIALS"]
            .iter()
            .any(|name| variables.contains(name))
    });
    holds("a role is assumed without a token", |job| {
        job.body["variables"]["AWS_ROLE_ARN"].is_string() && job.body["id_tokens"].is_null()
    });
}
