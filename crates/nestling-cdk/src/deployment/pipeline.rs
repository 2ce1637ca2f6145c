//! A pipeline's actions as nodes: what GitLab does by itself falls away, publishing is gathered by stage, the rest is
//! one node an action.

mod replaced;

use super::graph::{
    Action, ActionId, Deployment, Fate, GraphNode, Input, InputSource, Namespace, NodeId, Order, ScriptStep,
    Work,
};
use super::ordered::{Ordered, OrderedId, order};
use super::role::{Role, assembly_artifact, main_source, maker, roles};
use super::stage::stages_of;
use crate::assembly::{StackId, StageId};
use crate::codepipeline::{self, Does, Mode, Pipeline, PipelineId, Project, SourceKind, matching};
use crate::id::Id;
use crate::report::{Line, LineKind};
use std::collections::BTreeSet;

/// Adds the nodes of a pipeline.
pub(crate) fn add(deployment: &mut Deployment, pipeline_id: PipelineId, pipeline: &Pipeline) {
    let actions = order(pipeline, &deployment.assembly);
    let roles = roles(&actions);
    let stages = stages_of(pipeline, &actions, &deployment.assembly);
    let main_source = main_source(&actions);
    let mut adding = Adding {
        deployment,
        pipeline,
        pipeline_id,
        main_source,
        actions: &actions,
        stages,
        nodes: Vec::new(),
    };
    for (id, role) in Id::all(&actions).zip(roles) {
        let nodes = adding.action(id, role);
        adding.nodes.push(nodes);
    }
    adding.add_edges();
    adding.add_inputs();
    adding.add_fates();
    for trigger in &pipeline.triggers {
        adding.report_pipeline(LineKind::Trigger, trigger);
    }
    for lost in &pipeline.lost {
        adding.report_pipeline(LineKind::Setting, lost);
    }
}

struct Adding<'a> {
    deployment: &'a mut Deployment,
    pipeline: &'a Pipeline,
    pipeline_id: PipelineId,
    /// The source of the repository itself.
    main_source: Option<&'a codepipeline::Action>,
    actions: &'a Vec<Ordered<'a>>,
    /// The CDK stage of each action.
    stages: Vec<Option<StageId>>,
    /// The nodes of each action.
    nodes: Vec<Vec<NodeId>>,
}

impl<'a> Adding<'a> {
    fn action(&mut self, id: OrderedId<'a>, role: Role) -> Vec<NodeId> {
        let action = self.actions[id].action;
        for lost in &action.lost {
            self.report(LineKind::Setting, id, lost);
        }
        match role {
            Role::Source => self.source(id, action),
            Role::Synth => self.synth(id, action),
            Role::SelfUpdate => {
                let text = "each pipeline is generated anew from the assembly, which is all that it did";
                self.report(LineKind::Replaced, id, text);
                Vec::new()
            }
            Role::Publish => self.publish(id, action),
            Role::Compare | Role::Work => {
                let work = self.work(id, action, role);
                let node = self.push(id, work);
                if let Some(namespace) = &action.namespace {
                    let key = (self.pipeline_id, namespace.clone());
                    self.deployment.namespaces.insert(key, Namespace::Node(node));
                }
                vec![node]
            }
        }
    }

    fn work(&mut self, id: OrderedId<'a>, action: &codepipeline::Action, role: Role) -> Work {
        match &action.does {
            Does::Stack { stack, mode: Mode::Prepare } => Work::Prepare(*stack),
            Does::Stack { stack, mode: Mode::Execute } => Work::Execute(*stack),
            Does::Stack { stack, mode: Mode::Deploy } => Work::Deploy(*stack),
            // A variable says nothing to the person who is asked.
            Does::Approve(comment) => {
                Work::Approve(comment.clone().filter(|comment| !comment.starts_with("#{")))
            }
            Does::Build(_) if role == Role::Compare => match self.compared(id) {
                stacks if stacks.is_empty() => self.unsupported(id, "a check of permissions without stacks"),
                stacks => Work::Compare(stacks),
            },
            Does::Build(project) => {
                self.report_project(id, project);
                Work::Run(Box::new(step(project, action)))
            }
            Does::Other { what, .. } => self.unsupported(id, what),
            Does::Source { .. } => Work::Unsupported("a source".to_owned()),
        }
    }

