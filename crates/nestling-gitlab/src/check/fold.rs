//! One message for a mistake that many jobs share: a template that a thousand units use makes it once.

use crate::diagnostic::{Diagnostic, Origin, Rule};
use crate::name::UnitName;
use crate::pipeline::Pipeline;
use crate::yaml::{Kind, Map, Node};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Identity of a mistake: its rule, its message without the words in back-ticks, and its origin.
type Mistake = (&'static Rule, String, Origin);

/// A mistake that is kept.
struct Kept {
    /// The first diagnostic that reports it.
    problem: Diagnostic,
    /// Number of the others.
    others: usize,
    /// The words in back-ticks of all of them.
    quoted: HashSet<String>,
}

impl Kept {
    fn new(problem: Diagnostic) -> Self {
        let quoted = quoted(&problem.message).map(str::to_owned).collect();
        Self { problem, others: 0, quoted }
    }

    fn add(&mut self, problem: &Diagnostic) {
        // The same mistake of the same job, found in two ways, is one.
        if self.problem.message != problem.message {
            self.others += 1;
            self.quoted.extend(quoted(&problem.message).map(str::to_owned));
        }
    }
}

/// Keeps the first of the diagnostics that report the same mistake at the same origin, whatever the job is called. It
/// lists the units that share the mistake, or counts the other jobs of one unit.
pub(super) fn by_origin(problems: Vec<Diagnostic>, pipeline: &Pipeline) -> Vec<Diagnostic> {
    let mut positions: HashMap<Mistake, usize> = HashMap::new();
    let mut kept: Vec<Kept> = Vec::new();
    for problem in problems {
        let Some(origin) = problem.origin() else {
            kept.push(Kept::new(problem));
            continue;
        };
        let mistake = (problem.rule, without_names(&problem.message), origin);
        let position = *positions.entry(mistake).or_insert(kept.len());
        match kept.get_mut(position) {
            Some(first) => first.add(&problem),
            None => kept.push(Kept::new(problem)),
        }
    }
    let units = units_by_origin(&kept, pipeline);
    kept.into_iter().map(|mistake| with_sharers(mistake, &units)).collect()
}

/// Units whose jobs share an origin, with the values that each has there: one that a template inserts differs from unit to unit.
type UnitsByOrigin = HashMap<Origin, BTreeMap<UnitName, BTreeSet<String>>>;

/// Names the units that share a mistake. Where it stays in one unit, the number of its other jobs says enough.
fn with_sharers(mistake: Kept, units: &UnitsByOrigin) -> Diagnostic {
    let Kept { problem, others, quoted } = mistake;
    let sharing = problem.origin().and_then(|origin| units.get(&origin));
    if let Some(sharing) = sharing.filter(|sharing| sharing.len() > 1) {
        // A message that names the value is about the units that have it.
        let is_quoted = |values: &BTreeSet<String>| values.iter().any(|value| quoted.contains(value));
        let names_values = sharing.values().any(is_quoted);
        let sharing = sharing.iter().filter(|(_, values)| !names_values || is_quoted(values));
        return Diagnostic { units: sharing.map(|(unit, _)| unit.clone()).collect(), ..problem };
    }
    match others {
        0 => problem,
        1 => problem.with_note("the same in another job"),
        others => problem.with_note(format!("the same in {others} other jobs")),
    }
}

/// Returns the units whose jobs contain the origins of diagnostics.
fn units_by_origin(kept: &[Kept], pipeline: &Pipeline) -> UnitsByOrigin {
    let mut units: UnitsByOrigin =
        kept.iter().filter_map(|kept| Some((kept.problem.origin()?, BTreeMap::new()))).collect();
    // Most pipelines have no findings, and then no job has to be walked.
    if units.is_empty() {
        return units;
    }
    for job in &pipeline.jobs {
        let Some(unit) = &job.unit else { continue };
        let mut add_unit = |origin: Origin, value: Option<&Node>| {
            let Some(sharing) = units.get_mut(&origin) else { return };
            if !sharing.contains_key(unit) {
                sharing.insert(unit.clone(), BTreeSet::new());
            }
            if let Some(values) = sharing.get_mut(unit)
                && let Some(text) = value.and_then(Node::text)
                && !values.contains(text)
            {
                values.insert(text.to_owned());
            }
        };
        add_unit(job.origin, None);
        visit_nodes(&job.body, &mut add_unit);
    }
    units
}

/// Visits the origins of all keys and values.
pub(super) fn visit_map(map: &Map, visit: &mut impl FnMut(Origin)) {
    visit_nodes(map, &mut |origin, _| visit(origin));
}

/// As [`visit_map`], with the values.
fn visit_nodes(map: &Map, visit: &mut impl FnMut(Origin, Option<&Node>)) {
    for entry in &map.entries {
        visit(entry.key.origin, None);
        visit_node(&entry.value, visit);
    }
}

fn visit_node(node: &Node, visit: &mut impl FnMut(Origin, Option<&Node>)) {
    visit(node.origin, Some(node));
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::Seq(items) => items.iter().for_each(|item| visit_node(item, visit)),
        Kind::Map(map) => visit_nodes(map, visit),
    }
}

/// Returns the words in back-ticks.
fn quoted(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2)
}

/// Returns a message without the names in back-ticks, which differ from job to job.
fn without_names(message: &str) -> String {
    message.split('`').step_by(2).collect::<Vec<_>>().join("`")
}
