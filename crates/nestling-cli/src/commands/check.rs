//! `nestling check`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::io::counted;
use crate::options::{CdkOptions, PlanOptions, RunOptions};
use crate::planned::report_plan;
use crate::report;
use clap::ValueEnum;
use nestling::Plan;
use nestling::view::json_v1;

/// Find everything that is wrong, in every unit, selected or not
///
/// Renders all units as if each had changed, and reports all problems at once.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  nestling check\n  nestling check --as tag:v1.0.0\n  \
                  nestling check --format codequality > gl-code-quality-report.json")]
pub struct Args {
    /// How to tell it: for people on standard error, every other format on standard output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    cdk: CdkOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the lines that are wrong.
    Human,
    /// For scripts: the `diagnostics` of `nestling schema plan`.
    Json,
    /// SARIF 2.1.0, for editors and dashboards.
    Sarif,
    /// GitLab's code quality report.
    Codequality,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let session = invocation.open(RunOptions::from(&args.plan).with_cdk(&args.cdk))?;
    let mut plan = session.plan_everything()?;
    let unused = session.unused_allows(&plan)?;
    plan.diagnostics.extend(unused);
    if args.format == Format::Human {
        let ok = report_plan(&plan, invocation.io);
        if ok {
            let units = counted(plan.workspace.units().len(), "unit");
            let jobs = counted(plan.pipeline.jobs.len(), "job");
            let allowed = match plan.allowed {
                0 => String::new(),
                count => format!("; {} allowed", counted(count, "warning")),
            };
            invocation.io.talk(format_args!("{units}, {jobs}: no errors{allowed}\n"));
        }
        return Ok(ended(ok));
    }
    invocation.io.data(told(args.format, &plan)?)?;
    Ok(ended(!plan.has_errors()))
}

fn told(format: Format, plan: &Plan) -> Result<String, Failure> {
    let (problems, sources) = (&plan.diagnostics, &plan.sources);
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