    fn unsupported(&mut self, id: OrderedId<'a>, what: &str) -> Work {
        self.report(LineKind::Unsupported, id, &format!("{what}; a job that fails holds its place"));
        Work::Unsupported(what.to_owned())
    }

    /// Reports what a project needs beside its commands.
    fn report_project(&mut self, id: OrderedId<'a>, project: &Project) {
        for lost in project.lost.iter().chain(&project.spec.lost) {
            self.report(LineKind::Setting, id, lost);
        }
        if let Some(network) = &project.network {
            self.report(LineKind::Runner, id, &format!("it ran inside a VPC: {network}"));
        }
        for (name, store) in project.secrets.iter().chain(&project.spec.secrets) {
            self.report(LineKind::Variable, id, &format!("{name}, from {store}"));
        }
        for grant in &project.grants {
            self.report(LineKind::Role, id, grant);
        }
    }

    /// The stacks whose permissions an action compares: those of the stage that it names, or else of the stage that it
    /// belongs to, or else all that the pipeline deploys.
    fn compared(&self, id: OrderedId<'a>) -> Vec<StackId> {
        let assembly = &self.deployment.assembly;
        let variables = &self.actions[id].action.variables;
        let written = variables.iter().find(|(name, _)| name == "STAGE_PATH").map(|(_, path)| path);
        let named = written.and_then(|path| assembly.stages.iter().position(|stage| stage.path == *path));
        let stage = named.map(Id::new).or(self.stages[id.index()]);
        let mut stacks: BTreeSet<StackId> = BTreeSet::new();
        for ordered in self.actions {
            if let Does::Stack { stack, .. } = ordered.action.does {
                stacks.insert(stack);
            }
        }
        let is_of_stage = |stack: &StackId| stage.is_some() && assembly.stacks[*stack].stage == stage;
        let of_stage: Vec<StackId> = stacks.iter().copied().filter(is_of_stage).collect();
        if of_stage.is_empty() { stacks.into_iter().collect() } else { of_stage }
    }

    fn push(&mut self, id: OrderedId<'a>, work: Work) -> NodeId {
        let ordered = &self.actions[id];
        let group = match &self.pipeline.graph {
            Some(graph) => matching::group_of(ordered.stage, graph),
            None => &ordered.stage.name,
        };
        let node = GraphNode {
            name: self.node_name(ordered, group),
            group: Some(group.to_owned()),
            pipeline: Some(self.pipeline_id),
            stage: self.stages[id.index()],
            work,
            after: BTreeSet::new(),
            order: if ordered.leaf.is_some() { Order::Exact } else { Order::ByRank },
            origin: ordered.action.origin,
        };
        let node_id = Id::next(&self.deployment.nodes);
        self.deployment.nodes.push(node);
        node_id
    }

    /// A node is called after its step. A step that became two actions, a check and an approval, gives two names.
    fn node_name(&self, ordered: &Ordered<'_>, group: &str) -> String {
        let name = &ordered.action.name;
        let Some(leaf) = ordered.leaf else { return format!("{group}.{name}") };
        let same_step = self.actions.iter().filter(|other| other.leaf == Some(leaf));
        let is_shared = same_step.count() > 1;
        let part =
            [".Check", ".Confirm"].into_iter().find(|part| name.ends_with(part) && !leaf.ends_with(part));
        match part.filter(|_| is_shared) {
            Some(part) => format!("{leaf}{part}"),
            None => leaf.to_owned(),
        }
    }

    /// A stack waits for the assets of its own stage; for any other action, a node waits for all that it became.
    fn add_edges(&mut self) {
        for (id, ordered) in Id::each(self.actions) {
            let before: Vec<NodeId> =
                ordered.after.iter().flat_map(|other| &self.nodes[other.index()]).copied().collect();
            for node_id in &self.nodes[id.index()] {
                let stage = self.deployment.nodes[*node_id].stage;
                let mut own = before.clone();
                own.retain(|other| match self.deployment.nodes[*other].work {
                    // An asset action publishes for several stages, and each of them is a node.
                    Work::Publish(published) => stage.is_none_or(|stage| stage == published),
                    _ => true,
                });
                own.retain(|other| other != node_id);
                self.deployment.nodes[*node_id].after.extend(own);
            }
        }
    }

