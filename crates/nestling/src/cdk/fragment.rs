//! From a unit's header to the fragment that its assembly becomes: the one door that the plan goes through.

use super::catalogue::{For, Purpose, environments};
use super::rendered::{Rendered, rendered};
use crate::changes::{PipelineFacts, PipelineKind, PipelineSource};
use crate::environments::{CatalogueTexts, Conditions, LeftOut};
use crate::workspace::rules::ENVIRONMENT_UNDEFINED;
use crate::workspace::{Catalogue, Unit};
use nestling_cdk::deployment::{self, Deployment};
use nestling_cdk::jobs;
use nestling_cdk::report::Report;
use nestling_cdk::rules::CDK_HEADER;
use nestling_cdk::settings::{AssemblySource, CdkSettings};
use nestling_files::files::{DirectoryEntry, Files, ReadError, Walk};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Severity, Sources, Suggestion};
use nestling_gitlab::yaml::{Located, Node};
use std::collections::BTreeMap;

/// Opens assemblies that are not in the repository.
///
/// ```
/// use nestling::{Assemblies, Diagnostic, Files, MemoryFiles, RepoPath, Unit};
/// use nestling_cdk::settings::CdkSettings;
///
/// /// Assemblies that a program has synthesized itself.
/// struct Synthesized(MemoryFiles);
///
/// impl Assemblies for Synthesized {
///     fn open(&self, _: &Unit, _: &CdkSettings, _: &RepoPath) -> Result<Box<dyn Files + '_>, Diagnostic> {
///         Ok(Box::new(&self.0))
///     }
/// }
/// # let files = MemoryFiles::default();
/// # let project = nestling::Project::of_files(&files, nestling::PipelineFacts::local(None, None, None))?;
/// # let changes = project.changes()?;
///
/// let assemblies = Synthesized(MemoryFiles::default());
/// let plan = project.plan(changes).assemblies(&assemblies).run()?;
/// # Ok::<(), nestling::Error>(())
/// ```
pub trait Assemblies {
    /// Opens the assembly of a unit, in this directory of the work tree; makes it first where the settings say how.
    ///
    /// # Errors
    /// It cannot be made.
    fn open(
        &self,
        unit: &Unit,
        settings: &CdkSettings,
        directory: &RepoPath,
    ) -> Result<Box<dyn Files + '_>, Diagnostic>;

    /// Opens the assembly of a unit that is gone, as it was at base, for destroying what it deployed.
    ///
    /// # Errors
    /// Nobody has it.
    fn open_gone(
        &self,
        _: &Unit,
        settings: &CdkSettings,
        directory: &RepoPath,
    ) -> Result<Box<dyn Files + '_>, Diagnostic> {
        Err(settings.missing_assembly(directory))
    }
}

/// Opens none: every assembly is in the repository.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InRepository;

impl Assemblies for InRepository {
    fn open(
        &self,
        _: &Unit,
        settings: &CdkSettings,
        directory: &RepoPath,
    ) -> Result<Box<dyn Files>, Diagnostic> {
        let message = format!("the assembly `{directory}` is not in the repository");
        Err(Diagnostic::error(&CDK_HEADER, settings.assembly.origin, message)
            .with_help("commit it and write `from: none`, or run Nestling in a work tree that has it"))
    }
}

/// Everything that a fragment is made from.
pub(crate) struct Request<'a> {
    /// The unit.
    pub unit: &'a Unit,
    /// Its header.
    pub header: &'a Node,
    /// The repository.
    pub files: &'a dyn Files,
    /// Assemblies that are not in it.
    pub assemblies: &'a dyn Assemblies,
    /// The environments.
    pub catalogue: &'a Catalogue,
    /// The pipeline that it is for.
    pub pipeline: &'a PipelineFacts,
    /// The texts of the catalogue as this unit reads them.
    pub texts: &'a CatalogueTexts<'a>,
    /// The most needs that a job may have.
    pub needs_limit: usize,
    /// The purpose of the jobs.
    pub purpose: Purpose,
    /// The texts of the files that messages show.
    pub sources: &'a Sources,
}

/// A unit's assembly as jobs.
#[derive(Debug, Default)]
pub(crate) struct Fragment {
    /// The jobs, as a rendered file; `None` where something is wrong.
    pub rendered: Option<Node>,
    /// The conditions of the catalogue in the rules of each job that has some, by its name.
    pub conditions: BTreeMap<String, Conditions>,
    /// The jobs that this kind of pipeline does not get.
    pub left_out: Vec<LeftOut>,
    /// The things that are not carried over.
    pub report: Report,
    /// The errors, and the open lines of the report as warnings.
    pub problems: Vec<Diagnostic>,
}

/// Makes the fragment of a unit.
pub(crate) fn fragment(request: &Request<'_>) -> Fragment {
    match try_fragment(request) {
        Ok(fragment) => fragment,
        Err(problems) => Fragment { problems, ..Fragment::default() },
    }
}

fn try_fragment(request: &Request<'_>) -> Result<Fragment, Vec<Diagnostic>> {
    let settings = CdkSettings::read(request.header)?.with_app(request.files, &request.unit.dir);
    let directory = directory_of(request.unit, &settings).map_err(|problem| vec![problem])?;
    let files = open(request, &settings, &directory).map_err(|problem| vec![problem])?;
    // Steps may keep their commands in files of the app.
    let app = Below { files: request.files, directory: request.unit.dir.clone() };
    match deployment::read_with_app(&*files, Some(&app), &directory.to_string(), request.sources) {
        Ok(deployment) => Ok(written(request, &settings, &deployment)),
        Err(problems) => Err(problems.into_iter().map(|problem| with_label(problem, &settings)).collect()),
    }
}

