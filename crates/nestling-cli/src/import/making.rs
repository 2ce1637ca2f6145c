//! Makes the files of a workspace of the jobs that move, and checks them.

use super::candidate::{Owner, child_index};
use super::compose::Moving;
use super::division::{Divisible, Division};
use super::family::add_families;
use super::files::texts;
use super::old::{FILE, OldPipeline};
use super::parent::NewParent;
use super::stages::merged;
use super::tree::Tree;
use super::unit::{Composition, NewUnit};
use crate::exit::Failure;
use nestling::{Diagnostic, FILE_NAME, Files, PipelineFacts, Project, RepoPath, Severity};
use nestling_files::files::Overlay;
use std::collections::{BTreeMap, BTreeSet};

/// The parts of a repository that are read.
pub(super) struct Read<'a> {
    pub divisible: Divisible<'a>,
    pub tree: &'a Tree,
    pub files: &'a dyn Files,
    pub moves_pairs: bool,
    pub lifted: Option<usize>,
}

/// The files and jobs that are made of it.
pub(super) struct Made {
    pub division: Division,
    pub composition: Composition,
    pub written: BTreeMap<String, String>,
    pub deleted: BTreeSet<String>,
    /// The findings of `check` in the new file of the parent: the rule, the message and the way out.
    pub findings: Vec<String>,
}

/// Jobs whose units Nestling would refuse, with the reason.
type Refused = Vec<(usize, String)>;

impl Read<'_> {
    /// Makes the workspace. A unit that Nestling would refuse stays as it is; without it, another one may be refused.
    pub(super) fn make_accepted(
        &self,
        placeless: &mut [Option<String>],
        default_branch: &str,
    ) -> Result<Made, Failure> {
        let mut lifted = self.lifted;
        let mut made = self.make(placeless, lifted);
        for _ in 0..self.divisible.candidates.len() {
            let (refused, findings) = self.checked(&made, default_branch)?;
            made.findings = findings;
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
        Made { division, composition, written, deleted: parent.deleted, findings: Vec::new() }
    }

    /// Returns the jobs of units with errors, each with the first error of its unit, and the findings in the file of the parent.
    fn checked(&self, made: &Made, default_branch: &str) -> Result<(Refused, Vec<String>), Failure> {
        if made.composition.units.is_empty() {
            return Ok((Vec::new(), Vec::new()));
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
        let of_parent = checked.diagnostics.iter().filter(|problem| {
            let path = problem.origin().map(|origin| checked.sources.path(origin.file));
            problem.rule.id.starts_with("parent-") && path.as_deref() == Some(FILE)
        });
        let finding = |problem: &Diagnostic| {
            let help = problem.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
            format!("reports `{}`: {}{help}", problem.rule.id, problem.message)
        };
        Ok((refused, of_parent.map(finding).collect()))
    }
}

/// Returns for each job the reason why it stays by itself; that of one job does not count.
pub(super) fn own_reasons(
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

pub(super) fn stage_names(owner: Owner, old: &OldPipeline) -> Vec<String> {
    let stages = &super::obstacle::configuration(owner, old).pipeline.stages;
    stages.iter().map(ToString::to_string).collect()
}
