//! `nestling explain`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::options::{CdkOptions, ChangeOptions, RunOptions};
use crate::planned::report_plan;
use crate::session::Session;
use clap::ValueEnum;
use nestling::view::{self, Asked};
use nestling::{Plan, RepoPath, UnitName};
use nestling_gitlab::diagnostic::did_you_mean;

/// Say why a unit, a job or a path is in, or why it is not
///
/// From the changed file by way of a glob, a template or a dependency to the job, and back. For a path that did not
/// change, it says what would be selected if it did.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling explain services/api\n  nestling explain services/api:deploy:review --as merge_request\n  nestling explain libs/core/src/lib.rs --format json"
)]
pub struct Args {
    /// The unit, the job or the path
    #[arg(value_name = "UNIT|UNIT:JOB|PATH")]
    subject: String,
    /// How to say it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    changes: ChangeOptions,
    #[command(flatten)]
    cdk: CdkOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines for a person.
    Text,
    /// The same as data (`nestling schema explain` describes it).
    Json,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let session = invocation.open(RunOptions::from(&args.changes).with_cdk(&args.cdk))?;
    let plan = session.plan()?;
    let ok = report_plan(&plan, invocation.io);
    let asked = match Asked::find(&plan, &args.subject) {
        Some(asked) => asked,
        None => path(&session, &plan, &args.subject)?,
    };
    let told = view::explain(&plan, &asked);
    match args.format {
        Format::Text => invocation.io.data(told.text(invocation.io.screen_of_data().paint))?,
        Format::Json => {
            let json = serde_json::to_string_pretty(&told).map_err(anyhow::Error::from);
            invocation.io.data(json.map_err(Failure::output)? + "\n")?;
        }
    }
    Ok(ended(ok))
}

/// A path that changed or is there; anything else is a slip of the pen.
fn path<'a>(session: &Session, plan: &Plan, text: &str) -> Result<Asked<'a>, Failure> {
    let wanted = RepoPath::parse(text).map_err(|error| Failure::usage(error.to_string()))?;
    let facts = session.path_facts(plan, &wanted)?;
    if facts.exists {
        return Ok(Asked::Path { path: wanted, made: facts.made_from });
    }
    let failure = Failure::usage(format!("there is no unit, no job and no path `{text}`"));
    let workspace = &plan.workspace;
    let jobs = plan.pipeline.jobs.iter().map(|job| job.name.as_str());
    let near = did_you_mean(text, workspace.unit_names().map(UnitName::as_str).chain(jobs));
    Err(match near {
        Some(near) => failure.with_help(format!("did you mean `{near}`?")),
        None => failure.with_help("`nestling affected --all` lists the units, `nestling preview` the jobs"),
    })
}
