//! Stop jobs: they destroy stacks without anything of the pipeline that deployed them.
//!
//! A stop job runs when its branch is gone, when the artifacts of its pipeline have expired, or when its deploy has failed
//! half way. So it carries the little that the CDK command line must know of stacks to delete them: an assembly without
//! templates.

use super::account::begin;
use super::request::Request;
use super::targets::{Target, TargetId};
use super::writer::Writer;
use crate::assembly::{Stack, StackId};
use crate::report::LineKind;
use crate::settings::Purpose;
use nestling_gitlab::yaml::Node;
use serde_json::{Map, Value, json};

/// The directory of the assembly that the job writes itself.
const DIRECTORY: &str = ".nestling/stop";

/// The stop job of a target that several jobs deploy.
pub(crate) fn stop(job: &mut Writer<'_>, target_id: TargetId) {
    let target = &job.plan.targets.all[target_id];
    begin(job, &[], Purpose::Deploy);
    job.accessing("stop");
    job.one_at_a_time();
    // The branch may be gone, and nothing of it is needed.
    job.body.default_variables(|variables| _ = variables.text("GIT_STRATEGY", "none"));
    note(job, target);
    let script = script(job.request, &target.destroyed);
    job.body.texts("script", script);
}

/// Writes the `stop:` block, which the environments stage makes a stop job of, by GitLab's rules for the pair.
pub(crate) fn stop_block(job: &mut Writer<'_>, target: &Target) {
    let own_block = target.environment.keywords.as_ref().ok().and_then(|keywords| keywords.stop.as_ref());
    if let Some(block) = own_block {
        job.body.node("stop", Node::map(target.environment.origin, block.clone()));
        return;
    }
    note(job, target);
    let script = script(job.request, &target.destroyed);
    job.body.child("stop", |stop| {
        // Without artifacts it can run after a deploy that has failed, too.
        stop.list("dependencies", Vec::new()).texts("script", script);
        stop.child("variables", |variables| _ = variables.text("GIT_STRATEGY", "none"));
    });
}

fn note(job: &mut Writer<'_>, target: &Target) {
    let own = job.request.cli();
    if own.is_in_repository() {
        let text = format!(
            "stop jobs have no checkout, and therefore run `{}` instead of `{}`",
            job.request.cli_without_checkout().command,
            own.command
        );
        job.report.add(LineKind::Setting, "the CDK command line", text, job.request.settings.origin);
    }
    for stack in &target.destroyed {
        let stack = &job.request.deployment.assembly.stacks[*stack];
        if stack.protected {
            let text = "it has termination protection: the stop job fails until you turn it off";
            job.report.add(LineKind::Stack, format!("stack {}", stack.path), text, stack.origin);
        }
    }
}

/// Returns the commands that destroy stacks, those first that depend on others.
fn script(request: &Request<'_>, stacks: &[StackId]) -> Vec<String> {
    let manifest = manifest(request, stacks);
    let selected = request.selected(stacks);
    // Nothing of the project is there.
    let cli = request.cli_without_checkout().command;
    vec![
        format!("mkdir -p {DIRECTORY} && echo '{{}}' > {DIRECTORY}/none.template.json"),
        format!("cat > {DIRECTORY}/manifest.json <<'END'\n{manifest}\nEND"),
        format!("{cli} destroy --app {DIRECTORY} {selected} --exclusively --force --no-notices"),
    ]
}

/// Returns the manifest of an assembly with these stacks and no templates, one stack a line.
fn manifest(request: &Request<'_>, stacks: &[StackId]) -> String {
    let assembly = &request.deployment.assembly;
    let lines: Vec<String> = stacks
        .iter()
        .map(|id| {
            let stack = &assembly.stacks[*id];
            let before = stack.depends_on.iter().filter(|before| stacks.contains(before));
            let before: Vec<String> = before.map(|before| artifact_id(*before)).collect();
            format!("{}: {}", Value::from(artifact_id(*id)), artifact(stack, &before))
        })
        .collect();
    format!(
        "{{\"version\": {}, \"artifacts\": {{\n{}\n}}}}",
        Value::from(assembly.version.as_str()),
        lines.join(",\n")
    )
}

fn artifact_id(stack: StackId) -> String {
    format!("stack{}", stack.index() + 1)
}

fn artifact(stack: &Stack, before: &[String]) -> Value {
    let account = stack.account.as_deref().unwrap_or("unknown-account");
    let region = stack.region.as_deref().unwrap_or("unknown-region");
    let mut properties: Map<String, Value> = stack.roles.clone();
    properties.insert("templateFile".to_owned(), "none.template.json".into());
    properties.insert("stackName".to_owned(), stack.name.as_str().into());
    json!({
        "type": "aws:cloudformation:stack",
        "displayName": stack.hierarchical_id,
        "environment": format!("aws://{account}/{region}"),
        "properties": properties,
        "dependencies": before,
    })
}
