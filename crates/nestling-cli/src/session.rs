//! One run over one repository: opened, read and planned in the order that every command shares.

mod narrow;
mod request;

use crate::args::Shared;
use crate::assemblies::{Synth, WorkTreeAssemblies};
use crate::ci_env::Environment;
use crate::exit::Failure;
use crate::io::Io;
use crate::planned::{Planned, Selected, checked, parent};
use crate::progress::{Progress, Watched};
use crate::watch::Saved;
use nestling::allow::allowed;
use nestling::cdk::report::Kind;
use nestling::changes::{
    self, ChangeSet, Everything, Extent, FetchPolicy, Head, Occasion, OnUnknownBase, PipelineFacts, Policy,
    Request, Scope,
};
use nestling::check::Outcome;
use nestling::diagnostic::{Diagnostic, Severity, Sources};
use nestling::files::Files;
use nestling::git::{Repository, TreeFiles, Trust, WorkTree};
use nestling::name::UnitName;
use nestling::path::RepoPath;
use nestling::plan;
use nestling::select::Narrowing;
use nestling::workspace::{self, Loaded, Workspace};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A repository with what the command line and the environment ask of it.
pub(crate) struct Session {
    directory: PathBuf,
    repository: Repository,
    request: Request,
    watched: Watched,
    only: Vec<String>,
    except: Vec<String>,
    strict_cdk: bool,
}

/// What to plan: a workspace, what changed in it, and for which pipeline.
struct Asked {
    loaded: Loaded,
    changes: ChangeSet,
    pipeline: PipelineFacts,
    narrowing: Narrowing,
    synth: Synth,
}

impl Session {
    /// Opens the repository that the directory is in, and reads the options.
    pub(crate) fn open(shared: &Shared, environment: &Environment, io: &mut Io) -> Result<Self, Failure> {
        let directory = shared.directory.clone().unwrap_or_else(|| PathBuf::from("."));
        let trust =
            environment.get("CI_PROJECT_DIR").map_or(Trust::Owner, |dir| Trust::Directory(dir.into()));
        let repository = Repository::discover(&directory, &trust).map_err(Failure::git)?;
        let request = request::read(shared, environment, io)?;
        let repository = match request.fetch {
            FetchPolicy::Allow { timeout } => repository.fetching(timeout),
            FetchPolicy::Forbid => repository,
        };
        let watched = if io.is_watched() { Watched::Yes } else { Watched::No };
        Ok(Self {
            directory,
            repository,
            request,
            only: shared.only.clone(),
            except: shared.except.clone(),
            strict_cdk: shared.strict_cdk,
            watched,
        })
    }

    /// Where relative paths of the command line start.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The root of the work tree, and the files on disk.
    pub(crate) fn work_tree(&self) -> Result<(&Path, WorkTree<'_>), Failure> {
        let files = self.repository.work_tree().map_err(Failure::git)?;
        Ok((self.repository.work_dir().unwrap_or(&self.directory), files))
    }

    /// Remembers what is on disk, for a program that is told what is saved there.
    pub(crate) fn remember(&mut self) {
        self.repository.remember();
    }

    /// Looks again at what was saved.
    pub(crate) fn forget(&self, saved: &Saved) {
        let Saved::Paths(paths) = saved else { return self.repository.forget_everything() };
        for path in paths {
            match RepoPath::parse(path.as_os_str().as_encoded_bytes()) {
                Ok(path) => self.repository.forget(&path),
                Err(_) => self.repository.forget_everything(),
            }
        }
    }

    /// The directory with git's own files.
    pub(crate) fn git_dir(&self) -> &Path {
        self.repository.git_dir()
    }

    /// Plans what the change set asks for.
    pub(crate) fn plan(&self) -> Result<Planned, Failure> {
        self.planned(&self.request, Synth::Leave)
    }

    /// Plans what the change set asks for; the assemblies of the units in it are made first.
    pub(crate) fn plan_and_synthesize(&self) -> Result<Planned, Failure> {
        self.planned(&self.request, Synth::Run)
    }

    /// Plans what would run without `--as`; `None` where there is none.
    pub(crate) fn plan_without_as(&self) -> Result<Option<Planned>, Failure> {
        if self.request.simulate.is_none() {
            return Ok(None);
        }
        self.planned(&Request { simulate: None, ..self.request.clone() }, Synth::Leave).map(Some)
    }

    /// Plans as if every unit had changed.
    pub(crate) fn plan_everything(&self) -> Result<Planned, Failure> {
        self.planned(&Request { scope: Scope::All, given: None, ..self.request.clone() }, Synth::Leave)
    }

