//! The import as a whole: from the files of a repository to the files of a workspace.

use super::candidate::{Candidate, Owner, candidates};
use super::division::{Division, child_index, divide};
use super::evidence::{Placement, place};
use super::files::texts;
use super::includes::Includes;
use super::kind::Kind;
use super::old::OldPipeline;
use super::parent::NewParent;
use super::raw::References;
use super::stages::merged;
use super::tree::Tree;
use super::unit::{Composition, Moving};
use crate::exit::Failure;
use nestling::Files;
use std::collections::{BTreeMap, BTreeSet};

/// What is proposed, and what it was made of.
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
}

impl Proposal {
    /// Reads a repository, and makes a workspace of its pipeline.
    ///
    /// # Errors
    /// A file cannot be read, or the old configuration is no valid YAML.
    pub(crate) fn make(files: &dyn Files, default_branch: &str) -> Result<Self, Failure> {
        let old = OldPipeline::read(files)?;
        let includes = Includes::read(files);
        let tree = Tree::read(files)?;
        let references = References::read(files, &includes);
        let kinds = Kind::of_import(default_branch);
        let candidates = candidates(&old, &includes, &kinds);
        let placements: Vec<Option<Placement>> =
            candidates.iter().map(|candidate| place(candidate, &old, &tree)).collect();
        let placeless = reasons_without_place(&candidates, &placements, &old);
        let division = divide(&candidates, &placeless, &old, &includes, &references);
        let moved = (0..candidates.len()).filter(|index| {
            let is_moving = division.reasons.get(*index).is_some_and(Option::is_none);
            is_moving && candidates.get(*index).is_some_and(|job| child_index(job, &old).is_none())
        });
        let moving =
            Moving { candidates: &candidates, moved: moved.collect(), placements: &placements, old: &old };
        let composition = moving.compose();
        let stages = stages(&moving);
        let mut written = texts(&composition, &stages);
        let parent = NewParent {
            candidates: &candidates,
            division: &division,
            composition: &composition,
            old: &old,
            includes: &includes,
            references: &references,
            files,
        };
        let parent = parent.files();
        written.extend(parent.written);
        let deleted = parent.deleted;
        Ok(Self { old, tree, candidates, placements, division, composition, written, deleted, references })
    }

    /// Returns `true` if no job moves.
    pub(super) fn is_empty(&self) -> bool {
        self.composition.units.is_empty()
    }
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
        (None, _) => Some("nothing leads to one directory: it concerns all".to_owned()),
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
