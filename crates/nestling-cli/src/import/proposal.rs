//! The import as a whole: from the files of a repository to the files of a workspace.

use super::candidate::{Candidate, Owner, candidates, child_index, workflow_guards};
use super::child_workflow::fold_workflows;
use super::compose::Moving;
use super::division::{Divisible, Division};
use super::evidence::{Placement, place};
use super::family::add_families;
use super::files::texts;
use super::follow::follow;
use super::includes::Includes;
use super::kind::Kind;
use super::old::OldPipeline;
use super::parent::NewParent;
use super::raw::References;
use super::stages::merged;
use super::tree::Tree;
use super::unit::{Composition, NewUnit};
use super::unmet::KindOfPipeline;
use crate::exit::Failure;
use nestling::{FILE_NAME, Files, PipelineFacts, Project, RepoPath, Severity};
use nestling_files::files::Overlay;
use std::collections::{BTreeMap, BTreeSet};

/// The proposed files, and the configuration that they were made from.
pub(crate) struct Proposal {
    pub(super) old: OldPipeline,
    pub(super) tree: Tree,
    pub(super) candidates: Vec<Candidate>,
    pub(super) placements: Vec<Option<Placement>>,
    pub(super) division: Division,
    pub(super) composition: Composition,
    /// The text of each file that is written.
    pub(super) written: BTreeMap<String, String>,
    /// The files of which nothing is left.
    pub(super) deleted: BTreeSet<String>,
    /// The old files in blocks.
    pub(super) references: References,
    /// The local files that the old configuration includes.
    pub(super) includes: Includes,
    /// For each candidate the reason why it stays, where no directory or no valid unit is found for it.
    pub(super) placeless: Vec<Option<String>>,
    /// True if environments that have a stop job go to the catalogue.
    pub(super) moves_pairs: bool,
    /// The kinds of pipelines that decide where a job goes.
    pub(super) kinds: Vec<KindOfPipeline>,
}

/// A change to the old configuration that is tried in memory.
#[derive(Clone)]
pub(super) struct Attempt {
    /// The jobs after the change.
    pub candidates: Vec<Candidate>,
    /// A job that would move if its own reason to stay did not apply.
    pub lifted: Option<usize>,
}

impl Proposal {
    /// Reads a configuration alone, of which nothing moves.
    ///
    /// # Errors
    /// A file cannot be read, or the configuration is no valid YAML.
    pub(super) fn of_old(files: &dyn Files) -> Result<Self, Failure> {
        let includes = Includes::read(files);
        Ok(Self {
            old: OldPipeline::read(files, None)?,
            tree: Tree::read(files)?,
            candidates: Vec::new(),
            placements: Vec::new(),
            division: Division::default(),
            composition: Composition::default(),
            written: BTreeMap::new(),
            deleted: BTreeSet::new(),
            references: References::read(files, &includes),
            includes,
            placeless: Vec::new(),
            moves_pairs: false,
            kinds: Vec::new(),
        })
    }

    /// Reads a repository, and makes a workspace of its pipeline. With `moves_pairs`, environments that have a stop job go to the
    /// catalogue.
    ///
    /// # Errors
    /// A file cannot be read, or the old configuration is no valid YAML.
    pub(crate) fn make(
        files: &dyn Files,
        default_branch: &str,
        generated: Option<&RepoPath>,
        moves_pairs: bool,
    ) -> Result<Self, Failure> {
        let old = OldPipeline::read(files, generated)?;
        let includes = Includes::read(files);
        let tree = Tree::read(files)?;
        let references = References::read(files, &includes);
        let kinds = Kind::of_import(default_branch);
        let mut candidates = candidates(&old, &includes, &kinds);
        fold_workflows(&mut candidates, &old);
        let mut placements: Vec<Option<Placement>> =
            candidates.iter().map(|candidate| place(candidate, &old, &tree)).collect();
        follow(&candidates, &mut placements);
        let mut placeless = reasons_without_place(&candidates, &placements, &old);
        let divisible = Divisible {
            candidates: &candidates,
            placements: &placements,
            old: &old,
            includes: &includes,
            references: &references,
        };
        let read = Read { divisible, tree: &tree, files, moves_pairs, lifted: None };
        let made = read.make_accepted(&mut placeless, default_branch)?;
        let Made { division, composition, written, deleted } = made;
        let kinds = kinds.iter().map(|kind| kind.name).zip(workflow_guards(&old, &kinds)).collect();
        Ok(Self {
            old,
            tree,
            candidates,
            placements,
            division,
            composition,
            written,
            deleted,
            references,
            includes,
            placeless,
            moves_pairs,
            kinds,
        })
    }

