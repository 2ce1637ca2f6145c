//! What each action of a pipeline is for: what GitLab does by itself, what the parent pipeline does, and the rest.

use super::fallback::Ordered;
use crate::cdk::codepipeline::{self, Does, Pipeline};
use nestling_files::path::RepoPath;
use std::collections::BTreeSet;

/// What an action is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Source,
    /// Makes the assembly, or runs before what makes it.
    Synth,
    /// Deploys the pipeline itself.
    SelfUpdate,
    Publish,
    /// Shows whether permissions broaden.
    Compare,
    Work,
}

pub(crate) fn roles(pipeline: &Pipeline, ordered: &Ordered<'_>) -> Vec<Role> {
    let assembly = assembly_artifact(ordered);
    let makes = |action: &codepipeline::Action| {
        assembly.is_some_and(|artifact| action.outputs.iter().any(|output| output == artifact))
    };
    let synth = ordered.actions.iter().position(|(_, action)| makes(action));
    let before: BTreeSet<usize> = synth.map(|synth| past(synth, &ordered.after)).unwrap_or_default();
    let role = |at: usize, stage: &str, action: &codepipeline::Action| match &action.does {
        Does::Source { .. } => Role::Source,
        _ if Some(at) == synth || before.contains(&at) => Role::Synth,
        Does::Build(project) if project.path.contains("/UpdatePipeline/") => Role::SelfUpdate,
        Does::Build(project) if project.path.ends_with("PipelinesSecurityCheck/CDKSecurityCheck") => {
            Role::Compare
        }
        Does::Build(project) if published(&project.spec.commands).next().is_some() => Role::Publish,
        _ if stage == "UpdatePipeline" => Role::SelfUpdate,
        _ => Role::Work,
    };
    let actions = ordered.actions.iter().enumerate();
    actions.map(|(at, (stage, action))| role(at, &pipeline.stages[*stage].name, action)).collect()
}

/// The artifact that the stacks' templates are taken from.
pub(crate) fn assembly_artifact<'a>(ordered: &Ordered<'a>) -> Option<&'a str> {
    let of_stacks = ordered.actions.iter().filter(|(_, action)| matches!(action.does, Does::Stack { .. }));
    of_stacks.filter_map(|(_, action)| action.inputs.first()).map(String::as_str).next()
}

fn past(of: usize, after: &[BTreeSet<usize>]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut queue = vec![of];
    while let Some(at) = queue.pop() {
        queue.extend(after[at].iter().filter(|before| found.insert(**before)));
    }
    found
}

/// The directories of the assembly that commands publish assets of: `cdk-assets --path "DIR/X.assets.json" … publish`.
pub(crate) fn published(commands: &[String]) -> impl Iterator<Item = RepoPath> {
    let publishing = commands.iter().filter(|c| c.contains("cdk-assets") && c.contains(" publish "));
    publishing.filter_map(|command| {
        let path = command.split_once("--path ")?.1.trim_start().trim_start_matches('"');
        let end = path.find(['"', ' ']).unwrap_or(path.len());
        RepoPath::parse(&path[..end]).ok()?.parent()
    })
}
