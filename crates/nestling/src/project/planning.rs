//! A plan in the making: what a caller says beside the changes, and the two ways to finish.

use super::finish::{Unconverted, finish};
use super::narrowing::UnitPatterns;
use super::proof;
use super::{CheckMemo, Error, Project};
use crate::cdk::{Assemblies, InRepository};
use crate::changes::{ChangeSet, PipelineFacts};
use crate::emit::EmitOptions;
use crate::idle;
use crate::passed::Passed;
use crate::plan::{self, FingerprintSource, Noting, Plan, Selected, TreeOfCommit};
use crate::repository::{Repository, files_at};
use crate::select::Narrowing;
use crate::unit::SharedRenderings;
use nestling_files::files::Files;
use nestling_gitlab::diagnostic::KindName;
use nestling_gitlab::facts::WalkedKind;

/// A plan in the making, made by [`Project::plan`]. It is finished by [`Planning::run`], or by [`Planning::select`] where the
/// affected units are all that is wanted.
///
/// ```
/// use nestling::{MemoryFiles, PipelineFacts, Project};
///
/// let files = MemoryFiles::new([
///     ("nestling.yml", "workspace: {}"),
///     ("services/api/nestling.yml", "unit: {}\n---\nbuild: { script: make }"),
///     ("docs/nestling.yml", "unit: {}\n---\nbuild: { script: make }"),
/// ]);
/// let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
/// let changes = project.changes()?;
/// let selected = project.plan(changes).only(["services/*"]).select()?;
/// let names: Vec<&str> = selected.selection.selected().map(|name| name.as_str()).collect();
/// assert_eq!(names, ["services/api"]);
/// # Ok::<(), nestling::Error>(())
/// ```
#[must_use = "a plan is made by `run` or `select`"]
#[derive(Clone)]
pub struct Planning<'p> {
    pub(super) project: &'p Project<'p>,
    pub(super) changes: ChangeSet,
    pub(super) patterns: UnitPatterns,
    pub(super) assemblies: &'p dyn Assemblies,
    pub(super) unconverted: Unconverted,
    pub(super) unused_keys: UnusedKeys,
    pub(super) fingerprints: bool,
    pub(super) passed: Option<&'p Passed>,
    pub(super) memo: Option<&'p CheckMemo>,
    pub(super) shared: Option<&'p SharedRenderings>,
    pub(super) is_checked: bool,
    pub(super) emit_options: EmitOptions,
}

/// Set if keys of headers that have no effect are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnusedKeys {
    Ignore,
    Report,
}

impl<'p> Planning<'p> {
    pub(super) fn new(project: &'p Project<'p>, changes: ChangeSet) -> Self {
        Self {
            project,
            changes,
            patterns: UnitPatterns::default(),
            assemblies: &InRepository,
            unconverted: Unconverted::Warn,
            unused_keys: UnusedKeys::Ignore,
            fingerprints: false,
            passed: None,
            memo: None,
            shared: None,
            is_checked: true,
            emit_options: EmitOptions::default(),
        }
    }

    /// Plans only these units: names, directories, or globs of names such as `services/*`. Called again, it adds to them.
    pub fn only<S: Into<String>>(mut self, units: impl IntoIterator<Item = S>) -> Self {
        self.patterns.only.extend(units.into_iter().map(Into::into));
        self
    }

    /// Leaves these units out, as [`Planning::only`] names them.
    pub fn except<S: Into<String>>(mut self, units: impl IntoIterator<Item = S>) -> Self {
        self.patterns.except.extend(units.into_iter().map(Into::into));
        self
    }

    /// Takes CDK assemblies that are not in the repository from here, such as those that `cdk synth` has just made.
    pub fn assemblies(mut self, assemblies: &'p dyn Assemblies) -> Self {
        self.assemblies = assemblies;
        self
    }

    /// Makes every part of a CDK pipeline that cannot be converted an error (`--strict-cdk`).
    pub fn strict_cdk(mut self) -> Self {
        self.unconverted = Unconverted::Fail;
        self
    }

