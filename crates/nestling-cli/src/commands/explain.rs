//! `nestling explain`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::options::{PipelineOptions, RunOptions};
use crate::planned::report_plan;
use crate::session::Session;
use clap::parser::ValueSource;
use clap::{ArgMatches, ValueEnum};
use nestling::view::{self, Asked};
use nestling::{GitError, Job, Plan, Repository, Rule, UnitName};
use nestling_gitlab::diagnostic::Suggestion;

/// Explain why a unit, job or path is selected or not
///
/// Shows the chain from the changed file through a glob, a template or a dependency to the job, and its consequences. For a path
/// that did not change, shows the units that a change would select. For a job, also shows the rules that decide and the other
/// kinds of pipelines that include it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling explain services/api\n  nestling explain services/api:deploy:review --as merge_request\n  nestling explain libs/core/src/lib.rs --format json\n  nestling explain --rule needs-undefined"
)]
pub struct Args {
    /// Unit, job, path, or rule ID
    #[arg(value_name = "UNIT|UNIT:JOB|PATH|RULE", required_unless_present = "rule")]
    subject: Option<String>,
    /// Show the documentation of a rule, such as `needs-undefined`
    #[arg(long, value_name = "ID", conflicts_with = "subject")]
    rule: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    pipeline: PipelineOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text.
    Text,
    /// JSON, for scripts (schema: `nestling schema explain`).
    Json,
}

/// The options of a plan, by their ids, with their names.
const OF_A_PLAN: [(&str, &str); 13] = [
    ("format", "format"),
    ("base", "base"),
    ("head", "head"),
    ("no_fetch", "no-fetch"),
    ("index", "index"),
    ("only", "only"),
    ("except", "except"),
    ("act_as", "as"),
    ("changes_from", "changes-from"),
    ("environment", "environment"),
    ("all", "all"),
    ("strict_base", "strict-base"),
    ("strict_cdk", "strict-cdk"),
];

/// Returns an option of the command line that has no effect on the page of a rule. One that a variable sets is intended for other
/// commands of the same job.
pub(crate) fn idle_option(matches: &ArgMatches) -> Option<&'static str> {
    matches.get_one::<String>("rule")?;
    let is_given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    OF_A_PLAN.into_iter().find(|(id, _)| is_given(id)).map(|(_, name)| name)
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let subject = match (&args.subject, &args.rule) {
        (_, Some(id)) => {
            invocation.io.data(rule(id)?)?;
            return Ok(Exit::Done);
        }
        (subject, None) => subject.as_deref().unwrap_or_default(),
    };
    // Outside of a repository nothing else can have that name.
    let is_outside = matches!(Repository::discover(invocation.directory()), Err(GitError::NotFound { .. }));
    if let Some(rule) = nestling::rule(subject).filter(|_| is_outside) {
        invocation.io.data(view::rule(rule))?;
        return Ok(Exit::Done);
    }
    let mut session = invocation.open(RunOptions::from(&args.pipeline).with_fingerprints(true))?;
    // What other kinds of pipelines have is planned from the same files.
    session.remember();
    let plan = session.plan()?;
    let ok = report_plan(&plan, invocation.io);
    let elsewhere;
    let found = match find(&session, &plan, subject) {
        Err(failure) => {
            elsewhere = job_of_other_kinds(&session, &plan, subject)?.ok_or(failure)?;
            Subject::Asked(Asked::Job { unit: None, job: &elsewhere })
        }
        found => found?,
    };
    let asked = match found {
        Subject::Asked(asked) => asked,
        Subject::Rule(rule) => {
            invocation.io.data(view::rule(rule))?;
            return Ok(Exit::Done);
        }
    };
    let mut explanation = view::explain(&plan, &asked);
    if matches!(asked, Asked::Job { .. }) {
        session.plan_other_kinds(&plan, |other| explanation.add_pipeline(other))?;
    }
    match args.format {
        Format::Text => invocation.io.show(explanation.text(invocation.io.data_screen().paint))?,
        Format::Json => {
            let json = serde_json::to_string_pretty(&explanation).map_err(anyhow::Error::from);
            invocation.io.data(json.map_err(Failure::output)? + "\n")?;
        }
    }
    Ok(ended(ok))
}

