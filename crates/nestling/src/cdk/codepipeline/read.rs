//! Reads the pipelines of an assembly.

use super::lost::{lost, triggers};
use super::pipeline::{Action, Does, Mode, Pipeline, SourceKind, Stage};
use super::resource::{logical_id, type_of};
use super::{graphs, project};
use crate::cdk::assembly::{Assembly, Stack, may_equal};
use crate::cdk::document::{At, Document, Reader};
use crate::cdk::template::{PIPELINE, Place, resolve};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Diagnostic;
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads every pipeline that deploys stacks of this assembly, in the order of the manifest.
pub(crate) fn read(reader: &Reader<'_>, assembly: &Assembly) -> Result<Vec<Pipeline>, Vec<Diagnostic>> {
    let mut pipelines = Vec::new();
    let mut problems = Vec::new();
    for (at, stack) in assembly.stacks.iter().enumerate() {
        if !stack.has_pipeline || stack.stage.is_some() {
            continue;
        }
        match of_stack(reader, assembly, at) {
            Ok(found) => pipelines.extend(found),
            Err(problem) => problems.push(problem),
        }
    }
    if let Err(problem) = graphs::attach(reader, &mut pipelines) {
        problems.push(problem);
    }
    if problems.is_empty() { Ok(pipelines) } else { Err(problems) }
}

fn of_stack(reader: &Reader<'_>, assembly: &Assembly, at: usize) -> Result<Vec<Pipeline>, Diagnostic> {
    let stack = &assembly.stacks[at];
    let Some(template) = reader.json(&stack.template)? else { return Ok(Vec::new()) };
    let resources = template.root().entries_of("Resources")?;
    let paths = construct_paths(reader, stack)?;
    let mut pipelines = Vec::new();
    for (id, resource) in &resources {
        if type_of(resource) != PIPELINE {
            continue;
        }
        let reading =
            Reading { reader, assembly, stack, resources: &resources, paths: &paths, own: own_ids(resource) };
        let stages = reading.stages(resource)?;
        // A pipeline that touches no stack of this assembly is something that the app itself deploys.
        if !stages.iter().flat_map(|stage| &stage.actions).any(|action| !action.does.stacks().is_empty()) {
            continue;
        }
        let path = paths.get(*id).map_or_else(|| format!("{}/{id}", stack.path), Clone::clone);
        let path = path.trim_end_matches("/Resource").to_owned();
        let (triggers, lost) = (triggers(&resources), lost(resource)?);
        pipelines.push(Pipeline { path, stages, graph: None, triggers, lost, origin: resource.origin() });
    }
    Ok(pipelines)
}

/// The construct path of each logical id, as the stack's metadata tells it.
fn construct_paths(reader: &Reader<'_>, stack: &Stack) -> Result<BTreeMap<String, String>, Diagnostic> {
    let name = stack.metadata.as_deref().unwrap_or("manifest.json");
    let Some(path) = stack.directory.join(name).ok() else { return Ok(BTreeMap::new()) };
    let Some(document) = reader.json(&path)? else { return Ok(BTreeMap::new()) };
    let metadata = match stack.metadata {
        Some(_) => Some(document.root()),
        None => inline(&document, stack),
    };
    let mut paths = BTreeMap::new();
    for (path, entries) in metadata.map_or_else(|| Ok(Vec::new()), |at| at.entries())? {
        for entry in entries.items()? {
            if entry.text_of("type")? == Some("aws:cdk:logicalId") {
                let id = entry.field("data")?.text()?;
                paths.insert(id.to_owned(), path.trim_start_matches('/').to_owned());
            }
        }
    }
    Ok(paths)
}

/// Up to aws-cdk-lib 2.2xx, metadata stood in the manifest itself.
fn inline<'a>(manifest: &'a Document, stack: &Stack) -> Option<At<'a>> {
    manifest.root().get("artifacts")?.get(&stack.id)?.get("metadata")
}

