//! `nestling explain`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::options::{CdkOptions, ChangeOptions, RunOptions};
use crate::planned::report_plan;
use crate::session::Session;
use clap::ValueEnum;
use nestling::view::{self, Asked};
use nestling::{Plan, RepoPath, Rule, UnitName};
use nestling_gitlab::diagnostic::Suggestion;

/// Say why a unit, a job or a path is in, or why it is not
///
/// From the changed file by way of a glob, a template or a dependency to the job, and back. For a path that did not
/// change, it says what would be selected if it did.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling explain services/api\n  nestling explain services/api:deploy:review --as merge_request\n  nestling explain libs/core/src/lib.rs --format json\n  nestling explain --rule needs-undefined"
)]
pub struct Args {
    /// The unit, the job, the path, or the id of a rule
    #[arg(value_name = "UNIT|UNIT:JOB|PATH|RULE", required_unless_present = "rule")]
    subject: Option<String>,
    /// Print the page of this rule, such as `needs-undefined`
    #[arg(long, value_name = "ID", conflicts_with = "subject")]
    rule: Option<String>,
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
    let subject = match (&args.subject, &args.rule) {
        (_, Some(id)) => {
            invocation.io.data(rule(id)?)?;
            return Ok(Exit::Done);
        }
        (subject, None) => subject.as_deref().unwrap_or_default(),
    };
    let session = invocation.open(RunOptions::from(&args.changes).with_cdk(&args.cdk))?;
    let plan = session.plan()?;
    let ok = report_plan(&plan, invocation.io);
    let asked = match find(&session, &plan, subject)? {
        Found::Asked(asked) => asked,
        Found::Rule(rule) => {
            invocation.io.data(view::rule(rule))?;
            return Ok(Exit::Done);
        }
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

/// Returns the page of a rule.
fn rule(id: &str) -> Result<String, Failure> {
    if let Some(rule) = nestling::rule(id) {
        return Ok(view::rule(rule));
    }
    let failure = Failure::usage(format!("there is no rule `{id}`"));
    Err(failure.with_help(
        Suggestion::among(id, nestling::rules().iter().map(|rule| rule.id))
            .help_or("the id of a rule is in brackets in its messages, such as `error[retry]`"),
    ))
}

/// A word of the command line.
enum Found<'a> {
    /// A unit, a job or a path.
    Asked(Asked<'a>),
    /// A rule, where nothing else has that name.
    Rule(&'static Rule),
}

/// Finds a unit or a job, a path that changed or exists, or a rule, in this order.
fn find<'a>(session: &Session, plan: &'a Plan, text: &'a str) -> Result<Found<'a>, Failure> {
    if let Some(asked) = Asked::find(plan, text) {
        return Ok(Found::Asked(asked));
    }
    let wanted = RepoPath::parse(text).map_err(|error| Failure::usage(error.to_string()))?;
    let facts = session.path_facts(plan, &wanted)?;
    if facts.exists {
        return Ok(Found::Asked(Asked::Path { path: wanted, made: facts.made_from }));
    }
    if let Some(rule) = nestling::rule(text) {
        return Ok(Found::Rule(rule));
    }
    let failure = Failure::usage(format!("there is no unit, job, path or rule `{text}`"));
    let units = plan.workspace.unit_names().map(UnitName::as_str);
    let jobs = plan.pipeline.jobs.iter().map(|job| job.name.as_str());
    let rules = nestling::rules().into_iter().map(|rule| rule.id);
    let suggestion = Suggestion::among(text, units.chain(jobs).chain(rules));
    let help = match suggestion.help() {
        Some(help) => help,
        None => unselected_job(session, text)?,
    };
    Err(failure.with_help(help))
}

/// Suggests a job of a unit that this pipeline does not select: it is not in the plan at hand.
fn unselected_job(session: &Session, text: &str) -> Result<String, Failure> {
    let other = "`nestling affected --all` lists the units, `nestling preview` the jobs";
    if !text.contains(':') {
        return Ok(other.to_owned());
    }
    let planned = session.plan_everything()?;
    let jobs = planned.pipeline.jobs.iter().map(|job| job.name.as_str());
    Ok(Suggestion::among(text, jobs).help_or(other))
}
