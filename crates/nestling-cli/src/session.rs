//! One run over one repository: passes the options and the environment to the library.

mod request;
mod graphs;
mod index;
mod kinds;
mod records;
mod source_links;

use crate::assemblies::{Synth, WorkTreeAssemblies};
use crate::ci_env::ProcessEnvironment;
use crate::exit::Failure;
use crate::git_variables;
use crate::io::Io;
use crate::options::RunOptions;
use crate::progress::{Progress, Watched};
use crate::secrets::Secrets;
use crate::watch::Saved;
use index::IndexChoice;
use nestling::{
    As, ChangeRequest, ChangeSet, CheckedKinds, ComparedPlans, Comparison, Diagnostic, EmitOptions, Error,
    GraphAnswer, PathFacts, Plan, Planning, Project, Replay, Replayed, RepoPath, Repository, Selected,
    Sources,
};
use nestling_git::{GitRepository, WorkTree};
use nestling_gitlab::facts::WalkedKind;
use records::Records;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Time limit of fetching a commit; after it the run continues without the commit.
const FETCH_TIMEOUT: Duration = Duration::from_secs(60);

/// A repository with the options of a run.
pub(crate) struct Session {
    directory: PathBuf,
    repository: Repository,
    /// The request without `--as`.
    request: ChangeRequest,
    simulate: Option<As>,
    watched: Watched,
    only: Vec<String>,
    except: Vec<String>,
    strict_cdk: bool,
    no_run: bool,
    /// Set in the pipeline of a fork's merge request.
    is_fork: bool,
    /// The answers of commands that print graphs.
    graphs: RefCell<BTreeMap<String, GraphAnswer>>,
    fingerprints: bool,
    /// The form of the files that `generate` writes with the same options.
    emit_options: EmitOptions,
    records: Option<Records>,
    secrets: Secrets,
    index: IndexChoice,
    /// The URL of the project on its host, in a job of GitLab.
    project_url: Option<String>,
}

impl Session {
    /// Opens the repository of the directory, and reads the options.
    pub(crate) fn open(
        options: &RunOptions,
        environment: &ProcessEnvironment,
        io: &mut Io,
    ) -> Result<Self, Failure> {
        let directory = options.directory.clone().unwrap_or_else(|| PathBuf::from("."));
        let repository = Repository::discover_trusting(&directory, &environment.trust());
        let git = repository.as_ref().ok().map(Repository::git);
        git_variables::report(environment, git, &directory, io);
        let mut repository = repository.map_err(Failure::git)?;
        // A fetch runs what git's configuration names, such as a helper for credentials.
        if !options.no_fetch && !options.no_run {
            repository = repository.fetching(FETCH_TIMEOUT);
        }
        let index = IndexChoice::new(options.index, environment);
        if index.is_used() {
            repository = repository.indexed();
        }
        let simulate = options.act_as.as_deref().map(As::parse).transpose();
        Ok(Self {
            directory,
            repository,
            simulate: simulate.map_err(|error| Failure::usage(error.to_string()))?,
            request: request::read(options, environment, io)?,
            watched: if io.is_watched() { Watched::Yes } else { Watched::No },
            only: options.only.clone(),
            except: options.except.clone(),
            strict_cdk: options.strict_cdk,
            no_run: options.no_run,
            is_fork: graphs::is_fork(environment),
            graphs: RefCell::default(),
            fingerprints: options.fingerprints,
            emit_options: options.emit_options(),
            records: records::read(options, environment, io)?,
            secrets: environment.secrets().clone(),
            index,
            project_url: environment.get("CI_PROJECT_URL").map(str::to_owned),
        })
    }

    /// Returns the directory that relative paths of the command line start from.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Returns the paths of the repository that a path of the command line may name: from the directory where the command
    /// runs, then from the root. None where it points outside of the repository either way.
    pub(crate) fn named_paths(&self, text: &str) -> Vec<RepoPath> {
        let from_root = RepoPath::parse(text).ok();
        let from_here = self.position().and_then(|position| position.join(text).ok());
        let mut paths: Vec<RepoPath> = from_here.into_iter().chain(from_root).collect();
        paths.dedup();
        paths
    }

    /// Returns the directory where the command runs, from the root of the repository; `None` if it is not in the work tree.
    fn position(&self) -> Option<RepoPath> {
        let directory = self.directory.canonicalize().ok()?;
        let root = self.repository.root()?.canonicalize().ok()?;
        RepoPath::parse(directory.strip_prefix(root).ok()?.as_os_str().as_encoded_bytes()).ok()
    }

