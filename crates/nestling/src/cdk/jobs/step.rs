//! A step of a pipeline as a job: the same commands, with the files and variables that they expect.

use super::account::{docker_service, login};
use super::body::Body;
use super::files::{HANDED_ON, below, fetch, place, root};
use super::graph::{Graph, Role};
use super::outputs::DOTENV;
use super::request::Request;
use super::values::{codebuild_variables, put_together, variables};
use super::writing::Writing;
use crate::cdk::codepipeline::Output;
use crate::cdk::deployment::{From, Step, Work};
use crate::cdk::report::Kind;
use crate::cdk::shell::{in_double_quotes, quoted, variable};
use nestling_gitlab::yaml::Node;

/// Writes the job.
pub(crate) fn run(writing: &mut Writing<'_>, at: usize, node: usize, step: &Step, body: &mut Body) {
    let request = writing.request;
    image(writing, at, step, body);
    variables(writing, at, step, body);
    let action = if after_deploy(writing, at) { "verify" } else { "access" };
    writing.environment(at, Some(action), None, body);
    if step.uses_aws {
        login(request, body);
    }
    if let Some(minutes) = step.timeout {
        body.text("timeout", format!("{minutes} minutes"));
    }
    let handed_on = handed_on(request, writing.graph, node, step);
    body.texts("script", script(writing, at, node, step, &handed_on));
    afterwards(writing, at, step, body);
    artifacts(writing, at, step, &handed_on, body);
    cache(writing, at, step, body);
}

/// CodeBuild's own images exist nowhere else.
fn image(writing: &mut Writing<'_>, at: usize, step: &Step, body: &mut Body) {
    let request = writing.request;
    let own = step.image.as_deref().unwrap_or("aws/codebuild/standard");
    match request.settings.images.get(own) {
        Some(image) => _ = body.node("image", Node::string(image.origin, image.value.as_str())),
        None if own.starts_with("aws/codebuild/") => {
            body.node("image", request.settings.image.clone());
            let text = format!(
                "its image `{own}` exists only inside CodeBuild; `image:` of the header takes its place"
            );
            writing.note(Kind::Runner, at, &text);
        }
        None => _ = body.text("image", own),
    }
    if step.privileged {
        docker_service(request, body);
        writing.note(
            Kind::Runner,
            at,
            "it runs docker: its runner has to be privileged, and its image has to have the client",
        );
    }
}

/// Whether a stack of the job's environment has been deployed before it.
fn after_deploy(writing: &Writing<'_>, at: usize) -> bool {
    let jobs = &writing.graph.jobs;
    let deploys = |job: usize| match jobs[job].role {
        Role::Node(node) => writing.request.deployment.nodes[node].work.deploys().is_some(),
        Role::Settle(_) => true,
        _ => false,
    };
    let before = |job: usize| writing.past.holds(at, job);
    (0..jobs.len()).any(|job| jobs[job].target == jobs[at].target && before(job) && deploys(job))
}

/// The artifacts of a step that other jobs read, with what each holds.
fn handed_on<'a>(
    request: &Request<'_>,
    graph: &Graph,
    node: usize,
    step: &'a Step,
) -> Vec<(&'a str, &'a Output)> {
    let read = |artifact: &str| {
        graph.of_node.keys().any(|other| match &request.deployment.nodes[*other].work {
            Work::Run(other) => {
                other.inputs.iter().any(|input| input.artifact == artifact && input.from == From::Node(node))
            }
            _ => false,
        })
    };
    let primary = step.outputs.first().zip(step.spec.output.as_ref());
    let secondary = step.spec.outputs.iter().map(|(name, output)| (name, output));
    let all = primary.into_iter().chain(secondary);
    all.map(|(name, output)| (name.as_str(), output)).filter(|(name, _)| read(name)).collect()
}

