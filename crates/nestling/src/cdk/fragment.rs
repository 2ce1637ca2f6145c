//! From a unit's header to the fragment that its assembly becomes: the one door that the plan goes through.

use super::assemblies::Assemblies;
use super::base::{Base, BaseRequest};
use super::catalogue::{For, Purpose, environments};
use super::directory::{Below, app_directory, directory_of, has_assembly};
use super::rendered::{Rendered, rendered};
use crate::changes::{PipelineFacts, PipelineKind, PipelineSource};
use crate::environments::{CatalogueStrings, Conditions, LeftOut};
use crate::workspace::environment_rules::ENVIRONMENT_UNDEFINED;
use crate::workspace::{Catalogue, Unit};
use nestling_cdk::deployment::{self, AppFiles, Deployment};
use nestling_cdk::jobs;
use nestling_cdk::report::Report;
use nestling_cdk::settings::{AssemblySource, CdkSettings};
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Severity, Sources, Suggestion};
use nestling_gitlab::yaml::{Located, Node};
use std::collections::BTreeMap;

/// Everything that a fragment is made from.
pub(crate) struct Request<'a> {
    /// The unit.
    pub unit: &'a Unit,
    /// Its header.
    pub header: &'a Node,
    /// The repository.
    pub files: &'a dyn Files,
    /// The repository at base, if there is one.
    pub base_files: Option<&'a dyn Files>,
    /// Assemblies that are not in it.
    pub assemblies: &'a dyn Assemblies,
    /// The environments.
    pub catalogue: &'a Catalogue,
    /// The pipeline that it is for.
    pub pipeline: &'a PipelineFacts,
    /// The strings of the catalogue as this unit reads them.
    pub texts: &'a CatalogueStrings<'a>,
    /// The most needs that a job may have.
    pub needs_limit: usize,
    /// The purpose of the jobs.
    pub purpose: Purpose,
    /// The contents of the files that messages show.
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
    let settings = CdkSettings::read(request.header)?;
    let directory = directory_of(request.unit, &settings.assembly).map_err(|problem| vec![problem])?;
    let app_directory = app_directory(request.unit, &directory, request.files);
    let settings = settings.with_app(request.files, &app_directory);
    let files = open(request, &settings, &directory).map_err(|problem| vec![problem])?;
    // Steps may keep their commands in files of the app.
    let app = AppFiles { files: request.files, directory: &app_directory, assembly: &directory };
    match deployment::read_with_app(&*files, Some(app), &directory.to_string(), request.sources) {
        Ok(deployment) => {
            let base = base(request, &settings, &directory);
            Ok(written(request, &settings, &deployment, base, &app_directory.to_string()))
        }
        Err(problems) => Err(problems.into_iter().map(|problem| with_label(problem, &settings)).collect()),
    }
}

/// Returns the assembly at base, which says what the app no longer has.
fn base(request: &Request<'_>, settings: &CdkSettings, directory: &RepoPath) -> Base {
    let Request { unit, assemblies, sources, .. } = *request;
    match request.base_files.filter(|_| request.purpose == Purpose::Deploy) {
        Some(files) => BaseRequest { unit, files, assemblies, settings, directory, sources }.read(),
        None => Base::default(),
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

fn written(
    request: &Request<'_>,
    settings: &CdkSettings,
    deployment: &Deployment,
    base: Base,
    directory: &str,
) -> Fragment {
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
        base: base.deployment.as_ref(),
        is_base_unknown: base.is_unknown,
        settings,
        directory,
        environments: &environments,
        own_words: &own_words(request.pipeline),
        token_subject: &token_subject(request.pipeline),
        is_scheduled: request.pipeline.source == PipelineSource::Schedule,
        is_merge_request: request.pipeline.kind == PipelineKind::MergeRequest,
        needs_limit: request.needs_limit,
    });
    let mut problems = deployment.assembly.warnings.clone();
    problems.extend(base.problem);
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

/// Returns the subject of the tokens that GitLab gives the jobs of a pipeline
/// (<https://docs.gitlab.com/ci/secrets/id_token_authentication/#token-payload>).
fn token_subject(pipeline: &PipelineFacts) -> String {
    let source = pipeline.merge_request.as_ref().and_then(|request| request.source_branch.as_ref());
    let (ref_type, name) = match (&pipeline.tag, source.or(pipeline.branch.as_ref())) {
        (Some(tag), _) => ("tag", tag.as_str()),
        (None, Some(branch)) => ("branch", branch.as_str()),
        (None, None) => ("branch", "$CI_COMMIT_REF_NAME"),
    };
    format!("project_path:$CI_PROJECT_PATH:ref_type:{ref_type}:ref:{name}")
}

/// Returns the words that tell a merge request or a branch from others.
fn own_words(pipeline: &PipelineFacts) -> Vec<String> {
    let iid = pipeline.merge_request.as_ref().and_then(|request| request.iid.clone());
    let words = iid.into_iter().chain([pipeline.ref_slug.clone()]);
    words.filter(|word| !word.is_empty()).collect()
}

fn undefined(catalogue: &Catalogue, name: &Located<String>) -> Diagnostic {
    let message = format!("`{}` is not in the environment catalogue", name.value);
    let problem = Diagnostic::error(&ENVIRONMENT_UNDEFINED, name.origin, message);
    problem.with_help(
        Suggestion::among(&name.value, catalogue.names())
            .help_or("add it to `workspace: { environments: … }` in the root's `nestling.yml`"),
    )
}

/// Gives a problem without a place, such as a missing assembly, that of the header.
fn with_label(problem: Diagnostic, settings: &CdkSettings) -> Diagnostic {
    if problem.labels.is_empty() { problem.with_label(settings.assembly.origin, "") } else { problem }
}
