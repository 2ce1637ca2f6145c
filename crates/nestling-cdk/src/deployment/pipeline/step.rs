//! Actions that run commands: the step, its commands where they are kept elsewhere, and what a job of it needs.

use super::Adding;
use crate::codepipeline::{Action, Does, Output, Project, VariableValue, merged};
use crate::deployment::app::{SourceLayout, synthesized_in};
use crate::deployment::graph::{Input, InputSource, ScriptStep, Work};
use crate::deployment::ordered::OrderedId;
use crate::deployment::role::{assembly_artifact, assembly_directory, maker};
use crate::id::Id;
use crate::report::LineKind;

/// CDK's own variable, which makes CodePipeline notice a changed project.
const CHANGE_MARKER: &str = "_PROJECT_CONFIG";

impl<'a> Adding<'a> {
    /// Fills in the steps, and reports what they need beside their commands.
    pub(super) fn add_steps(&mut self) {
        for (id, ordered) in Id::each(self.actions) {
            let Some(node) = self.nodes[id.index()].first().copied() else { continue };
            let inputs = self.inputs(ordered.action);
            let region = self.region(ordered.action);
            if let Work::Unsupported { step, .. } = &mut self.deployment.nodes[node].work {
                **step = ScriptStep { inputs, region, layout: self.layout.clone(), ..ScriptStep::default() };
            }
            let Does::Build(project) = &ordered.action.does else { continue };
            if !matches!(self.deployment.nodes[node].work, Work::Run(_)) {
                continue;
            }
            let step = self.step(project, ordered.action);
            self.report_step(id, project, &step);
            self.deployment.nodes[node].work = Work::Run(Box::new(step));
        }
    }

    fn step(&self, project: &Project, action: &Action) -> ScriptStep {
        let mut project = project.clone();
        let inputs = self.inputs(action);
        if let Some(file) = project.spec_file.take() {
            self.read_spec_file(&mut project, &file, inputs.first());
        }
        project.impossible.extend(inputs.iter().filter_map(|input| self.unwritten(input)));
        let mut of_action = action.variables.clone();
        of_action.retain(|(name, _)| !name.starts_with(CHANGE_MARKER));
        let mut variables = merged([&project.spec.variables[..], &project.variables, &of_action]);
        for (_, value) in &mut variables {
            self.add_default_values(value);
        }
        let fetches = variables.iter().any(|(_, value)| value.is_fetched());
        let calls_aws = project.spec.all_commands().any(|command| calls_aws(command));
        let reads_checkout =
            inputs.is_empty() || inputs.iter().any(|input| input.source == InputSource::Checkout);
        let uses_aws = fetches || calls_aws || !project.grants.is_empty();
        ScriptStep {
            image: project.image,
            has_unknown_image: project.has_unknown_image,
            privileged: project.privileged,
            has_history: self.has_history() && reads_checkout,
            timeout: project.timeout,
            layout: self.layout.clone(),
            region: self.region(action),
            variables,
            spec: project.spec,
            impossible: project.impossible,
            inputs,
            outputs: action.outputs.clone(),
            uses_aws,
        }
    }

    /// Returns why an input does not exist: an action on a stack may write the outputs of the stack to a file.
    fn unwritten(&self, input: &Input) -> Option<String> {
        let InputSource::Node(maker) = input.source else { return None };
        let maker = &self.deployment.nodes[maker];
        maker.work.stack()?;
        Some(format!("it reads the outputs of `{}` from a file that no job writes", maker.name))
    }

    fn region(&self, action: &Action) -> Option<String> {
        action.region.clone().or_else(|| self.pipeline.region.clone())
    }

    /// Returns `true` if the source is a clone with its whole history.
    fn has_history(&self) -> bool {
        matches!(self.main_source.map(|source| &source.does), Some(Does::Source { has_history: true, .. }))
    }

