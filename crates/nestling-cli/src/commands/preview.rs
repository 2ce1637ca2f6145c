//! `nestling preview`.

use crate::args::Shared;
use crate::ci_env::Environment;
use crate::exit::{Exit, Failure};
use crate::io::Io;
use crate::session::{Planned, Session};
use clap::ValueEnum;
use nestling::diagnostic::did_you_mean;
use nestling::pipeline::Job;
use nestling::plan::Plan;
use nestling::view::{self, Screen, json_v1};

/// Look at the pipeline that `generate` would write
///
/// Without a commit to look at, the work tree counts as it is now, uncommitted and untracked files included.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling preview\n  nestling preview --as branch:main --format table\n  \
                  nestling preview --job services/api:build\n  nestling preview --format json | jq '.jobs[].name'"
)]
pub struct Args {
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Tree)]
    format: Format,
    /// Show one job as GitLab gets it, each line with the file and line that it came from
    #[arg(long, value_name = "NAME", conflicts_with = "format")]
    job: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// By unit, with reasons.
    Tree,
    /// By stage.
    Table,
    /// A flowchart for Markdown.
    Mermaid,
    /// A graph for Graphviz.
    Dot,
    /// Everything, for scripts (`nestling schema plan` describes it).
    Json,
}

pub(crate) fn run(
    args: &Args,
    shared: &Shared,
    environment: &Environment,
    io: &mut Io,
) -> Result<Exit, Failure> {
    let session = Session::open(shared, environment, io)?;
    let planned = session.plan()?;
    let ok = planned.report(io);
    let text = match &args.job {
        Some(name) => view::job(find(name, &planned.plan)?, &planned.sources, io.screen_of_data()),
        None => shown(args.format, &planned, io.screen_of_data())?,
    };
    io.data(text)?;
    if args.job.is_none() && matches!(args.format, Format::Tree | Format::Table) {
        tell_what_as_changes(&session, &planned.plan, io)?;
    }
    Ok(if ok { Exit::Done } else { Exit::Errors })
}

fn shown(format: Format, planned: &Planned, screen: Screen) -> Result<String, Failure> {
    let plan = &planned.plan;
    Ok(match format {
        Format::Tree => view::tree(plan, screen),
        Format::Table => view::stages(plan, screen),
        Format::Mermaid => view::mermaid(plan),
        Format::Dot => view::dot(plan),
        Format::Json => {
            let plan = json_v1::plan_v1(plan, &planned.problems, &planned.sources);
            serde_json::to_string_pretty(&plan).map_err(Failure::output)? + "\n"
        }
    })
}

/// The job of this name, in full or within its unit where only one unit has such a job.
fn find<'a>(name: &str, plan: &'a Plan) -> Result<&'a Job, Failure> {
    let jobs = &plan.pipeline.jobs;
    let ends_so = |job: &&Job| job.unit.is_some() && job.name.as_str().ends_with(&format!(":{name}"));
    let alike: Vec<&Job> = jobs.iter().filter(ends_so).collect();
    if let Some(job) = plan.pipeline.job(name) {
        return Ok(job);
    }
    if let [only] = alike.as_slice() {
        return Ok(only);
    }
    let failure = Failure::usage(format!("there is no job `{name}` in this pipeline"));
    let near = did_you_mean(name, jobs.iter().map(|job| job.name.as_str()));
    Err(match (alike.first(), near) {
        (Some(job), _) => Failure::usage(format!("{} units have a job `{name}`", alike.len()))
            .with_help(format!("write `{}`", job.name)),
        (None, Some(near)) => failure.with_help(format!("did you mean `{near}`?")),
        (None, None) => failure.with_help("`nestling preview` lists the jobs; `--all` takes in every unit"),
    })
}

/// What `--as` changes against the pipeline that would run without it.
fn tell_what_as_changes(session: &Session, plan: &Plan, io: &mut Io) -> Result<(), Failure> {
    let Some(usual) = session.plan_without_as()? else { return Ok(()) };
    let only_in = |one: &Plan, other: &Plan| -> Vec<String> {
        let jobs = one.pipeline.jobs.iter().filter(|job| other.pipeline.job(job.name.as_str()).is_none());
        jobs.map(|job| job.name.to_string()).collect()
    };
    let dim = |text: String| io.screen_of_talk().paint.dim(text);
    let (more, less) = (only_in(plan, &usual.plan), only_in(&usual.plan, plan));
    let usual = usual.plan.facts.describe();
    let text = match (more.len(), less.len()) {
        (0, 0) => format!("the same jobs as {usual}"),
        _ => format!("against {usual}: {}", [("more", more), ("fewer", less)].map(counted).join("; ")),
    };
    let text = dim(text);
    io.talk(format_args!("{text}\n"));
    Ok(())
}

/// How many names are listed.
const NAMES: usize = 3;

fn counted((word, names): (&str, Vec<String>)) -> String {
    let more = names.len().saturating_sub(NAMES);
    let listed = names.iter().take(NAMES).cloned().collect::<Vec<_>>().join(", ");
    match (names.len(), more) {
        (0, _) => format!("none {word}"),
        (count, 0) => format!("{count} {word} ({listed})"),
        (count, more) => format!("{count} {word} ({listed} and {more} others)"),
    }
}
