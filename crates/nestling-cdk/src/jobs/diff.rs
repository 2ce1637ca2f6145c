//! Jobs that show what would change: to a merge request, and to the person who is asked for an approval.
//!
//! They have no environment, which could need rights to deploy, and a role of their own, which needs to read alone. What
//! they cannot show stops nobody.

use super::account::begin;
use super::outputs::exposed_title;
use super::targets::TargetId;
use super::writer::Writer;
use crate::settings::Purpose;
use crate::shell::quoted;

/// The file with the differences, for people.
const TEXT: &str = "cdk-diff.txt";

/// The file with what has drifted.
const DRIFT: &str = "cdk-drift.txt";

/// The file with their number, for the merge request.
const COUNTS: &str = "cdk-diff.json";

/// Counts resources in the differences, in the form that GitLab reads of OpenTofu
/// (<https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsterraform>). As there, a resource that is replaced counts
/// as created and as deleted; one that the stack gives up and AWS keeps is not deleted.
const COUNT: &str = r##"const lines = require("fs").readFileSync("cdk-diff.txt", "utf8").replace(/\x1b\[[0-9;]*m/g, "").split(/\r?\n/).filter((line) => /^\[[-+~]\] [^ ]+::/.test(line)); const count = (pattern) => lines.filter((line) => pattern.test(line)).length; const replaced = count(/^\[~\] [^ ]+ .* replace( \(.*\))?$/); JSON.stringify({ create: count(/^\[\+/) + replaced, update: count(/^\[~/) - replaced, delete: count(/^\[-/) - count(/^\[-\] [^ ]+ .* orphan( \(.*\))?$/) + replaced })"##;

/// Shows what would change in an environment.
pub(crate) fn diff(job: &mut Writer<'_>, target: TargetId) {
    let request = job.request;
    begin(job, &[], Purpose::Diff);
    let target = &job.plan.targets.all[target];
    let selected = request.selected(&target.stacks);
    // A change set would need the role that deploys.
    let diff = request.call("diff", &format!("{selected} --exclusively --no-change-set --no-notices"));
    job.body.texts(
        "script",
        [
            format!("{diff} > {TEXT} 2>&1 || {{ cat {TEXT}; exit 1; }}"),
            format!("cat {TEXT}"),
            format!("node -p {} > {COUNTS}", quoted(COUNT)),
            format!("cat {COUNTS}"),
        ],
    );
    job.body.plain("allow_failure", "true");
    let title = exposed_title("changes", &target.name);
    job.body.child("artifacts", |artifacts| {
        artifacts.text("expose_as", title).texts("paths", [TEXT]);
        artifacts.child("reports", |reports| _ = reports.text("terraform", COUNTS));
    });
}

/// Looks for drift: changes that were made outside of the pipeline. The job fails if there are any.
pub(crate) fn drift(job: &mut Writer<'_>, target: TargetId) {
    let request = job.request;
    begin(job, &[], Purpose::Drift);
    let selected = request.selected(&job.plan.targets.all[target].stacks);
    let drift = request.call("drift", &format!("{selected} --fail --no-notices"));
    let script = [format!("{drift} > {DRIFT} 2>&1 || {{ cat {DRIFT}; exit 1; }}"), format!("cat {DRIFT}")];
    job.body.texts("script", script);
    job.body.child("artifacts", |artifacts| _ = artifacts.text("when", "always").texts("paths", [DRIFT]));
}