/// Returns the page of a rule.
fn rule(id: &str) -> Result<String, Failure> {
    let id = id.to_ascii_lowercase();
    if let Some(rule) = nestling::rule(&id) {
        return Ok(view::rule(rule));
    }
    let failure = Failure::usage(format!("unknown rule `{id}`"));
    Err(failure.with_help(
        Suggestion::among(&id, nestling::rules().iter().map(|rule| rule.id))
            .help_or("messages have the ID of their rule in brackets: `error[retry]`"),
    ))
}

/// The meaning of the command line's word.
enum Subject<'a> {
    /// A unit, a job or a path.
    Asked(Asked<'a>),
    /// A rule, if nothing else has that name.
    Rule(&'static Rule),
}

/// Finds a unit or a job, a path that changed or exists, or a rule, in this order. Paths are taken from the directory where the
/// command runs, then from the root.
fn find<'a>(session: &Session, plan: &'a Plan, text: &'a str) -> Result<Subject<'a>, Failure> {
    if let Some(asked) = Asked::find(plan, text) {
        return Ok(Subject::Asked(asked));
    }
    let paths = session.named_paths(text);
    if paths.is_empty() {
        return Err(Failure::usage(format!("the path `{text}` is outside of the repository")));
    }
    for path in paths {
        if let Some(unit) = plan.units().find(|unit| unit.dir == path) {
            return Ok(Subject::Asked(Asked::Unit(unit)));
        }
        let facts = session.path_facts(plan, &path)?;
        if facts.exists {
            return Ok(Subject::Asked(Asked::Path { path, made: facts.made_from }));
        }
    }
    if let Some(rule) = nestling::rule(text) {
        return Ok(Subject::Rule(rule));
    }
    let failure = Failure::usage(format!("unknown unit, job, path or rule `{text}`"));
    let units = plan.workspace.unit_names().map(UnitName::as_str);
    let jobs = plan.pipeline.jobs.iter().map(|job| job.name.as_str());
    let rules = nestling::rules().into_iter().map(|rule| rule.id);
    let suggestion = Suggestion::among(text, units.chain(jobs).chain(rules));
    let of_a_unit = job_of_a_unit(plan, text).map(|job| format!("write the name of the unit, too: `{job}`"));
    let help = match of_a_unit.or_else(|| suggestion.help()) {
        Some(help) => help,
        None => unselected_job(session, text)?,
    };
    Err(failure.with_help(help))
}

/// Returns the name of a job of the workspace that only other kinds of pipelines have.
fn job_of_other_kinds(session: &Session, plan: &Plan, text: &str) -> Result<Option<String>, Failure> {
    let mut found = None;
    session.plan_other_kinds(plan, |other| {
        if let Some(Asked::Job { unit: None, job }) = Asked::find(other, text) {
            found = Some(job.to_owned());
        }
    })?;
    Ok(found)
}

/// Returns the first job with this name within its unit.
fn job_of_a_unit<'a>(plan: &'a Plan, text: &str) -> Option<&'a str> {
    let is_meant = |job: &&Job| {
        job.unit.is_some() && job.name.as_str().strip_suffix(text).is_some_and(|unit| unit.ends_with(':'))
    };
    plan.pipeline.jobs.iter().find(is_meant).map(|job| job.name.as_str())
}

/// Suggests a job of a unit that is not selected, and therefore has no jobs in the plan.
fn unselected_job(session: &Session, text: &str) -> Result<String, Failure> {
    let fallback = "`nestling affected --all` lists the units, `nestling preview` the jobs";
    if !text.contains(':') {
        return Ok(fallback.to_owned());
    }
    let all_units = session.plan_everything()?;
    let jobs = all_units.pipeline.jobs.iter().map(|job| job.name.as_str());
    Ok(Suggestion::among(text, jobs).help_or(fallback))
}
