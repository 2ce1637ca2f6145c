//! `nestling observe`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::io::counted;
use crate::options::RunOptions;
use crate::session::Session;
use crate::trace;
use anyhow::Context;
use nestling::{Observed, RepoPath};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{SystemTime, UNIX_EPOCH};

/// Run a command and list files it reads that do not select the unit
///
/// Prints the lines to add to the unit's header so that a change to these files selects it. Only committed files count, not those
/// that the command writes or that are outside the repository. Requires Linux and strace. The output of the command goes to
/// stderr. Exits with code 1 if there are such files, or if the command fails.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling observe services/api -- make -C services/api test\n  nestling observe services/api -- sh -c 'cd services/api && npm test'"
)]
pub struct Args {
    /// Name or directory of a unit
    #[arg(value_name = "UNIT")]
    unit: String,
    /// Command and arguments, run in the current directory
    #[arg(value_name = "COMMAND", last = true, required = true)]
    command: Vec<OsString>,
}

/// The tracer.
const STRACE: &str = "strace";

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let session = invocation.open(RunOptions::default())?;
    let project = session.project()?;
    // An unknown unit is reported before the command runs.
    project.observed(&args.unit, [])?;
    let directory = std::path::absolute(invocation.directory()).map_err(Failure::output)?;
    let traces = Traces::create().map_err(Failure::output)?;
    let status = traced(&args.command, &directory, &traces.directory)?;
    let files = files_read(&traces.directory, &directory)?;
    let observed = project.observed(&args.unit, in_repository(&session, files))?;
    let io = &mut *invocation.io;
    if !status.success() {
        io.message(format_args!("the command failed ({status}) after reading these files\n"));
    }
    io.message(summary(&args.unit, &observed));
    io.data(header(&observed))?;
    Ok(ended(status.success() && observed.missing.is_empty() && observed.ignored.is_empty()))
}

/// A directory of traces, removed with its files in the end.
struct Traces {
    directory: PathBuf,
}

impl Traces {
    fn create() -> std::io::Result<Self> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let name = format!("nestling-observe-{}-{}", std::process::id(), since.subsec_nanos());
        let directory = std::env::temp_dir().join(name);
        // It must not be there: another user could read or write it.
        DirBuilder::new().mode(0o700).create(&directory)?;
        Ok(Self { directory })
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        // What is left over is in the directory for such things.
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// Runs the command under the tracer, with a file of its calls for each thread.
fn traced(command: &[OsString], directory: &Path, traces: &Path) -> Result<ExitStatus, Failure> {
    let mut tracer = Command::new(STRACE);
    tracer.args(["-ff", "-qq", "-y", "-e", "signal=none", "-e"]).arg(format!("trace={}", trace::CALLS));
    tracer.arg("-o").arg(traces.join("trace")).arg("--").args(command).current_dir(directory);
    // Standard output has the result alone.
    tracer.stdout(std::io::stderr());
    match tracer.status() {
        Ok(status) => Ok(status),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let failure = Failure::usage("`observe` requires `strace`, which is not installed");
            Err(failure.with_help("install it on Linux: `apt-get install strace`"))
        }
        Err(error) => Err(Failure::output(anyhow::Error::new(error).context("cannot run `strace`"))),
    }
}

/// Reads the traces of all threads.
fn files_read(traces: &Path, directory: &Path) -> Result<BTreeSet<PathBuf>, Failure> {
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(traces).map_err(Failure::output)? {
        let path = entry.map_err(Failure::output)?.path();
        let bytes = std::fs::read(&path).context("cannot read the trace").map_err(Failure::output)?;
        files.extend(trace::files_read(&String::from_utf8_lossy(&bytes), directory));
    }
    if files.is_empty() {
        let failure = Failure::usage("`strace` traced nothing");
        let help = "check that the command exists; a container requires the capability SYS_PTRACE";
        return Err(failure.with_help(help));
    }
    Ok(files)
}

/// Returns the paths of the repository among these.
fn in_repository(session: &Session, files: BTreeSet<PathBuf>) -> Vec<RepoPath> {
    let Ok(root) = session.root().canonicalize() else { return Vec::new() };
    let inside = |file: PathBuf| {
        let file = file.canonicalize().ok()?;
        RepoPath::parse(file.strip_prefix(&root).ok()?.as_os_str().as_encoded_bytes()).ok()
    };
    files.into_iter().filter_map(inside).collect()
}

fn summary(unit: &str, observed: &Observed) -> String {
    let selecting = counted(observed.selecting, "committed file");
    let mut text = format!("the command read {selecting} whose change selects `{unit}`\n");
    if !observed.missing.is_empty() {
        let missing = counted(observed.missing.len(), "file");
        text += &format!("it read {missing} whose change does not:\n");
    }
    for (path, owner) in &observed.missing {
        let owner = owner.as_ref().map(|owner| format!(" (of unit {owner})")).unwrap_or_default();
        text += &format!("  {path}{owner}\n");
    }
    if !observed.ignored.is_empty() {
        let ignored = counted(observed.ignored.len(), "file");
        text += &format!("it read {ignored} that `ignore` of the workspace leaves out:\n");
    }
    for path in &observed.ignored {
        text += &format!("  {path}\n");
    }
    text
}

/// Returns the lines to add to the unit's header.
fn header(observed: &Observed) -> String {
    if observed.depends_on.is_empty() && observed.changes.is_empty() {
        return String::new();
    }
    let mut text = "unit:\n".to_owned();
    if !observed.depends_on.is_empty() {
        text += "  depends_on:\n";
        observed.depends_on.iter().for_each(|unit| text += &format!("    - {unit}\n"));
    }
    if !observed.changes.is_empty() {
        text += "  changes:\n";
        observed.changes.iter().for_each(|glob| text += &format!("    - {}\n", quoted(glob)));
    }
    text
}

/// Quotes a glob for YAML.
fn quoted(glob: &str) -> String {
    format!("\"{}\"", glob.replace('"', "?"))
}
