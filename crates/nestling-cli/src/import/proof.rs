//! The proof: for the merges of the history and each kind of pipeline, the jobs of the old configuration against those of the new.

use super::candidate::Candidate;
use super::evidence::whole;
use super::includes::changes_globs;
use super::kind::Kind;
use super::likeness::{Likeness, compare};
use super::old::OldPipeline;
use super::plans::Plans;
use super::proposal::Proposal;
use super::settings::lost_settings;
use super::side::{Direction, Jobs, SideJob};
use super::sides::{Both, SidePipeline, Sides};
use super::stop_needs::difference;
use super::strings::strings;
use super::waiting::lost_order;
use super::written::CONDITIONS;
use crate::exit::Failure;
use nestling::{Files, RepoPath};
use nestling_files::files::Overlay;
use nestling_files::path::Glob;
use nestling_git::{CommitId, GitError, GitRepository, MergesEnd};
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::presence::follows;
use nestling_gitlab::pipeline::rule::rules;
use nestling_gitlab::yaml::Map;
use std::collections::{BTreeMap, BTreeSet};

/// The outcome of comparing one pipeline with the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Both have the same jobs.
    Equal(usize),
    /// The new one has more: the jobs with the reasons.
    More(Vec<String>),
    /// The new one lacks something: the jobs with what is lost.
    Less(Vec<String>),
}

/// A merge with the outcome for each kind of pipeline.
#[derive(Debug)]
pub(super) struct Row {
    /// Its commit; `None` for the whole repository.
    pub commit: Option<CommitId>,
    /// The first line of its message, or words for the whole repository.
    pub subject: String,
    /// Number of paths that changed.
    pub paths: usize,
    /// The outcomes, in the order of the kinds.
    pub outcomes: Vec<Outcome>,
}

/// The comparison over a history.
#[derive(Debug, Default)]
pub(super) struct Proof {
    /// The kinds of pipelines.
    pub kinds: Vec<&'static str>,
    /// The whole repository, then the merges, the newest first.
    pub rows: Vec<Row>,
    /// The reason why there are no more merges.
    pub end: Option<MergesEnd>,
    /// The assumptions.
    pub notes: BTreeSet<String>,
}

/// The merges that are compared.
pub(super) struct History<'a> {
    /// The repository; without one only a change of every path is compared.
    pub git: Option<&'a GitRepository>,
    /// The commit that they lead to; `None` before the first one.
    pub head: Option<CommitId>,
    /// Number of merges.
    pub merges: usize,
    /// The branch whose pipelines are compared.
    pub default_branch: &'a str,
}

impl Proof {
    /// Compares an old configuration with the one that is proposed, for a change of every path, and for the newest merges.
    ///
    /// # Errors
    /// The repository cannot be read, or what was written has errors.
    pub(super) fn make(
        proposal: &Proposal,
        files: &dyn Files,
        history: &History<'_>,
    ) -> Result<Self, Failure> {
        let contents = proposal
            .written
            .iter()
            .filter_map(|(path, text)| Some((RepoPath::parse(path).ok()?, text.clone().into_bytes())));
        let watched = Watched::of(proposal, files);
        let files = [files, &Overlay::new(files, contents) as &dyn Files];
        Self::compare(proposal, files, Direction::Import, Some(&watched), history, &Plans::read(files[1])?)
    }

    /// Compares the configurations of old and new files, of which the workspace has these plans. Without globs to watch, each merge is
    /// compared by itself.
    ///
    /// # Errors
    /// As [`Proof::make`].
    pub(super) fn compare<'a>(
        proposal: &'a Proposal,
        files: [&'a dyn Files; 2],
        direction: Direction,
        watched: Option<&Watched>,
        history: &History<'_>,
        plans: &'a Plans<'_>,
    ) -> Result<Self, Failure> {
        let new = OldPipeline::read(files[1], None)?;
        let words = words_of_conditions(proposal, &new);
        let both = Both::read(proposal, files, direction, &new, plans);
        let asks_for = |source: &str| words.contains(source) || words.contains(&format!("{source}s"));
        let kinds = Kind::of_proof(history.default_branch, &asks_for);
        let mut sides = Vec::new();
        for kind in &kinds {
            sides.push(Sides::read(&both, kind)?);
        }
        let mut known: Vec<BTreeMap<Vec<bool>, Outcome>> = vec![BTreeMap::new(); sides.len()];
        let mut proof = Self { kinds: kinds.iter().map(|kind| kind.name).collect(), ..Self::default() };
        proof.add(None, "every path", &proposal.tree.files, &sides, watched, &mut known)?;
        let head = history.head.as_ref().filter(|_| history.merges > 0);
        let Some((git, head)) = history.git.zip(head) else { return Ok(proof) };
        let walked = git.merges(head, history.merges).map_err(Failure::git)?;
        for merge in &walked.merges {
            let paths = changed_paths(git, &merge.before, &merge.commit).map_err(Failure::git)?;
            proof.add(Some(merge.commit), &merge.subject, &paths, &sides, watched, &mut known)?;
        }
        proof.end = Some(walked.end);
        Ok(proof)
    }

