//! `nestling test`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::leftover::Earlier;
use crate::options::HeadOptions;
use crate::planned::report_diagnostics;
use crate::session::Session;
use crate::{output, protected};
use nestling::testing::{CaseFile, CaseOutcome, Suite, junit, summary};
use nestling::{Diagnostic, RepoPath};
use nestling_gitlab::diagnostic::has_errors;
use std::path::{Path, PathBuf};

/// Run the test cases of templates
///
/// A case is a file in a directory `tests` beside templates. It gives inputs, changed paths and a kind of pipeline, and
/// states the expected jobs.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling test\n  nestling test ci/templates/tests/node.yml --update\n  nestling test --junit cases.xml"
)]
pub struct Args {
    /// Only the cases in these files or directories, relative to the repository's root
    #[arg(value_name = "CASES")]
    cases: Vec<String>,
    /// Run the cases of the built-in templates
    #[arg(long, conflicts_with_all = ["cases", "update"])]
    library: bool,
    /// Update the snapshots of cases
    #[arg(long)]
    update: bool,
    /// Also write a JUnit report (`artifacts: reports: junit`)
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    #[command(flatten)]
    head: HeadOptions,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let (outcomes, ok) = if args.library {
        let suite = Suite::of_library();
        let files = suite.case_files()?;
        report(&suite, run_files(&suite, &files)?, invocation)
    } else {
        let session = invocation.open(&args.head)?;
        let mut suite = Suite::of_project(session.project()?);
        let mut ran = in_repository(args, &suite, &session)?;
        if args.update {
            for snapshot in ran.outcomes.iter().filter_map(|outcome| outcome.snapshot.as_ref()) {
                let path = session.root().join(snapshot.path.to_string());
                let dir = path.parent().unwrap_or(&path);
                std::fs::create_dir_all(dir).map_err(Failure::output)?;
                output::replace(&path, &snapshot.text)?;
            }
            suite = Suite::of_project(session.project()?);
            ran.outcomes = in_repository(args, &suite, &session)?.outcomes;
        }
        report(&suite, ran, invocation)
    };
    if let Some(path) = &args.junit {
        output::replace(&junit_file(path, invocation)?, &junit(&outcomes))?;
    }
    invocation.io.data(summary(&outcomes))?;
    Ok(ended(ok && outcomes.iter().all(CaseOutcome::passed)))
}

/// Returns the file of the JUnit report, if it may be replaced.
fn junit_file(path: &Path, invocation: &Invocation<'_>) -> Result<PathBuf, Failure> {
    let file = invocation.directory().join(path);
    protected::refuse_name(&file)?;
    protected::refuse_tracked(&file, invocation.environment, Earlier::Unknown)?;
    Ok(file)
}

/// The outcomes of cases, and the diagnostics of files that cannot be read as cases.
#[derive(Default)]
struct Ran {
    outcomes: Vec<CaseOutcome>,
    problems: Vec<Diagnostic>,
}

/// Reports the diagnostics of the files, and returns `true` if none of them is an error.
fn report(suite: &Suite<'_>, ran: Ran, invocation: &mut Invocation<'_>) -> (Vec<CaseOutcome>, bool) {
    let ok = report_diagnostics(&ran.problems, suite.project().sources(), invocation.io);
    (ran.outcomes, ok)
}

fn in_repository(args: &Args, suite: &Suite<'_>, session: &Session) -> Result<Ran, Failure> {
    let problems = suite.project().diagnostics();
    if has_errors(problems) {
        return Ok(Ran { problems: problems.to_vec(), ..Ran::default() });
    }
    run_files(suite, &chosen(args, suite, session)?)
}

/// Returns the files with cases that the command line selects.
fn chosen(args: &Args, suite: &Suite<'_>, session: &Session) -> Result<Vec<CaseFile>, Failure> {
    let mut case_files = suite.case_files()?;
    if args.cases.is_empty() {
        return Ok(case_files);
    }
    let mut wanted = Vec::new();
    for text in &args.cases {
        let paths = session.named_paths(text);
        let has_cases = |path: &RepoPath| case_files.iter().any(|file| is_at(file, path));
        let Some(path) = paths.into_iter().find(has_cases) else {
            let failure = Failure::usage(format!("no test cases in `{text}`"));
            return Err(failure.with_help("cases are files `tests/*.yml` next to templates"));
        };
        wanted.push(path);
    }
    case_files.retain(|file| wanted.iter().any(|path| is_at(file, path)));
    Ok(case_files)
}

/// Returns `true` for the file itself and for files in a directory.
fn is_at(file: &CaseFile, path: &RepoPath) -> bool {
    file.path == *path || file.path.is_in(path)
}

fn run_files(suite: &Suite<'_>, files: &[CaseFile]) -> Result<Ran, Failure> {
    let mut ran = Ran::default();
    for file in files {
        match suite.read(file)? {
            Ok(cases) => ran.outcomes.extend(cases.iter().map(|case| suite.run(case))),
            Err(problems) => ran.problems.extend(problems),
        }
    }
    Ok(ran)
}
