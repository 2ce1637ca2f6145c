//! Jobs that call the CDK command line.

use super::account::{begin, with_docker};
use super::body::Body;
use super::outputs::{DOTENV, OUTPUTS, Output, address, dotenv, own_outputs, publish_outputs};
use super::request::Request;
use super::targets::Target;
use super::writing::Writing;
use crate::cdk::report::Kind;
use crate::cdk::shell::{quoted, variable};
use nestling_gitlab::yaml::Node;
use std::collections::BTreeSet;

/// The name of a change set that somebody looks at: each pipeline has its own.
const CHANGE_SET: &str = "gitlab-$CI_PIPELINE_ID";

/// Deploys one stack, nothing else.
pub(crate) fn stack(writing: &mut Writing<'_>, at: usize, stack: usize, body: &mut Body) {
    let request = writing.request;
    let outputs = own_outputs(writing, at, stack);
    let is_start = writing.is_start(at);
    let mut script = vec![deploy(request, &[stack], "", !outputs.is_empty() || is_start)];
    begin(writing, at, Some(stack), body);
    if is_start {
        finish_target(writing, at, outputs, &mut script, body);
    } else {
        writing.environment(at, Some("prepare"), None, body);
        body.text("resource_group", group_of(writing, at, stack));
        publish_outputs(&outputs, &mut script, body);
    }
    body.texts("script", script);
}

/// Makes a change set and leaves it for somebody to look at.
pub(crate) fn prepare(writing: &mut Writing<'_>, at: usize, stack: usize, body: &mut Body) {
    let request = writing.request;
    begin(writing, at, Some(stack), body);
    writing.environment(at, Some("prepare"), None, body);
    body.text("resource_group", group_of(writing, at, stack));
    let method = format!("--method=prepare-change-set --change-set-name {CHANGE_SET}");
    let deploy = deploy(request, &[stack], &method, false);
    // Without anything to change there is no change set, and executing it would fail.
    let flag = unchanged(request, stack);
    let script = [
        format!("{deploy} > prepare.log 2>&1 || {{ cat prepare.log; exit 1; }}"),
        "cat prepare.log".to_owned(),
        format!(
            "if grep -q '(no changes)' prepare.log; then echo {flag}=yes > {DOTENV}; else echo {flag}=no > {DOTENV}; fi"
        ),
    ];
    body.texts("script", script);
    body.child("artifacts", |artifacts| {
        artifacts
            .texts("paths", ["prepare.log"])
            .child("reports", |reports| _ = reports.text("dotenv", DOTENV));
    });
}

/// Executes the change set that was looked at. Where that was empty, making it once more changes nothing, whatever has
/// happened to the stack since, and tells the outputs.
pub(crate) fn execute(writing: &mut Writing<'_>, at: usize, stack: usize, body: &mut Body) {
    let request = writing.request;
    let outputs = own_outputs(writing, at, stack);
    begin(writing, at, Some(stack), body);
    let with = |verb: &str| {
        let method = format!("--method={verb}-change-set --change-set-name {CHANGE_SET}");
        deploy(request, &[stack], &method, !outputs.is_empty())
    };
    let nothing = if outputs.is_empty() { "echo 'Nothing to change.'".to_owned() } else { with("prepare") };
    let (flag, execute) = (unchanged(request, stack), with("execute"));
    let mut script = vec![format!("if [ \"${flag}\" = yes ]; then {nothing}; else {execute}; fi")];
    writing.environment(at, Some("prepare"), None, body);
    body.text("resource_group", group_of(writing, at, stack));
    publish_outputs(&outputs, &mut script, body);
    body.texts("script", script);
}

/// Brings the stacks of a target that other jobs of this pipeline have deployed to the new state: in the normal run they
/// are in it, and the job records the deployment. It takes no other stack of the target, since nothing in this pipeline
/// has let that through.
pub(crate) fn settle(writing: &mut Writing<'_>, at: usize, target: usize, body: &mut Body) {
    let request = writing.request;
    begin(writing, at, None, body);
    let stacks = writing.graph.stacks(request, target);
    let mut script = vec![deploy(request, &stacks, "", true)];
    finish_target(writing, at, BTreeSet::new(), &mut script, body);
    body.texts("script", script);
}

/// Publishes the assets of stacks.
pub(crate) fn publish(writing: &mut Writing<'_>, at: usize, stacks: &[usize], body: &mut Body) {
    let request = writing.request;
    let assembly = &request.deployment.assembly;
    begin(writing, at, None, body);
    writing.environment(at, Some("prepare"), None, body);
    if stacks.iter().any(|stack| assembly.stacks[*stack].assets.images > 0) {
        with_docker(writing, at, body);
    }
    let command = format!(
        "{} publish-assets --unstable=publish-assets --app {} {} --exclusively --no-notices",
        request.settings.cli,
        request.assembly(),
        selected(request, stacks)
    );
    body.texts("script", [command]);
}

/// Shows whether permissions would broaden. The pipeline goes on either way: a person decides.
pub(crate) fn compare(writing: &mut Writing<'_>, at: usize, stacks: &[usize], body: &mut Body) {
    let request = writing.request;
    begin(writing, at, None, body);
    writing.environment(at, Some("verify"), None, body);
    body.child("allow_failure", |allowed| {
        let one = Node::plain(allowed.origin(), "1");
        allowed.list("exit_codes", vec![one]);
    });
    let command = format!(
        "{} diff --app {} {} --exclusively --security-only --fail --no-notices",
        request.settings.cli,
        request.assembly(),
        selected(request, stacks)
    );
    body.texts("script", [command]);
}

