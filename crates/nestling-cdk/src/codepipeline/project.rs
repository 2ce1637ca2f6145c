//! CodeBuild projects: the machine that a step runs on, and the rights of its role.

use super::buildspec::{self, BuildSpec};
use super::resource::{Template, logical_id, type_of};
use crate::document::{Json, Reader};
use crate::template::{PseudoParameters, Resolved, resolve, spell};
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
    /// Set if it may run docker.
    pub privileged: bool,
    /// The time limit in minutes.
    pub timeout: Option<u64>,
    /// Variables with values that are known.
    pub variables: Vec<(String, String)>,
    /// Variables whose values have to come from elsewhere, with where.
    pub secrets: Vec<(String, String)>,
    /// Its build specification.
    pub spec: BuildSpec,
    /// The rights of its role beyond those of every project's.
    pub grants: Vec<String>,
    /// Settings without counterpart in GitLab, in words.
    pub lost: Vec<String>,
    /// The network that it is in.
    pub network: Option<String>,
}

/// The files and the template that a project is read from.
struct Reading<'a> {
    reader: &'a Reader<'a>,
    template: Template<'a>,
}

/// Reads a project. `own_ids` are the logical ids of the pipeline's own bucket and keys.
pub(crate) fn read(
    reader: &Reader<'_>,
    template: Template<'_>,
    resource: &Json<'_>,
    own_ids: &[String],
) -> Result<Project, Diagnostic> {
    let reading = Reading { reader, template };
    let properties = resource.field("Properties")?;
    let mut project = Project::default();
    for (key, value) in properties.entries()? {
        match key {
            "Environment" => reading.machine(&mut project, &value)?,
            "TimeoutInMinutes" => project.timeout = value.value().as_u64(),
            "VpcConfig" => project.network = Some(value.value().to_string()),
            "Source" => reading.source(&mut project, &value)?,
            // The paths that it keeps are in the build specification.
            "Cache" => {}
            // Where CodePipeline keeps its own things.
            "Artifacts" | "Description" | "EncryptionKey" | "Name" | "ServiceRole" | "Tags"
            | "Visibility" => {}
            "BadgeEnabled" | "LogsConfig" | "Triggers" if value.value().as_bool() == Some(false) => {}
            other => project.lost.push(format!("`{other}`: {}", value.value())),
        }
    }
    let role = properties.get("ServiceRole");
    if let Some(role) = role.as_ref().and_then(|role| logical_id(role.value())) {
        project.grants = grants(role, template, own_ids);
    }
    Ok(project)
}

