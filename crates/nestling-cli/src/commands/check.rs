//! `nestling check`.

use crate::args::Shared;
use crate::ci_env::Environment;
use crate::exit::{Exit, Failure};
use crate::io::{Io, counted};
use crate::planned::Planned;
use crate::report;
use crate::session::Session;
use clap::ValueEnum;
use nestling::diagnostic::has_errors;
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

pub(crate) fn run(
    args: &Args,
    shared: &Shared,
    environment: &Environment,
    io: &mut Io,
) -> Result<Exit, Failure> {
    let session = Session::open(shared, environment, io)?;
    let mut planned = session.plan_everything()?;
    let unused = session.unused_allows(&planned)?;
    planned.problems.extend(unused);
    if args.format == Format::Human {
        let ok = planned.report(io);
        if ok {
            let units = counted(planned.plan.workspace.units.len(), "unit");
            let jobs = counted(planned.plan.pipeline.jobs.len(), "job");
            let allowed = match planned.allowed {
                0 => String::new(),
                count => format!("; {} allowed", counted(count, "warning")),
            };
            io.talk(format_args!("{units}, {jobs}: no errors{allowed}\n"));
        }
        return Ok(if ok { Exit::Done } else { Exit::Errors });
    }
    io.data(told(args.format, &planned)?)?;
    Ok(if has_errors(&planned.problems) { Exit::Errors } else { Exit::Done })
}

fn told(format: Format, planned: &Planned) -> Result<String, Failure> {
    let (problems, sources) = (&planned.problems, &planned.sources);
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
