//! Actions that GitLab or the parent pipeline does, and those that are gathered: sources, the synth, the publishing of
//! assets.

use super::Adding;
use crate::assembly::{StackId, StageId};
use crate::codepipeline::{Action, Does};
use crate::deployment::graph::{GraphNode, Namespace, NodeId, Order, Work};
use crate::deployment::ordered::OrderedId;
use crate::deployment::role::published;
use crate::id::Id;
use crate::report::LineKind;
use nestling_files::path::RepoPath;
use std::collections::BTreeSet;

impl<'a> Adding<'a> {
    pub(super) fn source(&mut self, id: OrderedId<'a>, action: &Action) -> Vec<NodeId> {
        if let Some(namespace) = &action.namespace {
            self.deployment.namespaces.insert((self.pipeline_id, namespace.clone()), Namespace::Source);
        }
        let Does::Source { repository, branch, .. } = &action.does else { return Vec::new() };
        let branch = branch.as_deref().unwrap_or("its default branch");
        let text = if self.is_main(action) {
            format!(
                "GitLab's checkout; it was started by {branch} of {repository}, and now by `when` of the catalogue"
            )
        } else {
            // Steps that read it have a line of their own.
            format!("{branch} of {repository}, another source: the synth job may have to fetch it")
        };
        self.report_action(LineKind::Replaced, id, &text);
        Vec::new()
    }

    pub(super) fn synth(&mut self, id: OrderedId<'a>, action: &Action) -> Vec<NodeId> {
        let Does::Build(project) = &action.does else {
            self.report_action(
                LineKind::Replaced,
                id,
                "a job of the parent pipeline, before `generate`: no commands",
            );
            return Vec::new();
        };
        let commands: Vec<&str> = project.spec.all_commands().map(String::as_str).collect();
        let commands = commands.join("; ");
        let text = format!("a job of the parent pipeline, before `generate`: {commands}");
        self.report_action(LineKind::Replaced, id, &text);
        self.report_synth(id, project);
        Vec::new()
    }

    /// One node for each stage that uses what is published: a job can publish to one account, and a pipeline may run without
    /// the stage that CDK has chosen to publish for all.
    pub(super) fn publish(&mut self, id: OrderedId<'a>, action: &Action) -> Vec<NodeId> {
        let Does::Build(project) = &action.does else { return Vec::new() };
        self.report_assets(id, project);
        let mut nodes = BTreeSet::new();
        for (directory, selector) in published(&project.spec) {
            for stage in self.users(&directory, selector) {
                nodes.insert(self.publishing(stage, action));
            }
        }
        if nodes.is_empty() {
            self.report_action(LineKind::Replaced, id, "each `cdk deploy` publishes the assets of its stack");
        }
        if project.spec.commands().any(|command| command.contains("cdk-docker-creds.json")) {
            let text =
                "it logged in to docker registries; the jobs need `docker login` or `DOCKER_AUTH_CONFIG`";
            self.report_action(LineKind::Variable, id, text);
        }
        nodes.into_iter().collect()
    }

    /// Returns the stages of this pipeline that use an asset, beside the one whose manifest is read.
    fn users(&self, directory: &RepoPath, selector: &str) -> Vec<StageId> {
        let assembly = &self.deployment.assembly;
        let own: BTreeSet<StageId> = self.stages.iter().flatten().copied().collect();
        let is_user = |stage_id: &StageId| {
            let stage = &assembly.stages[*stage_id];
            let uses = |stack: &StackId| assembly.stacks[*stack].assets.selectors.contains(selector);
            let is_deployed = own.contains(stage_id) && stage.stacks.iter().any(uses);
            is_deployed || (stage.directory == *directory && !stage.stacks.is_empty())
        };
        Id::all(&assembly.stages).filter(is_user).collect()
    }

    /// Returns the node that publishes the assets of a stage for this pipeline.
    fn publishing(&mut self, stage: StageId, action: &Action) -> NodeId {
        let nodes = &mut self.deployment.nodes;
        for (node_id, node) in Id::each(nodes) {
            let is_publishing = matches!(node.work, Work::Publish(published) if published == stage);
            if is_publishing && node.pipeline == Some(self.pipeline_id) {
                return node_id;
            }
        }
        let node_id = Id::next(nodes);
        nodes.push(GraphNode {
            name: format!("Assets.{}", self.deployment.assembly.stages[stage].short()),
            group: Some("Assets".to_owned()),
            pipeline: Some(self.pipeline_id),
            stage: Some(stage),
            work: Work::Publish(stage),
            parameters: Vec::new(),
            after: BTreeSet::new(),
            order: Order::Exact,
            origin: action.origin,
        });
        node_id
    }
}
