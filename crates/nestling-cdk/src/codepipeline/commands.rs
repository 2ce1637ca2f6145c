//! Actions that have their commands in place, without a project
//! (<https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Commands.html>). CodeBuild runs them, too.

use super::buildspec::{BuildSpec, Output};
use super::phase::Phase;
use super::project::{Project, grants};
use super::resource::{Template, logical_id};
use super::variable::VariableValue;
use crate::document::Json;
use crate::template::{Resolved, resolve};
use nestling_gitlab::diagnostic::Diagnostic;

/// The keys of an action that are read here.
pub(crate) const KEYS: [&str; 3] = ["Commands", "EnvironmentVariables", "OutputVariables"];

/// Reads an action as if it had a project of its own.
pub(crate) fn project(
    action: &Json<'_>,
    template: Template<'_>,
    own_ids: &[String],
) -> Result<Project, Diagnostic> {
    let mut commands = Vec::new();
    let mut impossible = Vec::new();
    for command in action.items_of("Commands")? {
        let command = resolve(&command, template.pseudo);
        for token in command.unknown() {
            impossible.push(format!("its commands need `{token}`, which only CloudFormation knows"));
        }
        commands.push(command.shown().to_owned());
    }
    let mut variables = Vec::new();
    for variable in action.items_of("EnvironmentVariables")? {
        let value = match resolve(&variable.field("Value")?, template.pseudo) {
            Resolved::Token { shown, .. } => VariableValue::Token(shown),
            Resolved::Known(value) if value.contains("#{") => VariableValue::Reference(value),
            Resolved::Known(value) => {
                VariableValue::of_type(variable.text_of("Type")?.unwrap_or_default(), &value)
            }
        };
        variables.push((variable.field("Name")?.text()?.to_owned(), value));
    }
    let phase = Phase { name: "build", commands, finally: Vec::new(), continues: false, retries: 0 };
    let role = action.get("RoleArn");
    let role = role.as_ref().and_then(|role| logical_id(role.value()));
    Ok(Project {
        variables,
        spec: BuildSpec {
            phases: vec![phase],
            exported: texts(action, "OutputVariables")?,
            output: output(action)?,
            ..BuildSpec::default()
        },
        impossible,
        grants: role.map(|role| grants(role, template, own_ids)).unwrap_or_default(),
        ..Project::default()
    })
}

fn output(action: &Json<'_>) -> Result<Option<Output>, Diagnostic> {
    let outputs = action.items_of("OutputArtifacts")?;
    let Some(output) = outputs.first() else { return Ok(None) };
    Ok(Some(Output { directory: ".".to_owned(), files: texts(output, "Files")?, ..Output::default() }))
}

fn texts(value: &Json<'_>, key: &str) -> Result<Vec<String>, Diagnostic> {
    value.items_of(key)?.iter().map(|item| Ok(item.text()?.to_owned())).collect()
}
