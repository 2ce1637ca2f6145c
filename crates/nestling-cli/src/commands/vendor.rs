//! `nestling vendor`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::options::RunOptions;
use crate::planned::report_diagnostics;
use crate::vendor::{Update, findings, vendor};
use nestling_gitlab::diagnostic::has_errors;

/// Fetch the components that units use, and write them to `ci/vendor`
///
/// Resolves the version of each component of `use: [{ component: host/group/project/name@version }]` by the tags and branches of its
/// project, and writes its files with a lock file, which has the commit and the SHA-256 of each file. Components in the lock file stay at
/// their commit unless they are updated. Components that no unit uses are removed. Everything else, such as `generate`, only reads
/// these files. Git does the fetching, with your credentials and `url.<base>.insteadOf`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling vendor\n  nestling vendor --update\n  nestling vendor gitlab.com/components/opentofu/fmt\n  nestling vendor --check"
)]
pub struct Args {
    /// Components to resolve again, with or without their version
    #[arg(value_name = "COMPONENT")]
    components: Vec<String>,
    /// Resolve the versions of all components again
    #[arg(long, conflicts_with = "components")]
    update: bool,
    /// Write nothing and use no network: end with exit code 1 if the files are not what units use
    #[arg(long, conflicts_with_all = ["components", "update"])]
    check: bool,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let session = invocation.open(RunOptions::default())?;
    let project = session.project_without_graphs()?;
    let (of_components, others) = findings(&project);
    let must_stop = has_errors(&others);
    if args.check || must_stop {
        let problems = if must_stop { others } else { of_components };
        report_diagnostics(&problems, project.sources(), invocation.io);
        if problems.is_empty() {
            invocation.io.message("all vendored files are as in the lock file\n");
        }
        return Ok(ended(problems.is_empty()));
    }
    let update = match (args.update, args.components.is_empty()) {
        (true, _) => Update::All,
        (false, true) => Update::Nothing,
        (false, false) => Update::Named(args.components.clone()),
    };
    let outcome = vendor(session.root(), &project, &update)?;
    invocation.io.message(outcome.warnings);
    invocation.io.data(outcome.text)?;
    Ok(Exit::Done)
}
