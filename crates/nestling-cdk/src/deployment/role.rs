//! The role of each action of a pipeline: whether GitLab does it by itself, the parent pipeline, or a job.

use super::ordered::{Ordered, OrderedId};
use crate::codepipeline::{Action, BuildSpec, Does};
use crate::id::Id;
use crate::ordering::past_of;
use nestling_files::path::RepoPath;
use std::collections::BTreeSet;

/// The role of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Fetches files.
    Source,
    /// Makes the assembly, or runs before that.
    Synth,
    /// Deploys the pipeline itself.
    SelfUpdate,
    /// Publishes assets.
    Publish,
    /// Shows whether permissions would broaden.
    Compare,
    /// Does what a job does.
    Work,
}

/// Returns the role of each action.
pub(crate) fn roles<'a>(actions: &Vec<Ordered<'a>>) -> Vec<Role> {
    let synth = synth(actions);
    let mut until_synth: BTreeSet<OrderedId<'a>> = synth.into_iter().collect();
    if let Some(synth) = synth {
        until_synth.extend(past_of(synth, |id| &actions[id].after));
    }
    Id::each(actions).map(|(id, ordered)| role(ordered, until_synth.contains(&id))).collect()
}

fn role(ordered: &Ordered<'_>, is_until_synth: bool) -> Role {
    match &ordered.action.does {
        Does::Source { .. } => Role::Source,
        // Whatever it does there: the assembly exists, so it has been done.
        _ if is_until_synth => Role::Synth,
        // The next ones are constructs of CDK's own pipelines, by their paths.
        Does::Build(project) if project.path.contains("/UpdatePipeline/") => Role::SelfUpdate,
        Does::Build(project) if project.path.ends_with("PipelinesSecurityCheck/CDKSecurityCheck") => {
            Role::Compare
        }
        Does::Build(project) if published(&project.spec).next().is_some() => Role::Publish,
        _ if ordered.stage.name == "UpdatePipeline" => Role::SelfUpdate,
        _ => Role::Work,
    }
}

/// Returns the action that makes the assembly.
fn synth<'a>(actions: &[Ordered<'a>]) -> Option<OrderedId<'a>> {
    maker(actions, assembly_artifact(actions)?)
}

/// Returns the action that makes an artifact.
pub(crate) fn maker<'a>(actions: &[Ordered<'a>], artifact: &str) -> Option<OrderedId<'a>> {
    let is_maker = |ordered: &Ordered<'_>| ordered.action.outputs.iter().any(|output| output == artifact);
    actions.iter().position(is_maker).map(Id::new)
}

/// Returns the artifact that the stacks' templates are taken from: the assembly.
pub(crate) fn assembly_artifact<'a>(actions: &[Ordered<'a>]) -> Option<&'a str> {
    let on_stacks = actions.iter().filter(|ordered| matches!(ordered.action.does, Does::Stack { .. }));
    let mut inputs = on_stacks.filter_map(|ordered| ordered.action.inputs.first());
    inputs.next().map(String::as_str)
}

/// Returns the directory of the assembly in that artifact; empty where it is all of it.
pub(crate) fn assembly_directory<'a>(actions: &[Ordered<'a>]) -> &'a str {
    let mut directories = actions.iter().filter_map(|ordered| ordered.action.assembly.as_deref());
    directories.find(|directory| !directory.is_empty()).unwrap_or_default()
}

/// Returns the source of the repository itself: the one whose files the synth starts in, or else the first.
pub(crate) fn main_source<'a>(actions: &Vec<Ordered<'a>>) -> Option<&'a Action> {
    let is_source = |action: &Action| matches!(action.does, Does::Source { .. });
    let mut source = synth(actions).map(|synth| actions[synth].action);
    for _ in 0..actions.len() {
        let Some(action) = source.filter(|action| !is_source(action)) else { break };
        let before = action.main_input().and_then(|artifact| maker(actions, artifact));
        source = before.map(|id| actions[id].action);
    }
    source.or_else(|| actions.iter().map(|ordered| ordered.action).find(|action| is_source(action)))
}

/// Returns what commands publish, `cdk-assets --path "DIR/X.assets.json" … publish "SELECTOR"`: the directory of the
/// assembly, and the asset with its place.
pub(crate) fn published(spec: &BuildSpec) -> impl Iterator<Item = (RepoPath, &str)> {
    let publishing =
        spec.commands().filter(|command| command.contains("cdk-assets") && command.contains(" publish "));
    publishing.filter_map(|command| {
        let path = option_value(command, "--path ")?;
        let selector = option_value(command, " publish ").unwrap_or_default();
        Some((RepoPath::parse(path).ok()?.parent()?, selector))
    })
}

/// Returns the word after an option, without its quotes.
fn option_value<'a>(command: &'a str, option: &str) -> Option<&'a str> {
    let word = command.split_once(option)?.1.trim_start().trim_start_matches('"');
    let end = word.find(['"', ' ']).unwrap_or(word.len());
    Some(&word[..end])
}
