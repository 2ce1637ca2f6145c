//! Results that a process which checks a workspace again and again keeps between its checks.

use super::checked_kinds::CheckedJob;
use super::finish::ParentFile;
use crate::assemble::{KnownUnit, KnownUnits, PipelineTotals};
use crate::emit::UnitWeight;
use crate::idle::WalkedJobs;
use crate::workspace::{Declaration, Order, Unit, Workspace};
use nestling_files::path::RepoPath;
use nestling_gitlab::check::Parent;
use nestling_gitlab::diagnostic::{FileId, Origin, Sources};
use nestling_gitlab::facts::WalkedKind;
use nestling_gitlab::name::UnitName;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// Results of a check that are kept for the next one of the same process, such as the language server.
///
/// A unit is not rendered and checked again if its own file, its templates, the root's file, the kinds of pipelines, the parent
/// pipeline and the other units' names and dependencies are what they were, if it has nothing to do with other units, and if there was nothing to
/// report about it. All of this is compared by content. Findings and their order are those of a check without a memo.
///
/// The memo is about as large as the workspace's own files, and contains one workspace: the last one.
///
/// ```
/// use nestling::{CheckMemo, MemoryFiles, PipelineFacts, Project};
///
/// let memo = CheckMemo::default();
/// for script in ["make", "make all"] {
///     let unit = format!("build: {{ script: {script} }}");
///     let files = MemoryFiles::new([("nestling.yml", "workspace: {}"), ("api/nestling.yml", &unit)]);
///     let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
///     let checked = project.plan(project.changes()?).memo(&memo).check(project.kinds()?)?;
///     assert!(checked.diagnostics.is_empty());
/// }
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct CheckMemo {
    kept: RefCell<Option<Rc<Kept>>>,
    /// Number of units that the last check left out.
    left_out: Cell<usize>,
}

/// The results of the last check.
#[derive(Debug)]
struct Kept {
    surroundings: Surroundings,
    units: BTreeMap<UnitName, Rc<KeptUnit>>,
    /// Facts of each kind's pipeline.
    totals: Vec<PipelineTotals>,
}

/// A unit about which there was nothing to report.
#[derive(Debug)]
struct KeptUnit {
    text: Option<Arc<str>>,
    /// Its part in each kind of pipeline.
    kinds: Vec<Rc<KeptPart>>,
}

/// The part of a unit in a pipeline of one kind.
#[derive(Debug)]
pub(super) struct KeptPart {
    pub known: Rc<KnownUnit>,
    pub walked: WalkedJobs,
    pub jobs: Vec<CheckedJob>,
    /// The things of its jobs that no other job should have.
    pub shared: Vec<String>,
    /// The weight of its jobs in the files that they are written to.
    pub weight: UnitWeight,
}

/// Everything that the check of a unit depends on, beside its own file and its templates.
#[derive(Debug, PartialEq)]
pub(super) struct Surroundings {
    root: Option<Arc<str>>,
    kinds: Vec<WalkedKind>,
    parent: Parent,
    units: Vec<UnitPlace>,
}

#[derive(Debug, PartialEq)]
struct UnitPlace {
    name: UnitName,
    directory: RepoPath,
    file: Option<FileId>,
    declaration: Origin,
    /// The templates of rules with the places that name them: a rule can come to match a directory by other files in it.
    uses: Vec<(String, Origin)>,
    depends_on: Vec<(UnitName, Order)>,
}

/// The parts of units that a check leaves out, by kind of pipeline.
#[derive(Debug, Default)]
pub(super) struct LeftOutParts {
    /// The units of each kind; none of a kind that is not kept.
    pub known: Vec<KnownUnits>,
    units: BTreeMap<UnitName, Rc<KeptUnit>>,
}

/// The parts of units that were rendered in a check, by kind; `None` for one that is not to be kept.
pub(super) type NewParts = BTreeMap<UnitName, BTreeMap<usize, Option<Rc<KeptPart>>>>;

impl Surroundings {
    pub(super) fn new(
        workspace: &Workspace,
        kinds: &[WalkedKind],
        parent: &ParentFile,
        sources: &Sources,
    ) -> Self {
        let place = |unit: &Unit| UnitPlace {
            name: unit.name.clone(),
            directory: unit.dir.clone(),
            file: own_file(unit),
            declaration: unit.declaration.origin(),
            uses: of_rules(unit),
            depends_on: unit.depends_on.iter().map(|needed| (needed.unit.clone(), needed.order)).collect(),
        };
        Self {
            root: workspace.file.and_then(|file| Some(Arc::clone(&sources.get(file)?.text))),
            kinds: kinds.to_vec(),
            parent: parent.parent.clone(),
            units: workspace.units.iter().map(place).collect(),
        }
    }
}