    /// Puts the default values of the pipeline's variables in their place, which are its values unless a person starts it.
    fn add_default_values(&self, value: &mut VariableValue) {
        let VariableValue::Reference(text) = value else { return };
        for (name, default) in &self.pipeline.variables {
            *text = text.replace(&format!("#{{variables.{name}}}"), default);
        }
        if !text.contains("#{") {
            *value = VariableValue::Text(std::mem::take(text));
        }
    }

    /// Returns the directory that an action of the parent pipeline passes on, if it is all of one.
    pub(super) fn directory_of(action: &Action, artifact: &str) -> Option<String> {
        let Does::Build(project) = &action.does else { return None };
        let mut secondary =
            project.spec.outputs.iter().filter(|(name, _)| name == artifact).map(|(_, output)| output);
        let primary = || {
            project
                .spec
                .output
                .as_ref()
                .filter(|_| action.outputs.first().is_some_and(|first| first == artifact))
        };
        let output = secondary.next().or_else(primary).filter(|output| Output::is_all(output))?;
        Some(output.directory.clone())
    }

    /// Returns where the source has the app, if the synth starts in the source.
    pub(super) fn layout(&self) -> SourceLayout {
        let artifact = assembly_artifact(self.actions);
        let synth = artifact.and_then(|artifact| maker(self.actions, artifact));
        let synth = synth.map(|synth| self.actions[synth].action);
        let source = synth.and_then(|synth| maker(self.actions, synth.main_input()?));
        let (Some(artifact), Some(synth)) = (artifact, synth) else { return SourceLayout::default() };
        if !source.is_some_and(|source| self.is_main(self.actions[source].action)) {
            return SourceLayout::default();
        }
        let app = match &synth.does {
            Does::Build(project) => synthesized_in(project.spec.commands()),
            _ => None,
        };
        let assembly = Self::directory_of(synth, artifact).map(|directory| {
            match (directory.as_str(), assembly_directory(self.actions)) {
                (".", inside) => inside.to_owned(),
                (directory, "") => directory.to_owned(),
                (directory, inside) => format!("{directory}/{inside}"),
            }
        });
        SourceLayout { app, assembly: assembly.filter(|assembly| !assembly.is_empty()) }
    }

    /// Returns where the files of a step come from.
    fn inputs(&self, action: &Action) -> Vec<Input> {
        let mut artifacts: Vec<&String> = action.inputs.iter().collect();
        // Commands start in the first one.
        artifacts.sort_by_key(|artifact| Some(artifact.as_str()) != action.main_input());
        artifacts.into_iter().map(|artifact| self.input(artifact)).collect()
    }

    /// Reads a build specification out of the files that the build starts in.
    fn read_spec_file(&self, project: &mut Project, file: &str, input: Option<&Input>) {
        let impossible = match (input.map(|input| &input.source), self.app) {
            (None | Some(InputSource::Checkout), Some(app)) => match app.read(&self.layout, file) {
                Some(bytes) => return project.read_spec(&String::from_utf8_lossy(&bytes)),
                None => "which is not in the app's directory",
            },
            (None | Some(InputSource::Checkout), None) => "a file of the app, which is not available here",
            (Some(InputSource::Assembly), _) => "which is not in the assembly",
            (Some(_), _) => "a file that exists only when the job runs",
        };
        project.impossible.push(format!("its build specification is `{file}`, {impossible}"));
    }

    fn report_step(&mut self, id: OrderedId<'a>, project: &Project, step: &ScriptStep) {
        for lost in project.lost.iter().chain(&step.spec.lost) {
            self.report(LineKind::Setting, id, lost);
        }
        if let Some(network) = &project.network {
            self.report(LineKind::Runner, id, &format!("it ran inside a VPC: {network}"));
        }
        for grant in &project.grants {
            self.report(LineKind::Role, id, grant);
        }
    }
}

/// Returns `true` if a command calls a program that works in AWS, wherever in it.
fn calls_aws(command: &str) -> bool {
    let is_end = |c: char| c.is_whitespace() || "$(){}`;&|'\"=".contains(c);
    command.split(is_end).any(|word| ["aws", "cdk", "sam"].contains(&word))
}