    /// Reports keys and globs of headers that have no effect, for a plan of every unit. All files are listed for that, and a
    /// plan that is narrowed to some units reports none.
    pub fn report_unused_keys(mut self) -> Self {
        self.unused_keys = UnusedKeys::Report;
        self
    }

    /// Computes the fingerprints of units and of jobs, for which the commit's trees are read.
    ///
    /// ```
    /// use nestling::{ChangeRequest, Project, Repository};
    /// # let fixture = nestling_git::testing::Fixture::new();
    /// # fixture.write("nestling.yml", "workspace: {}");
    /// # fixture.write("api/nestling.yml", "build: { script: make }");
    /// # fixture.commit("a unit");
    /// # let directory = &fixture.root;
    ///
    /// let repository = Repository::discover(directory)?;
    /// let project = Project::open(&repository, ChangeRequest::local().head("HEAD"))?;
    /// let plan = project.plan(project.changes()?).fingerprints().run()?;
    /// let fingerprints = plan.fingerprints.expect("they were asked for");
    /// assert_eq!(fingerprints.units.keys().next().map(|unit| unit.as_str()), Some("api"));
    /// # Ok::<(), nestling::Error>(())
    /// ```
    pub fn fingerprints(mut self) -> Self {
        self.fingerprints = true;
        self
    }

    /// Leaves out the jobs that have passed with the same content, as these records show, where `reuse` of the workspace or of a
    /// job asks for it. The outcome is in [`Plan::reuse`].
    ///
    /// A record counts if the fingerprint of the job is the same at the record's own commit, for a pipeline of its kind: such commits
    /// are fetched if the repository may fetch. Whatever cannot be shown, runs.
    pub fn passed(mut self, passed: &'p Passed) -> Self {
        self.passed = Some(passed);
        self.fingerprints = true;
        self
    }

    /// Lets [`Planning::check`] leave out the units that were checked before and are what they were, and keeps what it finds.
    pub fn memo(mut self, memo: &'p CheckMemo) -> Self {
        self.memo = Some(memo);
        self
    }

    /// Lets [`Planning::check`] report what keeps [`Plan::emit`] from writing the files with these options.
    ///
    /// ```
    /// use nestling::{EmitOptions, MemoryFiles, Parts, PipelineFacts, Project};
    /// use std::num::NonZeroUsize;
    ///
    /// let job = "build: { trigger: { include: child.yml } }";
    /// let files = MemoryFiles::new([("nestling.yml", "workspace: {}"), ("api/nestling.yml", job)]);
    /// let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
    /// let mut options = EmitOptions::default();
    /// options.parts = Parts::Exactly(NonZeroUsize::MIN);
    /// let checked = project.plan(project.changes()?).written_with(options).check(project.kinds()?)?;
    /// assert!(checked.diagnostics.iter().any(|problem| problem.rule.id == "limits"));
    /// # Ok::<(), nestling::Error>(())
    /// ```
    pub fn written_with(mut self, options: EmitOptions) -> Self {
        self.emit_options = options;
        self
    }

    /// Shares renderings with other plans of the same project, such as those of other kinds of pipelines.
    pub fn sharing(mut self, renderings: &'p SharedRenderings) -> Self {
        self.shared = Some(renderings);
        self
    }

    /// Leaves out what GitLab would say of the pipeline, for a caller who wants its jobs alone.
    pub fn unchecked(mut self) -> Self {
        self.is_checked = false;
        self
    }

    /// Selects, renders, composes and checks.
    ///
    /// # Errors
    /// A file cannot be read, or a unit is named that does not exist. What is wrong in the configuration is among the plan's
    /// diagnostics.
    pub fn run(self) -> Result<Plan, Error> {
        let narrowing = self.patterns.narrowing(&[self.project.workspace()])?;
        self.run_narrowed(narrowing)
    }

