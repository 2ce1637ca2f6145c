//! `nestling convert`.

use crate::convert::{ReportFormat, SourceRoot, Unreadable, convert, read};
use crate::exit::{Exit, Failure};
use crate::invocation::Invocation;
use crate::io::counted;
use crate::leftover::Earlier;
use crate::{output, protected};
use anyhow::{Context, anyhow};
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// Convert reports of other tools to GitLab's code quality format
///
/// GitLab shows code quality in every tier, beside the changes of the merge request. Paths become paths from the root of the
/// repository; relative ones start at the directory where the command runs. A finding keeps its fingerprint when lines move. What
/// cannot be shown, such as a finding in a file outside of the repository, is left out with a message.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling convert --from clippy clippy.json -o gl-code-quality-report.json\n  \
                  semgrep scan --sarif | nestling convert --from sarif > gl-code-quality-report.json\n  \
                  nestling convert --from sarif --root /src trivy.sarif checkov.sarif -o gl-code-quality-report.json"
)]
pub struct Args {
    /// Format of the reports
    #[arg(long, value_enum)]
    from: ReportFormat,
    /// Format to convert to
    #[arg(long, value_enum, default_value_t = Target::Codequality)]
    to: Target,
    /// Reports to convert into one (`-` for stdin)
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<PathBuf>,
    /// Root of the repository in the paths of the reports, such as `/src` for a tool in a container
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Write the report to FILE (`-` for stdout)
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
}

/// The formats that reports are converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Target {
    /// GitLab's code quality report.
    Codequality,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let Target::Codequality = args.to;
    let directory = invocation.directory();
    let root = repository_root(directory, invocation)?;
    let paths = SourceRoot::new(&root, directory, args.root.clone());
    let paths = paths.with_context(|| format!("cannot read `{}`", directory.display()));
    let paths = paths.map_err(Failure::repository)?;
    let mut reports = Vec::new();
    for file in &args.files {
        let text = text(file, invocation)?;
        reports.push(read(args.from, &text).map_err(|error| refused(file, args.from, &error))?);
    }
    let converted = convert(reports, &paths);
    if args.output.as_os_str() == "-" {
        invocation.io.data(&converted.text)?;
    } else {
        let file = directory.join(&args.output);
        protected::refuse_name(&file)?;
        protected::refuse_tracked(&file, invocation.environment, Earlier::Unknown)?;
        output::replace(&file, &converted.text)?;
    }
    for note in &converted.notes {
        invocation.io.message(format_args!("warning: {note}\n"));
    }
    invocation.io.message(format_args!("{}\n", counted(converted.findings, "finding")));
    Ok(Exit::Done)
}

/// Returns the root of the repository: in a job of GitLab the directory of the project, elsewhere the nearest directory above
/// with a `.git`. Git itself is not asked: it refuses a checkout of another user, as containers have it.
fn repository_root(directory: &Path, invocation: &Invocation<'_>) -> Result<PathBuf, Failure> {
    let here = directory.canonicalize().with_context(|| format!("cannot read `{}`", directory.display()));
    let here = here.map_err(Failure::repository)?;
    let project = invocation.environment.get("CI_PROJECT_DIR").map(PathBuf::from);
    if let Some(project) = project
        && project.canonicalize().is_ok_and(|project| here.starts_with(project))
    {
        return Ok(project);
    }
    let root = here.ancestors().find(|directory| directory.join(".git").exists());
    root.map(Path::to_owned).ok_or_else(|| {
        let failure = Failure::repository(anyhow!("`{}` is not in a git repository", here.display()));
        failure.with_help("run it where the tool ran, in the repository, or name that directory with `-C`")
    })
}

fn text(file: &Path, invocation: &mut Invocation<'_>) -> Result<String, Failure> {
    let bytes = if file.as_os_str() == "-" {
        invocation.io.read_stdin()
    } else {
        std::fs::read(invocation.directory().join(file))
    };
    let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    text.with_context(|| format!("cannot read `{}`", shown(file))).map_err(Failure::repository)
}

/// Returns the error of a report that is none.
fn refused(file: &Path, format: ReportFormat, error: &Unreadable) -> Failure {
    let format = format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let Unreadable { line, column, message } = error;
    let text = format!("{}:{line}:{column}: cannot read it as `{format}`: {message}", shown(file));
    Failure { exit: Exit::Errors, error: anyhow::Error::msg(text), help: None }
}

fn shown(file: &Path) -> String {
    if file.as_os_str() == "-" { "standard input".to_owned() } else { file.display().to_string() }
}
