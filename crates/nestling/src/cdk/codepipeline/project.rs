//! CodeBuild projects: the machine that a step runs on, and the rights of its role.

use super::buildspec::{self, BuildSpec};
use super::resource::{logical_id, type_of};
use crate::cdk::document::{At, Reader};
use crate::cdk::template::{Place, Text, resolve};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Diagnostic;
use serde_json::Value;

/// A CodeBuild project.
#[derive(Debug, Clone, Default)]
pub(crate) struct Project {
    /// Its construct path, without `Resource`.
    pub path: String,
    /// The image, as CodeBuild calls it.
    pub image: Option<String>,
    /// Whether it may run docker.
    pub privileged: bool,
    /// The time limit in minutes.
    pub timeout: Option<u64>,
    /// Variables with values that are known.
    pub variables: Vec<(String, String)>,
    /// Variables whose values have to come from elsewhere, with where.
    pub secrets: Vec<(String, String)>,
    /// What it runs.
    pub spec: BuildSpec,
    /// What its role may do, beyond what every project's may.
    pub grants: Vec<String>,
    /// What GitLab has no word for, in words.
    pub lost: Vec<String>,
    /// The network that it is in.
    pub network: Option<String>,
}

/// Reads a project. `resources` are all of the template, for the policies of its role; `own` are the ids of the
/// pipeline's own bucket and keys.
pub(crate) fn read(
    reader: &Reader<'_>,
    resource: &At<'_>,
    resources: &[(&str, At<'_>)],
    own: &[String],
    place: Place<'_>,
) -> Result<Project, Diagnostic> {
    let properties = resource.field("Properties")?;
    let mut project = Project::default();
    for (key, at) in properties.entries()? {
        match key {
            "Environment" => machine(&mut project, &at, place)?,
            "TimeoutInMinutes" => project.timeout = at.value().as_u64(),
            "VpcConfig" => project.network = Some(compact(at.value())),
            "Source" => source(&mut project, reader, &at, place)?,
            "Cache" => {}
            // Where CodePipeline keeps its own things.
            "Artifacts" | "Description" | "EncryptionKey" | "Name" | "ServiceRole" | "Tags"
            | "Visibility" => {}
            "BadgeEnabled" | "LogsConfig" | "Triggers" if at.value().as_bool() == Some(false) => {}
            other => project.lost.push(format!("`{other}`: {}", compact(at.value()))),
        }
    }
    if let Some(role) = properties.get("ServiceRole").and_then(|at| logical_id(at.value())) {
        project.grants = grants(&role, resources, own, place);
    }
    Ok(project)
}

fn machine(project: &mut Project, at: &At<'_>, place: Place<'_>) -> Result<(), Diagnostic> {
    project.image = at.get("Image").map(|at| resolve(&at, place).shown().to_owned());
    project.privileged = at.get("PrivilegedMode").is_some_and(|at| at.value() == true);
    for key in ["ComputeType", "Type", "Fleet", "Certificate", "RegistryCredential"] {
        let Some(value) = at.get(key) else { continue };
        let text = compact(value.value());
        // The sizes that CDK takes where nobody asks, and the container that every runner is.
        let usual = ["\"BUILD_GENERAL1_SMALL\"", "\"LINUX_CONTAINER\""];
        if !usual.contains(&text.as_str()) {
            project.lost.push(format!("`{key}`: {text}"));
        }
    }
    for variable in at.items_of("EnvironmentVariables")? {
        let name = variable.field("Name")?.text()?.to_owned();
        let value = resolve(&variable.field("Value")?, place);
        match (variable.text_of("Type")?.unwrap_or("PLAINTEXT"), value) {
            ("PLAINTEXT", Text::Known(value)) => project.variables.push((name, value)),
            ("PLAINTEXT", Text::Token(value)) => {
                project.secrets.push((name, format!("CloudFormation's `{value}`")));
            }
            ("PARAMETER_STORE", value) => {
                project.secrets.push((name, format!("the parameter `{}`", value.shown())));
            }
            (_, value) => project.secrets.push((name, format!("the secret `{}`", value.shown()))),
        }
    }
    Ok(())
}

/// The build specification: in place, joined from pieces, or in a file beside the manifest.
fn source(
    project: &mut Project,
    reader: &Reader<'_>,
    at: &At<'_>,
    place: Place<'_>,
) -> Result<(), Diagnostic> {
    let Some(written) = at.get("BuildSpec") else { return Ok(()) };
    let mut text = resolve(&written, place).shown().to_owned();
    if !text.trim_start().starts_with('{') {
        let path = RepoPath::parse(&text).map_err(|error| written.problem(error))?;
        match reader.bytes(&path)? {
            Some(bytes) => text = String::from_utf8_lossy(&bytes).into_owned(),
            None => {
                project
                    .lost
                    .push(format!("its commands: they are in `{text}`, which is not in the assembly"));
                return Ok(());
            }
        }
    }
    match buildspec::parse(&text) {
        Ok(spec) => project.spec = spec,
        Err(reason) => project.lost.push(reason),
    }
    Ok(())
}

/// What a role's policies allow beyond logs, reports and CodePipeline's own bucket and key, one statement each.
fn grants(role: &str, resources: &[(&str, At<'_>)], own: &[String], place: Place<'_>) -> Vec<String> {
    let mut grants = Vec::new();
    for (id, resource) in resources {
        // Most resources are neither, and finding places takes time.
        let is_own_role = *id == role && type_of(resource) == "AWS::IAM::Role";
        if !is_own_role && !is_policy_of(resource.value(), role) {
            continue;
        }
        let Some(properties) = resource.get("Properties") else { continue };
        if is_own_role {
            for managed in properties.items_of("ManagedPolicyArns").unwrap_or_default() {
                grants.push(format!("managed policy {}", resolve(&managed, place).shown()));
            }
            continue;
        }
        let statements = properties.get("PolicyDocument").and_then(|at| at.get("Statement"));
        for statement in statements.and_then(|at| at.items().ok()).unwrap_or_default() {
            if !is_housekeeping(statement.value(), own) {
                grants.push(spelled(statement.value(), place));
            }
        }
    }
    grants
}

/// Whether a resource is a policy that a role has.
fn is_policy_of(resource: &Value, role: &str) -> bool {
    let roles = resource.get("Properties").and_then(|properties| properties.get("Roles"));
    let roles = roles.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    resource.get("Type").and_then(Value::as_str) == Some("AWS::IAM::Policy")
        && roles.iter().any(|value| logical_id(value).as_deref() == Some(role))
}

/// What CodeBuild needs to put a project into a VPC, as CDK grants it.
const NETWORK: [&str; 8] = [
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
];

/// What CDK grants every project so that CodeBuild and CodePipeline themselves can work: its own logs, its own
/// reports, its network, and the bucket and keys of the pipeline.
fn is_housekeeping(statement: &Value, own: &[String]) -> bool {
    let text = compact(statement);
    let actions = match statement.get("Action") {
        Some(Value::Array(actions)) => actions.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(action)) => vec![action.as_str()],
        _ => Vec::new(),
    };
    let all = |prefix: &str| !actions.is_empty() && actions.iter().all(|action| action.starts_with(prefix));
    (all("logs:") && text.contains("/aws/codebuild/"))
        || (all("codebuild:") && text.contains(":report-group/"))
        || (all("ec2:") && actions.iter().all(|action| NETWORK.contains(action)))
        || own.iter().any(|id| text.contains(&format!("\"{id}\"")))
}

/// A statement on one line, with what is known of its intrinsics put in.
fn spelled(value: &Value, place: Place<'_>) -> String {
    fn settled(value: &Value, place: Place<'_>) -> Value {
        match value {
            Value::Object(map)
                if map.len() == 1 && map.keys().all(|k| k == "Ref" || k.starts_with("Fn::")) =>
            {
                Value::String(crate::cdk::template::spell(value, place))
            }
            Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), settled(v, place))).collect(),
            Value::Array(items) => items.iter().map(|item| settled(item, place)).collect(),
            other => other.clone(),
        }
    }
    compact(&settled(value, place))
}

fn compact(value: &Value) -> String {
    value.to_string()
}