    /// Tells each step where its files come from.
    fn add_inputs(&mut self) {
        for (id, ordered) in Id::each(self.actions) {
            let action = ordered.action;
            let Some(node_id) = self.nodes[id.index()].first().copied() else { continue };
            let mut artifacts: Vec<&String> = action.inputs.iter().collect();
            // Commands start in the first one.
            artifacts.sort_by_key(|artifact| Some(artifact.as_str()) != action.main_input());
            let inputs: Vec<Input> = artifacts.into_iter().map(|artifact| self.input(artifact)).collect();
            if let Work::Run(step) = &mut self.deployment.nodes[node_id].work {
                step.inputs = inputs;
            }
        }
    }

    fn input(&self, artifact: &str) -> Input {
        Input { artifact: artifact.to_owned(), source: self.input_source(artifact) }
    }

    fn input_source(&self, artifact: &str) -> InputSource {
        if assembly_artifact(self.actions) == Some(artifact) {
            return InputSource::Assembly;
        }
        let Some(maker) = maker(self.actions, artifact) else { return InputSource::Checkout };
        let action = self.actions[maker].action;
        match (&action.does, self.nodes[maker.index()].first()) {
            (Does::Source { .. }, _) if self.is_main(action) => InputSource::Checkout,
            (Does::Source { repository, branch, kind: SourceKind::Repository }, _) => {
                InputSource::Repository(repository.clone(), branch.clone())
            }
            (Does::Source { repository, kind: SourceKind::Store, .. }, _) => {
                InputSource::Store(repository.clone())
            }
            (_, Some(node)) => InputSource::Node(*node),
            (_, None) => InputSource::Parent(action.name.clone()),
        }
    }

    /// Returns whether an action is the source of the repository itself.
    fn is_main(&self, action: &codepipeline::Action) -> bool {
        self.main_source.is_some_and(|main| std::ptr::eq(main, action))
    }

    fn add_fates(&mut self) {
        let first = self.deployment.actions.len();
        for (id, ordered) in Id::each(self.actions) {
            let nodes = self.nodes[id.index()].clone();
            let after = ordered.after.iter().map(|before| ActionId::new(first + before.index()));
            self.deployment.actions.push(Action {
                pipeline: self.pipeline_id,
                stage: ordered.stage.name.clone(),
                name: ordered.action.name.clone(),
                fate: if nodes.is_empty() { Fate::Reported } else { Fate::Nodes(nodes) },
                after: after.collect(),
            });
        }
    }

    /// Adds a line about an action.
    fn report(&mut self, kind: LineKind, id: OrderedId<'a>, text: &str) {
        let ordered = &self.actions[id];
        let name = format!("{}.{}", ordered.stage.name, ordered.action.name);
        let subject = match self.deployment.label(self.pipeline_id) {
            Some(label) => format!("{label}.{name}"),
            None => name,
        };
        let (text, origin) = (text.to_owned(), ordered.action.origin);
        self.deployment.report.push(Line { kind, subject, text, pipeline: Some(self.pipeline_id), origin });
    }

    /// Adds a line about the pipeline itself.
    fn report_pipeline(&mut self, kind: LineKind, text: &str) {
        let (subject, text) = (self.pipeline.path.as_str().to_owned(), text.to_owned());
        let (pipeline, origin) = (Some(self.pipeline_id), self.pipeline.origin);
        self.deployment.report.push(Line { kind, subject, text, pipeline, origin });
    }
}

fn step(project: &Project, action: &codepipeline::Action) -> ScriptStep {
    // CDK's own variable, which makes CodePipeline notice a changed project.
    let variables = action.variables.iter().filter(|(name, _)| !name.starts_with("_PROJECT_CONFIG"));
    let (references, fixed): (Vec<_>, Vec<_>) =
        variables.cloned().partition(|(_, value)| value.contains("#{"));
    let mut variables = project.variables.clone();
    variables.extend(project.spec.variables.iter().cloned());
    variables.extend(fixed);
    ScriptStep {
        image: project.image.clone(),
        privileged: project.privileged,
        timeout: project.timeout,
        variables,
        references,
        spec: project.spec.clone(),
        inputs: Vec::new(),
        outputs: action.outputs.clone(),
        uses_aws: !project.grants.is_empty(),
    }
}
