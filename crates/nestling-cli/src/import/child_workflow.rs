//! `workflow` of a static child: its rules become part of the rules of each job, since the units of all children are one pipeline.

use super::candidate::{Candidate, Owner};
use super::clause::{Unconditional, Unsupported, WrittenIn, gated, written};
use super::old::{Configuration, OldPipeline};
use super::policy::clauses;
use nestling_gitlab::yaml::{Map, Node};

/// Puts the rules of each child's `workflow` into the rules of its jobs, where they can be written.
pub(super) fn fold_workflows(candidates: &mut [Candidate], old: &OldPipeline) {
    for candidate in candidates {
        let Owner::Child(index) = candidate.owner else { continue };
        let Some(child) = old.children.get(index) else { continue };
        let Ok(Some(rules)) = folded(&candidate.folded, &child.configuration) else { continue };
        for body in [&mut candidate.folded, &mut candidate.own] {
            body.remove("only");
            body.remove("except");
            body.set("rules", rules.clone());
        }
    }
}

/// Returns the reason why the jobs of a child cannot do without its `workflow`; `None` if they can.
pub(super) fn workflow_obstacle(child: &Configuration) -> Option<String> {
    let workflow = &child.pipeline.workflow;
    if let Some((key, _)) = workflow.iter().find(|(key, _)| !matches!(*key, "rules" | "name")) {
        return Some(format!("the child has `workflow:{key}`"));
    }
    let mut jobs = child.pipeline.jobs.iter();
    let reason = jobs.find_map(|job| folded(&job.body, child).err())?;
    Some(format!("the child has `workflow:rules`, and {reason}"))
}

/// Returns the rules of a job with those of `workflow`; `None` if that has none.
///
/// # Errors
/// They cannot be written as rules of a job.
fn folded(body: &Map, child: &Configuration) -> Result<Option<Node>, Unsupported> {
    if !child.has_workflow_rules() {
        return Ok(None);
    }
    let workflow = &child.pipeline.workflow;
    let origin = workflow.get("rules").map_or_else(nestling::Origin::generated, |rules| rules.origin);
    let outer = clauses(workflow, Unconditional::All, WrittenIn::Child)?;
    let own = clauses(body, Unconditional::All, WrittenIn::Child)?;
    let combined = gated(&outer, &own)?;
    let rules = written(combined.clone(), &|_| false, origin)?;
    Ok(rules.or_else(|| combined.is_empty().then(|| never(origin))))
}

/// Returns the rules of a job that is in no pipeline.
fn never(origin: nestling::Origin) -> Node {
    let mut rule = Map::default();
    rule.set("when", Node::string(origin, "never"));
    Node::seq(origin, vec![Node::map(origin, rule)])
}