    fn add(
        &mut self,
        commit: Option<CommitId>,
        subject: &str,
        paths: &[RepoPath],
        sides: &[Sides<'_>],
        watched: Option<&Watched>,
        known: &mut [BTreeMap<Vec<bool>, Outcome>],
    ) -> Result<(), Failure> {
        let mut outcomes = Vec::new();
        for (side, known) in sides.iter().zip(known) {
            let key = match side.compares_paths() {
                true => watched.map(|watched| watched.matched(paths)),
                false => Some(Vec::new()),
            };
            let outcome = match key.as_ref().and_then(|key| known.get(key)) {
                // Reasons name paths of the change.
                Some(equal @ Outcome::Equal(_)) => equal.clone(),
                _ => {
                    let (old, new) = match side.direction {
                        Direction::Import => (side.old_side(paths)?, side.new_side(paths)?),
                        Direction::Export => (side.new_side(paths)?, side.old_side(paths)?),
                    };
                    self.notes.extend(new.note.clone());
                    // The order of jobs is the same whatever changed.
                    let lost =
                        if self.rows.is_empty() { lost_order(&old.jobs, &new.jobs) } else { Vec::new() };
                    outcome(&old, &new, side.stops(), &side.assumption(), lost)
                }
            };
            if let Some(key) = key {
                known.insert(key, outcome.clone());
            }
            outcomes.push(outcome);
        }
        self.rows.push(Row { commit, subject: subject.to_owned(), paths: paths.len(), outcomes });
        Ok(())
    }

    /// Returns the number of pipelines that are equal, that have more, and that lack something.
    pub(super) fn counts(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for outcome in self.rows.iter().flat_map(|row| &row.outcomes) {
            match outcome {
                Outcome::Equal(_) => counts[0] += 1,
                Outcome::More(_) => counts[1] += 1,
                Outcome::Less(_) => counts[2] += 1,
            }
        }
        counts
    }

    /// Returns `true` if some pipeline lacks something.
    pub(super) fn has_less(&self) -> bool {
        self.counts()[2] > 0
    }
}

/// All globs that decide about a job or a unit: two changes of which the same globs match make the same pipelines.
pub(super) struct Watched(Vec<Glob>);

impl Watched {
    fn of(proposal: &Proposal, files: &dyn Files) -> Self {
        let mut globs = proposal.old.compared_globs(files);
        let children = proposal.old.children.iter().map(|child| &child.configuration);
        for configuration in children.chain([&proposal.old.root]) {
            let rules = rules(&configuration.pipeline.workflow).unwrap_or_default();
            globs.extend(rules.iter().filter_map(|rule| rule.get("changes")).flat_map(changes_globs));
        }
        globs.extend(proposal.candidates.iter().flat_map(Candidate::globs));
        for unit in &proposal.composition.units {
            globs.insert(whole(&unit.directory));
            globs.extend(unit.changes.iter().cloned());
        }
        Self(globs.iter().filter_map(|glob| Glob::parse(glob).ok()).collect())
    }

