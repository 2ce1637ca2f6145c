//! One message for a mistake that many jobs share: a template that a thousand units use makes it once.

use crate::diagnostic::{Diagnostic, Origin, Rule};
use crate::name::UnitName;
use crate::pipeline::Pipeline;
use crate::yaml::{Kind, Map, Node};
use std::collections::{BTreeSet, HashMap};

/// Identity of a mistake: its rule, its message without the words in back-ticks, and its origin.
type Mistake = (&'static Rule, String, Origin);

/// Keeps the first of the diagnostics that report the same mistake at the same origin, whatever the job is called. It
/// lists the units that share the origin, or counts the other jobs of one unit.
pub(super) fn by_origin(problems: Vec<Diagnostic>, pipeline: &Pipeline) -> Vec<Diagnostic> {
    let mut positions: HashMap<Mistake, usize> = HashMap::new();
    let mut kept: Vec<(Diagnostic, usize)> = Vec::new();
    for problem in problems {
        let Some(origin) = problem.origin() else {
            kept.push((problem, 0));
            continue;
        };
        let mistake = (problem.rule, without_names(&problem.message), origin);
        let position = *positions.entry(mistake).or_insert(kept.len());
        match kept.get_mut(position) {
            // The same mistake of the same job, found in two ways, is one.
            Some((first, _)) if first.message == problem.message => {}
            Some((_, others)) => *others += 1,
            None => kept.push((problem, 0)),
        }
    }
    let units = units_by_origin(&kept, pipeline);
    kept.into_iter().map(|(problem, others)| with_sharers(problem, others, &units)).collect()
}

/// Units whose jobs share an origin.
type UnitsByOrigin = HashMap<Origin, BTreeSet<UnitName>>;

/// Names the units that share a mistake. Where it stays in one unit, the number of its other jobs says enough.
fn with_sharers(problem: Diagnostic, others: usize, units: &UnitsByOrigin) -> Diagnostic {
    let sharing = problem.origin().and_then(|origin| units.get(&origin));
    if let Some(sharing) = sharing.filter(|sharing| sharing.len() > 1) {
        return Diagnostic { units: sharing.iter().cloned().collect(), ..problem };
    }
    match others {
        0 => problem,
        1 => problem.with_note("the same in another job"),
        others => problem.with_note(format!("the same in {others} other jobs")),
    }
}

/// Returns the units whose jobs contain the origins of diagnostics.
fn units_by_origin(kept: &[(Diagnostic, usize)], pipeline: &Pipeline) -> UnitsByOrigin {
    let mut units = UnitsByOrigin::new();
    for (problem, _) in kept {
        if let Some(origin) = problem.origin() {
            units.insert(origin, BTreeSet::new());
        }
    }
    // Most pipelines have no findings, and then no job has to be walked.
    if units.is_empty() {
        return units;
    }
    for job in &pipeline.jobs {
        let Some(unit) = &job.unit else { continue };
        let mut add_unit = |origin: Origin| {
            if let Some(sharing) = units.get_mut(&origin)
                && !sharing.contains(unit)
            {
                sharing.insert(unit.clone());
            }
        };
        add_unit(job.origin);
        visit_map(&job.body, &mut add_unit);
    }
    units
}

/// Visits the origins of all keys and values.
pub(super) fn visit_map(map: &Map, visit: &mut impl FnMut(Origin)) {
    for entry in &map.entries {
        visit(entry.key.origin);
        visit_node(&entry.value, visit);
    }
}

fn visit_node(node: &Node, visit: &mut impl FnMut(Origin)) {
    visit(node.origin);
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::Seq(items) => items.iter().for_each(|item| visit_node(item, visit)),
        Kind::Map(map) => visit_map(map, visit),
    }
}

/// Returns a message without the names in back-ticks, which differ from job to job.
fn without_names(message: &str) -> String {
    message.split('`').step_by(2).collect::<Vec<_>>().join("`")
}
