//! A cloud assembly: what `cdk synth` leaves in `cdk.out`, read and checked.

use super::assets::Assets;
use crate::cdk::rules::CDK_ASSEMBLY;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use std::collections::BTreeMap;

/// The stacks and stages of an assembly.
#[derive(Debug, Default)]
pub struct Assembly {
    /// The nested assemblies, one for each CDK stage, in the order of the manifests.
    pub stages: Vec<Stage>,
    /// The stacks of all manifests. A stack's dependencies are in the same manifest.
    pub stacks: Vec<Stack>,
    /// What is odd and no reason to stop.
    pub warnings: Vec<Diagnostic>,
}

/// A CDK stage: stacks that are deployed together.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its construct path, as in `ShopPipeline/Staging`.
    pub path: String,
    /// Its directory in the assembly.
    pub directory: RepoPath,
    /// Where the manifest names it.
    pub origin: Origin,
    /// Its stacks.
    pub stacks: Vec<usize>,
}

/// A CloudFormation stack.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The artifact's id.
    pub id: String,
    /// Its construct path, as in `ShopPipeline/Staging/Data`.
    pub path: String,
    /// The name that the CDK command line knows it by: its path, or its id where the manifest says no path.
    pub hierarchical_id: String,
    /// Its name in CloudFormation.
    pub name: String,
    /// The account; `None` where the credentials decide.
    pub account: Option<String>,
    /// The region; `None` where the credentials decide.
    pub region: Option<String>,
    /// Its template.
    pub template: RepoPath,
    /// The file with its metadata, beside its manifest; `None` where that is inline.
    pub metadata: Option<String>,
    /// The directory of its manifest.
    pub directory: RepoPath,
    /// The stage that it belongs to; `None` for a stack of the app itself.
    pub stage: Option<usize>,
    /// The stacks that have to be deployed before.
    pub depends_on: Vec<usize>,
    /// What is published for it.
    pub assets: Assets,
    /// The ids of its outputs, in order.
    pub outputs: Vec<String>,
    /// Whether CloudFormation refuses to delete it.
    pub protected: bool,
    /// Whether its template has a pipeline.
    pub has_pipeline: bool,
    /// Where the manifest names it.
    pub origin: Origin,
}

impl Assembly {
    /// What keeps the whole of it from being deployed.
    pub(crate) fn problems(&self) -> Vec<Diagnostic> {
        self.cycle().into_iter().chain(self.same_ids()).collect()
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
            let message =
                format!("{} stacks have the id `{id}`, and `cdk deploy` takes all of them", stacks.len());
            let mut problem = Diagnostic::error(&CDK_ASSEMBLY, stacks[0].origin, message);
            for other in &stacks[1..] {
                problem = problem.with_label(other.origin, "this one has it, too");
            }
            problems.push(problem.with_help(
                "synthesize with aws-cdk-lib 2, where the id of a stack is its construct path, or rename one of them",
            ));
        }
        problems
    }

    /// Stacks that wait for one another.
    fn cycle(&self) -> Option<Diagnostic> {
        let mut done = vec![false; self.stacks.len()];
        loop {
            let ready = |at: &usize| !done[*at] && self.stacks[*at].depends_on.iter().all(|d| done[*d]);
            let next: Vec<usize> = (0..self.stacks.len()).filter(ready).collect();
            if next.is_empty() {
                break;
            }
            next.into_iter().for_each(|at| done[at] = true);
        }
        let stuck: Vec<&Stack> =
            self.stacks.iter().zip(&done).filter(|(_, d)| !**d).map(|(s, _)| s).collect();
        let first = stuck.first()?;
        let names: Vec<String> = stuck.iter().map(|stack| format!("`{}`", stack.path)).collect();
        let message = format!("these stacks wait for one another: {}", names.join(", "));
        Some(Diagnostic::error(&CDK_ASSEMBLY, first.origin, message))
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

    /// Whether CloudFormation may know both stacks by the same name in the same place.
    pub(crate) fn may_be(&self, other: &Self) -> bool {
        self.name == other.name
            && may_equal(self.region.as_deref(), other.region.as_deref())
            && may_equal(self.account.as_deref(), other.account.as_deref())
    }

    /// The last part of its construct path.
    pub fn short(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// Whether two accounts or regions can be the same; one that the credentials decide can be any.
pub(crate) fn may_equal(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_none() || other.is_none() || one == other
}
