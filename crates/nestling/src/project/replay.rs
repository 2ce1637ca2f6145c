//! The units and jobs that the last merges of a branch would have run with the configuration of today.
//!
//! Each merge is planned from two trees, that of the merge and that of the commit before it, in both of which the configuration
//! of today has the place of theirs. The tree before a merge is that of the next older one, and a workspace is read again only
//! where a change can have altered it. Where a merge changed the configuration of its own time, the units whose definition it changed
//! are added: that merge would have run them.

mod configuration;
mod configured;
mod counts;
mod replayed;
mod state;

use super::narrowing::UnitPatterns;
use super::open::files_at;
use super::{Error, Project};
use crate::cdk::InRepository;
use crate::changes::{
    self, As, Base, ChangeRequest, ChangeSet, Extent, Head, Obtained, PipelineFacts, Policy, Provenance,
};
use crate::plan::{self, Plan, ReplayedSides};
use crate::repository::Repository;
use crate::select::{BaseComparison, Narrowing, Verdict};
use crate::workspace::Loaded;
pub use replayed::{Replayed, ReplayedMerge};

use configuration::Configuration;
use counts::JobCounts;
use nestling_files::path::RepoPath;
use nestling_git::{Branch, CommitId, History, Merge, Resolution};
use nestling_gitlab::diagnostic::{Sources, has_errors};
use nestling_gitlab::name::UnitName;
use state::{State, States};
use std::sync::Arc;

/// A replay in the making: the configuration of today, and the branch whose merges are replayed.
///
/// ```
/// use nestling::{ChangeRequest, Replay, Repository};
/// # let fixture = nestling_git::testing::Fixture::new();
/// # for file in ["nestling.yml", "api/main.c", "web/main.c"] {
/// #     fixture.write(file, "workspace: { units: [{ match: [api, web] }] }\n---\n.hidden: { script: make }\n");
/// # }
/// # fixture.commit("start");
/// # fixture.write("api/main.c", "2");
/// # fixture.commit("fix: api");
/// # let directory = &fixture.root;
///
/// let repository = Repository::discover(directory)?;
/// let replayed = Replay::open(&repository, ChangeRequest::local(), Some("main"))?.run(100)?;
/// let merge = &replayed.merges[0];
/// assert_eq!(merge.merge.subject, "fix: api");
/// assert_eq!(merge.units[0].0.as_str(), "api");
/// # Ok::<(), nestling::Error>(())
/// ```
#[must_use = "merges are replayed by `run`"]
pub struct Replay<'r> {
    repository: &'r Repository,
    project: Project<'r>,
    branch: String,
    tip: CommitId,
    patterns: UnitPatterns,
}

impl<'r> Replay<'r> {
    /// Reads the configuration at the head that the request names, and finds the branch: by its name, by any revision, or the
    /// default branch, or `HEAD` where the clone lacks that one. Without [`ChangeRequest::simulate`], merges are replayed as pushes
    /// to that branch.
    ///
    /// # Errors
    /// The repository cannot be read, or the branch does not exist.
    pub fn open(
        repository: &'r Repository,
        request: ChangeRequest,
        branch: Option<&str>,
    ) -> Result<Self, Error> {
        let default = repository.pipeline_facts(&request)?.default_branch;
        let named = branch;
        let (branch, tip) = tip(repository, named, default.as_deref())?;
        // A clone may lack the default branch: what is checked out is replayed as pushes to it.
        let pushed = default.filter(|_| named.is_none()).unwrap_or_else(|| branch.clone());
        let simulate = request.simulate.clone().unwrap_or(As::Branch(pushed));
        let request = ChangeRequest { base: None, given: None, ..request.simulate(simulate) };
        let project = Project::open(repository, request)?;
        Ok(Self { repository, project, branch, tip, patterns: UnitPatterns::default() })
    }

    /// Replays only these units, as [`Planning::only`](super::Planning::only) names them.
    pub fn only<S: Into<String>>(mut self, units: impl IntoIterator<Item = S>) -> Self {
        self.patterns.only.extend(units.into_iter().map(Into::into));
        self
    }

    /// Leaves these units out, as [`Planning::except`](super::Planning::except).
    pub fn except<S: Into<String>>(mut self, units: impl IntoIterator<Item = S>) -> Self {
        self.patterns.except.extend(units.into_iter().map(Into::into));
        self
    }

