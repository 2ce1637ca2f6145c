//! CodeBuild projects: the machine that a step runs on, and the rights of its role.

use super::buildspec::{self, BuildSpec};
use super::resource::{Template, logical_id, type_of};
use super::variable::{Variable, VariableValue};
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
    /// Set if parts of its name are known to CloudFormation alone.
    pub has_unknown_image: bool,
    /// Set if it may run docker.
    pub privileged: bool,
    /// The time limit in minutes.
    pub timeout: Option<u64>,
    /// Its variables, by where their values come from.
    pub variables: Vec<Variable>,
    /// Its build specification; empty where it is elsewhere.
    pub spec: BuildSpec,
    /// The file of its build specification in the source of the build, where it is there.
    pub spec_file: Option<String>,
    /// The reasons that no job can do what it does, in words.
    pub impossible: Vec<String>,
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
            "Source" => {}
            // The paths that it keeps are in the build specification.
            "Cache" if !value.value().to_string().contains("LOCAL_DOCKER_LAYER_CACHE") => {}
            "Cache" => project.lost.push("`Cache`: it kept image layers between builds".to_owned()),
            // Where CodePipeline keeps its own things.
            "Artifacts" | "Description" | "EncryptionKey" | "Name" | "ServiceRole" | "Tags"
            | "Visibility" => {}
            "BadgeEnabled" | "LogsConfig" | "Triggers" if value.value().as_bool() == Some(false) => {}
            other => project.lost.push(format!("`{other}`: {}", value.value())),
        }
    }
    if let Some(source) = properties.get("Source") {
        reading.source(&mut project, &source)?;
    }
    let role = properties.get("ServiceRole");
    if let Some(role) = role {
        project.grants = match logical_id(role.value()).filter(|id| template.resource(id).is_some()) {
            Some(role) => grants(role, template, own_ids),
            // A role of elsewhere, such as one that `fromRoleArn` names.
            None => {
                vec![format!("everything that the role {} may do", resolve(&role, template.pseudo).shown())]
            }
        };
    }
    Ok(project)
}

impl Reading<'_> {
    fn machine(&self, project: &mut Project, environment: &Json<'_>) -> Result<(), Diagnostic> {
        let pseudo = self.template.pseudo;
        if let Some(image) = environment.get("Image") {
            let image = resolve(&image, pseudo);
            project.has_unknown_image = !image.unknown().is_empty();
            project.image = Some(image.shown().to_owned());
        }
        project.privileged = environment.get("PrivilegedMode").is_some_and(|mode| mode.value() == true);
        for (key, value) in environment.entries()? {
            // The runner has its own credentials for the image.
            if ["Image", "ImagePullCredentialsType", "PrivilegedMode", "EnvironmentVariables"].contains(&key)
            {
                continue;
            }
            let text = value.value().to_string();
            if key == "Type" && text.starts_with("\"WINDOWS_") {
                project.impossible.push("its commands are written for Windows".to_owned());
            }
            // The size that CDK takes by default, and the container that every runner is.
            let usual = ["\"BUILD_GENERAL1_SMALL\"", "\"LINUX_CONTAINER\""];
            if !usual.contains(&text.as_str()) {
                project.lost.push(format!("`{key}`: {text}"));
            }
        }
        for variable in environment.items_of("EnvironmentVariables")? {
            let name = variable.field("Name")?.text()?.to_owned();
            let value = resolve(&variable.field("Value")?, pseudo);
            let value = match value {
                Resolved::Known(value) => {
                    VariableValue::of_type(variable.text_of("Type")?.unwrap_or_default(), &value)
                }
                Resolved::Token { shown, .. } => VariableValue::Token(shown),
            };
            project.variables.push((name, value));
        }
        Ok(())
    }

    /// Reads the build specification: in place, joined from pieces, or in a file of the assembly. Where it is in the
    /// source of the build, its name is kept.
    fn source(&self, project: &mut Project, source: &Json<'_>) -> Result<(), Diagnostic> {
        // Without one, CodeBuild takes this file of the source.
        let Some(written) = source.get("BuildSpec") else {
            project.spec_file = Some("buildspec.yml".to_owned());
            return Ok(());
        };
        let resolved = resolve(&written, self.template.pseudo);
        let text = resolved.shown();
        if text.contains('\n') || text.trim_start().starts_with('{') {
            project.read_spec(text);
            project.needs_tokens(resolved.unknown());
            return Ok(());
        }
        let path = RepoPath::parse(in_assembly(text)).map_err(|error| written.problem(error))?;
        match self.reader.bytes(&path)? {
            Some(bytes) => project.read_spec(&String::from_utf8_lossy(&bytes)),
            None if text.starts_with("arn:") => {
                let reason = format!("its build specification `{text}` is not in the assembly");
                project.impossible.push(reason);
            }
            None => project.spec_file = Some(text.to_owned()),
        }
        Ok(())
    }
}

impl Project {
    /// Reads the text of its build specification.
    pub(crate) fn read_spec(&mut self, text: &str) {
        match buildspec::parse(text) {
            Ok(spec) => self.spec = spec,
            Err(reason) => self.impossible.push(format!("its build specification cannot be read: {reason}")),
        }
    }

    /// A shell would take a token of CloudFormation for a variable that is empty.
    fn needs_tokens(&mut self, tokens: &[String]) {
        for token in tokens {
            if self.spec.all_commands().any(|command| command.contains(token)) {
                let reason = format!("its commands need `{token}`, which only CloudFormation knows");
                self.impossible.push(reason);
            }
            for (_, value) in &mut self.spec.variables {
                if let VariableValue::Text(text)
                | VariableValue::Secret(text)
                | VariableValue::Parameter(text) = value
                    && text.contains(token)
                {
                    *value = VariableValue::Token(std::mem::take(text));
                }
            }
        }
    }
}

/// Returns the file of the assembly that a build specification may be: that of this name, or the asset whose object in a
/// bucket an ARN names.
fn in_assembly(name: &str) -> String {
    if !name.starts_with("arn:") {
        return name.trim_start_matches("./").to_owned();
    }
    format!("asset.{}", name.rsplit('/').next().unwrap_or_default())
}

/// Returns the rights of a role beyond logs, reports and CodePipeline's own bucket and key, one statement each.
pub(crate) fn grants(role: &str, template: Template<'_>, own_ids: &[String]) -> Vec<String> {
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

/// Returns `true` if a resource is a policy of a role.
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

/// The rights with which CodeBuild clones the source itself.
const CLONING: [&str; 3] =
    ["codestar-connections:UseConnection", "codeconnections:UseConnection", "codecommit:GitPull"];

/// Returns `true` if a statement is one that CDK grants every project so that CodeBuild and CodePipeline themselves can work:
/// its own logs and reports, its network, its source, and the bucket and keys of the pipeline.
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
        || (!actions.is_empty() && actions.iter().all(|action| CLONING.contains(action)))
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
