//! A linter for plain GitLab files: the rules of [`check`] on a `.gitlab-ci.yml` and its local includes.

mod incomplete;
mod kinds;

pub use kinds::{KindsLinted, LintedKind, each_kind, lint_kinds};

use crate::catalog;
use crate::check::{self, Allow, CheckSettings, Level, WorkflowRules, read_configuration};
use crate::configuration::header::RULE as HEADER;
use crate::configuration::rules::{INCLUDE, INCLUDE_UNREAD, UNREADABLE};
use crate::configuration::{RemoteIncludes, Surroundings};
use crate::diagnostic::{Diagnostic, Origin, Rule, Severity, Sources};
use crate::facts::PipelineFacts;
use crate::instance::Gitlab;
use crate::pipeline::Pipeline;
use crate::pipeline::guard::Guard;
use crate::pipeline::known::KnownVariables;
use crate::pipeline::presence::{Changed, Creation, JobPresence, presences, workflow_guard};
use crate::yaml::Node;
use incomplete::{Inputs, Partial};
use nestling_files::files::{Files, MemoryFiles};

/// The surroundings of a file.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The GitLab that reads it.
    pub gitlab: &'a Gitlab,
    /// Files for `include: local`, from the repository's root; `None` to leave local includes unread, too.
    pub files: Option<&'a dyn Files>,
    /// The pipeline that GitLab would create of it; `None` for any.
    pub pipeline: Option<&'a PipelineFacts>,
}

/// A file that was checked.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Linted {
    /// The jobs that the file and its local includes define.
    pub pipeline: Pipeline,
    /// The presence of each of these jobs, in their order.
    pub presence: Vec<JobPresence>,
    /// Set if GitLab makes such a pipeline, or may make it: `workflow` decides.
    pub is_created: bool,
    /// Number of jobs that are in the pipeline, or can be, each instance counted.
    pub jobs: usize,
    /// Number of those that are in the pipeline for certain.
    pub certain_jobs: usize,
    /// The findings in the order of the rules.
    pub diagnostics: Vec<Diagnostic>,
}

/// Finds what a current GitLab would refuse in a `.gitlab-ci.yml`, or accept and then not do as meant.
///
/// Included files are not read: nothing that they may define is reported as undefined, and a note lists them.
///
/// ```
/// let problems = nestling_gitlab::lint("build: { script: make, alow_failure: true }");
/// assert_eq!(problems[0].message, "unknown job keyword `alow_failure`");
/// ```
pub fn lint(text: &str) -> Vec<Diagnostic> {
    let options = Options { gitlab: &Gitlab::default(), files: None, pipeline: None };
    let sources = Sources::default();
    let linted = lint_file(".gitlab-ci.yml", text, &options, &sources);
    let rules: Vec<&Rule> = catalog::groups().flat_map(|group| group.rules.iter().copied()).collect();
    let allow = Allow { sources: &sources, catalog: &rules, entries: &[], pipeline: &linted.pipeline };
    allow.apply(linted.diagnostics).problems
}

/// As [`lint`], with local includes read and for a given GitLab and pipeline. `path` is the file's name in messages.
///
/// Comments that allow a warning are not applied yet: several files may share `sources`, and
/// [`Allow`] reports a comment that names no rule once for all of them.
pub fn lint_file(path: &str, text: &str, options: &Options<'_>, sources: &Sources) -> Linted {
    let variables = options.pipeline.map(KnownVariables::of_root).unwrap_or_default();
    let no_files = MemoryFiles::default();
    let (files, includes) = match options.files {
        Some(files) => (files, RemoteIncludes::Unread),
        None => (&no_files as &dyn Files, RemoteIncludes::AllUnread),
    };
    let first_file = sources.next_id();
    let surroundings = Surroundings {
        files,
        elsewhere: None,
        revisions: None,
        sources,
        variables: &variables,
        changed: Changed::Unknown,
        defaults: None,
    };
    let read = read_configuration(path, text, &surroundings, includes);
    let (pipeline, mut problems, inputs) = match read {
        Ok((pipeline, problems, open)) => (pipeline, problems, Inputs::of(sources, first_file, &open)),
        Err(diagnostics) => return Linted { diagnostics, ..Linted::default() },
    };
    let mut settings = CheckSettings::new(options.gitlab.clone());
    settings.variables = variables;
    settings.level = Level::Root;
    if options.pipeline.is_some() && pipeline.includes.is_empty() {
        settings.workflow = WorkflowRules::AsWritten;
    }
    let is_incomplete = problems.iter().any(|problem| [&INCLUDE, &UNREADABLE].contains(&problem.rule));
    settings.open = inputs.are_used() || is_incomplete || !pipeline.includes.is_empty();
    let creation = Creation::of(&settings.variables);
    let moment = creation.moment(settings.workflow.are_there(&pipeline));
    let presence = presences(&pipeline, &moment);
    let found = check::check_present(&pipeline, &presence, &settings);
    // What is wrong with the file as a whole names the file: there may be several.
    let in_file = |problem: Diagnostic| match problem.labels.is_empty() {
        true => problem.with_label(Origin::file(first_file), ""),
        false => problem,
    };
    // What is wrong with a block itself is certain.
    problems.retain(|problem| problem.rule == &HEADER || !inputs.decide(problem));
    problems.extend(found.into_iter().map(in_file).filter(|problem| !inputs.decide(problem)));
    let creation = workflow_guard(&pipeline.workflow, None, &moment);
    let is_created = creation != Guard::Never;
    let jobs = if is_created { presence.iter().map(JobPresence::count).sum() } else { 0 };
    let is_certain = creation == Guard::Always;
    let certain_jobs = if is_certain { presence.iter().map(JobPresence::certain_count).sum() } else { 0 };
    if settings.open {
        let partial = Partial::of(&pipeline);
        problems.retain(|problem| !partial.decides(problem));
    }
    problems.extend(unread(&pipeline.includes));
    Linted { pipeline, presence, is_created, jobs, certain_jobs, diagnostics: problems }
}

/// Returns a note that lists the includes which were not read.
fn unread(includes: &[Node]) -> Option<Diagnostic> {
    let first = includes.first()?;
    let message = match includes.len() {
        1 => "an include is not read; names that it may define are not reported as undefined".to_owned(),
        count => {
            format!("{count} includes are not read; names that they may define are not reported as undefined")
        }
    };
    let names: Vec<String> = includes.iter().map(name).collect();
    let problem = Diagnostic::new(&INCLUDE_UNREAD, Severity::Note, message).with_label(first.origin, "");
    Some(problem.with_note(format!("not read: {}", names.join(", "))))
}

/// An include in a few words: `template Jobs/SAST.gitlab-ci.yml`, `project group/ci: /build.yml`.
fn name(include: &Node) -> String {
    if let Some(text) = include.text() {
        return format!("`{text}`");
    }
    let key_text = |key: &str| include.get(key).and_then(Node::text);
    if let Some(project) = key_text("project") {
        let file = include.get("file");
        let files = file.map(|file| file.as_seq().unwrap_or(std::slice::from_ref(file))).unwrap_or_default();
        let paths: Vec<&str> = files.iter().filter_map(Node::text).collect();
        return format!("`{}` of project `{project}`", paths.join("`, `"));
    }
    for kind in ["local", "remote", "template", "component"] {
        if let Some(text) = key_text(kind) {
            return format!("{kind} `{text}`");
        }
    }
    "an include without a name".to_owned()
}

#[cfg(test)]
mod agreement;