/// Shows a merge request what it would change in an environment that it does not deploy to.
pub(crate) fn diff(writing: &mut Writing<'_>, at: usize, target: usize, body: &mut Body) {
    let request = writing.request;
    begin(writing, at, None, body);
    writing.environment(at, Some("verify"), None, body);
    let selected = selected(request, &writing.targets.all[target].stacks);
    let (cli, assembly) = (&request.settings.cli, request.assembly());
    body.texts("script", [format!("{cli} diff --app {assembly} {selected} --exclusively --no-notices")]);
}

/// Names stacks on the CDK command line, each by itself: a pattern might match a stack of another stage, or of a pipeline
/// whose approval nobody has given. Always beside `--exclusively`, without which the command takes what they depend on, or
/// what depends on them, as well.
fn selected(request: &Request<'_>, stacks: &[usize]) -> String {
    let stacks = stacks.iter().map(|stack| &request.deployment.assembly.stacks[*stack]);
    let words: Vec<String> = stacks.map(|stack| quoted(&stack.selector())).collect();
    words.join(" ")
}

fn deploy(request: &Request<'_>, stacks: &[usize], method: &str, outputs: bool) -> String {
    let mut command = format!(
        "{} deploy --app {} {} --exclusively --require-approval never --no-notices --progress events",
        request.settings.cli,
        request.assembly(),
        selected(request, stacks)
    );
    for part in [method, if outputs { "--outputs-file cdk-outputs.json" } else { "" }] {
        if !part.is_empty() {
            command = format!("{command} {part}");
        }
    }
    command
}

/// The variable that says that a change set was empty.
fn unchanged(request: &Request<'_>, stack: usize) -> String {
    variable(&format!("{}__unchanged", request.deployment.assembly.stacks[stack].id))
}

/// CloudFormation updates a stack once at a time, whichever pipeline asks.
fn group_of(writing: &Writing<'_>, at: usize, stack: usize) -> String {
    let stack = &writing.request.deployment.assembly.stacks[stack];
    let environment = writing.target(at).and_then(|target| target.entry).map(|entry| entry.name.to_string());
    let account = stack.account.clone().or(environment).unwrap_or_else(|| "account".to_owned());
    let region = stack.region.as_deref().unwrap_or("region");
    let name = format!("aws/{account}/{region}/{}", stack.name);
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_/. ".contains(c) { c } else { '-' }).collect()
}

/// What makes a job the deployment of its environment: address, stop job, and what a teardown needs.
fn finish_target(
    writing: &mut Writing<'_>,
    at: usize,
    mut outputs: BTreeSet<Output>,
    script: &mut Vec<String>,
    body: &mut Body,
) {
    let Some(target) = writing.target(at) else { return };
    let request = writing.request;
    let url = target.url.and_then(|_| address(writing, target, &mut outputs));
    writing.environment(at, None, url, body);
    if !outputs.is_empty() {
        script.push(dotenv(&outputs));
    }
    if !body.map_mut().contains("resource_group") {
        let name = body.map_mut().get("environment").and_then(|e| e.get("name")).cloned();
        name.into_iter().for_each(|name| _ = body.node("resource_group", name));
    }
    let assembly = request.assembly();
    body.child("artifacts", |artifacts| {
        if !target.destroyed.is_empty() {
            artifacts
                .texts("paths", [OUTPUTS, &format!("{assembly}/")])
                .texts("exclude", [format!("{assembly}/**/asset.*"), format!("{assembly}/**/asset.*/**/*")])
                .text("expire_in", "never");
        } else {
            artifacts.texts("paths", [OUTPUTS]);
        }
        if !outputs.is_empty() {
            artifacts.child("reports", |reports| _ = reports.text("dotenv", DOTENV));
        }
    });
    if !target.destroyed.is_empty() {
        stop(writing, target, body);
    }
}

/// The environments stage makes a stop job of this, by GitLab's rules for the pair.
fn stop(writing: &mut Writing<'_>, target: &Target<'_>, body: &mut Body) {
    let request = writing.request;
    if let Some((entry, block)) = target.entry.and_then(|entry| Some((entry, entry.stop.block()?))) {
        match request.texts.evaluate(&Node::map(entry.origin, block.clone()), entry) {
            Ok(block) => _ = body.node("stop", block),
            Err(problems) => writing.problems.extend(problems),
        }
        return;
    }
    for stack in &target.destroyed {
        let stack = &request.deployment.assembly.stacks[*stack];
        if stack.protected {
            let text =
                "it has termination protection: the stop job will fail at it until that is switched off";
            writing.report.add(Kind::Stack, format!("stack {}", stack.path), text, stack.origin);
        }
    }
    let selected = selected(request, &target.destroyed);
    let (cli, assembly) = (&request.settings.cli, request.assembly());
    let command = format!("{cli} destroy --app {assembly} {selected} --exclusively --force --no-notices");
    body.child("stop", |stop| _ = stop.texts("script", [command]));
}
