//! `nestling check`.

use crate::check_files::{self, Settings};
use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::io::counted;
use crate::job_counts::JobCounts;
use crate::options::{CdkOptions, FileOptions, PlanOptions, RunOptions};
use crate::planned::report_diagnostics;
use crate::report;
use clap::parser::ValueSource;
use clap::{ArgMatches, ValueEnum};
use nestling::view::json_v1;
use nestling_gitlab::diagnostic::{Diagnostic, Sources, has_errors};
use std::path::PathBuf;

/// Check all units, or any GitLab CI file, for errors
///
/// Without FILE, renders all units as if each had changed, and reports all problems in one run. With FILE, checks these files
/// only, each as a separate pipeline, in any directory and without a workspace: local includes are read, and names that other
/// includes may define are not reported as undefined. A unit's file or a template is checked in its workspace.
///
/// Every kind of pipeline is checked: merge requests, the default branch, another branch, tags and schedules, and those that
/// `pipelines:`, the environment catalogue or a rule on `CI_PIPELINE_SOURCE` name. A problem is reported once, with the kinds of
/// pipelines that have it unless all do. `--as` checks a single kind.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  nestling check\n  nestling check .gitlab-ci.yml\n  \
                  nestling check --as tag:v1.0.0\n  nestling check --gitlab-version 17.11 ci/*.yml\n  \
                  nestling check --format codequality > gl-code-quality-report.json")]
pub struct Args {
    /// GitLab CI files, units or templates to check (`-` for stdin; default: all units)
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// GitLab version to check against, such as `17.11` (default: the newest)
    #[arg(long, value_name = "VERSION", requires = "files", value_parser = version)]
    gitlab_version: Option<(u32, u32)>,
    /// Output format (`human` goes to stderr, the others to stdout)
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    cdk: CdkOptions,
    #[command(flatten)]
    form: FileOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text with source excerpts.
    Human,
    /// JSON, for scripts (schema: the `diagnostics` of `nestling schema plan`).
    Json,
    /// SARIF 2.1.0, for editors and dashboards.
    Sarif,
    /// GitLab's code quality report.
    Codequality,
}

fn version(text: &str) -> Result<(u32, u32), String> {
    nestling_gitlab::instance::parse_version(text)
        .ok_or_else(|| "must be a major and a minor version, such as 17.11".to_owned())
}

/// Returns an option of the command line that has no effect on files. One that a variable sets is intended for other commands
/// of the same job.
pub(crate) fn idle_option(matches: &ArgMatches) -> Option<&'static str> {
    matches.get_many::<PathBuf>("files")?;
    let is_given = |option: &&str| matches.value_source(option) == Some(ValueSource::CommandLine);
    ["base", "head", "only", "except", "compact", "parts"].into_iter().find(is_given)
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let (problems, sources, summary) = if args.files.is_empty() {
        let mut session =
            invocation.open(RunOptions::from(&args.plan).with_cdk(&args.cdk).with_files(&args.form))?;
        // Keys without effect are looked for in the same directories again.
        session.remember();
        let checked = session.check()?;
        let units = counted(checked.workspace.units().len(), "unit");
        let mut counts = JobCounts::default();
        for kind in &checked.kinds {
            counts.add(&kind.name, kind.certain_job_count()..=kind.job_count());
        }
        (checked.diagnostics, checked.sources, summary(&units, &counts, checked.allowed))
    } else {
        let settings = Settings { gitlab_version: args.gitlab_version, plan: &args.plan, cdk: &args.cdk };
        let findings = check_files::check(&args.files, &settings, invocation)?;
        let files = counted(findings.files, "file");
        (findings.problems, findings.sources, summary(&files, &findings.jobs, findings.allowed))
    };
    if args.format != Format::Human {
        invocation.io.data(formatted(args.format, &problems, &sources)?)?;
        return Ok(ended(!has_errors(&problems)));
    }
    let ok = report_diagnostics(&problems, &sources, invocation.io);
    if ok {
        invocation.io.message(summary);
    }
    Ok(ended(ok))
}

/// Returns the last line of a check without errors.
fn summary(checked: &str, jobs: &JobCounts, allowed: usize) -> String {
    let allowed = match allowed {
        0 => String::new(),
        count => format!("; {} allowed", counted(count, "warning")),
    };
    format!("{checked}, {jobs}: no errors{allowed}\n")
}

/// Returns the problems in a format for programs.
fn formatted(format: Format, problems: &[Diagnostic], sources: &Sources) -> Result<String, Failure> {
    Ok(match format {
        Format::Human => String::new(),
        Format::Json => {
            let list = json_v1::diagnostics_v1(problems, sources);
            let json = serde_json::json!({ "version": 1, "diagnostics": list });
            serde_json::to_string_pretty(&json).map_err(Failure::output)? + "\n"
        }
        Format::Sarif => report::sarif(problems, sources),
        Format::Codequality => report::codequality(problems, sources),
    })
}
