//! `nestling test`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::options::HeadOptions;
use crate::output;
use crate::planned::tell;
use nestling::testing::{CaseFile, CaseOutcome, Suite, junit, summary};
use nestling::{Diagnostic, RepoPath};
use nestling_gitlab::diagnostic::has_errors;
use std::path::PathBuf;

/// Run the cases beside templates
///
/// A case is a file in a folder `tests` beside templates: it gives inputs, changed paths and a kind of pipeline, and says
/// which jobs have to come out.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling test\n  nestling test ci/templates/tests/node.yml --update\n  nestling test --junit cases.xml"
)]
pub struct Args {
    /// Only these files, or those in these folders, from the repository's root
    #[arg(value_name = "CASES")]
    cases: Vec<String>,
    /// Run the cases of the built-in library
    #[arg(long, conflicts_with_all = ["cases", "update"])]
    library: bool,
    /// Write the pipelines that cases store
    #[arg(long)]
    update: bool,
    /// Also write a JUnit report, for `artifacts: reports: junit`
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    #[command(flatten)]
    head: HeadOptions,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let directory = invocation.directory();
    let (outcomes, ok) = if args.library {
        let suite = Suite::of_library();
        let files = suite.case_files()?;
        report(&suite, run_files(&suite, &files)?, invocation)
    } else {
        let session = invocation.open(&args.head)?;
        let mut suite = Suite::of_project(session.project()?);
        let mut ran = in_repository(args, &suite)?;
        if args.update {
            for snapshot in ran.outcomes.iter().filter_map(|outcome| outcome.snapshot.as_ref()) {
                let path = session.root().join(snapshot.path.to_string());
                let folder = path.parent().unwrap_or(&path);
                std::fs::create_dir_all(folder).map_err(Failure::output)?;
                output::replace(&path, &snapshot.text)?;
            }
            suite = Suite::of_project(session.project()?);
            ran.outcomes = in_repository(args, &suite)?.outcomes;
        }
        report(&suite, ran, invocation)
    };
    if let Some(path) = &args.junit {
        output::replace(&directory.join(path), &junit(&outcomes))?;
    }
    invocation.io.data(summary(&outcomes))?;
    Ok(ended(ok && outcomes.iter().all(CaseOutcome::passed)))
}

/// The outcomes of cases, and what is wrong with files that hold none.
#[derive(Default)]
struct Ran {
    outcomes: Vec<CaseOutcome>,
    problems: Vec<Diagnostic>,
}

/// Reports what is wrong in the files; whether nothing of it is an error.
fn report(suite: &Suite<'_>, ran: Ran, invocation: &mut Invocation<'_>) -> (Vec<CaseOutcome>, bool) {
    let ok = tell(&ran.problems, suite.project().sources(), invocation.io);
    (ran.outcomes, ok)
}

fn in_repository(args: &Args, suite: &Suite<'_>) -> Result<Ran, Failure> {
    let problems = suite.project().diagnostics();
    if has_errors(problems) {
        return Ok(Ran { problems: problems.to_vec(), ..Ran::default() });
    }
    run_files(suite, &chosen(args, suite)?)
}

/// The files with cases that the command line asks for.
fn chosen(args: &Args, suite: &Suite<'_>) -> Result<Vec<CaseFile>, Failure> {
    let mut found = suite.case_files()?;
    let mut wanted = Vec::new();
    for text in &args.cases {
        let path = RepoPath::parse(text.trim_end_matches('/'));
        let path = path.map_err(|error| Failure::usage(error.to_string()))?;
        if !found.iter().any(|found| found.path.is_in(&path) || found.path == path) {
            let failure = Failure::usage(format!("there are no cases in `{text}`"));
            return Err(failure.with_help("cases are files `tests/*.yml` beside templates"));
        }
        wanted.push(path);
    }
    if !wanted.is_empty() {
        found.retain(|found| wanted.iter().any(|path| found.path.is_in(path) || found.path == *path));
    }
    Ok(found)
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
