//! Runs a case: plans the only unit of a made-up repository, checks it, and compares.

use super::case::{Case, ExpectedProblem};
use super::compare::compare;
use super::diff::diff;
use super::outcome::{Outcome, Snapshot};
use crate::allow::allowed;
use crate::cdk::InRepository;
use crate::changes::{As, Change, ChangeSet, Everything, Extent, Head, PipelineFacts, Status};
use crate::emit::{Comments, emit_pipeline};
use crate::plan::{self, Plan};
use crate::select::Narrowing;
use crate::workspace::{Declaration, Loaded, Unit, Workspace, load_header};
use nestling_files::files::{Elsewhere, Entry, Files, ReadError, Walk};
use nestling_files::path::RepoPath;
use nestling_git::History;
use nestling_gitlab::check::{self, KnownVariables};
use nestling_gitlab::diagnostic::{Diagnostic, Severity, Sources, did_you_mean, has_errors};
use nestling_gitlab::name::slug;
use nestling_gitlab::pipeline::Pipeline;
use std::sync::Arc;

/// What cases run in.
pub struct Setting<'a> {
    /// Where templates and stored pipelines are read.
    pub files: &'a dyn Files,
    /// Who gives the files of other revisions.
    pub elsewhere: &'a dyn Elsewhere,
    /// The workspace whose folders, variables and environments they see.
    pub workspace: &'a Workspace,
    /// Where texts are kept.
    pub sources: &'a Sources,
}

/// Runs a case.
pub fn run(case: &Case, setting: &Setting<'_>) -> Outcome {
    let mut failures = Vec::new();
    let (plan, problems) = planned(case, setting);
    let place = |problem: &Diagnostic| problem.origin().map(|origin| setting.sources.place(origin));
    problems_of(Severity::Error, &case.expect.errors, &problems, &mut failures, &place);
    problems_of(Severity::Warning, &case.expect.warnings, &problems, &mut failures, &place);
    for (name, expected) in &case.expect.jobs {
        match job(&plan.pipeline, case, name) {
            Some(job) => {
                let found = nestling_gitlab::yaml::Node::map(job.origin, job.body.clone());
                compare(name, expected, Some(&found), &mut failures);
            }
            None => failures.push(no_job(&plan.pipeline, case, name)),
        }
    }
    for name in &case.expect.absent {
        if job(&plan.pipeline, case, &name.value).is_some() {
            failures.push(format!("there is a job `{}`", name.value));
        }
    }
    let mut text = String::new();
    emit_pipeline(&mut text, &plan.pipeline, setting.sources, Comments::None);
    let snapshot = case.expect.snapshot.then(|| snapshot(case, &text, setting, &mut failures));
    let warned = |problem: &Diagnostic| {
        let known = case.expect.warnings.iter().any(|expected| matches(expected, problem));
        problem.severity == Severity::Warning && !known
    };
    let warnings = problems.iter().filter(|problem| warned(problem)).map(|p| told(p, &place)).collect();
    Outcome {
        name: case.name.clone(),
        place: setting.sources.place(case.origin),
        failures,
        errors: problems
            .iter()
            .filter(|p| p.severity == Severity::Error)
            .map(|p| in_full(p, setting.sources))
            .collect(),
        warnings,
        pipeline: (!has_errors(&problems)).then_some(text),
        snapshot,
    }
}

fn planned(case: &Case, setting: &Setting<'_>) -> (Plan, Vec<Diagnostic>) {
    let loaded = match &case.workspace {
        Some(header) => load_header(header, setting.sources),
        None => Loaded { workspace: Arc::new(setting.workspace.clone()), diagnostics: Vec::new() },
    };
    let Loaded { workspace, diagnostics } = loaded;
    let mut workspace = Arc::unwrap_or_clone(workspace);
    if case.workspace.is_some() {
        workspace.template_folders.extend(setting.workspace.template_folders.iter().cloned());
    }
    workspace.body = None;
    workspace.units = vec![unit(case)];
    let branch = if case.act_as == As::MergeRequest { "feature" } else { "main" };
    let commit = Some("0123456789abcdef0123456789abcdef01234567".to_owned());
    let facts = PipelineFacts::local(Some(branch.to_owned()), Some("main".to_owned()), commit);
    let plan = plan::plan(plan::Request {
        files: &OnlyTemplates(setting.files),
        elsewhere: setting.elsewhere,
        base: None,
        loaded: &Loaded { workspace: Arc::new(workspace), diagnostics },
        changes: changes(case),
        pipeline: facts.seen_as(&case.act_as),
        narrowing: Narrowing::default(),
        assemblies: &InRepository,
        sources: setting.sources,
    });
    let mut settings = check::Settings::new(plan.workspace.gitlab.clone());
    let mut problems = settings.gitlab.problems.clone();
    settings.variables = KnownVariables::of_child(&plan.facts);
    problems.extend(check::check(&plan.pipeline, &settings));
    let mut all = plan.diagnostics.clone();
    all.extend(problems);
    let outcome = allowed(&plan, setting.sources, all);
    (plan, outcome.problems)
}

