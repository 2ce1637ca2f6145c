//! The step of the graph that each action comes from.
//!
//! Action names are made from those of the graph: relative to the group that all steps of the CodePipeline stage share, with
//! odd characters replaced, cut where they are long, numbered where two are alike. So the group is searched in which most
//! actions of a stage find their names.

use super::conditions::is_condition;
use super::dot::{Graph, LeafId};
use super::pipeline::{Action, Does, Pipeline, Stage};
use crate::assembly::Assembly;
use std::collections::{BTreeSet, HashMap};

/// The endings of the actions of one step that becomes several: a check of permissions, and the approval after it.
const PARTS: [&str; 2] = [".Check", ".Confirm"];

/// The steps that actions are matched with.
struct Matching<'a> {
    graph: &'a Graph,
    assembly: &'a Assembly,
    /// The steps that actions of earlier stages come from.
    taken: BTreeSet<LeafId>,
}

/// Returns the step of each action, by stage and action.
pub(crate) fn leaves(pipeline: &Pipeline, graph: &Graph, assembly: &Assembly) -> Vec<Vec<Option<LeafId>>> {
    let mut matching = Matching { graph, assembly, taken: BTreeSet::new() };
    let mut all = Vec::new();
    for stage in &pipeline.stages {
        let group = group_of(stage, graph);
        let leaves = if group == "Assets" {
            stage.actions.iter().map(|action| asset(action, graph)).collect()
        } else {
            matching.of_stage(stage, group)
        };
        matching.taken.extend(leaves.iter().flatten().copied());
        all.push(leaves);
    }
    all
}

/// Returns the group that a stage, or a part of a wave of more than 50 actions, belongs to.
pub(crate) fn group_of<'a>(stage: &'a Stage, graph: &Graph) -> &'a str {
    let is_group = graph.groups.contains(&stage.name);
    match stage.name.rsplit_once('.') {
        Some((wave, part)) if !is_group && part.bytes().all(|byte| byte.is_ascii_digit()) => wave,
        _ => &stage.name,
    }
}

/// Steps that publish assets are called by number in the graph and by content in the action; their project has both.
fn asset(action: &Action, graph: &Graph) -> Option<LeafId> {
    let Does::Build(project) = &action.does else { return None };
    let by_number = format!("Assets.{}", project.path.rsplit('/').next()?);
    let by_content = format!("Assets.{}", action.name);
    let numbered = LeafId::each(&graph.leaves).find(|(_, leaf)| leaf.name == by_number);
    let leaf = numbered
        .or_else(|| LeafId::each(&graph.leaves).find(|(_, leaf)| sanitized(&leaf.name) == by_content));
    leaf.map(|(leaf_id, _)| leaf_id)
}

impl Matching<'_> {
    fn of_stage(&self, stage: &Stage, group: &str) -> Vec<Option<LeafId>> {
        let mut groups = self.graph.groups_in(group);
        if groups.is_empty() {
            groups.push(group);
        }
        // Which group the names are relative to is written nowhere.
        let candidates = groups.into_iter().map(|ancestor| self.under(stage, ancestor));
        let best = candidates.max_by_key(|leaves| leaves.iter().flatten().count());
        let mut best = best.unwrap_or_else(|| vec![None; stage.actions.len()]);
        self.match_the_last(&mut best, stage, group);
        best
    }

    /// Returns the steps of a stage's actions if their names are relative to this group.
    fn under(&self, stage: &Stage, ancestor: &str) -> Vec<Option<LeafId>> {
        let mut by_name: HashMap<String, Vec<LeafId>> = HashMap::new();
        for leaf in self.graph.leaves_of(ancestor) {
            if !self.taken.contains(&leaf) {
                let name = &self.graph.leaves[leaf].name[ancestor.len() + 1..];
                by_name.entry(sanitized(name)).or_default().push(leaf);
            }
        }
        let mut leaves: Vec<Option<LeafId>> = Vec::new();
        for action in &stage.actions {
            let leaf = if is_condition(action) { None } else { self.leaf_of(action, &by_name, &leaves) };
            leaves.push(leaf);
        }
        leaves
    }

    /// Returns the step of an action: that of its name, of its name without the part, or without the number after it.
    ///
    /// Names that are alike once odd characters are replaced belong to several steps: each is taken once, by its construct
    /// where that has the name, unless the action is one of the parts that a step becomes.
    fn leaf_of(
        &self,
        action: &Action,
        by_name: &HashMap<String, Vec<LeafId>>,
        earlier: &[Option<LeafId>],
    ) -> Option<LeafId> {
        let name = sanitized(&action.name);
        let whole = PARTS.iter().filter_map(|part| name.strip_suffix(part));
        let unnumbered = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let names = [name.as_str()].into_iter().chain(whole).chain([unnumbered]);
        let leaves = names.filter_map(|name| by_name.get(name)).flatten();
        let leaves: Vec<LeafId> = leaves.copied().filter(|leaf| self.fits(action, *leaf)).collect();
        let is_part = PARTS.iter().any(|part| name.ends_with(part));
        let is_free = |leaf: &&LeafId| is_part || !earlier.contains(&Some(**leaf));
        let of_construct = |leaf: &&LeafId| match &action.does {
            Does::Build(project) => {
                let name = self.graph.leaves[**leaf].name.rsplit('.').next();
                is_free(leaf) && name == project.path.rsplit('/').next()
            }
            _ => false,
        };
        leaves.iter().find(of_construct).or_else(|| leaves.iter().find(is_free)).copied()
    }

    /// Returns `true` if an action can come from a step: one that works on a stack is below the stack's own stage.
    fn fits(&self, action: &Action, leaf: LeafId) -> bool {
        let Does::Stack { stack, .. } = action.does else { return true };
        let Some(stage) = self.assembly.stacks[stack].stage else { return true };
        let stage = self.assembly.stages[stage].short();
        let name = &self.graph.leaves[leaf].name;
        name == stage || name.starts_with(&format!("{stage}.")) || name.contains(&format!(".{stage}."))
    }

    /// Names of over 100 characters are cut and hashed; if one action and one step are left, they belong together.
    fn match_the_last(&self, leaves: &mut [Option<LeafId>], stage: &Stage, group: &str) {
        let is_unmatched =
            |action: &usize| leaves[*action].is_none() && !is_condition(&stage.actions[*action]);
        let unmatched: Vec<usize> = (0..leaves.len()).filter(is_unmatched).collect();
        let mut left = self.graph.leaves_of(group);
        left.retain(|leaf| !self.taken.contains(leaf) && !leaves.contains(&Some(*leaf)));
        if let ([action], [leaf]) = (&unmatched[..], &left[..]) {
            leaves[*action] = Some(*leaf);
        }
    }
}

/// Returns a name as CDK makes it for CodePipeline.
pub(crate) fn sanitized(name: &str) -> String {
    let mut clean = String::new();
    let mut was_odd = false;
    for c in name.chars() {
        let is_odd = !c.is_ascii_alphanumeric() && !matches!(c, '.' | '@' | '-' | '_');
        if !is_odd {
            clean.push(c);
        } else if !was_odd {
            clean.push('_');
        }
        was_odd = is_odd;
    }
    clean
}