impl CheckMemo {
    /// Returns the number of units that the last check did not have to render and to check.
    pub fn units_left_out(&self) -> usize {
        self.left_out.get()
    }

    /// Returns a memo with the same results, for a check whose own results are not to be kept here: such as that of a state that is
    /// only tried.
    ///
    /// ```
    /// use nestling::CheckMemo;
    ///
    /// let memo = CheckMemo::default();
    /// assert_eq!(memo.fork().units_left_out(), 0);
    /// ```
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { kept: RefCell::new(self.kept.borrow().clone()), left_out: self.left_out.clone() }
    }

    /// Returns the parts of the units that can be left out.
    pub(super) fn parts(
        &self,
        surroundings: &Surroundings,
        workspace: &Workspace,
        sources: &Sources,
    ) -> LeftOutParts {
        let kept = self.kept.borrow();
        let Some(kept) = kept.as_ref().filter(|kept| kept.surroundings == *surroundings) else {
            return LeftOutParts::default();
        };
        let is_same = |unit: &&Unit| {
            kept.units.get(&unit.name).is_some_and(|known| known.text == text_of(unit, sources))
        };
        let same = workspace.units.iter().filter(is_same);
        let units: BTreeMap<UnitName, Rc<KeptUnit>> =
            same.map(|unit| (unit.name.clone(), Rc::clone(&kept.units[&unit.name]))).collect();
        let known = kept.totals.iter().enumerate().map(|(kind, totals)| {
            let of_kind = units.iter().map(|(name, unit)| (name.clone(), Rc::clone(&unit.kinds[kind].known)));
            KnownUnits::new(of_kind, totals.clone())
        });
        LeftOutParts { known: known.collect(), units }
    }

    /// Keeps the parts of a check: the new ones, and those of the units that were left out.
    pub(super) fn keep(
        &self,
        surroundings: Surroundings,
        workspace: &Workspace,
        sources: &Sources,
        left_out: &LeftOutParts,
        mut new: NewParts,
        totals: Vec<PipelineTotals>,
    ) {
        let counts = left_out.known.iter().map(|known| known.names().len());
        self.left_out.set(counts.min().unwrap_or_default());
        let mut units = BTreeMap::new();
        for unit in &workspace.units {
            let mut rendered = new.remove(&unit.name).unwrap_or_default();
            let known = left_out.units.get(&unit.name);
            if let Some(known) = known.filter(|_| rendered.is_empty()) {
                units.insert(unit.name.clone(), Rc::clone(known));
                continue;
            }
            let kinds = (0..totals.len()).map(|kind| rendered.remove(&kind).flatten());
            if let Some(kinds) = kinds.collect::<Option<Vec<_>>>() {
                let text = text_of(unit, sources);
                units.insert(unit.name.clone(), Rc::new(KeptUnit { text, kinds }));
            }
        }
        *self.kept.borrow_mut() = Some(Rc::new(Kept { surroundings, units, totals }));
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        self.left_out.set(0);
        *self.kept.borrow_mut() = None;
    }
}

impl LeftOutParts {
    /// Returns the part of a unit that is left out in this kind of pipeline.
    pub(super) fn part(&self, kind: usize, unit: &UnitName) -> Option<&KeptPart> {
        self.known.get(kind).filter(|known| known.contains(unit))?;
        self.units.get(unit).map(|unit| &*unit.kinds[kind])
    }

    /// Returns the weights of all units that are left out in this kind of pipeline.
    pub(super) fn weights(&self, kind: usize) -> Vec<UnitWeight> {
        let parts = self.units.keys().filter_map(|unit| self.part(kind, unit));
        parts.map(|part| part.weight).collect()
    }

    /// Returns `true` if the jobs of a unit that is left out have one of these things.
    pub(super) fn have_any(&self, kind: usize, things: &BTreeSet<String>) -> bool {
        let parts = self.units.keys().filter_map(|unit| self.part(kind, unit));
        !things.is_empty() && parts.flat_map(|part| &part.shared).any(|thing| things.contains(thing))
    }
}

/// Returns the unit's own file; `None` for one that is a unit by a rule alone.
pub(super) fn own_file(unit: &Unit) -> Option<FileId> {
    match unit.declaration {
        Declaration::File(origin) => Some(origin.file),
        Declaration::Rule(_) => None,
    }
}

/// Returns the templates that rules give to a unit.
fn of_rules(unit: &Unit) -> Vec<(String, Origin)> {
    let own_file = own_file(unit);
    let uses = unit.uses.iter().filter(|used| Some(used.origin.file) != own_file);
    uses.map(|used| (used.template.clone(), used.origin)).collect()
}

fn text_of(unit: &Unit, sources: &Sources) -> Option<Arc<str>> {
    Some(Arc::clone(&sources.get(own_file(unit)?)?.text))
}

#[cfg(test)]
mod tests;
