//! Jobs that call the CDK command line.

use super::Request;
use super::account::{begin, with_docker};
use super::body::Body;
use super::outputs::{DOTENV, OUTPUTS, Output, address, dotenv, own_outputs, publish_outputs};
use super::targets::Target;
use super::write::Writing;
use crate::cdk::report::Kind;
use crate::cdk::script::{quoted, variable};
use nestling_gitlab::yaml::Node;
use std::collections::BTreeSet;

/// The name of a change set that somebody looks at: each pipeline has its own.
const CHANGE_SET: &str = "gitlab-$CI_PIPELINE_ID";

/// Deploys one stack, nothing else.
pub(crate) fn stack(writing: &mut Writing<'_>, at: usize, stack: usize, body: &mut Body) {
    let request = writing.request;
    let outputs = own_outputs(writing, at, stack);
    let is_start = writing.is_start(at);
    let mut script = vec![deploy(request, &[selector(request, stack)], "", !outputs.is_empty() || is_start)];
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
    let deploy = deploy(request, &[selector(request, stack)], &method, false);
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
    let selected = [selector(request, stack)];
    let with = |verb: &str| {
        let method = format!("--method={verb}-change-set --change-set-name {CHANGE_SET}");
        deploy(request, &selected, &method, !outputs.is_empty())
    };
    let nothing = if outputs.is_empty() { "echo 'Nothing to change.'".to_owned() } else { with("prepare") };
    let (flag, execute) = (unchanged(request, stack), with("execute"));
    let mut script = vec![format!("if [ \"${flag}\" = yes ]; then {nothing}; else {execute}; fi")];
    writing.environment(at, Some("prepare"), None, body);
    body.text("resource_group", group_of(writing, at, stack));
    publish_outputs(&outputs, &mut script, body);
    body.texts("script", script);
}

/// Brings all stacks of a target to the new state: in the normal run they are, and it records the deployment.
pub(crate) fn settle(writing: &mut Writing<'_>, at: usize, target: usize, body: &mut Body) {
    let request = writing.request;
    begin(writing, at, None, body);
    let mut script = vec![deploy(request, &writing.targets.all[target].selectors, "", true)];
    finish_target(writing, at, BTreeSet::new(), &mut script, body);
    body.texts("script", script);
}

/// Publishes the assets of stages, or of the job's whole target.
pub(crate) fn publish(writing: &mut Writing<'_>, at: usize, stages: &[usize], body: &mut Body) {
    let request = writing.request;
    let assembly = &request.deployment.assembly;
    let mut selectors: Vec<String> = stages.iter().flat_map(|stage| assembly.selectors(*stage)).collect();
    let mut stacks: Vec<usize> =
        stages.iter().flat_map(|stage| assembly.stages[*stage].stacks.clone()).collect();
    if let Some(target) = writing.target(at).filter(|_| writing.graph.jobs[at].group.is_none()) {
        selectors.clone_from(&target.selectors);
        stacks.clone_from(&target.stacks);
    }
    begin(writing, at, None, body);
    writing.environment(at, Some("prepare"), None, body);
    if stacks.iter().any(|stack| assembly.stacks[*stack].assets.images > 0) {
        with_docker(writing, at, body);
    }
    let selected: Vec<String> = selectors.iter().map(|selector| quoted(selector)).collect();
    let command = format!(
        "{} publish-assets --unstable=publish-assets --app {} {} --no-notices",
        request.settings.cli,
        request.assembly(),
        selected.join(" ")
    );
    body.texts("script", [command]);
}

/// Shows whether permissions would broaden. The pipeline goes on either way: a person decides.
pub(crate) fn compare(writing: &mut Writing<'_>, at: usize, selector: &str, body: &mut Body) {
    let request = writing.request;
    begin(writing, at, None, body);
    writing.environment(at, Some("verify"), None, body);
    body.child("allow_failure", |allowed| {
        let one = Node::plain(allowed.origin(), "1");
        allowed.list("exit_codes", vec![one]);
    });
    let command = format!(
        "{} diff --app {} {} --security-only --fail --no-notices",
        request.settings.cli,
        request.assembly(),
        quoted(selector)
    );
    body.texts("script", [command]);
}

/// Shows a merge request what it would change in an environment that it does not deploy to.
pub(crate) fn diff(writing: &mut Writing<'_>, at: usize, target: usize, body: &mut Body) {
    let request = writing.request;
    begin(writing, at, None, body);
    writing.environment(at, Some("verify"), None, body);
    let selected: Vec<String> = writing.targets.all[target].selectors.iter().map(|s| quoted(s)).collect();
    let (cli, assembly) = (&request.settings.cli, request.assembly());
    body.texts("script", [format!("{cli} diff --app {assembly} {} --no-notices", selected.join(" "))]);
}

fn selector(request: &Request<'_>, stack: usize) -> String {
    request.deployment.assembly.stacks[stack].selector.clone()
}

fn deploy(request: &Request<'_>, selectors: &[String], method: &str, outputs: bool) -> String {
    let selected: Vec<String> = selectors.iter().map(|selector| quoted(selector)).collect();
    let mut command = format!(
        "{} deploy --app {} {} --exclusively --require-approval never --no-notices --progress events",
        request.settings.cli,
        request.assembly(),
        selected.join(" ")
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
        if target.stop {
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
    if target.stop {
        stop(writing, target, body);
    }
}

/// The environments stage makes a stop job of this, by GitLab's rules for the pair.
fn stop(writing: &mut Writing<'_>, target: &Target<'_>, body: &mut Body) {
    let request = writing.request;
    if let Some((entry, block)) = target.entry.and_then(|entry| Some((entry, entry.stop.block()?))) {
        match (request.evaluate)(&Node::map(entry.origin, block.clone()), entry) {
            Ok(block) => _ = body.node("stop", block),
            Err(problems) => writing.problems.extend(problems),
        }
        return;
    }
    for stack in &target.stacks {
        let stack = &request.deployment.assembly.stacks[*stack];
        if stack.protected {
            let text =
                "it has termination protection: the stop job will fail at it until that is switched off";
            writing.report.add(Kind::Stack, format!("stack {}", stack.path), text, stack.origin);
        }
    }
    let selected: Vec<String> = target.selectors.iter().map(|selector| quoted(selector)).collect();
    let (cli, assembly) = (&request.settings.cli, request.assembly());
    let command = format!("{cli} destroy --app {assembly} {} --force --no-notices", selected.join(" "));
    body.child("stop", |stop| _ = stop.texts("script", [command]));
}
