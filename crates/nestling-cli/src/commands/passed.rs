//! `nestling passed`.

use crate::exit::{Exit, Failure};
use crate::invocation::Invocation;
use crate::io::counted;
use crate::leftover::Earlier;
use crate::{output, protected};
use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use nestling::{ApiAnswers, ApiBridge, ApiJob, Recording, RefusedV1, record, verify};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// Record jobs that have passed, and verify such records
///
/// The commands do not use the network: they read responses of GitLab's API from files, which the scripts download.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Write the record of this pipeline from its plan and job statuses
    ///
    /// A job is recorded if it has a fingerprint, has passed and was not allowed to fail. Run this command in a job
    /// of the parent pipeline, after the trigger job and with `when: always`.
    #[command(
        after_help = "Examples:\n  nestling passed record --plan nestling/plan.json --answers answers -o records/$CI_PIPELINE_ID.json"
    )]
    Record {
        /// Plan that `generate --report` wrote
        #[arg(long, value_name = "FILE")]
        plan: PathBuf,
        /// Directory with responses of GitLab's API: ID.jobs.json and ID.bridges.json of each pipeline
        #[arg(long, value_name = "DIR")]
        answers: PathBuf,
        /// Write the record to FILE (`-` for stdout)
        #[arg(short, long, value_name = "FILE", default_value = "-")]
        output: PathBuf,
    },
    /// Verify records with GitLab's API, and write those that count to DIR/verified.json
    ///
    /// This command reads the records in DIR/records, and the API responses in DIR/answers. It lists each record that
    /// does not count, with the reason.
    #[command(after_help = "Examples:\n  nestling passed verify passed")]
    Verify {
        /// Directory with `records` and `answers`
        #[arg(value_name = "DIR")]
        records: PathBuf,
        /// Project ID
        #[arg(long, value_name = "ID", env = "CI_PROJECT_ID")]
        project: Option<String>,
    },
    /// Print a shell script that downloads records or uploads the record of this pipeline
    ///
    /// The scripts need curl. Records are generic packages of the project, and both scripts use the job's token. If
    /// the job token is not permitted to read trigger jobs, the scripts use `NESTLING_API_TOKEN`, a project access
    /// token with the scope `read_api`.
    #[command(
        after_help = "Examples:\n  nestling passed script download | sh -s nestling-passed\n  nestling passed script upload | sh -s nestling-report/plan.json"
    )]
    Script {
        /// Script
        #[arg(value_enum)]
        script: Script,
    },
}

/// The scripts that use GitLab's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Script {
    /// Download the newest records, and the statuses of their jobs
    Download,
    /// Upload the record of this pipeline, and remove old ones
    Upload,
}

/// Beginning of both scripts.
const COMMON: &str = include_str!("../passed_scripts/common.sh");

impl Script {
    fn text(self) -> String {
        let own = match self {
            Self::Download => include_str!("../passed_scripts/download.sh"),
            Self::Upload => include_str!("../passed_scripts/upload.sh"),
        };
        format!("{COMMON}{own}")
    }
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    match &args.command {
        Command::Record { plan, answers, output } => write_record(plan, answers, output, invocation),
        Command::Verify { records, project } => {
            let unknown = || {
                let failure = Failure::usage("the project is unknown");
                failure.with_help("set `CI_PROJECT_ID`, as GitLab does in its jobs, or write `--project ID`")
            };
            write_verified(records, project.as_deref().ok_or_else(unknown)?, invocation)
        }
        Command::Script { script } => {
            invocation.io.data(script.text())?;
            Ok(Exit::Done)
        }
    }
}