    /// Returns the root of the work tree, where files can be written.
    pub(crate) fn root(&self) -> &Path {
        self.repository.root().unwrap_or(&self.directory)
    }

    /// Returns the root of the work tree, and the files on disk.
    pub(crate) fn work_tree(&self) -> Result<(&Path, WorkTree<'_>), Failure> {
        let files = self.repository.git().work_tree().map_err(Failure::git)?;
        Ok((self.root(), files))
    }

    /// Returns the repository's git.
    pub(crate) fn git(&self) -> &GitRepository {
        self.repository.git()
    }

    /// Caches the files on disk, for a command that plans several pipelines of them, or watches them for changes.
    pub(crate) fn remember(&mut self) {
        self.repository.git_mut().remember();
    }

    /// Drops saved files from the cache.
    pub(crate) fn forget(&self, saved: &Saved) {
        self.graphs.borrow_mut().clear();
        let git = self.repository.git();
        let Saved::Paths(paths) = saved else { return git.forget_everything() };
        for path in paths {
            match RepoPath::parse(path.as_os_str().as_encoded_bytes()) {
                Ok(path) => git.forget(&path),
                Err(_) => git.forget_everything(),
            }
        }
    }

    /// Returns the form of the files that `generate` writes with the same options.
    pub(crate) fn emit_options(&self) -> &EmitOptions {
        &self.emit_options
    }

