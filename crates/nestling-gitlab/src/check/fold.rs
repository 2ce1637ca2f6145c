//! One message for a mistake that many jobs share: a template that a thousand units use makes it once.

use crate::diagnostic::{Diagnostic, Origin, Rule};
use crate::name::UnitName;
use crate::pipeline::Pipeline;
use crate::yaml::{Kind, Map, Node};
use std::collections::{BTreeSet, HashMap};

/// The rule, the message without the words in back-ticks, and the place.
type Alike = (&'static Rule, String, Origin);

/// Keeps the first of those that say the same of the same place, whatever the job is called. It names the units that
/// share the place, or says how many more jobs of one unit do.
pub(super) fn by_place(problems: Vec<Diagnostic>, pipeline: &Pipeline) -> Vec<Diagnostic> {
    let mut first: HashMap<Alike, usize> = HashMap::new();
    let mut kept: Vec<(Diagnostic, usize)> = Vec::new();
    for problem in problems {
        let Some(origin) = problem.origin() else {
            kept.push((problem, 0));
            continue;
        };
        let at = *first.entry((problem.rule, unnamed(&problem.message), origin)).or_insert(kept.len());
        match kept.get_mut(at) {
            // The same mistake of the same job, found in two ways, is one.
            Some((same, _)) if same.message == problem.message => {}
            Some((_, more)) => *more += 1,
            None => kept.push((problem, 0)),
        }
    }
    let sharing = sharing(&kept, pipeline);
    let told = kept.into_iter().map(|(problem, more)| {
        let units = problem.origin().and_then(|origin| sharing.get(&origin));
        match (units.filter(|units| units.len() > 1), more) {
            (Some(units), _) => Diagnostic { units: units.iter().cloned().collect(), ..problem },
            (None, 0) => problem,
            (None, 1) => problem.with_note("the same in another job"),
            (None, more) => problem.with_note(format!("the same in {more} other jobs")),
        }
    });
    told.collect()
}

/// The units whose jobs have the place of a problem in them.
fn sharing(kept: &[(Diagnostic, usize)], pipeline: &Pipeline) -> HashMap<Origin, BTreeSet<UnitName>> {
    let places = kept.iter().filter_map(|(problem, _)| Some((problem.origin()?, BTreeSet::new())));
    let mut sharing: HashMap<Origin, BTreeSet<UnitName>> = places.collect();
    for job in pipeline.jobs.iter().filter(|_| !kept.is_empty()) {
        let Some(unit) = &job.unit else { continue };
        let mut note = |origin: Origin| {
            if let Some(units) = sharing.get_mut(&origin)
                && !units.contains(unit)
            {
                units.insert(unit.clone());
            }
        };
        note(job.origin);
        in_map(&job.body, &mut note);
    }
    sharing
}

/// Visits the places of all keys and values.
pub(super) fn in_map(map: &Map, note: &mut impl FnMut(Origin)) {
    for entry in &map.entries {
        note(entry.key.origin);
        in_node(&entry.value, note);
    }
}

fn in_node(node: &Node, note: &mut impl FnMut(Origin)) {
    note(node.origin);
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::Seq(items) => items.iter().for_each(|item| in_node(item, note)),
        Kind::Map(map) => in_map(map, note),
    }
}

fn unnamed(message: &str) -> String {
    message.split('`').step_by(2).collect::<Vec<_>>().join("`")
}