    /// Returns a warning for each comment and entry of `allow` that silences nothing, whatever starts the pipeline.
    ///
    /// A run for some of the units cannot know, and reports none. A warning may belong to one kind of pipeline only, so
    /// the other kinds are planned as well, but only if there is something to report.
    pub(crate) fn unused_allows(&self, planned: &Planned) -> Result<Vec<Diagnostic>, Failure> {
        if !(self.only.is_empty() && self.except.is_empty()) {
            return Ok(Vec::new());
        }
        let mut unused = planned.unused.clone();
        for kind in planned.plan.workspace.environments.kinds(planned.plan.facts.default_branch.as_deref()) {
            if unused.is_empty() {
                break;
            }
            let request =
                Request { scope: Scope::All, given: None, simulate: Some(kind), ..self.request.clone() };
            let other = self.planned(&request, Synth::Leave)?;
            let unused_there: BTreeSet<(String, &str)> = other
                .unused
                .iter()
                .map(|problem| (place(problem, &other.sources), &*problem.message))
                .collect();
            unused.retain(|problem| {
                unused_there.contains(&(place(problem, &planned.sources), &*problem.message))
            });
        }
        Ok(unused)
    }

    /// Plans every unit at base and at head, for comparing the two: what changed selects nothing here.
    pub(crate) fn plan_both(&self) -> Result<[Planned; 2], Failure> {
        let changed = Occasion::ALL.map(|occasion| (occasion, Policy::Changed));
        let request = Request {
            scope: Scope::Policy,
            given: None,
            policies: changed.into_iter().collect(),
            unknown_base: OnUnknownBase::Fail,
            ..self.request.clone()
        };
        let head = changes::head(&self.repository, &request).map_err(Failure::changes)?;
        let found = changes::detect(&self.repository, &request).map_err(Failure::changes)?;
        let facts = changes::facts(&self.repository, &request).map_err(Failure::changes)?;
        let Some(base) = found.base.clone() else {
            return Err(Failure::repository(anyhow::anyhow!("there is nothing to compare with"))
                .with_help("say what to compare with: `--base REV`"));
        };
        let older = Head::Commit { commit: base.commit, found: base.found };
        let read = |head: &Head| {
            let (files, sources) = (self.files(head)?, Sources::default());
            let loaded = workspace::load(&*files, &sources).map_err(Failure::repository)?;
            Ok::<_, Failure>((files, loaded, sources))
        };
        let (old, new) = (read(&older)?, read(&head)?);
        // A unit that one side lacks is one to show: it is named by whichever side has it.
        let narrowing = self.narrowing(&[&old.1.workspace, &new.1.workspace])?;
        let side = |head: Head, (files, loaded, sources): (Box<dyn Files + '_>, Loaded, Sources)| {
            let changes = ChangeSet {
                base: None,
                head,
                extent: Extent::Everything(Everything::Asked),
                history: found.history,
            };
            let (pipeline, narrowing) = (facts.clone(), narrowing.clone());
            self.plan_of(
                &*files,
                Asked { loaded, changes, pipeline, narrowing, synth: Synth::Leave },
                sources,
            )
        };
        Ok([side(older, old)?, side(head, new)?])
    }

    fn planned(&self, request: &Request, synth: Synth) -> Result<Planned, Failure> {
        let sources = Sources::default();
        let (files, loaded, changes, pipeline) = self.read(request, &sources)?;
        let narrowing = self.narrowing(&[&loaded.workspace])?;
        self.plan_of(&*files, Asked { loaded, changes, pipeline, narrowing, synth }, sources)
    }

    fn plan_of(&self, files: &dyn Files, asked: Asked, sources: Sources) -> Result<Planned, Failure> {
        let Asked { loaded, changes, pipeline, narrowing, synth } = asked;
        let root = self.repository.work_dir().unwrap_or(&self.directory);
        let commit = changes.base.as_ref().map(|base| base.commit.to_string());
        let assemblies = WorkTreeAssemblies::new(root, synth, commit);
        let assemblies = &assemblies.checked_out(&changes.head, &self.repository);
        let sources_of = &sources;
        let elsewhere = &self.repository;
        let base = self.base(&changes);
        let asked = plan::Request {
            files,
            elsewhere,
            base: base.as_ref().map(|files| files as &dyn Files),
            loaded: &loaded,
            changes,
            pipeline,
            narrowing,
            assemblies,
            sources: sources_of,
        };
        let _progress = Progress::start("planning", self.watched);
        let plan = plan::plan(asked);
        let mut problems = plan.diagnostics.clone();
        problems.extend(checked(&plan, parent(files)?));
        let Outcome { mut problems, allowed, unused } = allowed(&plan, &sources, problems);
        // After `allow`: what has been dealt with is no error either.
        if self.strict_cdk {
            let open = problems.iter_mut().filter(|problem| Kind::is_rule_of_open_lines(problem.rule));
            open.for_each(|problem| problem.severity = Severity::Error);
        }
        Ok(Planned { plan, sources, problems, allowed, unused })
    }