/// Opens the assembly in the work tree, or as it is committed where that has none.
fn open<'a>(
    request: &Request<'a>,
    settings: &CdkSettings,
    directory: &RepoPath,
) -> Result<Box<dyn Files + 'a>, Diagnostic> {
    let committed = Below { files: request.files, directory: directory.clone() };
    if settings.from == AssemblySource::Checkout && settings.synth.is_empty() {
        return Ok(Box::new(committed));
    }
    if request.purpose == Purpose::TearDown {
        return match has_assembly(&committed) {
            true => Ok(Box::new(committed)),
            false => request.assemblies.open_gone(request.unit, settings, directory),
        };
    }
    let opened = request.assemblies.open(request.unit, settings, directory);
    if opened.as_ref().is_ok_and(|files| has_assembly(&**files)) || !has_assembly(&committed) {
        return opened;
    }
    // A committed one is as old as its commit: where commands make it, what they have failed to make is not replaced by it.
    if settings.synth.is_empty() { Ok(Box::new(committed)) } else { opened }
}

/// Returns whether an assembly starts at the root of these files.
fn has_assembly(files: &dyn Files) -> bool {
    matches!(files.read(&RepoPath::root().child(b"manifest.json")), Ok(Some(_)))
}

fn written(request: &Request<'_>, settings: &CdkSettings, deployment: &Deployment) -> Fragment {
    let unit_directory = request.unit.dir.to_directory();
    let environments = environments(
        request.catalogue,
        &For {
            unit: Some(&request.unit.name),
            pipeline: request.pipeline,
            texts: request.texts,
            purpose: request.purpose,
        },
    );
    let outcome = jobs::write(&jobs::Request {
        deployment,
        settings,
        directory: &unit_directory,
        environments: &environments,
        own_words: &own_words(request.pipeline),
        is_scheduled: request.pipeline.source == PipelineSource::Schedule,
        is_merge_request: request.pipeline.kind == PipelineKind::MergeRequest,
        needs_limit: request.needs_limit,
    });
    let mut problems = deployment.assembly.warnings.clone();
    problems.extend(outcome.undefined.iter().map(|name| undefined(request.catalogue, name)));
    problems.extend(outcome.problems);
    problems.extend(outcome.report.diagnostics(Severity::Warning));
    let left_out = |left_out: jobs::OmittedJob| LeftOut { job: left_out.job, reason: left_out.reason };
    let Rendered { file, conditions } = rendered(outcome.stages, outcome.jobs, settings.origin);
    Fragment {
        rendered: Some(file),
        conditions,
        left_out: outcome.left_out.into_iter().map(left_out).collect(),
        report: outcome.report,
        problems,
    }
}

/// Returns the words that tell a merge request or a branch from others.
fn own_words(pipeline: &PipelineFacts) -> Vec<String> {
    let iid = pipeline.merge_request.as_ref().and_then(|request| request.iid.clone());
    let words = iid.into_iter().chain([pipeline.ref_slug.clone()]);
    words.filter(|word| !word.is_empty()).collect()
}

fn undefined(catalogue: &Catalogue, name: &Located<String>) -> Diagnostic {
    let message = format!("there is no environment `{}` in the catalogue", name.value);
    let problem = Diagnostic::error(&ENVIRONMENT_UNDEFINED, name.origin, message);
    problem.with_help(
        Suggestion::among(&name.value, catalogue.names())
            .help_or("add it to `workspace: { environments: … }` in the root's `nestling.yml`"),
    )
}

/// Returns the assembly's directory in the repository: from the unit's own, or from the root where it starts with a slash.
///
/// # Errors
/// It leads out of the repository.
fn directory_of(unit: &Unit, settings: &CdkSettings) -> Result<RepoPath, Diagnostic> {
    let written = &settings.assembly.value;
    let directory = match written.strip_prefix('/') {
        Some(from_root) => RepoPath::parse(from_root),
        None => unit.dir.join(written),
    };
    directory.map_err(|error| Diagnostic::error(&CDK_HEADER, settings.assembly.origin, error.to_string()))
}

/// Gives a problem without a place, such as a missing assembly, that of the header.
fn with_label(problem: Diagnostic, settings: &CdkSettings) -> Diagnostic {
    if problem.labels.is_empty() { problem.with_label(settings.assembly.origin, "") } else { problem }
}

/// The files below a directory of the repository.
struct Below<'a> {
    files: &'a dyn Files,
    directory: RepoPath,
}

impl Files for Below<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        match self.directory.join(path.as_bytes()) {
            Ok(path) => self.files.read(&path),
            Err(_) => Ok(None),
        }
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        self.files.walk(&mut |path, entries| match path.relative_to(&self.directory) {
            Some(rest) => match RepoPath::parse(rest) {
                Ok(below) => visit(&below, entries),
                Err(_) => Walk::Skip,
            },
            // The way down to the directory.
            None if self.directory.is_in(path) => Walk::Descend,
            None => Walk::Skip,
        })
    }
}
