//! Reads the pipelines of an assembly.

use super::lost::{beside, lost, lost_of_action, triggers};
use super::parameters::parameters;
use super::paths::construct_paths;
use super::pipeline::{Action, Does, Mode, Pipeline, PipelinePath, SourceKind, Stage};
use super::resource::{Template, logical_id, logical_ids, type_of};
use super::variable::{Variable, VariableValue};
use super::{commands, conditions, graphs, project};
use crate::assembly::{Assembly, Stack, StackId, may_equal, root_above};
use crate::document::{Json, Reader};
use crate::template::{PIPELINE, PseudoParameters, resolve};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Diagnostic;
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads every pipeline that works on stacks of this assembly, in the order of the manifest.
pub(crate) fn read(reader: &Reader<'_>, assembly: &Assembly) -> Result<Vec<Pipeline>, Vec<Diagnostic>> {
    let mut pipelines = Vec::new();
    let mut problems = Vec::new();
    for stack in &assembly.stacks {
        if !stack.has_pipeline || stack.stage.is_some() {
            continue;
        }
        match of_stack(reader, assembly, stack) {
            Ok(own) => pipelines.extend(own),
            Err(problem) => problems.push(problem),
        }
    }
    if let Err(problem) = graphs::attach(reader, &mut pipelines) {
        problems.push(problem);
    }
    if problems.is_empty() { Ok(pipelines) } else { Err(problems) }
}

fn of_stack(reader: &Reader<'_>, assembly: &Assembly, stack: &Stack) -> Result<Vec<Pipeline>, Diagnostic> {
    let Some(document) = reader.json(&stack.template)? else { return Ok(Vec::new()) };
    let resources = document.root().entries_of("Resources")?;
    let pseudo = PseudoParameters { account: stack.account.as_deref(), region: stack.region.as_deref() };
    let template = Template { resources: &resources, pseudo };
    let paths = construct_paths(reader, stack)?;
    let mut pipelines = Vec::new();
    for (id, resource) in &resources {
        if type_of(resource) != PIPELINE {
            continue;
        }
        let own_ids = own_ids(resource);
        let reading = Reading { reader, assembly, template, paths: &paths, own_ids: &own_ids };
        let stages = reading.stages(resource)?;
        // A pipeline that works on no stack of this assembly is something that the app itself deploys.
        let mut actions = stages.iter().flat_map(|stage| &stage.actions);
        if actions.all(|action| action.does.stacks().is_empty()) {
            continue;
        }
        let path = paths.get(*id).map_or_else(|| format!("{}/{id}", stack.path), Clone::clone);
        pipelines.push(Pipeline {
            path: PipelinePath::new(path.trim_end_matches("/Resource")),
            stages,
            variables: default_values(resource)?,
            graph: None,
            triggers: triggers(&resources),
            lost: lost(resource)?,
            beside: beside(&resources, &own_ids),
            region: stack.region.clone(),
            origin: resource.origin(),
        });
    }
    Ok(pipelines)
}

/// Returns the default values of a pipeline's variables.
fn default_values(pipeline: &Json<'_>) -> Result<BTreeMap<String, String>, Diagnostic> {
    let mut values = BTreeMap::new();
    for variable in pipeline.field("Properties")?.items_of("Variables")? {
        if let Some(value) = variable.text_of("DefaultValue")? {
            values.insert(variable.field("Name")?.text()?.to_owned(), value.to_owned());
        }
    }
    Ok(values)
}

/// Returns the logical ids of the pipeline's own bucket and keys.
fn own_ids(pipeline: &Json<'_>) -> Vec<String> {
    let properties = pipeline.get("Properties");
    let stores = ["ArtifactStore", "ArtifactStores"];
    let stores = stores.iter().filter_map(|key| properties.as_ref().and_then(|own| own.get(key)));
    stores.flat_map(|store| logical_ids(store.value())).collect()
}

