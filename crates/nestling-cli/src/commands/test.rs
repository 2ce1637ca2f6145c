//! `nestling test`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::options::HeadOptions;
use crate::output;
use crate::planned::tell;
use crate::session::Session;
use nestling::diagnostic::{Diagnostic, Sources, has_errors};
use nestling::files::{Files, Nowhere};
use nestling::path::RepoPath;
use nestling::testing::{Found, Outcome, Setting, discover, junit, read, run as run_case, summary};
use nestling::workspace::{Loaded, Workspace, library_files};
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
    let sources = Sources::default();
    let directory = invocation.directory();
    let (outcomes, problems) = if args.library {
        let files = library_files();
        let workspace = Workspace::default();
        let found = discover(&files, &[&RepoPath::root()], "nestling/").map_err(Failure::repository)?;
        let setting =
            Setting { files: &files, elsewhere: &Nowhere, workspace: &workspace, sources: &sources };
        outcomes(&found, &setting)?
    } else {
        let session = invocation.open(&args.head)?;
        let (mut all, problems) = in_repository(args, &session, &sources)?;
        if args.update {
            for snapshot in all.iter().filter_map(|outcome| outcome.snapshot.as_ref()) {
                let path = session.root().join(snapshot.path.to_string());
                let folder = path.parent().unwrap_or(&path);
                std::fs::create_dir_all(folder).map_err(Failure::output)?;
                output::replace(&path, &snapshot.text)?;
            }
            all = in_repository(args, &session, &sources)?.0;
        }
        (all, problems)
    };
    let ok = tell(&problems, &sources, invocation.io);
    if let Some(path) = &args.junit {
        output::replace(&directory.join(path), &junit(&outcomes))?;
    }
    invocation.io.data(summary(&outcomes))?;
    Ok(ended(ok && outcomes.iter().all(Outcome::passed)))
}

type Ran = (Vec<Outcome>, Vec<Diagnostic>);

fn in_repository(args: &Args, session: &Session, sources: &Sources) -> Result<Ran, Failure> {
    session.look(sources, |files, repository, loaded| {
        let Loaded { workspace, diagnostics } = loaded;
        if has_errors(&diagnostics) {
            return Ok((Vec::new(), diagnostics));
        }
        let folders = workspace.template_folders.iter().filter(|folder| folder.revision.is_none());
        let folders: Vec<&RepoPath> = folders.map(|folder| &folder.path).collect();
        let found = chosen(args, files, &folders)?;
        let setting = Setting { files, elsewhere: repository, workspace: &workspace, sources };
        outcomes(&found, &setting)
    })
}

/// The files with cases that the command line asks for.
fn chosen(args: &Args, files: &dyn Files, folders: &[&RepoPath]) -> Result<Vec<Found>, Failure> {
    let mut found = discover(files, folders, "").map_err(Failure::repository)?;
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

fn outcomes(found: &[Found], setting: &Setting<'_>) -> Result<Ran, Failure> {
    let mut outcomes = Vec::new();
    let mut problems = Vec::new();
    for found in found {
        let Some(bytes) = setting.files.read(&found.path).map_err(Failure::repository)? else { continue };
        match read(found, bytes, setting.sources) {
            Ok(cases) => outcomes.extend(cases.iter().map(|case| run_case(case, setting))),
            Err(error) => problems.extend(error),
        }
    }
    Ok((outcomes, problems))
}
