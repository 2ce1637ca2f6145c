//! The import as a whole: from the files of a repository to the files of a workspace.

use super::candidate::{Candidate, Owner, candidates, child_index, workflow_guards};
use super::child_workflow::fold_workflows;
use super::division::{Divisible, Division};
use super::evidence::{Placement, place};
use super::follow::follow;
use super::includes::Includes;
use super::kind::Kind;
use super::making::{Made, Read, own_reasons, stage_names};
use super::old::OldPipeline;
use super::raw::References;
use super::stages::merged;
use super::tree::Tree;
use super::unit::Composition;
use super::unmet::KindOfPipeline;
use crate::exit::Failure;
use nestling::{Files, RepoPath};
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
    /// For each candidate the reason why it stays, where no directory is found for it.
    placeless: Vec<Option<String>>,
    /// The same, with the reason why Nestling would refuse its unit.
    refused: Vec<Option<String>>,
    /// True if environments that have a stop job go to the catalogue.
    pub(super) moves_pairs: bool,
    /// The kinds of pipelines that decide where a job goes.
    pub(super) kinds: Vec<KindOfPipeline>,
    /// The findings of `check` in the new file of the parent.
    pub(super) findings: Vec<String>,
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
            refused: Vec::new(),
            moves_pairs: false,
            kinds: Vec::new(),
            findings: Vec::new(),
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
        let placeless = reasons_without_place(&candidates, &placements, &old);
        let divisible = Divisible {
            candidates: &candidates,
            placements: &placements,
            old: &old,
            includes: &includes,
            references: &references,
        };
        let read = Read { divisible, tree: &tree, files, moves_pairs, lifted: None };
        let mut refused = placeless.clone();
        let made = read.make_accepted(&mut refused, default_branch)?;
        let Made { division, composition, written, deleted, findings } = made;
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
            refused,
            moves_pairs,
            kinds,
            findings,
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

    /// Returns the number of jobs that would move after a change, if the same units are refused.
    pub(super) fn estimate(&self, attempt: &Attempt) -> usize {
        let divisible = self.divisible(&attempt.candidates);
        let own_reasons = own_reasons(&divisible, &self.refused, attempt.lifted);
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
