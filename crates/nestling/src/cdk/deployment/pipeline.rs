//! A pipeline's actions as nodes: what GitLab does by itself falls away, publishing is gathered by stage, the rest is
//! one node an action.

mod replaced;

use super::fallback::{Ordered, order};
use super::graph::{Action, Deployment, Fate, Namespace, Node, Order, Work};
use super::place::stages_of;
use super::role::{Role, assembly_artifact, roles};
use super::step::{From, Input, Step};
use crate::cdk::codepipeline::{self, Does, Mode, Pipeline, SourceKind, matching};
use crate::cdk::report::{Kind, Line};
use std::collections::BTreeSet;

/// Adds the nodes of a pipeline.
pub(crate) fn add(deployment: &mut Deployment, index: usize, pipeline: &Pipeline) {
    let ordered = order(pipeline, &deployment.assembly);
    let roles = roles(pipeline, &ordered);
    let stages = stages_of(pipeline, &ordered, deployment);
    let mut adding = Adding { deployment, pipeline, index, ordered: &ordered, stages, nodes: Vec::new() };
    for (at, role) in roles.iter().enumerate() {
        let nodes = adding.action(at, *role);
        adding.nodes.push(nodes);
    }
    adding.edges();
    adding.inputs();
    adding.fates();
    for trigger in &pipeline.triggers {
        own_line(deployment, index, pipeline, Kind::Trigger, trigger);
    }
    for lost in &pipeline.lost {
        own_line(deployment, index, pipeline, Kind::Setting, lost);
    }
}

/// A line about the pipeline itself.
fn own_line(deployment: &mut Deployment, index: usize, pipeline: &Pipeline, kind: Kind, text: &str) {
    let (subject, text, origin) = (pipeline.path.clone(), text.to_owned(), pipeline.origin);
    deployment.report.push(Line { kind, subject, text, pipeline: Some(index), origin });
}

struct Adding<'a> {
    deployment: &'a mut Deployment,
    pipeline: &'a Pipeline,
    index: usize,
    ordered: &'a Ordered<'a>,
    stages: Vec<Option<usize>>,
    /// The nodes of each action.
    nodes: Vec<Vec<usize>>,
}

impl<'a> Adding<'a> {
    fn action(&mut self, at: usize, role: Role) -> Vec<usize> {
        let (_, action) = self.ordered.actions[at];
        match role {
            Role::Source => self.source(at, action),
            Role::Synth => self.synth(at, action),
            Role::SelfUpdate => {
                let text = "each pipeline is generated anew from the assembly, which is all that it did";
                self.report(Kind::Replaced, at, text);
                Vec::new()
            }
            Role::Publish => self.publish(at, action),
            Role::Compare | Role::Work => {
                let work = self.work(at, action, role);
                let node = self.push(at, work);
                if let Some(namespace) = &action.namespace {
                    self.deployment.namespaces.insert((self.index, namespace.clone()), Namespace::Node(node));
                }
                vec![node]
            }
        }
    }

    fn work(&mut self, at: usize, action: &codepipeline::Action, role: Role) -> Work {
        match &action.does {
            Does::Stack { stack, mode: Mode::Prepare } => Work::Prepare(*stack),
            Does::Stack { stack, mode: Mode::Execute } => Work::Execute(*stack),
            Does::Stack { stack, mode: Mode::Deploy } => Work::Deploy(*stack),
            Does::Approve(comment) => {
                Work::Approve(comment.clone().filter(|comment| !comment.starts_with("#{")))
            }
            Does::Build(_) if role == Role::Compare => match self.compared(at, action) {
                stacks if stacks.is_empty() => self.unsupported(at, "a check of permissions without stacks"),
                stacks => Work::Compare(stacks),
            },
            Does::Build(project) => {
                for lost in project.lost.iter().chain(&project.spec.lost) {
                    self.report(Kind::Setting, at, lost);
                }
                if let Some(network) = &project.network {
                    self.report(Kind::Runner, at, &format!("it ran inside a VPC: {network}"));
                }
                for (name, place) in project.secrets.iter().chain(&project.spec.secrets) {
                    self.report(Kind::Variable, at, &format!("{name}, from {place}"));
                }
                for grant in &project.grants {
                    self.report(Kind::Role, at, grant);
                }
                Work::Run(Box::new(step(project, action)))
            }
            Does::Other { what, .. } => self.unsupported(at, what),
            Does::Source { .. } => Work::Unsupported("a source".to_owned()),
        }
    }

    fn unsupported(&mut self, at: usize, what: &str) -> Work {
        self.report(Kind::Unsupported, at, &format!("{what}; a job that fails holds its place"));
        Work::Unsupported(what.to_owned())
    }

    /// The stacks whose permissions an action compares: those of the stage that it names, or else of the stage that it
    /// stands in, or else all that the pipeline deploys.
    fn compared(&self, at: usize, action: &codepipeline::Action) -> Vec<usize> {
        let stages = &self.deployment.assembly.stages;
        let written = action.variables.iter().find(|(name, _)| name == "STAGE_PATH");
        let named = written.and_then(|(_, path)| stages.iter().position(|stage| stage.path == *path));
        let stage = named.or(self.stages[at]);
        let stacks: BTreeSet<usize> = self
            .ordered
            .actions
            .iter()
            .filter_map(|(_, action)| match action.does {
                Does::Stack { stack, .. } => Some(stack),
                _ => None,
            })
            .collect();
        let assembly = &self.deployment.assembly;
        let is_of_stage = |stack: &&usize| stage.is_some() && assembly.stacks[**stack].stage == stage;
        let of_stage: Vec<usize> = stacks.iter().filter(is_of_stage).copied().collect();
        if of_stage.is_empty() { stacks.into_iter().collect() } else { of_stage }
    }