fn write_record(
    plan: &Path,
    answers: &Path,
    to: &Path,
    invocation: &mut Invocation<'_>,
) -> Result<Exit, Failure> {
    let start = invocation.directory();
    let path = start.join(plan);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", plan.display()));
    let text = text.map_err(Failure::repository)?;
    let answers = read_answers(&start.join(answers))?;
    let variables = invocation.environment.ci_variables();
    let recorded = record(&Recording::new(&text, &answers, &variables)).map_err(Failure::repository)?;
    let json = serde_json::to_string_pretty(&recorded).map_err(Failure::output)? + "\n";
    if to.as_os_str() == "-" {
        invocation.io.data(json)?;
    } else {
        let file = start.join(to);
        protected::refuse_name(&file)?;
        protected::refuse_tracked(&file, invocation.environment, Earlier::Unknown)?;
        output::replace(&file, &json)?;
        invocation.io.message(format_args!(
            "recorded {} in {}\n",
            counted(recorded.jobs.len(), "job"),
            to.display()
        ));
    }
    if recorded.jobs.is_empty() {
        invocation.io.message(match recorded.unpassed.len() {
            0 => "no job of the plan has a fingerprint: `nestling generate` computes them with `--report` and `--passed`, and `nestling explain` shows why a job has none\n".to_owned(),
            count => format!("none of {} with a fingerprint has passed\n", counted(count, "job")),
        });
    }
    Ok(Exit::Done)
}

fn write_verified(directory: &Path, project: &str, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let start = invocation.directory().join(directory);
    let answers = read_answers(&start.join("answers"))?;
    let mut records = Vec::new();
    for path in files(&start.join("records"))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        records.push((name, read(&path)?));
    }
    let verified = verify(&records, &answers, project);
    let json = serde_json::to_string_pretty(&verified).map_err(Failure::output)? + "\n";
    output::replace(&start.join("verified.json"), &json)?;
    let io = &mut *invocation.io;
    if records.is_empty() {
        io.message(format_args!("no record in {}\n", directory.join("records").display()));
    }
    let (jobs, records) = (counted(verified.jobs.len(), "job"), counted(records.len(), "record"));
    io.message(format_args!("{jobs} of {records} passed\n"));
    for RefusedV1 { record, job, why, .. } in &verified.refused {
        let job = job.as_ref().map(|job| format!(" `{job}`")).unwrap_or_default();
        io.message(format_args!("{record}:{job} does not count: {why}\n"));
    }
    Ok(Exit::Done)
}

/// A branch as the API answers.
#[derive(Debug, Deserialize)]
struct Branch {
    name: String,
    #[serde(default)]
    protected: bool,
}

/// Reads the answers: each file is a page of the API, or several one after the other. A file that is no answer, such as an error, is
/// left out: what it would have said is then not known.
fn read_answers(directory: &Path) -> Result<ApiAnswers, Failure> {
    let mut answers = ApiAnswers::default();
    for path in files(directory)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = read(&path)?;
        let mut parts = name.split('.');
        let (id, kind) = (parts.next().and_then(|id| id.parse::<u64>().ok()), parts.next());
        match (id, kind) {
            (Some(id), Some("jobs")) => answers.jobs.entry(id).or_default().extend(pages::<ApiJob>(&bytes)),
            (Some(id), Some("bridges")) => {
                answers.bridges.entry(id).or_default().extend(pages::<ApiBridge>(&bytes));
            }
            _ if name.starts_with("branches") => {
                let branches = pages::<Branch>(&bytes).into_iter().filter(|branch| branch.protected);
                answers.protected.extend(branches.map(|branch| branch.name));
            }
            _ => {}
        }
    }
    Ok(answers)
}

fn pages<T: DeserializeOwned>(bytes: &[u8]) -> Vec<T> {
    let pages: Result<Vec<Vec<T>>, _> = serde_json::Deserializer::from_slice(bytes).into_iter().collect();
    pages.unwrap_or_default().into_iter().flatten().collect()
}

/// Lists the JSON files of a directory by name; none where there is not a directory.
fn files(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let listed = match std::fs::read_dir(directory) {
        Ok(listed) => listed,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            let context = format!("cannot list `{}`", directory.display());
            return Err(Failure::repository(anyhow::Error::new(error).context(context)));
        }
    };
    let mut paths: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json") && path.is_file());
    paths.sort_unstable();
    Ok(paths)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()));
    bytes.map_err(Failure::repository)
}