    /// Replays the newest merges, at most so many.
    ///
    /// # Errors
    /// A commit, a tree or a file cannot be read, or a unit is named that does not exist.
    pub fn run(self, limit: usize) -> Result<Replayed, Error> {
        let walk = self.repository.git().merges(&self.tip, limit)?;
        let mut replayed = Replayed {
            branch: self.branch.clone(),
            tip: self.tip,
            configuration: self.project.head.clone(),
            facts: self.project.facts().clone(),
            workspace: Arc::clone(&self.project.loaded.workspace),
            all_jobs: 0,
            merges: Vec::new(),
            end: walk.end,
            diagnostics: self.project.diagnostics().to_vec(),
            sources: self.project.sources().clone(),
        };
        if has_errors(&replayed.diagnostics) {
            return Ok(replayed);
        }
        let narrowing = self.patterns.narrowing(&[self.project.workspace()])?;
        let mut configuration = Configuration::read(&self.project)?;
        let today = self.project.plan(ChangeSet::everything()).without_base()?;
        configuration.add_read(&self.project)?;
        let mut counts = JobCounts::of_today(&today, &narrowing);
        replayed.all_jobs = counts.all(&today.workspace);
        let states = States { replay: &self, configuration: &configuration };
        let mut next: Option<State<'_>> = None;
        for merge in walk.merges {
            let head = match next.take() {
                Some(state) => state,
                None => states.read(&merge.commit, None)?,
            };
            let (done, base) = self.merge(&states, merge, &head, &narrowing, &mut counts)?;
            replayed.merges.push(done);
            next = Some(base);
        }
        Ok(replayed)
    }