/// The surroundings of the actions of one pipeline.
struct Reading<'a> {
    reader: &'a Reader<'a>,
    assembly: &'a Assembly,
    template: Template<'a>,
    /// The construct path of each logical id.
    paths: &'a BTreeMap<String, String>,
    /// The logical ids of the pipeline's own bucket and keys.
    own_ids: &'a [String],
}

impl Reading<'_> {
    fn stages(&self, pipeline: &Json<'_>) -> Result<Vec<Stage>, Diagnostic> {
        let mut stages = Vec::new();
        for stage in &pipeline.field("Properties")?.field("Stages")?.items()? {
            let name = self.spelled(&stage.field("Name")?);
            let actions = stage.field("Actions")?.items()?;
            let actions = actions.iter().map(|action| self.action(action)).collect::<Result<_, _>>()?;
            let actions = conditions::held(actions, pipeline, stage, &name)?;
            stages.push(Stage { name, actions });
        }
        self.find_executed(&mut stages);
        Ok(stages)
    }

    /// An action that executes a change set names the stack alone, as stacks of other stages or pipelines may be called,
    /// too: it executes the change set that the last action before has made.
    fn find_executed(&self, stages: &mut [Stage]) {
        let mut prepared: Vec<StackId> = Vec::new();
        for stage in stages {
            let mut actions: Vec<&mut Action> = stage.actions.iter_mut().collect();
            // The list need not be in the order in which they run.
            actions.sort_by_key(|action| action.rank);
            for action in actions {
                match &mut action.does {
                    Does::Stack { stack, mode: Mode::Prepare } => prepared.push(*stack),
                    Does::Stack { stack, mode: Mode::Execute } => {
                        let named = &self.assembly.stacks[*stack];
                        let may_be = |other: &&StackId| named.may_be(&self.assembly.stacks[**other]);
                        let candidates = self.stacks_that(|other| named.may_be(other));
                        match prepared.iter().rev().find(may_be) {
                            Some(own) => *stack = *own,
                            None if candidates.len() == 1 => {}
                            None => action.does = ambiguous(&named.name, candidates),
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn action(&self, action: &Json<'_>) -> Result<Action, Diagnostic> {
        let kind = action.field("ActionTypeId")?;
        let (category, provider) = (kind.field("Category")?.text()?, kind.field("Provider")?.text()?);
        let configuration = Configuration { reading: self, json: action.get("Configuration") };
        let mut parameters = Vec::new();
        let does = match (category, provider) {
            ("Source", _) => source(&configuration, provider),
            ("Build" | "Test", "CodeBuild") => self.build(&configuration)?,
            ("Compute", "Commands") => {
                Does::Build(Box::new(commands::project(action, self.template, self.own_ids)?))
            }
            ("Approval", "Manual") => Does::Approve(configuration.text("CustomData")),
            ("Deploy", "CloudFormation") => match configuration.parameters() {
                Ok(own) => {
                    parameters = own;
                    self.on_stack(action, &configuration)
                }
                Err(what) => self.on_stack(action, &configuration).impossible(what),
            },
            _ => Does::other(format!("{provider} ({category})")),
        };
        Ok(Action {
            name: self.spelled(&action.field("Name")?),
            rank: action.get("RunOrder").and_then(|order| order.value().as_u64()).unwrap_or(1),
            namespace: action.text_of("Namespace")?.map(str::to_owned),
            inputs: artifact_names(action, "InputArtifacts")?,
            primary: configuration.text("PrimarySource"),
            outputs: artifact_names(action, "OutputArtifacts")?,
            lost: lost_of_action(action)?,
            assembly: self.assembly_of(&does, &configuration),
            parameters,
            variables: configuration.variables()?,
            region: action.get("Region").map(|region| self.spelled(&region)),
            origin: action.origin(),
            does,
        })
    }

    fn build(&self, configuration: &Configuration<'_>) -> Result<Does, Diagnostic> {
        let name = configuration.get("ProjectName");
        let id = name.as_ref().and_then(|name| logical_id(name.value()));
        let Some((id, resource)) = id.and_then(|id| Some((id, self.template.resource(id)?))) else {
            let shown = configuration.text("ProjectName").unwrap_or_default();
            return Ok(Does::other(format!("CodeBuild project `{shown}`, which is not in this stack")));
        };
        let mut project = project::read(self.reader, self.template, resource, self.own_ids)?;
        let path = self.paths.get(id).map_or(id, String::as_str);
        if configuration.text("BatchEnabled").as_deref() == Some("true") {
            project.impossible.push("it is a batch of builds".to_owned());
        }
        // CDK's construct, whose one child is the resource.
        project.path = path.trim_end_matches("/Resource").to_owned();
        Ok(Does::Build(Box::new(project)))
    }

    /// The stack that an action works on: by its template, or by its name, region and account.
    fn on_stack(&self, action: &Json<'_>, configuration: &Configuration<'_>) -> Does {
        let name = configuration.text("StackName").unwrap_or_default();
        // The template is the stack's own; its name may be that of stacks elsewhere.
        let of_template = self.by_template(configuration);
        let mut stacks = of_template.clone();
        stacks.retain(|stack| self.is_placed(&self.assembly.stacks[*stack], &name, action));
        if let ([first, ..], []) = (&of_template[..], &stacks[..]) {
            let own = &self.assembly.stacks[*first];
            let what =
                format!("CloudFormation on another stack (`{name}`) with the template of `{}`", own.path);
            return Does::Other { what, stacks: of_template };
        }
        if stacks.is_empty() {
            stacks = self.stacks_that(|stack| self.is_placed(stack, &name, action));
        }
        let mode = match configuration.text("ActionMode").unwrap_or_default().as_str() {
            "CHANGE_SET_REPLACE" => Mode::Prepare,
            "CHANGE_SET_EXECUTE" => Mode::Execute,
            "CREATE_UPDATE" => Mode::Deploy,
            other => return Does::Other { what: format!("CloudFormation with the mode {other}"), stacks },
        };
        match stacks[..] {
            [] => Does::other(format!("CloudFormation on `{name}`, which is not in this assembly")),
            [stack] => Does::Stack { stack, mode },
            // The change set decides, once all actions are known.
            [stack, ..] if mode == Mode::Execute => Does::Stack { stack, mode },
            _ => ambiguous(&name, stacks),
        }
    }

    fn by_template(&self, configuration: &Configuration<'_>) -> Vec<StackId> {
        let Some(path) = configuration.template() else { return Vec::new() };
        let exact = self.stacks_that(|stack| stack.template == path);
        if !exact.is_empty() {
            return exact;
        }
        // The artifact may be all of the source, with the assembly somewhere in it.
        self.stacks_that(|stack| root_above(&path.to_string(), &stack.template.to_string()).is_some())
    }

    /// Returns the directory of the assembly in the artifact of an action on a stack.
    fn assembly_of(&self, does: &Does, configuration: &Configuration<'_>) -> Option<String> {
        let path = configuration.template()?.to_string();
        let template = self.assembly.stacks[*does.stacks().first()?].template.to_string();
        root_above(&path, &template).map(str::to_owned)
    }

    /// Returns `true` if a stack has this name, and may be where an action works.
    fn is_placed(&self, stack: &Stack, name: &str, action: &Json<'_>) -> bool {
        let role = action.get("RoleArn").map(|role| self.spelled(&role));
        let account = role.as_deref().and_then(account_of);
        let region = action.get("Region").and_then(|region| region.text().ok());
        let region = region.or(self.template.pseudo.region);
        stack.name == name
            && may_equal(stack.region.as_deref(), region)
            && may_equal(stack.account.as_deref(), account)
    }

    fn stacks_that(&self, is_meant: impl Fn(&Stack) -> bool) -> Vec<StackId> {
        let stacks = StackId::each(&self.assembly.stacks);
        stacks.filter(|(_, stack)| is_meant(stack)).map(|(stack_id, _)| stack_id).collect()
    }

    fn spelled(&self, value: &Json<'_>) -> String {
        resolve(value, self.template.pseudo).shown().to_owned()
    }
}

/// The configuration of an action.
struct Configuration<'a> {
    reading: &'a Reading<'a>,
    json: Option<Json<'a>>,
}

impl Configuration<'_> {
    fn get(&self, key: &str) -> Option<Json<'_>> {
        self.json.as_ref().and_then(|json| json.get(key))
    }

    /// Returns the template of an action on a stack, in its artifact: it is written as `Artifact::path/in/it`.
    fn template(&self) -> Option<RepoPath> {
        let written = self.text("TemplatePath")?;
        RepoPath::parse(written.split_once("::")?.1).ok()
    }

    fn text(&self, key: &str) -> Option<String> {
        self.get(key).map(|value| self.reading.spelled(&value))
    }

    fn parameters(&self) -> Result<Vec<(String, String)>, String> {
        let overrides = self.get("ParameterOverrides");
        let overrides = overrides.map(|written| resolve(&written, self.reading.template.pseudo));
        parameters(overrides.as_ref(), self.text("TemplateConfiguration").as_deref())
    }

    /// The list is JSON in a string.
    fn variables(&self) -> Result<Vec<Variable>, Diagnostic> {
        let Some(written) = self.get("EnvironmentVariables") else { return Ok(Vec::new()) };
        let resolved = resolve(&written, self.reading.template.pseudo);
        let list: Vec<Value> =
            serde_json::from_str(resolved.shown()).map_err(|error| written.problem(error))?;
        let part = |item: &Value, key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
        let variable = |item: &Value| {
            let (name, value) = (part(item, "name")?, part(item, "value")?);
            let is_unknown = resolved.unknown().iter().any(|token| value.contains(token));
            let value = match part(item, "type").as_deref() {
                _ if is_unknown => VariableValue::Token(value),
                None | Some("PLAINTEXT") if value.contains("#{") => VariableValue::Reference(value),
                written => VariableValue::of_type(written.unwrap_or_default(), &value),
            };
            Some((name, value))
        };
        Ok(list.iter().filter_map(variable).collect())
    }
}

fn source(configuration: &Configuration<'_>, provider: &str) -> Does {
    let owned = || {
        let (owner, name) = (configuration.text("Owner")?, configuration.text("Repo")?);
        Some(format!("{owner}/{name}"))
    };
    let repository = configuration
        .text("FullRepositoryId")
        .or_else(owned)
        .or_else(|| configuration.text("RepositoryName"))
        .or_else(|| configuration.text("S3Bucket"));
    let branch = configuration.text("BranchName").or_else(|| configuration.text("Branch"));
    let is_store = ["S3", "ECR"].contains(&provider);
    let kind = if is_store { SourceKind::Store } else { SourceKind::Repository };
    let has_history = configuration.text("OutputArtifactFormat").as_deref() == Some("CODEBUILD_CLONE_REF");
    let repository = repository.unwrap_or_else(|| provider.to_owned());
    Does::Source { repository, branch, kind, has_history }
}

fn artifact_names(action: &Json<'_>, key: &str) -> Result<Vec<String>, Diagnostic> {
    let artifacts = action.items_of(key)?;
    artifacts.iter().map(|artifact| Ok(artifact.field("Name")?.text()?.to_owned())).collect()
}

fn ambiguous(name: &str, stacks: Vec<StackId>) -> Does {
    let what = format!("CloudFormation on `{name}`, as several stacks of this assembly are called");
    Does::Other { what, stacks }
}

/// Returns the account in an ARN of a role.
fn account_of(arn: &str) -> Option<&str> {
    let account = arn.split(':').nth(4)?;
    let is_number = !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(account)
}