fn unit(case: &Case) -> Unit {
    Unit {
        name: case.unit.clone(),
        dir: case.dir.clone(),
        declaration: Declaration::Rule(case.origin),
        depends_on: Vec::new(),
        changes: Vec::new(),
        uses: case.uses.clone(),
        fragment: None,
        cdk: None,
        allow: Vec::new(),
    }
}

fn changes(case: &Case) -> ChangeSet {
    let extent = match &case.changed {
        None => Extent::Everything(Everything::Asked),
        Some(paths) => {
            let mut paths = paths.clone();
            paths.sort_unstable();
            let changed = |path| Change { path, status: Status::Modified };
            Extent::Paths(paths.into_iter().map(changed).collect())
        }
    };
    ChangeSet { base: None, head: Head::WorkTree { commit: None }, extent, history: History::Complete }
}

/// The files of a repository, of which nothing but what is asked for by name is seen.
struct OnlyTemplates<'a>(&'a dyn Files);

impl Files for OnlyTemplates<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        self.0.read(path)
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[Entry]) -> Walk) -> Result<(), ReadError> {
        self.0.walk(visit)
    }
}

/// A job by its short name in the unit, or by its full name.
fn job<'p>(pipeline: &'p Pipeline, case: &Case, name: &str) -> Option<&'p nestling_gitlab::pipeline::Job> {
    pipeline.job(&format!("{}:{name}", case.unit)).or_else(|| pipeline.job(name))
}

fn no_job(pipeline: &Pipeline, case: &Case, name: &str) -> String {
    let prefix = format!("{}:", case.unit);
    let names: Vec<&str> =
        pipeline.jobs.iter().map(|job| job.name.as_str().trim_start_matches(&prefix)).collect();
    match did_you_mean(name, names.iter().copied()) {
        Some(near) => format!("there is no job `{name}`; did you mean `{near}`?"),
        None => format!("there is no job `{name}`; there are: {}", names.join(", ")),
    }
}

/// Compares messages of one severity. Errors that nobody expects fail the case.
fn problems_of(
    severity: Severity,
    expected: &[ExpectedProblem],
    problems: &[Diagnostic],
    failures: &mut Vec<String>,
    place: &dyn Fn(&Diagnostic) -> Option<String>,
) {
    let mut left: Vec<&Diagnostic> = problems.iter().filter(|problem| problem.severity == severity).collect();
    for wanted in expected {
        match left.iter().position(|problem| matches(wanted, problem)) {
            Some(at) => drop(left.remove(at)),
            None => {
                let rule = wanted.rule.as_ref().map(|rule| format!("[{}]", rule.value)).unwrap_or_default();
                let text =
                    wanted.message.as_ref().map(|text| format!(": {}", text.value)).unwrap_or_default();
                failures.push(format!("there is no {severity}{rule}{text}"));
            }
        }
    }
    if severity == Severity::Error {
        failures.extend(left.into_iter().map(|problem| told(problem, place)));
    }
}

fn matches(expected: &ExpectedProblem, problem: &Diagnostic) -> bool {
    expected.rule.as_ref().is_none_or(|rule| rule.value == problem.rule.id)
        && expected.message.as_ref().is_none_or(|text| problem.message.contains(&text.value))
}

fn told(problem: &Diagnostic, place: &dyn Fn(&Diagnostic) -> Option<String>) -> String {
    let place = place(problem).map(|place| format!("{place}: ")).unwrap_or_default();
    format!("{place}{}[{}]: {}", problem.severity, problem.rule, problem.message)
}

/// A message with all its places.
fn in_full(problem: &Diagnostic, sources: &Sources) -> String {
    let places = problem.labels.iter().map(|label| sources.place(label.origin)).collect::<Vec<_>>().join(" ");
    format!("{places} : {}[{}]: {}", problem.severity, problem.rule, problem.message)
}

/// The whole pipeline, and the stored one to compare it with.
fn snapshot(case: &Case, text: &str, setting: &Setting<'_>, failures: &mut Vec<String>) -> Snapshot {
    let stem = String::from_utf8_lossy(case.path.file_name()).into_owned();
    let stem = stem.rsplit_once('.').map_or(stem.as_str(), |(stem, _)| stem);
    let title = case.name.split_once(": ").map_or(case.name.as_str(), |(_, title)| title);
    let folder = case.path.parent().unwrap_or_default().child(b"snapshots");
    let path = folder.child(format!("{stem}.{}.yml", slug(title)).as_bytes());
    match setting.files.read(&path) {
        Err(error) => failures.push(format!("{error}: {}", error.source)),
        Ok(None) => failures.push(format!("`{path}` is missing; `--update` writes it")),
        Ok(Some(stored)) if stored == text.as_bytes() => {}
        Ok(Some(stored)) => {
            let lines = diff(&String::from_utf8_lossy(&stored), text);
            failures.push(format!("`{path}` differs (`--update` writes it):\n{lines}"));
        }
    }
    Snapshot { path, text: text.to_owned() }
}