impl Reading<'_> {
    fn machine(&self, project: &mut Project, environment: &Json<'_>) -> Result<(), Diagnostic> {
        let pseudo = self.template.pseudo;
        project.image = environment.get("Image").map(|image| resolve(&image, pseudo).shown().to_owned());
        project.privileged = environment.get("PrivilegedMode").is_some_and(|mode| mode.value() == true);
        for key in ["ComputeType", "Type", "Fleet", "Certificate", "RegistryCredential"] {
            let Some(value) = environment.get(key) else { continue };
            let text = value.value().to_string();
            // The size that CDK takes by default, and the container that every runner is.
            let usual = ["\"BUILD_GENERAL1_SMALL\"", "\"LINUX_CONTAINER\""];
            if !usual.contains(&text.as_str()) {
                project.lost.push(format!("`{key}`: {text}"));
            }
        }
        for variable in environment.items_of("EnvironmentVariables")? {
            let name = variable.field("Name")?.text()?.to_owned();
            let value = resolve(&variable.field("Value")?, pseudo);
            match (variable.text_of("Type")?.unwrap_or("PLAINTEXT"), value) {
                ("PLAINTEXT", Resolved::Known(value)) => project.variables.push((name, value)),
                ("PLAINTEXT", Resolved::Token(value)) => {
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

    /// Reads the build specification: in place, joined from pieces, or in a file beside the manifest.
    fn source(&self, project: &mut Project, source: &Json<'_>) -> Result<(), Diagnostic> {
        let Some(written) = source.get("BuildSpec") else { return Ok(()) };
        let mut text = resolve(&written, self.template.pseudo).shown().to_owned();
        if !text.trim_start().starts_with('{') {
            let path = RepoPath::parse(&text).map_err(|error| written.problem(error))?;
            let Some(bytes) = self.reader.bytes(&path)? else {
                let lost = format!("its commands: they are in `{text}`, which is not in the assembly");
                project.lost.push(lost);
                return Ok(());
            };
            text = String::from_utf8_lossy(&bytes).into_owned();
        }
        match buildspec::parse(&text) {
            Ok(spec) => project.spec = spec,
            Err(reason) => project.lost.push(reason),
        }
        Ok(())
    }
}

/// Returns the rights of a role beyond logs, reports and CodePipeline's own bucket and key, one statement each.
fn grants(role: &str, template: Template<'_>, own_ids: &[String]) -> Vec<String> {
    let mut grants = Vec::new();
    for (id, resource) in template.resources {
        // Most resources are neither, and finding their places in the text takes time.
        let is_own_role = *id == role && type_of(resource) == "AWS::IAM::Role";
        if !is_own_role && !is_policy_of(resource.value(), role) {
            continue;
        }
        let Some(properties) = resource.get("Properties") else { continue };
        if is_own_role {
            for managed in properties.items_of("ManagedPolicyArns").unwrap_or_default() {
                grants.push(format!("managed policy {}", resolve(&managed, template.pseudo).shown()));
            }
            continue;
        }
        let statements = properties.get("PolicyDocument").and_then(|document| document.get("Statement"));
        for statement in statements.and_then(|statements| statements.items().ok()).unwrap_or_default() {
            if !is_housekeeping(statement.value(), own_ids) {
                grants.push(evaluated(statement.value(), template.pseudo).to_string());
            }
        }
    }
    grants
}

/// Returns whether a resource is a policy of a role.
fn is_policy_of(resource: &Value, role: &str) -> bool {
    let roles = resource.get("Properties").and_then(|properties| properties.get("Roles"));
    let roles = roles.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    resource.get("Type").and_then(Value::as_str) == Some("AWS::IAM::Policy")
        && roles.iter().any(|value| logical_id(value) == Some(role))
}

/// The rights that CodeBuild needs to put a project into a VPC, as CDK grants them.
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

/// Returns whether a statement is one that CDK grants every project so that CodeBuild and CodePipeline themselves can work:
/// its own logs and reports, its network, and the bucket and keys of the pipeline.
fn is_housekeeping(statement: &Value, own_ids: &[String]) -> bool {
    let text = statement.to_string();
    let actions = match statement.get("Action") {
        Some(Value::Array(actions)) => actions.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(action)) => vec![action.as_str()],
        _ => Vec::new(),
    };
    let all = |prefix: &str| !actions.is_empty() && actions.iter().all(|action| action.starts_with(prefix));
    (all("logs:") && text.contains("/aws/codebuild/"))
        || (all("codebuild:") && text.contains(":report-group/"))
        || (all("ec2:") && actions.iter().all(|action| NETWORK.contains(action)))
        || own_ids.iter().any(|id| text.contains(&format!("\"{id}\"")))
}

/// Returns a value in which the known intrinsic functions are evaluated.
fn evaluated(value: &Value, pseudo: PseudoParameters<'_>) -> Value {
    let is_intrinsic = |key: &String| key == "Ref" || key.starts_with("Fn::");
    match value {
        Value::Object(map) if map.len() == 1 && map.keys().all(is_intrinsic) => {
            Value::String(spell(value, pseudo))
        }
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.clone(), evaluated(value, pseudo))).collect()
        }
        Value::Array(items) => items.iter().map(|item| evaluated(item, pseudo)).collect(),
        other => other.clone(),
    }
}