    /// Replays one merge, and returns it with the state before it.
    fn merge<'s>(
        &self,
        states: &States<'s>,
        merge: Merge,
        head: &State<'s>,
        narrowing: &Narrowing,
        counts: &mut JobCounts,
    ) -> Result<(ReplayedMerge, State<'s>), Error> {
        let git = self.repository.git();
        let (old, new) = (git.tree_of(&merge.before)?, git.tree_of(&merge.commit)?);
        let mut paths = git.tree_diff(Some(&old), Some(&new))?;
        let base = states.before(&merge.before, head, &paths)?;
        let changed_paths = paths.len();
        let changed_configuration = paths.iter().any(|change| states.configuration.holds(&change.path));
        head.files.add_changes(&base.files, &mut paths);
        let changes = self.changes(&merge, paths)?;
        let own = match changed_configuration && matches!(changes.extent, Extent::Paths(_)) {
            true => self.own_definitions(&merge, &changes)?,
            false => BaseComparison::default(),
        };
        // `since:` compares with an older commit than the one before.
        let compared = changes.base.as_ref().map(|base| base.commit).filter(|commit| *commit != merge.before);
        let older = compared.map(|commit| states.read(&commit, None)).transpose()?;
        let compared = older.as_ref().unwrap_or(&base);
        let sides = ReplayedSides { base: Arc::clone(&compared.loaded.workspace), own: &own };
        let facts = PipelineFacts { sha: Some(merge.commit.to_string()), ..self.project.facts().clone() };
        let request = plan::Request {
            base: Some(&compared.files),
            pipeline: facts,
            narrowing: narrowing.clone(),
            replayed: Some(sides),
            ..self.request(head, changes)
        };
        let plan = plan::plan(&request)?;
        counts.add_unknown(&head.loaded.workspace, |unknown| {
            let only = Narrowing { only: unknown, except: narrowing.except.clone() };
            let request = plan::Request { narrowing: only, ..self.request(head, ChangeSet::everything()) };
            plan::plan(&request)
        })?;
        let jobs = counts.of_merge(&plan);
        let mut all_jobs = counts.all(&plan.workspace);
        let units = selected(&plan);
        if units.iter().any(|(_, verdict)| matches!(verdict, Verdict::Everything(_))) {
            all_jobs = jobs;
        }
        let unclaimed = plan.selection.unclaimed.clone();
        let is_gone = |path: &&RepoPath| {
            path.parent().is_some_and(|directory| !states.configuration.has_directory(&directory))
        };
        let gone = unclaimed.iter().filter(is_gone).count();
        let done = ReplayedMerge {
            merge,
            changed_paths,
            units,
            removed: plan.removed.iter().map(|removed| removed.unit.name.clone()).collect(),
            unclaimed,
            gone,
            jobs,
            all_jobs: all_jobs.max(jobs),
            incomplete: plan.incomplete.iter().cloned().collect(),
            changed_configuration,
        };
        Ok((done, base))
    }

    /// Returns the change set of a merge, as the workspace's policy has it.
    fn changes(&self, merge: &Merge, paths: Vec<changes::Change>) -> Result<ChangeSet, Error> {
        let named_by = Provenance::Given { option: "first parent", revision: merge.before.to_string() };
        let head = Head::Commit { commit: merge.commit, found: named_by.clone() };
        let facts = self.project.facts();
        match self.project.request.policies.get(facts.occasion()) {
            Policy::All | Policy::None | Policy::Since(_) => {
                let git = self.repository.git();
                return Ok(changes::detect(
                    git,
                    &self.project.request,
                    facts,
                    head,
                    &changes::KnownComparison::default(),
                )?);
            }
            // Without records, what changed counts.
            Policy::Changed | Policy::Unpassed | Policy::SincePassed => {}
        }
        Ok(ChangeSet {
            base: Some(Base { commit: merge.before, found: named_by, obtained: Obtained::Present }),
            head,
            extent: Extent::Paths(paths),
            history: History::Complete,
            unknown_paths: Vec::new(),
            workspace_from: None,
            recorded: None,
        })
    }

    /// Finds the units whose definition a merge changed in the configuration of its time, if it had one.
    fn own_definitions(&self, merge: &Merge, changes: &ChangeSet) -> Result<BaseComparison, Error> {
        let files = files_at(self.repository, &merge.commit)?;
        let base_commit = changes.base.as_ref().map_or(&merge.before, |base| &base.commit);
        let base = files_at(self.repository, base_commit)?;
        let (sources, today) = (Sources::default(), self.project.workspace());
        let loaded = crate::workspace::load_with(&*files, &sources, &today.root, &today.graph_outputs)?;
        if has_errors(&loaded.diagnostics) {
            return Ok(BaseComparison::default());
        }
        let request = self.request_of(&*files, &loaded, &sources, changes.clone());
        Ok(plan::compare_definitions(&plan::Request { base: Some(&*base), ..request }))
    }

    fn request<'a>(&'a self, head: &'a State<'_>, changes: ChangeSet) -> plan::Request<'a> {
        self.request_of(&head.files, &head.loaded, self.project.sources(), changes)
    }

    fn request_of<'a>(
        &'a self,
        files: &'a dyn nestling_files::files::Files,
        loaded: &'a Loaded,
        sources: &'a Sources,
        changes: ChangeSet,
    ) -> plan::Request<'a> {
        plan::Request {
            files,
            protected: self.project.protected.as_deref(),
            revisions: self.project.revisions(),
            loaded,
            base: None,
            changes,
            pipeline: self.project.facts().clone(),
            narrowing: Narrowing::default(),
            assemblies: &InRepository,
            sources,
            fingerprints: None,
            base_tree: None,
            wants_fingerprints: false,
            parent_path: None,
            replayed: None,
        }
    }
}

impl std::fmt::Debug for Replay<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay").field("branch", &self.branch).field("tip", &self.tip).finish_non_exhaustive()
    }
}

/// Returns the name and the newest commit of a branch: of the one that is named, else of the default branch. Without either, those
/// of `HEAD`.
fn tip(
    repository: &Repository,
    named: Option<&str>,
    default: Option<&str>,
) -> Result<(String, CommitId), Error> {
    let git = repository.git();
    if let Some(name) = named.or(default)
        && let Some(Branch { tip, .. }) = git.branch(name)?
    {
        return Ok((name.to_owned(), tip));
    }
    let revision = named.unwrap_or("HEAD");
    let named_by = || Provenance::Given { option: "--branch", revision: revision.to_owned() };
    match git.resolve(revision)? {
        Resolution::Commit(commit) => Ok((revision.to_owned(), commit)),
        Resolution::Unknown => {
            Err(changes::ChangesError::Head { revision: revision.to_owned(), named_by: named_by() }.into())
        }
        Resolution::Ambiguous(references) => {
            Err(changes::ChangesError::Ambiguous(changes::AmbiguousRevision {
                revision: revision.to_owned(),
                named_by: named_by(),
                references,
            })
            .into())
        }
    }
}

fn selected(plan: &Plan) -> Vec<(UnitName, Verdict)> {
    let selected = plan.selection.verdicts.iter().filter(|(_, verdict)| verdict.is_selected());
    selected.map(|(name, verdict)| (name.clone(), verdict.clone())).collect()
}
