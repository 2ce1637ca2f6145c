//! Which step of the graph an action is.
//!
//! Action names are made from the graph's: relative to the group that all steps of the CodePipeline stage share, with
//! odd characters replaced, cut where they are long, numbered where two are alike. So the group is looked for under
//! which most of a stage's actions have their names.

use super::dot::Graph;
use super::pipeline::{Action, Does, Pipeline, Stage};
use crate::cdk::assembly::Assembly;
use std::collections::{BTreeSet, HashMap};

/// What one step became where it is more than one action: a check of permissions, and the approval behind it.
const PARTS: [&str; 2] = [".Check", ".Confirm"];

/// The step of each action, by stage and action.
pub(crate) fn leaves(pipeline: &Pipeline, graph: &Graph, assembly: &Assembly) -> Vec<Vec<Option<usize>>> {
    let mut taken = BTreeSet::new();
    let mut all = Vec::new();
    for stage in &pipeline.stages {
        let group = group_of(stage, graph);
        let found = if group == "Assets" {
            stage.actions.iter().map(|action| asset(action, graph)).collect()
        } else {
            of_stage(stage, group, graph, assembly, &taken)
        };
        taken.extend(found.iter().flatten().copied());
        all.push(found);
    }
    all
}

/// The group that a stage, or a part of a wave of more than 50 actions, belongs to.
pub(crate) fn group_of<'a>(stage: &'a Stage, graph: &Graph) -> &'a str {
    let known = |name: &str| graph.groups.iter().any(|group| group == name);
    match stage.name.rsplit_once('.') {
        Some((wave, part)) if !known(&stage.name) && part.bytes().all(|b| b.is_ascii_digit()) => wave,
        _ => &stage.name,
    }
}

/// Steps that publish assets are called by number in the graph and by content in the action; their project knows both.
fn asset(action: &Action, graph: &Graph) -> Option<usize> {
    let Does::Build(project) = &action.does else { return None };
    let name = format!("Assets.{}", project.path.rsplit('/').next()?);
    let by_path = graph.leaves.iter().position(|leaf| *leaf == name);
    by_path.or_else(|| {
        let name = format!("Assets.{}", action.name);
        graph.leaves.iter().position(|leaf| sanitized(leaf) == name)
    })
}

fn of_stage(
    stage: &Stage,
    group: &str,
    graph: &Graph,
    assembly: &Assembly,
    taken: &BTreeSet<usize>,
) -> Vec<Option<usize>> {
    let mut groups = graph.groups_in(group);
    if groups.is_empty() {
        groups.push(group);
    }
    let found = groups.into_iter().map(|ancestor| under(stage, ancestor, graph, assembly, taken));
    let best = found.max_by_key(|found: &Vec<Option<usize>>| found.iter().flatten().count());
    let mut best = best.unwrap_or_else(|| vec![None; stage.actions.len()]);
    the_rest(&mut best, group, graph, taken);
    best
}

/// The steps of a stage's actions if their names are relative to this group.
fn under(
    stage: &Stage,
    ancestor: &str,
    graph: &Graph,
    assembly: &Assembly,
    taken: &BTreeSet<usize>,
) -> Vec<Option<usize>> {
    let mut names: HashMap<String, Vec<usize>> = HashMap::new();
    for leaf in graph.leaves_of(ancestor) {
        if !taken.contains(&leaf) {
            names.entry(sanitized(&graph.leaves[leaf][ancestor.len() + 1..])).or_default().push(leaf);
        }
    }
    let find = |action: &Action, name: &str| {
        let leaves = names.get(name).map(Vec::as_slice).unwrap_or_default();
        leaves.iter().copied().find(|leaf| fits(action, &graph.leaves[*leaf], assembly))
    };
    let of = |action: &Action| {
        let name = sanitized(&action.name);
        let parts = || PARTS.iter().find_map(|part| find(action, name.strip_suffix(part)?));
        let numbered = || find(action, name.trim_end_matches(|c: char| c.is_ascii_digit()));
        find(action, &name).or_else(parts).or_else(numbered)
    };
    stage.actions.iter().map(of).collect()
}

/// Whether a step can be an action's: what is done to a stack stands under the stack's own stage.
fn fits(action: &Action, leaf: &str, assembly: &Assembly) -> bool {
    let Does::Stack { stack, .. } = action.does else { return true };
    let Some(stage) = assembly.stacks[stack].stage else { return true };
    let short = assembly.stages[stage].path.rsplit('/').next().unwrap_or_default();
    leaf == short || leaf.starts_with(&format!("{short}.")) || leaf.contains(&format!(".{short}."))
}

/// Names of over 100 characters are cut and hashed; if one action and one step are left, they belong together.
fn the_rest(found: &mut [Option<usize>], group: &str, graph: &Graph, taken: &BTreeSet<usize>) {
    let open: Vec<usize> = (0..found.len()).filter(|at| found[*at].is_none()).collect();
    let mut left = graph.leaves_of(group);
    left.retain(|leaf| !taken.contains(leaf) && !found.contains(&Some(*leaf)));
    if let ([action], [leaf]) = (&open[..], &left[..]) {
        found[*action] = Some(*leaf);
    }
}

/// As CDK makes names that CodePipeline accepts.
pub(crate) fn sanitized(name: &str) -> String {
    let mut clean = String::new();
    let mut odd = false;
    for c in name.chars() {
        let allowed = c.is_ascii_alphanumeric() || matches!(c, '.' | '@' | '-' | '_');
        if allowed {
            clean.push(c);
        } else if !odd {
            clean.push('_');
        }
        odd = !allowed;
    }
    clean
}
