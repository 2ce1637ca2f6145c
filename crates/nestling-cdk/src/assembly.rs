//! A cloud assembly: the stacks and stages that `cdk synth` leaves in `cdk.out`.

use super::assets::Assets;
use super::id::Id;
use super::rules::CDK_ASSEMBLY;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The index of a stack in [`Assembly::stacks`].
pub type StackId = Id<Stack>;

/// The index of a stage in [`Assembly::stages`].
pub type StageId = Id<Stage>;

/// The stacks and stages of an assembly.
#[derive(Debug, Default)]
pub struct Assembly {
    /// The version of the format, as written.
    pub version: String,
    /// The nested assemblies, one for each CDK stage, in the order of the manifests.
    pub stages: Vec<Stage>,
    /// The stacks of all manifests. The dependencies of a stack are in its own manifest.
    pub stacks: Vec<Stack>,
    /// Oddities that are no reason to stop.
    pub warnings: Vec<Diagnostic>,
}

/// A CDK stage: stacks that are deployed together.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its construct path, as in `ShopPipeline/Staging`.
    pub path: String,
    /// Its directory in the assembly.
    pub directory: RepoPath,
    /// Place in the manifest.
    pub origin: Origin,
    /// Its stacks.
    pub stacks: Vec<StackId>,
}

/// A CloudFormation stack.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The artifact's id.
    pub id: String,
    /// Its construct path, as in `ShopPipeline/Staging/Data`.
    pub path: String,
    /// The name that the CDK command line knows it by: its path, or its id where the manifest has no path.
    pub hierarchical_id: String,
    /// Its name in CloudFormation.
    pub name: String,
    /// The account; `None` where the credentials decide.
    pub account: Option<String>,
    /// The region; `None` where the credentials decide.
    pub region: Option<String>,
    /// The properties of its artifact that say by which roles it is changed.
    pub roles: Map<String, Value>,
    /// Its template.
    pub template: RepoPath,
    /// The file with its metadata, beside its manifest; `None` where they are inline.
    pub metadata: Option<String>,
    /// The directory of its manifest.
    pub directory: RepoPath,
    /// The stage that it belongs to; `None` for a stack of the app itself.
    pub stage: Option<StageId>,
    /// The stacks that must be deployed before.
    pub depends_on: Vec<StackId>,
    /// The assets that it needs.
    pub assets: Assets,
    /// The parameters that have neither a default nor a value in the manifest.
    pub required_parameters: Vec<String>,
    /// The ids of its outputs, in order.
    pub outputs: Vec<String>,
    /// Set if CloudFormation refuses to delete it.
    pub protected: bool,
    /// Set if its template has a pipeline.
    pub has_pipeline: bool,
    /// Place in the manifest.
    pub origin: Origin,
}

impl Assembly {
    /// Returns the errors that keep the stacks from being deployed one by one, in order.
    pub(crate) fn problems(&self) -> Vec<Diagnostic> {
        self.cycle().into_iter().chain(self.same_ids()).collect()
    }

    /// Stacks that depend on each other.
    fn cycle(&self) -> Option<Diagnostic> {
        let mut done = vec![false; self.stacks.len()];
        loop {
            let is_ready = |stack: &StackId| {
                let dependencies = &self.stacks[*stack].depends_on;
                !done[stack.index()] && dependencies.iter().all(|dependency| done[dependency.index()])
            };
            let ready: Vec<StackId> = Id::all(&self.stacks).filter(is_ready).collect();
            // Either all stacks are done, or the rest waits for itself.
            if ready.is_empty() {
                break;
            }
            for stack in ready {
                done[stack.index()] = true;
            }
        }
        let stacks = self.stacks.iter().zip(done);
        let stuck: Vec<&Stack> = stacks.filter(|(_, done)| !done).map(|(stack, _)| stack).collect();
        let first = stuck.first()?;
        let names: Vec<String> = stuck.iter().map(|stack| format!("`{}`", stack.path)).collect();
        let message = format!("circular dependency between stacks: {}", names.join(", "));
        Some(Diagnostic::error(&CDK_ASSEMBLY, first.origin, message))
    }

    /// Stacks that the CDK command line cannot tell apart: a job that deploys one of them would deploy the others, too.
    fn same_ids(&self) -> Vec<Diagnostic> {
        let mut by_id: BTreeMap<&str, Vec<&Stack>> = BTreeMap::new();
        for stack in &self.stacks {
            by_id.entry(&stack.hierarchical_id).or_default().push(stack);
        }
        let mut problems = Vec::new();
        for (id, stacks) in by_id {
            if stacks.len() < 2 {
                continue;
            }
            let message = format!(
                "{} stacks have the id `{id}`, and `cdk deploy` would deploy all of them",
                stacks.len()
            );
            let mut problem = Diagnostic::error(&CDK_ASSEMBLY, stacks[0].origin, message);
            for other in &stacks[1..] {
                problem = problem.with_label(other.origin, "this one has the same ID");
            }
            problems.push(problem.with_help(
                "synthesize with aws-cdk-lib 2, where the id of a stack is its construct path, or rename one of them",
            ));
        }
        problems
    }
}

impl Stage {
    /// Returns the last part of its construct path.
    pub fn short(&self) -> &str {
        last_part(&self.path)
    }
}

impl Stack {
    /// Returns the pattern that selects this stack on the CDK command line, and no other one.
    ///
    /// The command line reads each name as a pattern (minimatch, later picomatch), and one that starts with `!` even
    /// selects everything else.
    pub fn selector(&self) -> String {
        const SPECIAL: &str = r##"\*?[]{}()|!#+""##;
        let mut pattern = String::with_capacity(self.hierarchical_id.len());
        for c in self.hierarchical_id.chars() {
            if SPECIAL.contains(c) {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        pattern
    }

    /// Returns `true` if CloudFormation may know both stacks by the same name in the same place.
    pub(crate) fn may_be(&self, other: &Self) -> bool {
        self.name == other.name
            && may_equal(self.region.as_deref(), other.region.as_deref())
            && may_equal(self.account.as_deref(), other.account.as_deref())
    }

    /// Returns the last part of its construct path.
    pub fn short(&self) -> &str {
        last_part(&self.path)
    }
}

/// Returns the last part of a construct path.
pub(crate) fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Returns the directory in which something has this path.
pub(crate) fn root_above<'a>(path: &'a str, below: &str) -> Option<&'a str> {
    let rest = path.strip_suffix(below)?;
    (rest.is_empty() || rest.ends_with('/')).then(|| rest.trim_end_matches('/'))
}

/// Returns `true` if two accounts or regions can be the same: one that the credentials decide can be any.
pub(crate) fn may_equal(left: Option<&str>, right: Option<&str>) -> bool {
    left.is_none() || right.is_none() || left == right
}
