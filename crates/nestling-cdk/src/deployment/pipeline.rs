//! A pipeline's actions as nodes: actions that GitLab does are dropped, publishing is gathered by stage, the rest is
//! one node an action.

mod settings;
mod replaced;
mod step;

use super::app::{AppFiles, SourceLayout};
use super::graph::{
    Action, ActionId, Deployment, Fate, GraphNode, Input, InputSource, Namespace, NodeId, Order, Work,
};
use super::ordered::{Ordered, OrderedId, order};
use super::role::{Role, assembly_artifact, assembly_directory, main_source, maker, roles};
use super::stage::stages_of;
use crate::assembly::{StackId, StageId};
use crate::codepipeline::{self, Does, Mode, Pipeline, PipelineId, SourceKind, VariableValue, matching};
use crate::id::Id;
use crate::report::{Line, LineKind};
use std::collections::BTreeSet;

/// Adds the nodes of a pipeline.
pub(crate) fn add(
    deployment: &mut Deployment,
    pipeline_id: PipelineId,
    pipeline: &Pipeline,
    app: Option<AppFiles<'_>>,
) {
    let actions = order(pipeline, &deployment.assembly);
    let roles = roles(&actions);
    let stages = stages_of(pipeline, &actions, &deployment.assembly);
    let main_source = main_source(&actions);
    let mut adding = Adding {
        deployment,
        pipeline,
        pipeline_id,
        app,
        main_source,
        layout: SourceLayout::default(),
        actions: &actions,
        stages,
        nodes: Vec::new(),
    };
    adding.layout = adding.layout();
    for (id, role) in Id::all(&actions).zip(roles) {
        let nodes = adding.action(id, role);
        adding.nodes.push(nodes);
    }
    adding.add_edges();
    adding.add_steps();
    adding.add_fates();
    adding.report_triggers();
    for lost in &pipeline.lost {
        adding.report_pipeline(LineKind::Setting, lost);
    }
}

