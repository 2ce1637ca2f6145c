//! A step of a pipeline as a job: the same commands, with the files and variables that they expect.

use super::account::{docker_service, login};
use super::files::{HANDED_ON, below, directory_of, enter, fetch, start_directory};
use super::graph::{Role, deployed_by, work_of};
use super::outputs::DOTENV;
use super::request::Request;
use super::values::{codebuild_variables, variables, with_references};
use super::writer::Writer;
use crate::codepipeline::Output;
use crate::deployment::{InputSource, NodeId, ScriptStep, Work};
use crate::id::Id;
use crate::report::LineKind;
use crate::settings::Purpose;
use crate::shell::{in_double_quotes, quoted, variable};
use nestling_gitlab::yaml::Node;

/// An artifact of a step by CodePipeline's name, with its files.
type Artifact<'a> = (&'a str, &'a Output);

/// Writes the job of a node that runs commands.
pub(crate) fn run(job: &mut Writer<'_>, node: NodeId, step: &ScriptStep) {
    image(job, step);
    variables(job, step);
    job.accessing(if is_after_deploy(job) { "verify" } else { "access" });
    if step.uses_aws {
        login(job, Purpose::Deploy);
    }
    if let Some(minutes) = step.timeout {
        job.body.text("timeout", format!("{minutes} minutes"));
    }
    let handed_on = handed_on(job, node, step);
    let script = script(job, node, step, &handed_on);
    job.body.texts("script", script);
    afterwards(job, step);
    artifacts(job, step, &handed_on);
    cache(job, step);
}

/// CodeBuild's own images exist nowhere else.
fn image(job: &mut Writer<'_>, step: &ScriptStep) {
    let settings = job.request.settings;
    let own = step.image.as_deref().unwrap_or("aws/codebuild/standard");
    if let Some(image) = settings.images.get(own) {
        job.body.node("image", Node::string(image.origin, image.value.as_str()));
    } else if own.starts_with("aws/codebuild/") {
        job.body.node("image", settings.image.clone());
        let text =
            format!("its image `{own}` exists only inside CodeBuild; `image:` of the header takes its place");
        job.note(LineKind::Runner, &text);
    } else {
        job.body.text("image", own);
    }
    if step.privileged {
        docker_service(job);
        let text = "it runs docker: its runner has to be privileged, and its image has to have the client";
        job.note(LineKind::Runner, text);
    }
}

/// Returns whether a stack of the job's environment has been deployed before it.
fn is_after_deploy(job: &Writer<'_>) -> bool {
    let (graph, past) = (job.plan.graph, &job.plan.past);
    let mut before =
        Id::each(&graph.jobs).filter(|(other, _)| past.holds(job.job_id, *other)).map(|(_, other)| other);
    before.any(|other| {
        let deploys = !deployed_by(job.request, other).is_empty() || matches!(other.role, Role::Settle(_));
        deploys && other.target == job.job.target.or(job.job.environment)
    })
}

/// Returns the artifacts of a step that other jobs read.
fn handed_on<'a>(job: &Writer<'_>, node: NodeId, step: &'a ScriptStep) -> Vec<Artifact<'a>> {
    let is_read = |artifact: &str| {
        job.plan.graph.jobs.iter().any(|other| match work_of(job.request, other) {
            Some(Work::Run(reader)) => reader
                .inputs
                .iter()
                .any(|input| input.artifact == artifact && input.source == InputSource::Node(node)),
            _ => false,
        })
    };
    let secondary = step.spec.outputs.iter().map(|(name, output)| (name.as_str(), output));
    let all = primary_artifact(step).into_iter().chain(secondary);
    all.filter(|(name, _)| is_read(name)).collect()
}

fn primary_artifact(step: &ScriptStep) -> Option<Artifact<'_>> {
    Some((step.outputs.first()?, step.spec.output.as_ref()?))
}

