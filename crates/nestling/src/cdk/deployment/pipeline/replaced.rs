//! Actions that GitLab or the parent pipeline does, and those that are gathered: sources, the synth, the publishing of assets.

use super::Adding;
use crate::cdk::assembly::Stage;
use crate::cdk::codepipeline::{self, Does};
use crate::cdk::deployment::graph::{Namespace, Node, Order, Work};
use crate::cdk::deployment::role::{assembly_artifact, published};
use crate::cdk::report::Kind;
use std::collections::BTreeSet;

impl Adding<'_> {
    pub(super) fn source(&mut self, at: usize, action: &codepipeline::Action) -> Vec<usize> {
        if let Some(namespace) = &action.namespace {
            self.deployment.namespaces.insert((self.index, namespace.clone()), Namespace::Source);
        }
        let Does::Source { repository, branch, .. } = &action.does else { return Vec::new() };
        let branch = branch.as_deref().unwrap_or("its default branch");
        if self.is_main(action) {
            let text = format!(
                "GitLab's checkout; {branch} of {repository} started it, now the catalogue's `when` does"
            );
            self.report(Kind::Replaced, at, &text);
        } else {
            // Steps that read it say so themselves.
            let text = format!(
                "{branch} of {repository}, another source: the job that synthesizes may have to fetch it"
            );
            self.report(Kind::Replaced, at, &text);
        }
        Vec::new()
    }

    /// The source whose files the synth starts in is the repository itself; where that is unknown, the first.
    pub(super) fn is_main(&self, action: &codepipeline::Action) -> bool {
        let assembly = assembly_artifact(self.ordered);
        let actions = || self.ordered.actions.iter().map(|(_, action)| *action);
        let synth =
            actions().find(|a| assembly.is_some_and(|artifact| a.outputs.iter().any(|o| o == artifact)));
        let of = |artifact: &str| actions().find(|a| a.outputs.iter().any(|output| output == artifact));
        let mut main = synth;
        for _ in 0..self.ordered.actions.len() {
            match main {
                Some(found) if !matches!(found.does, Does::Source { .. }) => {
                    main = found.main_input().and_then(of);
                }
                _ => break,
            }
        }
        let main = main.or_else(|| actions().find(|a| matches!(a.does, Does::Source { .. })));
        main.is_some_and(|main| std::ptr::eq(main, action))
    }

    pub(super) fn synth(&mut self, at: usize, action: &codepipeline::Action) -> Vec<usize> {
        let commands = match &action.does {
            Does::Build(project) => project.spec.commands.join("; "),
            _ => "no commands".to_owned(),
        };
        self.report(
            Kind::Replaced,
            at,
            &format!("a job of the parent pipeline, before `generate`: {commands}"),
        );
        if let Does::Build(project) = &action.does {
            for (name, place) in &project.secrets {
                self.report(
                    Kind::Variable,
                    at,
                    &format!("{name}, from {place}, in the parent pipeline's job"),
                );
            }
        }
        Vec::new()
    }

    /// One node for each stage that the assets go to: a job can publish to one account.
    pub(super) fn publish(&mut self, at: usize, action: &codepipeline::Action) -> Vec<usize> {
        let Does::Build(project) = &action.does else { return Vec::new() };
        let mut nodes = BTreeSet::new();
        for directory in published(&project.spec.commands) {
            let stages = &self.deployment.assembly.stages;
            let is_meant = |stage: &Stage| stage.directory == directory && !stage.stacks.is_empty();
            let Some(stage) = stages.iter().position(is_meant) else { continue };
            let known = self.deployment.nodes.iter().position(|node| {
                node.pipeline == Some(self.index) && matches!(node.work, Work::Publish(of) if of == stage)
            });
            let node = known.unwrap_or_else(|| {
                let short = stages[stage].path.rsplit('/').next().unwrap_or_default().to_owned();
                self.deployment.nodes.push(Node {
                    name: format!("Assets.{short}"),
                    group: Some("Assets".to_owned()),
                    pipeline: Some(self.index),
                    stage: Some(stage),
                    work: Work::Publish(stage),
                    after: BTreeSet::new(),
                    order: Order::Exact,
                    origin: action.origin,
                });
                self.deployment.nodes.len() - 1
            });
            nodes.insert(node);
        }
        if nodes.is_empty() {
            self.report(Kind::Replaced, at, "each `cdk deploy` publishes what its stack needs");
        }
        if project.spec.commands.iter().any(|command| command.contains("cdk-docker-creds.json")) {
            let text =
                "it logged in to docker registries; the jobs need `docker login` or `DOCKER_AUTH_CONFIG`";
            self.report(Kind::Variable, at, text);
        }
        nodes.into_iter().collect()
    }
}
