//! Jobs that call the CDK command line.

use super::account::{begin, with_docker};
use super::destroy;
use super::files::in_checkout;
use super::outputs::{DOTENV, OUTPUTS, Output, dotenv, exposed_title, own_outputs, publish_outputs, url};
use super::request::Request;
use super::targets::TargetId;
use super::writer::Writer;
use crate::assembly::StackId;
use crate::settings::Purpose;
use crate::shell::{quoted, variable};
use nestling_gitlab::yaml::Node;
use std::collections::BTreeSet;

/// The name of a change set that somebody reviews: each pipeline has its own.
const CHANGE_SET: &str = "gitlab-$CI_PIPELINE_ID";

/// The most stacks that a job deploys at the same time: CloudFormation answers only so many calls a second.
const CONCURRENCY_LIMIT: usize = 10;

/// Deploys these stacks, nothing else.
pub(crate) fn stacks(job: &mut Writer<'_>, stacks: &[StackId]) {
    let outputs = own_outputs(job);
    let is_deployment = job.is_deployment();
    let writes_outputs = !outputs.is_empty() || is_deployment;
    let mut script = vec![deploy(job.request, stacks, "", writes_outputs)];
    begin(job, stacks, Purpose::Deploy);
    // Where one of them makes the place that images are published to, no other job can publish them before.
    let all = &job.request.deployment.assembly.stacks;
    if stacks.iter().any(|stack| all[*stack].assets.images > 0 && !all[*stack].assets.after.is_empty()) {
        with_docker(job);
    }
    if is_deployment {
        finish_target(job, outputs, &mut script);
    } else {
        job.deploying(None);
        publish_outputs(job, &outputs, &mut script);
    }
    job.body.texts("script", script);
}

/// Makes a change set and leaves it for somebody to review.
pub(crate) fn prepare(job: &mut Writer<'_>, stack: StackId) {
    begin(job, &[stack], Purpose::Deploy);
    // CloudFormation makes no change set of a stack that is being updated.
    job.accessing("prepare");
    job.one_at_a_time();
    let method = format!("--method=prepare-change-set --change-set-name {CHANGE_SET}");
    let deploy = deploy(job.request, &[stack], &method, false);
    // Without anything to change there is no change set, and executing it would fail.
    let flag = unchanged(job.request, stack);
    let script = [
        format!("{deploy} > prepare.log 2>&1 || {{ cat prepare.log; exit 1; }}"),
        "cat prepare.log".to_owned(),
        format!(
            "if grep -q '(no changes)' prepare.log; then echo {flag}=yes > {DOTENV}; else echo {flag}=no > {DOTENV}; fi"
        ),
    ];
    job.body.texts("script", script);
    job.body.child("artifacts", |artifacts| {
        artifacts.texts("paths", ["prepare.log"]);
        artifacts.child("reports", |reports| _ = reports.text("dotenv", DOTENV));
    });
}

/// Executes the change set that was reviewed. Where that was empty, making it once more changes nothing, whatever has
/// happened to the stack since, and reports the outputs.
pub(crate) fn execute(job: &mut Writer<'_>, stack: StackId) {
    let request = job.request;
    let outputs = own_outputs(job);
    begin(job, &[stack], Purpose::Deploy);
    job.deploying(None);
    let change_set = |verb: &str| {
        let method = format!("--method={verb}-change-set --change-set-name {CHANGE_SET}");
        deploy(request, &[stack], &method, !outputs.is_empty())
    };
    let nothing =
        if outputs.is_empty() { "echo 'Nothing to change.'".to_owned() } else { change_set("prepare") };
    let (flag, execute) = (unchanged(request, stack), change_set("execute"));
    let mut script = vec![format!("if [ \"${flag}\" = yes ]; then {nothing}; else {execute}; fi")];
    publish_outputs(job, &outputs, &mut script);
    job.body.texts("script", script);
}