    /// Reads the workspace at head.
    pub(crate) fn project(&self) -> Result<Project<'_>, Failure> {
        self.opened(self.simulated())
    }

    /// As [`Self::project`], for a command that asks nothing of graphs: no command of the repository is run.
    pub(crate) fn project_without_graphs(&self) -> Result<Project<'_>, Failure> {
        Ok(Project::open(&self.repository, self.request.clone())?)
    }

    /// Plans the pipeline of the change set, with everything that would keep `generate` from writing it.
    pub(crate) fn plan(&self) -> Result<Plan, Failure> {
        let mut plan = self.planned(self.simulated(), Synth::Leave)?;
        plan.diagnostics.extend(plan.file_problems(&self.emit_options));
        Ok(plan)
    }

    /// Plans the pipeline of the change set, and synthesizes the CDK assemblies of its units first.
    pub(crate) fn plan_and_synthesize(&self) -> Result<Plan, Failure> {
        let synth = if self.no_run { Synth::Refuse } else { Synth::Run };
        self.planned(self.simulated(), synth)
    }

    /// Plans the pipeline without `--as`; `None` if the option is not given.
    pub(crate) fn plan_without_as(&self) -> Result<Option<Plan>, Failure> {
        match self.simulate {
            Some(_) => self.planned(self.request.clone(), Synth::Leave).map(Some),
            None => Ok(None),
        }
    }

    /// Plans as if all units had changed.
    pub(crate) fn plan_everything(&self) -> Result<Plan, Failure> {
        self.planned(self.simulated().everything(), Synth::Leave)
    }

    /// Checks as if all units had changed, in every kind of pipeline or in that of `--as`.
    ///
    /// A comment or an entry of `allow` that silences nothing is reported, unless only some of the units are checked. A warning
    /// may belong to another kind than that of `--as`, so the others are checked as well, but only if there is something to
    /// report.
    pub(crate) fn check(&self) -> Result<CheckedKinds, Failure> {
        let mut checked = self.checked(self.simulate.as_ref())?;
        let mut unused = std::mem::take(&mut checked.unused_allows);
        if !(self.only.is_empty() && self.except.is_empty()) {
            return Ok(checked);
        }
        if self.simulate.is_some() && !unused.is_empty() {
            let all = self.checked(None)?;
            let still: BTreeSet<_> =
                all.unused_allows.iter().map(|problem| identity(problem, &all.sources)).collect();
            unused.retain(|problem| still.contains(&identity(problem, &checked.sources)));
        }
        checked.diagnostics.extend(unused);
        Ok(checked)
    }

    fn checked(&self, simulate: Option<&As>) -> Result<CheckedKinds, Failure> {
        let reading = Progress::start("reading the repository", self.watched);
        let request = match simulate {
            Some(simulate) => self.request.clone().simulate(simulate.clone()),
            None => self.request.clone(),
        };
        let project = Project::open(&self.repository, request.everything())?;
        let changes = project.changes()?;
        drop(reading);
        let kinds = match simulate {
            Some(simulate) => vec![WalkedKind::simulated(simulate, project.facts().clone())],
            None => project.kinds()?,
        };
        let base = changes.base.as_ref().map(|base| base.commit.to_string());
        let assemblies = WorkTreeAssemblies::new(self.root(), Synth::Leave, base);
        let assemblies = assemblies.checked_out(&changes.head, self.repository.git());
        let _progress = Progress::start("checking", self.watched);
        let planning = self.narrowed(project.plan(changes).assemblies(&assemblies));
        let planning = planning.written_with(self.emit_options.clone());
        Ok(planning.report_unused_keys().check(kinds)?)
    }

    /// Plans every unit at base and at head.
    pub(crate) fn plan_both(&self) -> Result<ComparedPlans, Failure> {
        self.compared(Comparison::open(&self.repository, self.simulated())?)
    }

    fn compared(&self, comparison: Comparison<'_>) -> Result<ComparedPlans, Failure> {
        let assemblies = WorkTreeAssemblies::new(self.root(), Synth::Leave, None);
        let mut comparison = comparison.only(&self.only).except(&self.except).assemblies(&assemblies);
        if self.strict_cdk {
            comparison = comparison.strict_cdk();
        }
        let _progress = Progress::start("planning", self.watched);
        Ok(comparison.run()?)
    }

    /// Selects units, and renders only the units that selection has to compare.
    pub(crate) fn select(&self) -> Result<Selected, Failure> {
        let project = self.project()?;
        let changes = self.changes(&project)?;
        Ok(self.narrowed(project.plan(changes)).select()?)
    }

    /// Replays the newest merges of a branch.
    pub(crate) fn replay(
        &self,
        branch: Option<&str>,
        limit: usize,
        with_passed: bool,
    ) -> Result<Replayed, Failure> {
        let _progress = Progress::start("replaying", self.watched);
        let request = self.with_graphs(self.simulated())?;
        let mut replay = Replay::open(&self.repository, request, branch)?;
        if with_passed {
            replay = replay.passed();
        }
        Ok(replay.only(&self.only).except(&self.except).run(limit)?)
    }

    /// Returns facts of a path, changed or not.
    pub(crate) fn path_facts(&self, plan: &Plan, path: &RepoPath) -> Result<PathFacts, Failure> {
        Ok(plan.path_facts(&self.repository, path)?)
    }

    fn simulated(&self) -> ChangeRequest {
        match &self.simulate {
            Some(pipeline) => self.request.clone().simulate(pipeline.clone()),
            None => self.request.clone(),
        }
    }

    fn planned(&self, request: ChangeRequest, synth: Synth) -> Result<Plan, Failure> {
        let reading = Progress::start("reading the repository", self.watched);
        let project = self.opened(request)?;
        let changes = self.changes(&project)?;
        drop(reading);
        let base = changes.base.as_ref().map(|base| base.commit.to_string());
        let assemblies = WorkTreeAssemblies::new(self.root(), synth, base).masking(&self.secrets);
        let assemblies = assemblies.checked_out(&changes.head, self.repository.git());
        let _progress = Progress::start("planning", self.watched);
        Ok(self.narrowed(project.plan(changes).assemblies(&assemblies)).run()?)
    }

    fn changes(&self, project: &Project<'_>) -> Result<ChangeSet, Failure> {
        Ok(project.changes_with(self.records.as_ref().map(|records| &records.passed))?)
    }

    fn narrowed<'a>(&'a self, planning: Planning<'a>) -> Planning<'a> {
        let planning = planning.only(&self.only).except(&self.except);
        let planning = match &self.records {
            Some(Records { passed, leave_out: true }) => planning.passed(passed),
            _ => planning,
        };
        let planning = if self.fingerprints { planning.fingerprints() } else { planning };
        if self.strict_cdk { planning.strict_cdk() } else { planning }
    }
}

/// Identity of a diagnostic in all runs on the same files.
fn identity<'d>(problem: &'d Diagnostic, sources: &Sources) -> (Option<String>, &'d str) {
    (problem.origin().map(|origin| sources.place(origin)), &problem.message)
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let help = error.help();
        let failure = match &error {
            Error::UnknownUnit { .. } | Error::UnknownEnvironment { .. } | Error::UnitGlob(_) => {
                Self::usage(error.to_string())
            }
            _ => Self::repository(error),
        };
        Self { help, ..failure }
    }
}