    /// Returns the configuration that is divided, with other jobs.
    fn divisible<'a>(&'a self, candidates: &'a [Candidate]) -> Divisible<'a> {
        Divisible {
            candidates,
            placements: &self.placements,
            old: &self.old,
            includes: &self.includes,
            references: &self.references,
        }
    }

    /// Returns the number of jobs that would move after a change, before units are checked.
    pub(super) fn estimate(&self, attempt: &Attempt) -> usize {
        let divisible = self.divisible(&attempt.candidates);
        let own_reasons = own_reasons(&divisible, &self.placeless, attempt.lifted);
        self.moved(&divisible.divide(own_reasons))
    }

    /// Returns the number of jobs that would move after a change, and the stage of the trigger job: units are made and checked.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn count(
        &self,
        attempt: &Attempt,
        files: &dyn Files,
        default_branch: &str,
    ) -> Result<(usize, String), Failure> {
        let read = Read {
            divisible: self.divisible(&attempt.candidates),
            tree: &self.tree,
            files,
            moves_pairs: self.moves_pairs,
            lifted: attempt.lifted,
        };
        let made = read.make_accepted(&mut self.placeless.clone(), default_branch)?;
        Ok((self.moved(&made.division), made.division.order.stage))
    }

    /// Returns the number of jobs, without the trigger jobs of static children.
    pub(super) fn jobs(&self) -> usize {
        self.candidates.iter().filter(|job| child_index(job, &self.old).is_none()).count()
    }

    /// Returns the number of jobs that move, without the trigger jobs of static children.
    pub(super) fn moved(&self, division: &Division) -> usize {
        let jobs = (0..).zip(&self.candidates).filter(|(_, job)| child_index(job, &self.old).is_none());
        jobs.filter(|(index, _)| !division.stays(*index)).count()
    }

    /// Returns a file that is not part of the old configuration, and that would be overwritten.
    pub(super) fn overwritten(&self) -> Option<&str> {
        let mut paths = self.written.keys().map(String::as_str);
        paths.find(|path| self.tree.has_file(path) && !self.references.blocks.contains_key(*path))
    }

    /// Returns `true` if no job moves.
    pub(super) fn is_empty(&self) -> bool {
        self.composition.units.is_empty()
    }
}

/// The parts of a repository that are read.
struct Read<'a> {
    divisible: Divisible<'a>,
    tree: &'a Tree,
    files: &'a dyn Files,
    moves_pairs: bool,
    lifted: Option<usize>,
}

/// The files and jobs that are made of it.
struct Made {
    division: Division,
    composition: Composition,
    written: BTreeMap<String, String>,
    deleted: BTreeSet<String>,
}