fn script(
    writing: &mut Writing<'_>,
    at: usize,
    node: usize,
    step: &Step,
    handed_on: &[(&str, &Output)],
) -> Vec<String> {
    let mut lines = Vec::new();
    for (position, input) in step.inputs.iter().enumerate() {
        fetch(writing, at, input, &mut lines);
        if position > 0 {
            let name = variable(&format!("CODEBUILD_SRC_DIR_{}", input.artifact));
            lines.push(format!("export {name}={}", place(writing.request, input)));
        }
    }
    codebuild_variables(writing, at, step, &mut lines);
    for (name, value) in &step.references {
        lines.push(format!("export {name}={}", put_together(writing, at, node, value)));
    }
    let start =
        step.inputs.first().map_or_else(|| root(writing.request), |input| place(writing.request, input));
    if start != "\"$CI_PROJECT_DIR\"" {
        lines.push(format!("cd {start}"));
    }
    lines.extend(step.spec.commands.iter().cloned());
    if !step.spec.exported.is_empty() {
        lines.extend(step.spec.afterwards.iter().cloned());
    }
    for (namespace, name) in writing.wanted.get(&at).into_iter().flatten() {
        let target = variable(&format!("{namespace}__{name}"));
        lines.push(format!("echo \"{target}=${name}\" >> \"$CI_PROJECT_DIR/{DOTENV}\""));
    }
    for (artifact, output) in handed_on {
        lines.push(hand_on(artifact, output, &start));
    }
    lines
}

/// Copies files to where the steps that read them look for them.
fn hand_on(artifact: &str, output: &Output, start: &str) -> String {
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

/// Commands that run when something failed, too. GitLab runs them in a shell of their own.
fn afterwards(writing: &mut Writing<'_>, at: usize, step: &Step, body: &mut Body) {
    if step.spec.afterwards.is_empty() {
        return;
    }
    if !step.spec.exported.is_empty() {
        let text = "its `post_build` commands run only if everything before went well, so that it can export variables";
        return writing.note(Kind::Setting, at, text);
    }
    writing.note(
        Kind::Setting,
        at,
        "its `post_build` commands run in a shell of their own, as `after_script`",
    );
    let start =
        step.inputs.first().map_or_else(|| root(writing.request), |input| place(writing.request, input));
    let mut lines = Vec::new();
    if start != "\"$CI_PROJECT_DIR\"" {
        lines.push(format!("cd {start}"));
    }
    lines.extend(step.spec.afterwards.iter().cloned());
    body.texts("after_script", lines);
}

fn artifacts(
    writing: &mut Writing<'_>,
    at: usize,
    step: &Step,
    handed_on: &[(&str, &Output)],
    body: &mut Body,
) {
    let request = writing.request;
    let mut paths: Vec<String> =
        handed_on.iter().map(|(artifact, _)| format!("{HANDED_ON}/{artifact}/")).collect();
    // What nobody reads is kept for people to look at.
    let primary = step.outputs.first().zip(step.spec.output.as_ref());
    let unread = primary.filter(|(name, _)| !handed_on.iter().any(|(known, _)| known == name));
    paths.extend(unread.into_iter().flat_map(|(_, output)| kept(request, output)));
    let exports = writing.wanted.contains_key(&at);
    body.child("artifacts", |artifacts| {
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
            if exports {
                reports.text("dotenv", DOTENV);
            }
        });
    });
}

fn kept(request: &Request<'_>, output: &Output) -> Vec<String> {
    let directory = output.directory.as_str();
    let inside = |file: &str| match directory {
        "." => file.to_owned(),
        directory => format!("{directory}/{file}"),
    };
    if output.is_all() {
        vec![below(request, &inside(""))].into_iter().filter(|path| !path.is_empty()).collect()
    } else {
        output.files.iter().map(|file| below(request, &inside(file))).collect()
    }
}

fn cache(writing: &mut Writing<'_>, at: usize, step: &Step, body: &mut Body) {
    let (outside, inside): (Vec<&String>, Vec<&String>) =
        step.spec.cache.iter().partition(|path| path.starts_with(['/', '~', '$']));
    for path in outside {
        writing.note(
            Kind::Setting,
            at,
            &format!("its cache of `{path}`: GitLab caches paths of the checkout only"),
        );
    }
    if inside.is_empty() {
        return;
    }
    let paths: Vec<String> = inside.into_iter().map(|path| below(writing.request, path)).collect();
    body.child("cache", |cache| _ = cache.text("key", "$CI_JOB_NAME_SLUG").texts("paths", paths));
}
