//! Runs a case: plans the only unit of the case's repository, checks it, and compares.

use super::NamedJobs;
use super::case::{ExpectedProblem, TemplateCase};
use super::case_files::CaseFiles;
use super::compare::compare;
use super::diff::diff;
use super::outcome::{CaseFailure, CaseOutcome, Snapshot};
use crate::catalog::rules;
use crate::changes::{As, ChangeSet, PipelineFacts};
use crate::emit::{Comments, emit_pipeline};
use crate::plan::Plan;
use crate::project::{Error, Project};
use crate::workspace::{Declaration, Loaded, Unit, load_header};
use nestling_files::files::Files;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Severity, Sources, Suggestion};
use nestling_gitlab::name::slug;
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::Node;
use std::sync::Arc;

/// Runs a case of a project: plans the only unit of the case's repository, and compares.
pub(super) fn run(case: &TemplateCase, project: &Project<'_>) -> CaseOutcome {
    let sources = project.sources();
    let plan = match plan_case(case, project) {
        Ok(plan) => plan,
        Err(error) => return CaseOutcome::not_run(case, sources.place(case.origin), &error),
    };
    let problems = &plan.diagnostics;
    let mut failures = Vec::new();
    compare_problems(Severity::Error, &case.expect.errors, problems, &mut failures, (case, sources));
    compare_problems(Severity::Warning, &case.expect.warnings, problems, &mut failures, (case, sources));
    compare_jobs(case, &plan.pipeline, &mut failures);
    let mut text = String::new();
    emit_pipeline(&mut text, &plan.pipeline, sources, Comments::None);
    let snapshot = case.expect.snapshot.then(|| snapshot(case, &text, project.files(), &mut failures));
    let mut errors = Vec::new();
    let mut warnings = Vec::new();
    for problem in problems {
        match problem.severity {
            Severity::Error => errors.push(with_all_places(problem, sources)),
            Severity::Warning if !is_expected(problem, &case.expect.warnings) => {
                warnings.push(with_place(problem, sources));
            }
            Severity::Warning | Severity::Note => {}
        }
    }
    CaseOutcome {
        name: case.name.clone(),
        place: sources.place(case.origin),
        failures,
        errors,
        warnings,
        pipeline: (!plan.has_errors()).then_some(text),
        snapshot,
    }
}

/// Returns the names of a case's jobs in its unit, with their places.
pub(super) fn named_jobs(case: &TemplateCase, project: &Project<'_>) -> NamedJobs {
    let Ok(plan) = plan_case(case, project) else { return Vec::new() };
    let prefix = format!("{}:", case.unit);
    let short = |name: &str| name.strip_prefix(&prefix).unwrap_or(name).to_owned();
    plan.pipeline.jobs.iter().map(|job| (short(job.name.as_str()), job.origin)).collect()
}

fn compare_jobs(case: &TemplateCase, pipeline: &Pipeline, failures: &mut Vec<CaseFailure>) {
    for (name, expected) in &case.expect.jobs {
        match job(pipeline, case, name) {
            Some(job) => {
                let actual = Node::map(job.origin, job.body.clone());
                compare(name, expected, Some(&actual), failures);
            }
            None => failures.push(no_job(pipeline, case, (name, expected.origin))),
        }
    }
    for name in &case.expect.absent {
        if job(pipeline, case, &name.value).is_some() {
            failures.push(CaseFailure::new(name.origin, format!("there is a job `{}`", name.value)));
        }
    }
}

fn is_expected(problem: &Diagnostic, expected: &[ExpectedProblem]) -> bool {
    expected.iter().any(|expected| matches(expected, problem))
}

fn plan_case(case: &TemplateCase, project: &Project<'_>) -> Result<Plan, Error> {
    let own = project.workspace();
    let mut workspace = own.clone();
    let mut diagnostics = Vec::new();
    if let Some(header) = &case.workspace {
        let loaded = load_header(header, project.sources());
        workspace = Arc::unwrap_or_clone(loaded.workspace);
        workspace.template_directories.extend(own.template_directories.iter().cloned());
        diagnostics = loaded.diagnostics;
    }
    workspace.body = None;
    workspace.units = vec![unit(case)];
    let loaded = Loaded { workspace: Arc::new(workspace), diagnostics };
    let branch = if case.act_as == As::MergeRequest { "feature" } else { "main" };
    let commit = Some("0123456789abcdef0123456789abcdef01234567".to_owned());
    let facts = PipelineFacts::local(Some(branch.to_owned()), Some("main".to_owned()), commit);
    let files = CaseFiles::of(case, project.files());
    project.with_workspace(loaded, facts.seen_as(&case.act_as), files).plan(changes(case)).run()
}

fn unit(case: &TemplateCase) -> Unit {
    Unit {
        name: case.unit.clone(),
        dir: case.dir.clone(),
        declaration: Declaration::Rule(case.origin),
        depends_on: Vec::new(),
        changes: Vec::new(),
        uses: case.uses.clone(),
        replaced_uses: Vec::new(),
        fragment: None,
        cdk: None,
        allow: Vec::new(),
    }
}

fn changes(case: &TemplateCase) -> ChangeSet {
    match &case.changed {
        None => ChangeSet::everything(),
        Some(paths) => ChangeSet::of_paths(paths.iter().cloned()),
    }
}