/// The pipeline's own bucket and keys.
fn own_ids(pipeline: &At<'_>) -> Vec<String> {
    fn collect(value: &Value, ids: &mut Vec<String>) {
        ids.extend(logical_id(value));
        match value {
            Value::Object(map) => map.values().for_each(|value| collect(value, ids)),
            Value::Array(items) => items.iter().for_each(|value| collect(value, ids)),
            _ => {}
        }
    }
    let mut ids = Vec::new();
    let properties = pipeline.get("Properties");
    for key in ["ArtifactStore", "ArtifactStores"] {
        if let Some(at) = properties.as_ref().and_then(|at| at.get(key)) {
            collect(at.value(), &mut ids);
        }
    }
    ids
}

struct Reading<'a, 'd> {
    reader: &'a Reader<'a>,
    assembly: &'a Assembly,
    stack: &'a Stack,
    resources: &'a [(&'d str, At<'d>)],
    paths: &'a BTreeMap<String, String>,
    own: Vec<String>,
}

impl Reading<'_, '_> {
    fn place(&self) -> Place<'_> {
        Place { account: self.stack.account.as_deref(), region: self.stack.region.as_deref() }
    }

    fn stages(&self, pipeline: &At<'_>) -> Result<Vec<Stage>, Diagnostic> {
        let mut stages = Vec::new();
        for stage in pipeline.field("Properties")?.field("Stages")?.items()? {
            let name = resolve(&stage.field("Name")?, self.place()).shown().to_owned();
            let actions = stage.field("Actions")?.items()?;
            let actions = actions.iter().map(|action| self.action(action)).collect::<Result<_, _>>()?;
            stages.push(Stage { name, actions });
        }
        self.executed(&mut stages);
        Ok(stages)
    }

    /// An action that executes a change set says the stack's name alone, which stacks of other stages or pipelines may
    /// share: the stack is the one that the last action before has made the change set of.
    fn executed(&self, stages: &mut [Stage]) {
        let mut prepared: Vec<usize> = Vec::new();
        for stage in stages {
            let mut actions: Vec<&mut Action> = stage.actions.iter_mut().collect();
            actions.sort_by_key(|action| action.rank);
            for action in actions {
                match &mut action.does {
                    Does::Stack { stack, mode: Mode::Prepare } => prepared.push(*stack),
                    Does::Stack { stack, mode: Mode::Execute } => {
                        let named = &self.assembly.stacks[*stack];
                        let of =
                            prepared.iter().rev().find(|other| named.may_be(&self.assembly.stacks[**other]));
                        let may_be = self.positions(|other| named.may_be(other));
                        match of {
                            Some(own) => *stack = *own,
                            None if may_be.len() == 1 => {}
                            None => action.does = ambiguous(&named.name, may_be),
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn action(&self, action: &At<'_>) -> Result<Action, Diagnostic> {
        let kind = action.field("ActionTypeId")?;
        let (category, provider) = (kind.field("Category")?.text()?, kind.field("Provider")?.text()?);
        let configuration = action.get("Configuration");
        let setting = |key: &str| configuration.as_ref().and_then(|at| at.get(key));
        let text = |key: &str| setting(key).map(|at| resolve(&at, self.place()).shown().to_owned());
        let does = match (category, provider) {
            ("Source", _) => {
                let named = || Some(format!("{}/{}", text("Owner")?, text("Repo")?));
                let repository = text("FullRepositoryId").or_else(named);
                let repository = repository.or_else(|| text("RepositoryName")).or_else(|| text("S3Bucket"));
                let repository = repository.unwrap_or_else(|| provider.to_owned());
                let is_store = ["S3", "ECR"].contains(&provider);
                let kind = if is_store { SourceKind::Store } else { SourceKind::Repository };
                Does::Source { repository, branch: text("BranchName").or_else(|| text("Branch")), kind }
            }
            ("Build" | "Test", "CodeBuild") => self.build(&setting("ProjectName"))?,
            ("Approval", "Manual") => Does::Approve(text("CustomData")),
            ("Deploy", "CloudFormation") => self.on_stack(action, &text),
            _ => Does::other(format!("{provider} ({category})")),
        };
        let names = |key: &str| -> Result<Vec<String>, Diagnostic> {
            action.items_of(key)?.iter().map(|at| Ok(at.field("Name")?.text()?.to_owned())).collect()
        };
        Ok(Action {
            name: resolve(&action.field("Name")?, self.place()).shown().to_owned(),
            rank: action.get("RunOrder").and_then(|at| at.value().as_u64()).unwrap_or(1),
            does,
            namespace: action.text_of("Namespace")?.map(str::to_owned),
            inputs: names("InputArtifacts")?,
            primary: text("PrimarySource"),
            outputs: names("OutputArtifacts")?,
            variables: setting("EnvironmentVariables")
                .map_or_else(|| Ok(Vec::new()), |at| self.variables(&at))?,
            origin: action.origin(),
        })
    }

    fn build(&self, name: &Option<At<'_>>) -> Result<Does, Diagnostic> {
        let id = name.as_ref().and_then(|at| logical_id(at.value()));
        let found = self.resources.iter().find(|(other, _)| Some(*other) == id.as_deref());
        let Some((id, resource)) = found else {
            let shown = name.as_ref().map(|at| resolve(at, self.place()).shown().to_owned());
            let shown = shown.unwrap_or_default();
            return Ok(Does::other(format!("CodeBuild project `{shown}`, which is not in this stack")));
        };
        let mut project = project::read(self.reader, resource, self.resources, &self.own, self.place())?;
        let path = self.paths.get(*id).cloned().unwrap_or_else(|| (*id).to_owned());
        project.path = path.trim_end_matches("/Resource").to_owned();
        Ok(Does::Build(Box::new(project)))
    }

    /// The stack that an action works on: by its template, or by its name, region and account.
    fn on_stack(&self, action: &At<'_>, text: &dyn Fn(&str) -> Option<String>) -> Does {
        let template = text("TemplatePath").and_then(|path| RepoPath::parse(path.split_once("::")?.1).ok());
        let mut stacks = match template {
            Some(path) => self.positions(|stack| stack.template == path),
            None => Vec::new(),
        };
        let name = text("StackName").unwrap_or_default();
        if stacks.is_empty() {
            let role = action.get("RoleArn").map(|at| resolve(&at, self.place()).shown().to_owned());
            let account = role.as_deref().and_then(account_of);
            let region = action.get("Region").and_then(|at| at.text().ok()).or(self.stack.region.as_deref());
            stacks = self.positions(|stack| {
                stack.name == name
                    && may_equal(stack.region.as_deref(), region)
                    && may_equal(stack.account.as_deref(), account)
            });
        }
        let mode = match text("ActionMode").unwrap_or_default().as_str() {
            "CHANGE_SET_REPLACE" => Mode::Prepare,
            "CHANGE_SET_EXECUTE" => Mode::Execute,
            "CREATE_UPDATE" => Mode::Deploy,
            other => return Does::Other { what: format!("CloudFormation with the mode {other}"), stacks },
        };
        match stacks[..] {
            [] => Does::other(format!("CloudFormation on `{name}`, which is not in this assembly")),
            [stack] => Does::Stack { stack, mode },
            // Which one is known from the change set.
            [stack, ..] if mode == Mode::Execute => Does::Stack { stack, mode },
            _ => ambiguous(&name, stacks),
        }
    }

    fn positions(&self, is_meant: impl Fn(&Stack) -> bool) -> Vec<usize> {
        let stacks = self.assembly.stacks.iter().enumerate();
        stacks.filter(|(_, stack)| is_meant(stack)).map(|(at, _)| at).collect()
    }

    /// The list is JSON in a string.
    fn variables(&self, at: &At<'_>) -> Result<Vec<(String, String)>, Diagnostic> {
        let text = resolve(at, self.place()).shown().to_owned();
        let list: Vec<Value> = serde_json::from_str(&text).map_err(|error| at.problem(error))?;
        let part = |item: &Value, key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
        Ok(list.iter().filter_map(|item| Some((part(item, "name")?, part(item, "value")?))).collect())
    }
}

fn ambiguous(name: &str, stacks: Vec<usize>) -> Does {
    let what = format!("CloudFormation on `{name}`, as several stacks of this assembly are called");
    Does::Other { what, stacks }
}

/// The account in an ARN of a role.
fn account_of(arn: &str) -> Option<&str> {
    let account = arn.split(':').nth(4)?;
    account.bytes().all(|byte| byte.is_ascii_digit()).then_some(account).filter(|account| !account.is_empty())
}