    fn push(&mut self, at: usize, work: Work) -> usize {
        let (stage, action) = self.ordered.actions[at];
        let stage = &self.pipeline.stages[stage];
        let group =
            self.pipeline.graph.as_ref().map_or(stage.name.as_str(), |g| matching::group_of(stage, g));
        let name = match &self.ordered.leaves[at] {
            Some(leaf) => {
                let parts = [".Check", ".Confirm"].into_iter().find(|part| {
                    action.name.ends_with(part) && !leaf.ends_with(part) && self.shares_step(at)
                });
                format!("{leaf}{}", parts.unwrap_or_default())
            }
            None => format!("{group}.{}", action.name),
        };
        let stage = self.stages[at];
        let group = Some(group.to_owned());
        let pipeline = Some(self.index);
        self.deployment.nodes.push(Node {
            name,
            group,
            pipeline,
            stage,
            work,
            after: BTreeSet::new(),
            order: if self.ordered.leaves[at].is_some() { Order::Exact } else { Order::ByRank },
            origin: action.origin,
        });
        self.deployment.nodes.len() - 1
    }

    fn shares_step(&self, at: usize) -> bool {
        self.ordered.leaves.iter().filter(|leaf| **leaf == self.ordered.leaves[at]).count() > 1
    }

    /// A stack waits for its own stage's assets; whatever else waits for an action waits for all that it became.
    fn edges(&mut self) {
        for (at, nodes) in self.nodes.iter().enumerate() {
            let before: Vec<usize> =
                self.ordered.after[at].iter().flat_map(|action| &self.nodes[*action]).copied().collect();
            for node in nodes {
                let kept = |other: &&usize| match self.deployment.nodes[**other].work {
                    Work::Publish(of) => self.deployment.nodes[*node].stage.is_none_or(|stage| stage == of),
                    _ => true,
                };
                let kept: Vec<usize> =
                    before.iter().filter(kept).copied().filter(|other| other != node).collect();
                self.deployment.nodes[*node].after.extend(kept);
            }
        }
    }

    /// Where the files of each step come from.
    fn inputs(&mut self) {
        let assembly = assembly_artifact(self.ordered);
        for at in 0..self.nodes.len() {
            let (_, action) = self.ordered.actions[at];
            let Some(node) = self.nodes[at].first().copied() else { continue };
            let mut names: Vec<&String> = action.inputs.iter().collect();
            names.sort_by_key(|name| Some(name.as_str()) != action.main_input());
            let inputs: Vec<Input> = names.into_iter().map(|name| self.input(name, assembly)).collect();
            if let Work::Run(step) = &mut self.deployment.nodes[node].work {
                step.inputs = inputs;
            }
        }
    }

    fn input(&self, name: &str, assembly: Option<&str>) -> Input {
        let artifact = name.to_owned();
        let makes = |action: &codepipeline::Action| action.outputs.iter().any(|output| output == name);
        let maker = self.ordered.actions.iter().position(|(_, action)| makes(action));
        let from = match maker.map(|at| (self.ordered.actions[at].1, &self.nodes[at])) {
            _ if Some(name) == assembly => From::Assembly,
            None => From::Checkout,
            Some((action, nodes)) => match (&action.does, nodes.first()) {
                (Does::Source { .. }, _) if self.is_main(action) => From::Checkout,
                (Does::Source { repository, branch, kind: SourceKind::Repository }, _) => {
                    From::Repository(repository.clone(), branch.clone())
                }
                (Does::Source { repository, kind: SourceKind::Store, .. }, _) => {
                    From::Store(repository.clone())
                }
                (_, Some(node)) => From::Node(*node),
                (_, None) => From::Parent(action.name.clone()),
            },
        };
        Input { artifact, from }
    }

    fn fates(&mut self) {
        let start = self.deployment.actions.len();
        for (at, (stage, action)) in self.ordered.actions.iter().enumerate() {
            let nodes = self.nodes[at].clone();
            self.deployment.actions.push(Action {
                pipeline: self.index,
                stage: self.pipeline.stages[*stage].name.clone(),
                name: action.name.clone(),
                fate: if nodes.is_empty() { Fate::Reported } else { Fate::Nodes(nodes) },
                after: self.ordered.after[at].iter().map(|before| start + before).collect(),
            });
        }
    }

    fn report(&mut self, kind: Kind, at: usize, text: &str) {
        let (stage, action) = self.ordered.actions[at];
        let name = format!("{}.{}", self.pipeline.stages[stage].name, action.name);
        let label = self.deployment.label(self.index);
        let subject = label.map_or_else(|| name.clone(), |label| format!("{label}.{name}"));
        let (text, origin) = (text.to_owned(), action.origin);
        self.deployment.report.push(Line { kind, subject, text, pipeline: Some(self.index), origin });
    }
}

fn step(project: &codepipeline::Project, action: &codepipeline::Action) -> Step {
    let references = action.variables.iter().filter(|(name, _)| !name.starts_with("_PROJECT_CONFIG"));
    let (references, fixed): (Vec<_>, Vec<_>) =
        references.cloned().partition(|(_, value)| value.contains("#{"));
    let mut variables = project.variables.clone();
    variables.extend(project.spec.variables.iter().cloned());
    variables.extend(fixed);
    Step {
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