fn script(job: &mut Writer<'_>, node: NodeId, step: &ScriptStep, handed_on: &[Artifact<'_>]) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, input) in step.inputs.iter().enumerate() {
        lines.extend(fetch(job, input));
        if index > 0 {
            let name = variable(&format!("CODEBUILD_SRC_DIR_{}", input.artifact));
            lines.push(format!("export {name}={}", directory_of(job.request, input)));
        }
    }
    lines.extend(codebuild_variables(job, step));
    for (name, value) in &step.references {
        lines.push(format!("export {name}={}", with_references(job, node, value)));
    }
    lines.extend(enter(job.request, step));
    lines.extend(step.spec.commands.iter().cloned());
    // `after_script` has a shell of its own, and cannot export anything.
    if !step.spec.exported.is_empty() {
        lines.extend(step.spec.afterwards.iter().cloned());
    }
    for (namespace, name, _) in job.plan.wanted.get(&job.job_id).into_iter().flatten() {
        let target = variable(&format!("{namespace}__{name}"));
        lines.push(format!("echo \"{target}=${name}\" >> \"$CI_PROJECT_DIR/{DOTENV}\""));
    }
    let start = start_directory(job.request, step);
    lines.extend(handed_on.iter().map(|artifact| hand_on(artifact, &start)));
    lines
}

/// Returns the line that copies files to where the steps that read them look for them.
fn hand_on((artifact, output): &Artifact<'_>, start: &str) -> String {
    let to = format!("\"$CI_PROJECT_DIR/{HANDED_ON}/{}\"", in_double_quotes(artifact));
    let from = quoted(&output.directory);
    // `cd` of the commands may have led elsewhere.
    if output.is_all() {
        format!("(cd {start} && mkdir -p {to} && cp -R {from}/. {to})")
    } else {
        let files = output.files.join(" ");
        format!("(cd {start} && mkdir -p {to} && cd {from} && tar -cf - {files} | tar -xf - -C {to})")
    }
}

/// Writes the commands that run when something failed, too. GitLab runs them in a shell of their own.
fn afterwards(job: &mut Writer<'_>, step: &ScriptStep) {
    if step.spec.afterwards.is_empty() {
        return;
    }
    if !step.spec.exported.is_empty() {
        let text = "its `post_build` commands run only if everything before went well, so that it can export variables";
        return job.note(LineKind::Setting, text);
    }
    job.note(LineKind::Setting, "its `post_build` commands run in a shell of their own, as `after_script`");
    let mut lines: Vec<String> = enter(job.request, step).into_iter().collect();
    lines.extend(step.spec.afterwards.iter().cloned());
    job.body.texts("after_script", lines);
}

fn artifacts(job: &mut Writer<'_>, step: &ScriptStep, handed_on: &[Artifact<'_>]) {
    let request = job.request;
    let mut paths: Vec<String> =
        handed_on.iter().map(|(artifact, _)| format!("{HANDED_ON}/{artifact}/")).collect();
    // What nobody reads is kept for people to look at.
    if let Some((name, output)) = primary_artifact(step)
        && !handed_on.iter().any(|(known, _)| *known == name)
    {
        paths.extend(output_paths(request, output));
    }
    let is_read = job.plan.wanted.contains_key(&job.job_id);
    job.body.child("artifacts", |artifacts| {
        // Reports are read most where tests fail.
        if !step.spec.junit.is_empty() {
            artifacts.text("when", "always");
        }
        if !paths.is_empty() {
            artifacts.texts("paths", paths);
        }
        artifacts.child("reports", |reports| {
            if !step.spec.junit.is_empty() {
                reports.texts("junit", step.spec.junit.iter().map(|glob| below(request, glob)));
            }
            if is_read {
                reports.text("dotenv", DOTENV);
            }
        });
    });
}

/// Returns the paths of an output, from the root of the checkout.
fn output_paths(request: &Request<'_>, output: &Output) -> Vec<String> {
    let directory = match output.directory.as_str() {
        "." => String::new(),
        directory => format!("{directory}/"),
    };
    if !output.is_all() {
        return output.files.iter().map(|file| below(request, &format!("{directory}{file}"))).collect();
    }
    let path = below(request, &directory);
    if path.is_empty() { Vec::new() } else { vec![path] }
}

fn cache(job: &mut Writer<'_>, step: &ScriptStep) {
    let is_outside = |path: &&String| path.starts_with(['/', '~', '$']);
    let (outside, inside): (Vec<&String>, Vec<&String>) = step.spec.cache.iter().partition(is_outside);
    for path in outside {
        let text = format!("its cache of `{path}`: GitLab caches paths of the checkout only");
        job.note(LineKind::Setting, &text);
    }
    if inside.is_empty() {
        return;
    }
    let paths: Vec<String> = inside.into_iter().map(|path| below(job.request, path)).collect();
    job.body.child("cache", |cache| _ = cache.text("key", "$CI_JOB_NAME_SLUG").texts("paths", paths));
}