impl Read<'_> {
    /// Makes the workspace. A unit that Nestling would refuse stays as it is; without it, another one may be refused.
    fn make_accepted(&self, placeless: &mut [Option<String>], default_branch: &str) -> Result<Made, Failure> {
        let mut lifted = self.lifted;
        let mut made = self.make(placeless, lifted);
        for _ in 0..self.divisible.candidates.len() {
            let refused = self.refused(&made, default_branch)?;
            if refused.is_empty() {
                break;
            }
            for (index, reason) in refused {
                lifted = lifted.filter(|job| *job != index);
                if let Some(slot) = placeless.get_mut(index) {
                    *slot = Some(reason);
                }
            }
            made = self.make(placeless, lifted);
        }
        Ok(made)
    }

    fn make(&self, placeless: &[Option<String>], lifted: Option<usize>) -> Made {
        let Divisible { candidates, placements, old, includes, references } = self.divisible;
        let division = self.divisible.divide(own_reasons(&self.divisible, placeless, lifted));
        let moved = (0..candidates.len()).filter(|index| {
            let is_trigger = candidates.get(*index).is_none_or(|job| child_index(job, old).is_some());
            !division.stays(*index) && !is_trigger
        });
        let moving =
            Moving { candidates, moved: moved.collect(), placements, old, moves_pairs: self.moves_pairs };
        let mut composition = moving.compose();
        add_families(&mut composition, self.tree);
        let mut written = texts(&composition, &stages(&moving));
        let parent = NewParent {
            candidates,
            division: &division,
            composition: &composition,
            old,
            includes,
            references,
            files: self.files,
        };
        let parent = parent.files();
        written.extend(parent.written);
        Made { division, composition, written, deleted: parent.deleted }
    }

    /// Returns the jobs of units with errors, each with the first error of its unit.
    fn refused(&self, made: &Made, default_branch: &str) -> Result<Vec<(usize, String)>, Failure> {
        if made.composition.units.is_empty() {
            return Ok(Vec::new());
        }
        let contents = made
            .written
            .iter()
            .filter_map(|(path, text)| Some((RepoPath::parse(path).ok()?, text.clone().into_bytes())));
        let files = Overlay::new(self.files, contents);
        let branch = Some(default_branch.to_owned());
        let project = Project::of_files(&files, PipelineFacts::local(branch.clone(), branch, None))?;
        let checked = project.plan(project.changes()?).check(project.kinds()?)?;
        let mut refused = Vec::new();
        for error in checked.diagnostics.iter().filter(|problem| problem.severity == Severity::Error) {
            let Some(path) = error.origin().map(|origin| checked.sources.path(origin.file)) else { continue };
            let is_of = |unit: &&NewUnit| format!("{}/{FILE_NAME}", unit.directory) == path;
            let unit = made.composition.units.iter().find(is_of);
            for job in unit.map(|unit| unit.jobs.as_slice()).unwrap_or_default() {
                refused.push((job.candidate, format!("its unit would have an error: {}", error.message)));
            }
        }
        Ok(refused)
    }
}

/// Returns for each job the reason why it stays by itself; that of one job does not count.
fn own_reasons(
    divisible: &Divisible<'_>,
    placeless: &[Option<String>],
    lifted: Option<usize>,
) -> Vec<Option<String>> {
    let mut reasons = divisible.own_reasons(placeless);
    if let Some(slot) = lifted.and_then(|job| reasons.get_mut(job)) {
        *slot = None;
    }
    reasons
}

/// Returns the stages of the units, in the order of those that they come from.
fn stages(moving: &Moving<'_>) -> Vec<String> {
    let owners: BTreeSet<Owner> =
        moving.moved.iter().filter_map(|index| Some(moving.candidates.get(*index)?.owner)).collect();
    let lists = owners.iter().map(|owner| stage_names(*owner, moving.old));
    merged(&lists.collect::<Vec<_>>()).unwrap_or_default()
}

fn stage_names(owner: Owner, old: &OldPipeline) -> Vec<String> {
    let stages = &super::obstacle::configuration(owner, old).pipeline.stages;
    stages.iter().map(ToString::to_string).collect()
}

/// Returns for each job without a directory the reason why it stays, and for each static child with another order of stages.
fn reasons_without_place(
    candidates: &[Candidate],
    placements: &[Option<Placement>],
    old: &OldPipeline,
) -> Vec<Option<String>> {
    let unordered = unordered_children(candidates, old);
    let reason = |(candidate, placement): (&Candidate, &Option<Placement>)| match (placement, candidate.owner)
    {
        (None, _) => Some("nothing limits it to one directory".to_owned()),
        (Some(_), Owner::Child(index)) if unordered.contains(&index) => {
            Some("its stages are in another order than those of other pipelines".to_owned())
        }
        _ => None,
    };
    candidates.iter().zip(placements).map(reason).collect()
}

fn unordered_children(candidates: &[Candidate], old: &OldPipeline) -> BTreeSet<usize> {
    let has_units = |job: &Candidate| {
        job.owner == Owner::Root && child_index(job, old).is_none() && !job.written_globs().is_empty()
    };
    let root = if candidates.iter().any(has_units) { stage_names(Owner::Root, old) } else { Vec::new() };
    let mut lists = vec![root];
    let mut unordered = BTreeSet::new();
    for index in 0..old.children.len() {
        lists.push(stage_names(Owner::Child(index), old));
        if merged(&lists).is_err() {
            unordered.insert(index);
            lists.pop();
        }
    }
    unordered
}