/// Finds a job by its short name in the unit, or by its full name.
fn job<'p>(pipeline: &'p Pipeline, case: &TemplateCase, name: &str) -> Option<&'p Job> {
    pipeline.job(&format!("{}:{name}", case.unit)).or_else(|| pipeline.job(name))
}

fn no_job(pipeline: &Pipeline, case: &TemplateCase, (name, origin): (&str, Origin)) -> CaseFailure {
    let prefix = format!("{}:", case.unit);
    let jobs = pipeline.jobs.iter().map(|job| job.name.as_str());
    let short: Vec<&str> = jobs.clone().map(|job| job.strip_prefix(&prefix).unwrap_or(job)).collect();
    let near = Suggestion::among(name, short.iter().copied());
    let near = near.or_else(|| Suggestion::among(name, jobs));
    let help = near.help_or(format!("the jobs are: {}", short.join(", ")));
    CaseFailure::new(origin, format!("unknown job `{name}`")).with_help(Some(help))
}

/// Compares messages of one severity. Unexpected errors fail the case.
fn compare_problems(
    severity: Severity,
    expected: &[ExpectedProblem],
    problems: &[Diagnostic],
    failures: &mut Vec<CaseFailure>,
    (case, sources): (&TemplateCase, &Sources),
) {
    let mut unmatched: Vec<&Diagnostic> =
        problems.iter().filter(|problem| problem.severity == severity).collect();
    for wanted in expected {
        match unmatched.iter().position(|problem| matches(wanted, problem)) {
            Some(index) => drop(unmatched.remove(index)),
            None => failures.push(no_problem(severity, wanted, case)),
        }
    }
    if severity == Severity::Error {
        let failure = |problem: &Diagnostic| {
            // What the case itself says is wrong there.
            let origins = problem.labels.iter().map(|label| label.origin);
            let own = origins.clone().find(|origin| origin.file == case.origin.file);
            CaseFailure::new(own.unwrap_or(case.origin), with_place(problem, sources))
                .with_help(problem.help.clone().filter(|_| own.is_some()))
        };
        failures.extend(unmatched.into_iter().map(failure));
    }
}

/// Returns the place of an expected message, or else that of the case.
fn place(expected: &ExpectedProblem, case: &TemplateCase) -> Origin {
    let written = expected.rule.as_ref().or(expected.message.as_ref());
    written.map_or(case.origin, |text| text.origin)
}

fn no_problem(severity: Severity, expected: &ExpectedProblem, case: &TemplateCase) -> CaseFailure {
    let ids = || rules().into_iter().map(|rule| rule.id);
    let unknown = expected.rule.as_ref().filter(|rule| ids().all(|id| id != rule.value));
    let help = unknown.and_then(|rule| Suggestion::among(&rule.value, ids()).help());
    let rule = expected.rule.as_ref().map(|rule| format!("[{}]", rule.value)).unwrap_or_default();
    let text = expected.message.as_ref().map(|text| format!(": {}", text.value)).unwrap_or_default();
    CaseFailure::new(place(expected, case), format!("no {severity}{rule}{text}")).with_help(help)
}

fn matches(expected: &ExpectedProblem, problem: &Diagnostic) -> bool {
    expected.rule.as_ref().is_none_or(|rule| rule.value == problem.rule.id)
        && expected.message.as_ref().is_none_or(|text| problem.message.contains(&text.value))
}

fn with_place(problem: &Diagnostic, sources: &Sources) -> String {
    let place = problem.origin().map(|origin| format!("{}: ", sources.place(origin))).unwrap_or_default();
    format!("{place}{}[{}]: {}", problem.severity, problem.rule, problem.message)
}

fn with_all_places(problem: &Diagnostic, sources: &Sources) -> String {
    let places: Vec<String> = problem.labels.iter().map(|label| sources.place(label.origin)).collect();
    format!("{} : {}[{}]: {}", places.join(" "), problem.severity, problem.rule, problem.message)
}

/// Compares the whole pipeline with the stored snapshot.
fn snapshot(case: &TemplateCase, text: &str, files: &dyn Files, failures: &mut Vec<CaseFailure>) -> Snapshot {
    let stem = String::from_utf8_lossy(case.path.file_name()).into_owned();
    let stem = stem.rsplit_once('.').map_or(stem.as_str(), |(stem, _)| stem);
    let title = case.name.split_once(": ").map_or(case.name.as_str(), |(_, title)| title);
    let directory = case.path.parent().unwrap_or_default().child(b"snapshots");
    let path = directory.child(format!("{stem}.{}.yml", slug(title)).as_bytes());
    let mut fails = |message: String| failures.push(CaseFailure::new(case.origin, message));
    match files.read(&path) {
        Err(error) => fails(format!("{error}: {}", error.source)),
        Ok(None) => fails(format!("`{path}` does not exist; `--update` writes it")),
        Ok(Some(stored)) if stored == text.as_bytes() => {}
        Ok(Some(stored)) => {
            let lines = diff(&String::from_utf8_lossy(&stored), text);
            fails(format!("`{path}` differs (`--update` writes it):\n{lines}"));
        }
    }
    Snapshot { path, text: text.to_owned() }
}
