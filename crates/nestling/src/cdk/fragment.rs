//! From a unit's header to the fragment that its assembly becomes: the one door that the plan goes through.

use super::deployment::{self, Deployment};
use super::jobs::{self, Unlisted};
use super::report::Report;
use super::settings::{Purpose, Settings, Source};
use crate::cdk::rules::CDK_HEADER;
use crate::changes::PipelineFacts;
use crate::environments::{Evaluate, LeftOut};
use crate::workspace::{Catalogue, Unit};
use nestling_files::files::{Entry, Files, ReadError, Walk};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Severity, Sources};
use nestling_gitlab::yaml::Node;

/// Where assemblies come from that are not in the repository.
pub trait Assemblies {
    /// The assembly of a unit, in this directory of the work tree; makes it first where the settings say how.
    ///
    /// # Errors
    /// It cannot be made.
    fn open(
        &self,
        unit: &Unit,
        settings: &Settings,
        directory: &RepoPath,
    ) -> Result<Box<dyn Files + '_>, Diagnostic>;

    /// The assembly of a unit that is gone, as it was at base, for destroying what it deployed.
    ///
    /// # Errors
    /// Nobody has it.
    fn open_gone(
        &self,
        _: &Unit,
        settings: &Settings,
        directory: &RepoPath,
    ) -> Result<Box<dyn Files + '_>, Diagnostic> {
        Err(nowhere(settings, directory))
    }
}

/// An assembly of a unit that is gone, which cannot be looked at any more.
pub fn nowhere(settings: &Settings, directory: &RepoPath) -> Diagnostic {
    let message =
        format!("its assembly `{directory}` is neither in the repository at base nor in the work tree");
    Diagnostic::error(&CDK_HEADER, settings.assembly.origin, message)
}

/// There are none: every assembly is in the repository.
#[derive(Debug, Clone, Copy)]
pub struct InRepository;

impl Assemblies for InRepository {
    fn open(
        &self,
        _: &Unit,
        settings: &Settings,
        directory: &RepoPath,
    ) -> Result<Box<dyn Files>, Diagnostic> {
        let message = format!("the assembly `{directory}` is not in the repository");
        Err(Diagnostic::error(&CDK_HEADER, settings.assembly.origin, message)
            .with_help("commit it and write `from: none`, or run Nestling in a work tree that has it"))
    }
}

/// What a fragment is made from.
pub struct Request<'a> {
    /// The unit.
    pub unit: &'a Unit,
    /// What its header says.
    pub header: &'a Node,
    /// The repository.
    pub files: &'a dyn Files,
    /// Assemblies that are not in it.
    pub assemblies: &'a dyn Assemblies,
    /// Where deploys may go.
    pub catalogue: &'a Catalogue,
    /// The pipeline that it is for.
    pub pipeline: &'a PipelineFacts,
    /// Evaluates the `${{ }}` in a text of the catalogue for this unit.
    pub evaluate: Evaluate<'a>,
    /// The most needs that a job may have.
    pub needs_limit: usize,
    /// What it is for.
    pub purpose: Purpose,
    /// Where the files' texts are kept.
    pub sources: &'a Sources,
}

/// What a unit's assembly becomes.
#[derive(Debug, Default)]
pub struct Fragment {
    /// The jobs, as a rendered file; `None` where something is wrong.
    pub rendered: Option<Node>,
    /// What this kind of pipeline does not get.
    pub left_out: Vec<LeftOut>,
    /// What could not be carried over.
    pub report: Report,
    /// What is wrong, and what the report has to say as warnings.
    pub problems: Vec<Diagnostic>,
}

/// Makes the fragment of a unit.
pub fn fragment(request: &Request<'_>) -> Fragment {
    let failed = |problems| Fragment { problems, ..Fragment::default() };
    let settings = match Settings::read(request.header) {
        Ok(settings) => settings,
        Err(problems) => return failed(problems),
    };
    let directory = match directory_of(request.unit, &settings) {
        Ok(directory) => directory,
        Err(problem) => return failed(vec![problem]),
    };
    let opened = match open(request, &settings, &directory) {
        Ok(files) => files,
        Err(problem) => return failed(vec![problem]),
    };
    match deployment::read(&*opened, &directory.to_string(), request.sources) {
        Ok(deployment) => written(request, &settings, &deployment),
        Err(problems) => failed(problems.into_iter().map(|problem| at_header(problem, &settings)).collect()),
    }
}

/// The assembly: in the work tree, or as it is committed where that has none.
fn open<'a>(
    request: &Request<'a>,
    settings: &Settings,
    directory: &RepoPath,
) -> Result<Box<dyn Files + 'a>, Diagnostic> {
    let committed = Below { files: request.files, directory: directory.clone() };
    if settings.from == Source::Checkout && settings.synth.is_empty() {
        return Ok(Box::new(committed));
    }
    if request.purpose == Purpose::TearDown {
        return match has_assembly(&committed) {
            true => Ok(Box::new(committed)),
            false => request.assemblies.open_gone(request.unit, settings, directory),
        };
    }
    let is_there = has_assembly;
    match request.assemblies.open(request.unit, settings, directory) {
        Ok(files) if is_there(&*files) || !is_there(&committed) => Ok(files),
        Err(problem) if !is_there(&committed) => Err(problem),
        _ if settings.synth.is_empty() => Ok(Box::new(committed)),
        found => found,
    }
}

/// Whether an assembly starts at the root of these files.
fn has_assembly(files: &dyn Files) -> bool {
    matches!(files.read(&RepoPath::root().child(b"manifest.json")), Ok(Some(_)))
}

/// Whether an assembly is in this directory of these files.
pub(crate) fn is_committed(files: &dyn Files, directory: &RepoPath) -> bool {
    has_assembly(&Below { files, directory: directory.clone() })
}

fn written(request: &Request<'_>, settings: &Settings, deployment: &Deployment) -> Fragment {
    let unit_directory = request.unit.dir.to_directory();
    let outcome = jobs::write(&jobs::Request {
        deployment,
        settings,
        unit: Some(&request.unit.name),
        directory: &unit_directory,
        catalogue: request.catalogue,
        pipeline: request.pipeline,
        evaluate: request.evaluate,
        unlisted: Unlisted::Refuse,
        needs_limit: request.needs_limit,
        purpose: request.purpose,
    });
    let mut problems = deployment.assembly.warnings.clone();
    problems.extend(outcome.problems);
    problems.extend(outcome.report.diagnostics(Severity::Warning));
    Fragment {
        rendered: Some(outcome.rendered),
        left_out: outcome.left_out,
        report: outcome.report,
        problems,
    }
}

/// The assembly's directory in the repository: from the unit's own, or from the root where it starts with a slash.
///
/// # Errors
/// It leads out of the repository.
pub(crate) fn directory_of(unit: &Unit, settings: &Settings) -> Result<RepoPath, Diagnostic> {
    let written = &settings.assembly.value;
    let found = match written.strip_prefix('/') {
        Some(from_root) => RepoPath::parse(from_root),
        None => unit.dir.join(written),
    };
    found.map_err(|error| Diagnostic::error(&CDK_HEADER, settings.assembly.origin, error.to_string()))
}

/// A problem without a place, such as an assembly that is not there, is told at the header.
fn at_header(problem: Diagnostic, settings: &Settings) -> Diagnostic {
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

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[Entry]) -> Walk) -> Result<(), ReadError> {
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