/// Brings the stacks of a target that other jobs of this pipeline have deployed to the new state: in the normal run they
/// are in it, and the job records the deployment as a whole. It takes no other stack of the target, since nothing in this pipeline
/// has let that through.
pub(crate) fn settle(job: &mut Writer<'_>, target: TargetId) {
    let stacks = job.plan.graph.deployed_stacks(job.request, target);
    begin(job, &[], Purpose::Deploy);
    let mut script = vec![deploy(job.request, &stacks, "", true)];
    finish_target(job, BTreeSet::new(), &mut script);
    job.body.texts("script", script);
}

/// Publishes the assets of stacks.
pub(crate) fn publish(job: &mut Writer<'_>, stacks: &[StackId]) {
    let request = job.request;
    begin(job, &[], Purpose::Assets);
    job.accessing("prepare");
    let all = &request.deployment.assembly.stacks;
    if stacks.iter().any(|stack| all[*stack].assets.images > 0) {
        with_docker(job);
    }
    let options = format!("{} --exclusively --no-notices", request.selected(stacks));
    job.body.texts("script", [request.call("publish-assets --unstable=publish-assets", &options)]);
}

/// Shows whether permissions would broaden. The pipeline continues either way: a person decides.
pub(crate) fn compare(job: &mut Writer<'_>, stacks: &[StackId]) {
    let request = job.request;
    begin(job, &[], Purpose::Deploy);
    job.accessing("verify");
    job.body.child("allow_failure", |allowed| {
        let exit_code = Node::plain(allowed.origin(), "1");
        allowed.list("exit_codes", vec![exit_code]);
    });
    let options = format!("{} --exclusively --security-only --fail --no-notices", request.selected(stacks));
    job.body.texts("script", [request.call("diff", &options)]);
}

fn deploy(request: &Request<'_>, stacks: &[StackId], method: &str, writes_outputs: bool) -> String {
    let selected = request.selected(stacks);
    // Nobody can answer a question of a job, and a progress bar fills its log.
    let mut options =
        format!("{selected} --exclusively --require-approval never --no-notices --progress events");
    if stacks.len() > 1 {
        options = format!("{options} --concurrency {}", stacks.len().min(CONCURRENCY_LIMIT));
    }
    if !method.is_empty() {
        options = format!("{options} {method}");
    }
    // The change set that is executed has them already.
    for stack in stacks.iter().filter(|_| !method.contains("execute")) {
        let name = &request.deployment.assembly.stacks[*stack].name;
        for (key, value) in request.parameters(*stack) {
            options = format!("{options} --parameters {}", quoted(&format!("{name}:{key}={value}")));
        }
    }
    if writes_outputs {
        let file = if request.runs_in_app() { in_checkout(OUTPUTS) } else { OUTPUTS.to_owned() };
        options = format!("{options} --outputs-file {file}");
    }
    request.call("deploy", &options)
}

/// The variable that says that a change set was empty.
fn unchanged(request: &Request<'_>, stack: StackId) -> String {
    variable(&format!("{}__unchanged", request.deployment.assembly.stacks[stack].id))
}

/// Writes what makes a job the deployment of its environment: URL, stop job, and what a teardown needs.
fn finish_target(job: &mut Writer<'_>, mut outputs: BTreeSet<Output>, script: &mut Vec<String>) {
    let (Some(target), Some(target_id)) = (job.target, job.job.target) else { return };
    let url = url(job, target, &mut outputs);
    job.deploying(url);
    if !outputs.is_empty() {
        script.push(dotenv(&outputs));
    }
    job.body.child("artifacts", |artifacts| {
        artifacts.text("expose_as", exposed_title("outputs", &target.name)).texts("paths", [OUTPUTS]);
        if !outputs.is_empty() {
            artifacts.child("reports", |reports| _ = reports.text("dotenv", DOTENV));
        }
    });
    if !target.destroyed.is_empty() && !job.plan.graph.stops.contains_key(&target_id) {
        destroy::stop_block(job, target);
    }
}
