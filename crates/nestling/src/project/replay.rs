//! The units and jobs that the last merges of a branch would have run with the configuration of today.
//!
//! Each merge is planned from two trees, that of the merge and that of the commit before it, in both of which the configuration
//! of today has the place of theirs. The tree before a merge is that of the next older one, with which the replay begins, and a workspace is read again only
//! where a change can have altered it. Where a merge changed the configuration of its own time, the units whose definition it changed
//! are added: that merge would have run them.

mod configuration;
mod configured;
mod counts;
mod replayed;
mod state;
mod passing;
mod tip;

use super::narrowing::UnitPatterns;
use super::open::files_at;
use super::{Error, Project};
use crate::cdk::InRepository;
use crate::changes::{
    self, As, Base, ChangeRequest, ChangeSet, Extent, Head, Obtained, PipelineFacts, Policy, Provenance,
};
use crate::plan::{self, FingerprintSource, Plan, ReplayedSides, TreeOfCommit};
use crate::repository::Repository;
use crate::select::{BaseComparison, Narrowing, Verdict};
use crate::workspace::Loaded;
pub use replayed::{PassedJobs, Replayed, ReplayedMerge};

use configuration::Configuration;
use counts::JobCounts;
use nestling_files::path::RepoPath;
use nestling_git::{CommitId, History, Merge};
use nestling_gitlab::diagnostic::{Sources, has_errors};
use nestling_gitlab::name::UnitName;
use passing::Passing;
use state::{State, States};
use std::sync::Arc;
use tip::tip;

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
    with_passed: bool,
}

/// The parts of a replay that all merges share.
struct Replaying<'s> {
    states: States<'s>,
    narrowing: Narrowing,
    counts: JobCounts,
    passing: Option<Passing<'s>>,
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
        Ok(Self { repository, project, branch, tip, patterns: UnitPatterns::default(), with_passed: false })
    }

    /// Also finds the jobs that `reuse` would have left out: those that had passed with the same content, if the pipelines of all
    /// earlier merges and of their merge requests passed. A workspace without `reuse` is replayed with `reuse: { trust: members }`.
    pub fn passed(mut self) -> Self {
        self.with_passed = true;
        self
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
        let counts = JobCounts::of_today(&today, &narrowing);
        replayed.all_jobs = counts.all(&today.workspace);
        let states = States { replay: &self, configuration: &configuration };
        let passing = self.with_passed.then(|| Passing::new(&self));
        let mut replaying = Replaying { states, narrowing, counts, passing };
        let mut previous: Option<State<'_>> = None;
        for merge in walk.merges.into_iter().rev() {
            let base = match previous.take() {
                Some(state) => state,
                None => replaying.states.read(&merge.before, None)?,
            };
            let (done, head) = self.merge(&mut replaying, merge, &base)?;
            replayed.merges.push(done);
            previous = Some(head);
        }
        replayed.merges.reverse();
        Ok(replayed)
    }

    /// Replays one merge, and returns it with the state after it.
    fn merge<'s>(
        &self,
        replaying: &mut Replaying<'s>,
        merge: Merge,
        base: &State<'s>,
    ) -> Result<(ReplayedMerge, State<'s>), Error> {
        let git = self.repository.git();
        let (old, new) = (git.tree_of(&merge.before)?, git.tree_of(&merge.commit)?);
        let mut paths = git.tree_diff(Some(&old), Some(&new))?;
        let head = replaying.states.beside(&merge.commit, base, &paths)?;
        let changed_paths = paths.len();
        let configuration = replaying.states.configuration;
        let changed_configuration = paths.iter().any(|change| configuration.holds(&change.path));
        head.files.add_changes(&base.files, &mut paths);
        let changes = self.changes(&merge, paths)?;
        let own = match changed_configuration && matches!(changes.extent, Extent::Paths(_)) {
            true => self.own_definitions(&merge, &changes)?,
            false => BaseComparison::default(),
        };
        let mut plan = self.plan_of(replaying, &merge, (base, &head), changes, &own)?;
        let jobs = replaying.counts.of_merge(&plan);
        let mut all_jobs = replaying.counts.all(&plan.workspace);
        let units = selected(&plan);
        if units.iter().any(|(_, verdict)| matches!(verdict, Verdict::Everything(_))) {
            all_jobs = jobs;
        }
        let unclaimed = plan.selection.unclaimed.clone();
        let is_gone = |path: &&RepoPath| {
            path.parent().is_some_and(|directory| !configuration.has_directory(&directory))
        };
        let gone = unclaimed.iter().filter(is_gone).count();
        let mut done = ReplayedMerge {
            changed_paths,
            units,
            removed: plan.removed.iter().map(|removed| removed.unit.name.clone()).collect(),
            unclaimed,
            gone,
            jobs,
            all_jobs: all_jobs.max(jobs),
            incomplete: plan.incomplete.iter().cloned().collect(),
            changed_configuration,
            passed: None,
            merge,
        };
        if let Some(passing) = &mut replaying.passing {
            done.passed = Some(passing.merge(&replaying.states, &done, &head, &mut plan)?);
        }
        Ok((done, head))
    }

    /// Plans a merge, and counts the jobs of units that are not known yet.
    fn plan_of(
        &self,
        replaying: &mut Replaying<'_>,
        merge: &Merge,
        (base, head): (&State<'_>, &State<'_>),
        changes: ChangeSet,
        own: &BaseComparison,
    ) -> Result<Plan, Error> {
        // `since:` compares with an older commit than the one before.
        let compared = changes.base.as_ref().map(|base| base.commit).filter(|commit| *commit != merge.before);
        let older = compared.map(|commit| replaying.states.read(&commit, None)).transpose()?;
        let compared_state = older.as_ref().unwrap_or(base);
        let sides = ReplayedSides { base: Arc::clone(&compared_state.loaded.workspace), own };
        let facts = PipelineFacts { sha: Some(merge.commit.to_string()), ..self.project.facts().clone() };
        let git = self.repository.git();
        let tree = TreeOfCommit { git, commit: merge.commit };
        let request = plan::Request {
            base: Some(&compared_state.files),
            base_tree: Some(TreeOfCommit { git, commit: compared.unwrap_or(merge.before) }),
            pipeline: facts,
            narrowing: replaying.narrowing.clone(),
            replayed: Some(sides),
            fingerprints: Some(FingerprintSource::new(&tree, &head.loaded.workspace)),
            wants_fingerprints: self.with_passed,
            ..self.request(head, changes)
        };
        let plan = plan::plan(&request)?;
        let except = &replaying.narrowing.except;
        replaying.counts.add_unknown(&head.loaded.workspace, |unknown| {
            let only = Narrowing { only: unknown, except: except.clone() };
            let request = plan::Request { narrowing: only, ..self.request(head, ChangeSet::everything()) };
            plan::plan(&request)
        })?;
        Ok(plan)
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
        let given = (&today.graph_outputs, &today.given_vars);
        let loaded = crate::workspace::load_with(&*files, &sources, &today.root, given)?;
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
            parent_path: self.project.request.variables.get("CI_CONFIG_PATH"),
            parent_files: Some(self.project.files()),
            replayed: None,
        }
    }
}

impl std::fmt::Debug for Replay<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay").field("branch", &self.branch).field("tip", &self.tip).finish_non_exhaustive()
    }
}

fn selected(plan: &Plan) -> Vec<(UnitName, Verdict)> {
    let selected = plan.selection.verdicts.iter().filter(|(_, verdict)| verdict.is_selected());
    selected.map(|(name, verdict)| (name.clone(), verdict.clone())).collect()
}