    /// Makes a plan for each of these kinds of pipelines and hands it over, without what a check would say of it.
    ///
    /// # Errors
    /// As [`Planning::run`].
    pub(crate) fn each_kind(
        self,
        kinds: impl IntoIterator<Item = WalkedKind>,
        mut act: impl FnMut(&KindName, Plan),
    ) -> Result<(), Error> {
        let narrowing = self.patterns.narrowing(&[self.project.workspace()])?;
        let base_files = self.base_files();
        let mut request = self.request(narrowing, base_files.as_deref());
        let (names, facts): (Vec<KindName>, Vec<PipelineFacts>) =
            kinds.into_iter().map(|kind| (kind.name, kind.facts)).unzip();
        let mut names = names.iter();
        plan::plan_kinds(&mut request, facts, &[], Noting::Nothing, |plan, _| {
            if let Some(name) = names.next() {
                act(name, plan);
            }
        })?;
        Ok(())
    }

    /// Selects as [`Planning::run`] does, and renders no more than that takes: the units that are made from changed files
    /// outside of their directories.
    ///
    /// # Errors
    /// As [`Planning::run`].
    pub fn select(self) -> Result<Selected, Error> {
        let narrowing = self.patterns.narrowing(&[self.project.workspace()])?;
        let base_files = self.base_files();
        let project = self.project;
        let selected = plan::select(self.request(narrowing, base_files.as_deref()));
        project.confirm(&selected.workspace, &selected.selection)?;
        Ok(selected)
    }

    pub(super) fn run_narrowed(self, narrowing: Narrowing) -> Result<Plan, Error> {
        let (project, unconverted, passed) = (self.project, self.unconverted, self.passed);
        let is_whole = narrowing.only.is_empty() && narrowing.except.is_empty();
        let looks_for_keys = self.unused_keys == UnusedKeys::Report && is_whole;
        let base_files = self.base_files();
        let (shared, is_checked) = (self.shared, self.is_checked);
        let mut plan = plan::plan_sharing(&self.request(narrowing, base_files.as_deref()), shared)?;
        project.confirm(&plan.workspace, &plan.selection)?;
        plan.whole = is_whole && project.request.is_whole();
        if looks_for_keys {
            plan.diagnostics.extend(idle::find(project.files(), project.revisions(), &plan)?);
        }
        if let Some(passed) = passed {
            proof::leave_out_passed(project, &mut plan, passed);
        }
        if is_checked {
            finish(&mut plan, project.files(), unconverted)?;
        }
        Ok(plan)
    }

    /// Makes the plan alone: without base, and without what GitLab would say of it.
    pub(super) fn without_base(self) -> Result<Plan, Error> {
        let narrowing = self.patterns.narrowing(&[self.project.workspace()])?;
        Ok(plan::plan(&self.request(narrowing, None))?)
    }

    pub(super) fn base_files(&self) -> Option<Box<dyn Files + 'p>> {
        let base = self.changes.base.as_ref()?;
        let files = files_at(self.project.repository, &base.commit)?;
        // The workspace's file is the same on both sides, so that what head says of it makes no difference.
        Some(match &self.project.workspace_from {
            Some(from) => from.in_place(files),
            None => files,
        })
    }

    pub(super) fn request<'a>(self, narrowing: Narrowing, base: Option<&'a dyn Files>) -> plan::Request<'a>
    where
        'p: 'a,
    {
        let project = self.project;
        let base_commit = self.changes.base.as_ref().map(|base| base.commit);
        let git = project.repository.map(Repository::git);
        plan::Request {
            fingerprints: Some(FingerprintSource::new(project, &project.loaded.workspace)),
            base_tree: git.zip(base_commit).map(|(git, commit)| TreeOfCommit { git, commit }),
            wants_fingerprints: self.fingerprints,
            parent_path: project.request.variables.get("CI_CONFIG_PATH"),
            parent_files: None,
            replayed: None,
            files: project.files(),
            protected: project.protected.as_deref(),
            revisions: project.revisions(),
            loaded: &project.loaded,
            base,
            changes: self.changes,
            pipeline: project.facts.clone(),
            narrowing,
            assemblies: self.assemblies,
            sources: &project.sources,
        }
    }
}

impl std::fmt::Debug for Planning<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Planning")
            .field("project", self.project)
            .field("changes", &self.changes)
            .finish_non_exhaustive()
    }
}