    /// Selects, and renders no more than that takes.
    pub(crate) fn select(&self) -> Result<Selected, Failure> {
        let sources = Sources::default();
        let (files, loaded, changes, pipeline) = self.read(&self.request, &sources)?;
        let narrowing = self.narrowing(&[&loaded.workspace])?;
        let base = self.base(&changes);
        let selected = plan::select(plan::Request {
            files: &*files,
            elsewhere: &self.repository,
            loaded: &loaded,
            base: base.as_ref().map(|files| files as &dyn Files),
            changes,
            pipeline,
            narrowing,
            assemblies: &nestling::cdk::InRepository,
            sources: &sources,
        });
        Ok(Selected { selected, sources })
    }

    /// Whether a path changed or is a file at head, and the units that are made from it.
    pub(crate) fn looks_at(
        &self,
        planned: &Planned,
        path: &RepoPath,
    ) -> Result<(bool, BTreeSet<UnitName>), Failure> {
        let plan = &planned.plan;
        let files = self.files(&plan.changes.head)?;
        let changed = plan.changes.paths().unwrap_or_default().iter().any(|change| change.path == *path);
        let exists = changed || files.read(path).map_err(Failure::repository)?.is_some();
        Ok((exists, plan::made_from(&*files, &plan.workspace, &planned.sources, path)))
    }

    /// The files at base, where there is one.
    fn base(&self, changes: &ChangeSet) -> Option<TreeFiles<'_>> {
        let base = changes.base.as_ref()?;
        self.repository.files_at(&base.commit).ok()
    }

    /// The root of the work tree, where files can be written.
    pub(crate) fn root(&self) -> &Path {
        self.repository.work_dir().unwrap_or(&self.directory)
    }

    /// Looks at the files at head with the workspace that they hold.
    pub(crate) fn look<T>(
        &self,
        sources: &Sources,
        look: impl FnOnce(&dyn Files, &Repository, Loaded) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (files, loaded) = self.at_head(&self.request, sources)?;
        look(&*files, &self.repository, loaded)
    }

    fn at_head(
        &self,
        request: &Request,
        sources: &Sources,
    ) -> Result<(Box<dyn Files + '_>, Loaded), Failure> {
        let head = changes::head(&self.repository, request).map_err(Failure::changes)?;
        let files = self.files(&head)?;
        let loaded = workspace::load(&*files, sources).map_err(Failure::repository)?;
        Ok((files, loaded))
    }

    /// Head first, since the workspace at head says how base is found.
    fn read(
        &self,
        request: &Request,
        sources: &Sources,
    ) -> Result<(Box<dyn Files + '_>, Loaded, ChangeSet, PipelineFacts), Failure> {
        let _progress = Progress::start("reading the repository", self.watched);
        let (files, loaded) = self.at_head(request, sources)?;
        let request = Request { policies: loaded.workspace.policies.clone(), ..request.clone() };
        let changes = changes::detect(&self.repository, &request).map_err(Failure::changes)?;
        let facts = changes::facts(&self.repository, &request).map_err(Failure::changes)?;
        Ok((files, loaded, changes, facts))
    }

    fn files(&self, head: &Head) -> Result<Box<dyn Files + '_>, Failure> {
        Ok(match head {
            Head::Commit { commit, .. } => Box::new(self.repository.files_at(commit).map_err(Failure::git)?),
            Head::WorkTree { .. } => Box::new(self.repository.work_tree().map_err(Failure::git)?),
        })
    }

    fn narrowing(&self, workspaces: &[&Workspace]) -> Result<Narrowing, Failure> {
        Ok(Narrowing {
            only: narrow::named(&self.only, workspaces)?,
            except: narrow::named(&self.except, workspaces)?,
        })
    }
}

/// The place of a diagnostic, the same in all runs on the same files.
fn place(problem: &Diagnostic, sources: &Sources) -> String {
    problem.origin().map(|origin| sources.place(origin)).unwrap_or_default()
}