    /// Returns which globs match one of the paths, and whether there is a path at all.
    fn matched(&self, paths: &[RepoPath]) -> Vec<bool> {
        self.0.iter().map(|glob| glob.matches_any(paths)).chain([paths.is_empty()]).collect()
    }
}

fn changed_paths(
    git: &GitRepository,
    before: &CommitId,
    after: &CommitId,
) -> Result<Vec<RepoPath>, GitError> {
    let (before, after) = (git.tree_of(before)?, git.tree_of(after)?);
    let changes = git.tree_diff(Some(&before), Some(&after))?;
    Ok(changes.into_iter().map(|change| change.path).collect())
}

/// Returns `true` if some pipeline can have a job under an assumption. What GitLab always makes needs no proof.
fn is_possible(job: &SideJob, assumption: &Guard) -> bool {
    let guard = job.guard();
    *assumption == Guard::Always
        || guard == Guard::Always
        || !follows(&Guard::all([assumption.clone(), guard]), &Guard::Never)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Compares two jobs with those of their pipelines. A stop job that is a `stop` block waits for what its deploy job waits for.
fn compared(
    name: &str,
    old: (&SideJob, &Jobs),
    new: (&SideJob, &Jobs),
    is_stop: bool,
    assumption: &Guard,
) -> Likeness {
    if !is_stop {
        return compare(old.0, new.0, assumption);
    }
    if let Some(difference) = difference(name, old, new) {
        return Likeness::Less(difference);
    }
    let without_needs = |job: &SideJob| {
        let mut job = job.clone();
        for key in ["needs", "dependencies"] {
            job.body.remove(key);
        }
        job
    };
    compare(&without_needs(old.0), &without_needs(new.0), assumption)
}

/// Returns the words of all conditions: a source that they ask for makes a kind of its own.
fn words_of_conditions(proposal: &Proposal, new: &OldPipeline) -> BTreeSet<String> {
    let mut bodies: Vec<&Map> = proposal.includes.rules().collect();
    for pipeline in [&proposal.old, new] {
        let children = pipeline.children.iter().map(|child| &child.configuration);
        for configuration in children.chain([&pipeline.root]) {
            bodies.extend(configuration.pipeline.jobs.iter().map(|job| &job.body));
            bodies.push(&configuration.pipeline.workflow);
        }
    }
    let mut words = BTreeSet::new();
    for node in bodies.iter().flat_map(|body| CONDITIONS.iter().filter_map(|key| body.get(key))) {
        let parts = node.items_or_self().iter().flat_map(|part| match part.as_map() {
            Some(map) => ["if", "refs", "variables"].iter().filter_map(|key| map.get(key)).collect(),
            None => vec![part],
        });
        let texts = parts.flat_map(strings);
        let split = texts.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
        words.extend(split.map(str::to_owned));
    }
    words
}

fn outcome(
    old: &SidePipeline,
    new: &SidePipeline,
    stops: &BTreeSet<String>,
    assumption: &Guard,
    lost_order: Vec<String>,
) -> Outcome {
    if let Some(reason) = new.refused.as_ref().filter(|_| old.refused.is_none()) {
        return Outcome::Less(vec![format!("GitLab would refuse it: {reason}")]);
    }
    let empty = BTreeMap::new();
    let mut more = Vec::new();
    let mut less: Vec<String> = new.problem.iter().cloned().collect();
    let gone = old.unread.difference(&new.unread);
    less.extend(
        gone.map(|include| format!("an include that is not read is gone or differs: {}", one_line(include))),
    );
    less.extend(lost_order);
    if old.refused.is_none() {
        less.extend(lost_settings(old, new, assumption));
    }
    let old_present = || old.present().filter(|(_, job)| is_possible(job, assumption));
    for (name, job) in old_present() {
        match new.jobs.get(name).filter(|job| job.guard() != Guard::Never) {
            None => less.push(format!("{name} is not created")),
            Some(other) => {
                let (before, after) = (old.settled(job), new.settled(other));
                let (before, after) = ((before.as_ref(), &old.jobs), (after.as_ref(), &new.jobs));
                match compared(name, before, after, stops.contains(name), assumption) {
                    Likeness::Same => {}
                    Likeness::More => more.push(format!("{name} is created under fewer conditions")),
                    Likeness::Less(reason) => less.push(format!("{name}: {reason}")),
                }
            }
        }
    }
    let old_jobs: &BTreeMap<String, SideJob> = if old.refused.is_some() { &empty } else { &old.jobs };
    for (name, _) in new.present().filter(|(_, job)| is_possible(job, assumption)) {
        if old_jobs.get(name).is_none_or(|job| job.guard() == Guard::Never) {
            let reason = new.reasons.get(name).map_or_else(String::new, |reason| format!(" ({reason})"));
            more.push(format!("{name}{reason}"));
        }
    }
    if let Some(reason) = &old.refused {
        more.insert(0, format!("GitLab refuses the old pipeline: {reason}"));
    }
    match (less.is_empty(), more.is_empty()) {
        (false, _) => Outcome::Less(less),
        (true, false) => Outcome::More(more),
        (true, true) => Outcome::Equal(old_present().count()),
    }
}
