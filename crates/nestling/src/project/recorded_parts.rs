//! The parts of the units in a check that is kept, as they are seen in the plan and the findings for each kind of pipeline.

use super::checked_kinds::CheckedJob;
use super::memo::{KeptPart, NewParts, own_file};
use crate::assemble::{KnownUnit, PipelineTotals};
use crate::idle::WalkedJobs;
use crate::plan::{Plan, PlanNotes, has_exists};
use crate::workspace::{Unit, Workspace};
use nestling_gitlab::check::{CheckSettings, shared_things};
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin};
use nestling_gitlab::name::{StageName, UnitName};
use nestling_gitlab::pipeline::presence::{JobPresence, State};
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Kind, Map, Node};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// The parts of all units so far.
#[derive(Debug, Default)]
pub(super) struct RecordedParts {
    pub new: NewParts,
    /// Facts of each kind's pipeline.
    pub totals: Vec<PipelineTotals>,
    /// Set if units may depend on each other in ways that are not followed.
    pub is_mixed: bool,
}

impl RecordedParts {
    /// Adds the units that were rendered for a kind of pipeline. `problems` are those of their jobs, before any is allowed.
    pub(super) fn add(
        &mut self,
        plan: &Plan,
        notes: &PlanNotes,
        problems: &[&Diagnostic],
        settings: &CheckSettings,
        totals: PipelineTotals,
    ) {
        let kind = self.totals.len();
        self.totals.push(totals);
        let affected = Affected::by(problems, plan);
        self.is_mixed |= !notes.is_separable || affected.is_unknown;
        let mut jobs: HashMap<&UnitName, Vec<(&Job, &JobPresence)>> = HashMap::new();
        for (job, presence) in plan.pipeline.jobs.iter().zip(&plan.presence) {
            if let Some(unit) = &job.unit {
                jobs.entry(unit).or_default().push((job, presence));
            }
        }
        for (unit, notes_on_unit) in &notes.units {
            let is_alone = !notes.links.contain(unit) && !affected.units.contains(unit);
            let known = notes_on_unit.known().filter(|_| is_alone);
            let jobs = jobs.remove(unit).unwrap_or_default();
            let part = known.and_then(|mut known| {
                for (job, presence) in &jobs {
                    let stage = StageName::parse(job.stage()).ok()?;
                    if job.body.contains("artifacts") {
                        known.artifact_stages.insert(stage.clone());
                    }
                    known.stages.insert(stage);
                    known.has_copies |= presence.is_multiplied(job.name.as_str());
                    let is_between = !matches!(job.stage(), StageName::PRE | StageName::POST);
                    known.is_certain |= is_between && presence.state() == State::In;
                }
                part(known, &jobs, settings)
            });
            self.new.entry(unit.clone()).or_default().insert(kind, part.map(Rc::new));
        }
    }

    /// Drops the units that further findings in their own files affect.
    pub(super) fn drop_affected(&mut self, problems: &[Diagnostic], workspace: &Workspace) {
        let files: HashSet<FileId> =
            problems.iter().filter_map(|problem| Some(problem.origin()?.file)).collect();
        for unit in &workspace.units {
            if own_file(unit).is_some_and(|file| files.contains(&file)) {
                self.new.insert(unit.name.clone(), BTreeMap::from([(0, None)]));
            }
        }
    }
}

fn part(known: KnownUnit, jobs: &[(&Job, &JobPresence)], settings: &CheckSettings) -> Option<KeptPart> {
    // All files of the repository decide about them.
    if jobs.iter().any(|(job, _)| has_exists(job)) {
        return None;
    }
    let mut walked = WalkedJobs::default();
    jobs.iter().for_each(|(job, _)| walked.add_job(job));
    let checked = jobs.iter().filter_map(|(job, presence)| CheckedJob::of(job, presence));
    let shared = jobs.iter().flat_map(|(job, presence)| shared_things(job, presence, settings));
    Some(KeptPart { known: Rc::new(known), walked, jobs: checked.collect(), shared: shared.collect() })
}

/// The units that findings affect.
#[derive(Default)]
struct Affected {
    units: BTreeSet<UnitName>,
    /// Set if a finding may affect any.
    is_unknown: bool,
}

impl Affected {
    fn by(problems: &[&Diagnostic], plan: &Plan) -> Self {
        let mut affected = Self::default();
        let owners: BTreeMap<FileId, &UnitName> =
            plan.workspace.units.iter().filter_map(|unit| Some((own_file(unit)?, &unit.name))).collect();
        let mut elsewhere = HashSet::new();
        for problem in problems {
            affected.units.extend(problem.units.iter().cloned());
            affected.is_unknown |= problem.labels.is_empty() && problem.units.is_empty();
            for label in &problem.labels {
                match owners.get(&label.origin.file) {
                    Some(unit) => _ = affected.units.insert((*unit).clone()),
                    None => _ = elsewhere.insert(label.origin),
                }
            }
        }
        if !elsewhere.is_empty() {
            affected.units.extend(units_at(&plan.pipeline, &elsewhere));
        }
        affected
    }
}

/// Returns the units with a job that has something of one of these places.
fn units_at(pipeline: &Pipeline, places: &HashSet<Origin>) -> BTreeSet<UnitName> {
    let is_at_place = |job: &&Job| places.contains(&job.origin) || is_in_map(&job.body, places);
    pipeline.jobs.iter().filter(is_at_place).filter_map(|job| job.unit.clone()).collect()
}

fn is_in_map(map: &Map, places: &HashSet<Origin>) -> bool {
    map.entries.iter().any(|entry| places.contains(&entry.key.origin) || is_in(&entry.value, places))
}

fn is_in(node: &Node, places: &HashSet<Origin>) -> bool {
    places.contains(&node.origin)
        || match &node.kind {
            Kind::Scalar(_) => false,
            Kind::Seq(items) => items.iter().any(|item| is_in(item, places)),
            Kind::Map(map) => is_in_map(map, places),
        }
}

/// The files of the units that a plan has rendered.
pub(super) fn rendered_files<'w>(
    units: impl Iterator<Item = &'w Unit>,
    is_left_out: impl Fn(&UnitName) -> bool,
) -> HashSet<FileId> {
    units.filter(|unit| !is_left_out(&unit.name)).filter_map(own_file).collect()
}