struct Adding<'a> {
    deployment: &'a mut Deployment,
    pipeline: &'a Pipeline,
    pipeline_id: PipelineId,
    /// The repository of the app.
    app: Option<AppFiles<'a>>,
    /// The source of the repository itself.
    main_source: Option<&'a codepipeline::Action>,
    /// The place of the app in that source.
    layout: SourceLayout,
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
                let text = "Nestling generates each pipeline from the assembly, which replaces it";
                self.report_action(LineKind::Replaced, id, text);
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
            Does::Approve(comment) => Work::Approve(self.question(id, comment.as_deref())),
            Does::Build(_) if role == Role::Compare => match self.compared(id) {
                stacks if stacks.is_empty() => self.unsupported(id, "a check of permissions without stacks"),
                stacks => Work::Compare(stacks),
            },
            // Its commands may be in files that other nodes make, so that it is read when all of them are there.
            Does::Build(_) => Work::Run(Box::default()),
            Does::Other { what, .. } => self.unsupported(id, what),
            Does::Source { .. } => Work::Unsupported { what: "a source".to_owned(), step: Box::default() },
        }
    }

    /// Returns the question of an approval. GitLab shows it before any job has run, so that a variable of one in it is the
    /// name of the variable.
    fn question(&mut self, id: OrderedId<'a>, comment: Option<&str>) -> Option<String> {
        let mut question = comment?.to_owned();
        for (name, default) in &self.pipeline.variables {
            question = question.replace(&format!("#{{variables.{name}}}"), default);
        }
        // CDK's own, for a check of permissions: a variable alone says nothing.
        if question.starts_with("#{") {
            return None;
        }
        while let Some((before, rest)) = question.split_once("#{") {
            let (reference, after) = rest.split_once('}').unwrap_or((rest, ""));
            let name = reference.rsplit('.').next().unwrap_or_default();
            let text = format!(
                "its question contains `#{{{reference}}}`, which GitLab cannot show there: see the job log"
            );
            self.report(LineKind::Setting, id, &text);
            question = format!("{before}{name}{after}");
        }
        Some(question)
    }

    fn unsupported(&mut self, id: OrderedId<'a>, what: &str) -> Work {
        self.report(LineKind::Unsupported, id, &format!("{what}; a failing job is its placeholder"));
        Work::Unsupported { what: what.to_owned(), step: Box::default() }
    }

    /// The stacks whose permissions an action compares: those of the stage that it names, or else of the stage that it
    /// belongs to, or else all that the pipeline deploys.
    fn compared(&self, id: OrderedId<'a>) -> Vec<StackId> {
        let assembly = &self.deployment.assembly;
        let variables = &self.actions[id].action.variables;
        let written = variables.iter().find_map(|(name, value)| match value {
            VariableValue::Text(path) if name == "STAGE_PATH" => Some(path),
            _ => None,
        });
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
        let group = self.group(ordered);
        let node = GraphNode {
            name: self.node_name(ordered, group),
            group: Some(group.to_owned()),
            pipeline: Some(self.pipeline_id),
            stage: self.stages[id.index()],
            work,
            parameters: ordered.action.parameters.clone(),
            after: BTreeSet::new(),
            order: if ordered.leaf.is_some() || self.is_by_hand(ordered) {
                Order::Exact
            } else {
                Order::ByRank
            },
            origin: ordered.action.origin,
        };
        let node_id = Id::next(&self.deployment.nodes);
        self.deployment.nodes.push(node);
        node_id
    }

    /// Returns `true` if the stage of an action is written in the app and not made by CDK's construct, so that its ranks are
    /// meant. CDK's construct calls the actions on stacks after what they do.
    fn is_by_hand(&self, ordered: &Ordered<'a>) -> bool {
        let is_of_cdk =
            |other: &Ordered<'_>| [".Prepare", ".Deploy"].iter().any(|end| other.action.name.ends_with(end));
        let of_stage = |other: &&Ordered<'_>| other.stage_index == ordered.stage_index;
        let is_read_by_rank = self.pipeline.graph.is_none() && self.actions.iter().any(is_of_cdk);
        !is_read_by_rank
            && !self.actions.iter().filter(of_stage).any(|other| other.leaf.is_some() || is_of_cdk(other))
    }

    /// Returns the wave or stage of the pipeline that an action belongs to.
    fn group(&self, ordered: &Ordered<'a>) -> &'a str {
        match &self.pipeline.graph {
            Some(graph) => matching::group_of(ordered.stage, graph),
            None => &ordered.stage.name,
        }
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
                own.extend(self.own_assets(*node_id));
                own.retain(|other| other != node_id);
                self.deployment.nodes[*node_id].after.extend(own);
            }
        }
    }

    /// Returns what publishes the assets of a stack. Ranks order one action for all stages: a later stage waits for it only by
    /// way of an earlier one.
    fn own_assets(&self, node_id: NodeId) -> Option<NodeId> {
        let nodes = &self.deployment.nodes;
        let node = &nodes[node_id];
        let stack = node.work.stack().filter(|_| node.order == Order::ByRank)?;
        if self.deployment.assembly.stacks[stack].assets.is_empty() {
            return None;
        }
        let is_own = |other: &GraphNode| {
            let is_published = matches!(other.work, Work::Publish(stage) if Some(stage) == node.stage);
            is_published && other.pipeline == Some(self.pipeline_id)
        };
        Id::each(nodes).find(|(_, other)| is_own(other)).map(|(other_id, _)| other_id)
    }

    fn input(&self, artifact: &str) -> Input {
        Input { artifact: artifact.to_owned(), source: self.input_source(artifact) }
    }

    fn input_source(&self, artifact: &str) -> InputSource {
        // What has the assembly somewhere in it is what the synth has made of the whole source.
        if assembly_artifact(self.actions) == Some(artifact) && assembly_directory(self.actions).is_empty() {
            return InputSource::Assembly;
        }
        let Some(maker) = maker(self.actions, artifact) else { return InputSource::Checkout };
        let action = self.actions[maker].action;
        match (&action.does, self.nodes[maker.index()].first()) {
            (Does::Source { .. }, _) if self.is_main(action) => InputSource::Checkout,
            (Does::Source { repository, branch, kind: SourceKind::Repository, has_history }, _) => {
                let (name, branch) = (repository.clone(), branch.clone());
                InputSource::Repository { name, branch, has_history: *has_history }
            }
            (Does::Source { repository, kind: SourceKind::Store, .. }, _) => {
                InputSource::Store(repository.clone())
            }
            (_, Some(node)) => InputSource::Node(*node),
            (_, None) => InputSource::Parent {
                action: action.name.clone(),
                directory: Self::directory_of(action, artifact),
            },
        }
    }

    /// Returns `true` if an action is the source of the repository itself.
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

    /// Adds a line about an action that no job stands for.
    fn report_action(&mut self, kind: LineKind, id: OrderedId<'a>, text: &str) {
        let ordered = &self.actions[id];
        let name = self.labeled(&format!("{}.{}", ordered.stage.name, ordered.action.name));
        self.add_line(kind, id, format!("action {name}"), text);
    }

    /// Adds a line about the job of an action.
    fn report(&mut self, kind: LineKind, id: OrderedId<'a>, text: &str) {
        let ordered = &self.actions[id];
        let name = self.labeled(&self.node_name(ordered, self.group(ordered)));
        self.add_line(kind, id, name, text);
    }

    /// Returns a name after the label of the pipeline, where there are several.
    fn labeled(&self, name: &str) -> String {
        match self.deployment.label(self.pipeline_id) {
            Some(label) => format!("{label}.{name}"),
            None => name.to_owned(),
        }
    }

    fn add_line(&mut self, kind: LineKind, id: OrderedId<'a>, subject: String, text: &str) {
        let (text, origin) = (text.to_owned(), self.actions[id].action.origin);
        self.deployment.report.push(Line { kind, subject, text, pipeline: Some(self.pipeline_id), origin });
    }

    /// Adds a line about the pipeline itself.
    fn report_pipeline(&mut self, kind: LineKind, text: &str) {
        let (subject, text) = (self.pipeline.path.as_str().to_owned(), text.to_owned());
        let (pipeline, origin) = (Some(self.pipeline_id), self.pipeline.origin);
        self.deployment.report.push(Line { kind, subject, text, pipeline, origin });
    }
}
