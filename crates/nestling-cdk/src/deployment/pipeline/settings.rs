//! Settings of projects whose work GitLab, the parent pipeline or the CDK command line does: what the synth needs, and what
//! somebody has added to the publishing of assets.

use super::Adding;
use crate::codepipeline::{Does, Project, VariableValue, merged};
use crate::deployment::ordered::OrderedId;
use crate::report::LineKind;

/// The beginnings and parts of the commands that CDK writes into projects that publish assets.
const OF_CDK: [&str; 3] = ["cdk-assets", "cdk-docker-creds.json", "mkdir $HOME/.cdk"];

impl<'a> Adding<'a> {
    /// Reports what starts the pipeline, and whom it notifies. The push that starts it is GitLab's own business.
    pub(super) fn report_triggers(&mut self) {
        let main = match self.main_source.map(|source| &source.does) {
            Some(Does::Source { repository, .. }) => Some(repository),
            _ => None,
        };
        for trigger in &self.pipeline.triggers {
            if trigger.repository.is_some() && trigger.repository.as_ref() == main {
                let text = format!("{}: a push started it, as in GitLab", trigger.text);
                self.report_pipeline(LineKind::Replaced, &text);
            } else {
                self.report_pipeline(LineKind::Trigger, &trigger.text);
            }
        }
    }

    /// Reports what the job that synthesizes needs: it is a job of the parent pipeline, which somebody writes.
    pub(super) fn report_synth(&mut self, id: OrderedId<'a>, project: &Project) {
        let there = "in the parent pipeline's job";
        for (name, value) in merged([&project.spec.variables[..], &project.variables]) {
            let text = match value {
                VariableValue::Text(value) => format!("{name} is `{value}`, {there}"),
                VariableValue::Reference(value) => format!("{name} is `{value}`, {there}"),
                VariableValue::Token(token) => format!("{name}, from CloudFormation's `{token}`, {there}"),
                VariableValue::Secret(secret) => format!("{name}, from the secret `{secret}`, {there}"),
                VariableValue::Parameter(parameter) => {
                    format!("{name}, from the parameter `{parameter}`, {there}")
                }
            };
            self.report_action(LineKind::Variable, id, &text);
        }
        for grant in &project.grants {
            self.report_action(LineKind::Role, id, &format!("{grant}, {there}"));
        }
        if project.privileged {
            self.report_action(LineKind::Runner, id, &format!("it runs docker, {there}"));
        }
        self.report_machine(id, project, there);
    }

    /// Reports what a project that publishes assets has beyond CDK's own commands: `cdk publish-assets` takes its place.
    pub(super) fn report_assets(&mut self, id: OrderedId<'a>, project: &Project) {
        let instead = "which `cdk publish-assets` does not have";
        for command in project.spec.all_commands() {
            if !OF_CDK.iter().any(|own| command.contains(own)) {
                self.report_action(LineKind::Setting, id, &format!("its command `{command}`, {instead}"));
            }
        }
        for (name, _) in merged([&project.spec.variables[..], &project.variables]) {
            self.report_action(LineKind::Variable, id, &format!("`{name}`, {instead}"));
        }
        // The roles that publish are CDK's own, and so is the right of the pipeline to start the project.
        let is_of_cdk = |grant: &&String| {
            (grant.contains("sts:AssumeRole") && grant.contains("-publishing-role-"))
                || grant.contains("codebuild:StartBuild")
        };
        for grant in project.grants.iter().filter(|grant| !is_of_cdk(grant)) {
            self.report_action(LineKind::Role, id, grant);
        }
        self.report_machine(id, project, instead);
    }

    fn report_machine(&mut self, id: OrderedId<'a>, project: &Project, remark: &str) {
        if let Some(network) = &project.network {
            self.report_action(LineKind::Runner, id, &format!("it ran inside a VPC: {network}"));
        }
        for lost in project.lost.iter().chain(&project.spec.lost) {
            self.report_action(LineKind::Setting, id, &format!("{lost}, {remark}"));
        }
    }
}
