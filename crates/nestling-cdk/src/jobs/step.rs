//! A step of a pipeline as a job: the same commands, with the files and variables that they expect.

use super::account::{docker_service, login};
use super::files::{HANDED_ON, fetch, in_checkout, start_path};
use super::graph::{Role, deployed_by, work_of};
use super::handed_on::hand_on;
use super::kept_files::{cache, output_paths, reports};
use super::outputs::DOTENV;
use super::phases::{RETRIED, script};
use super::unused::image_of;
use super::values::{exports, variables};
use super::writer::Writer;
use crate::codepipeline::Output;
use crate::deployment::{InputSource, NodeId, ScriptStep, Work};
use crate::id::Id;
use crate::report::LineKind;
use crate::settings::Purpose;
use crate::shell::{quoted, variable};
use nestling_gitlab::yaml::Node;

/// An artifact of a step by CodePipeline's name, with its files.
type Artifact<'a> = (&'a str, &'a Output);

/// Writes the job of a node that runs commands.
pub(crate) fn run(job: &mut Writer<'_>, node: NodeId, step: &ScriptStep) {
    let mut impossible = step.impossible.clone();
    impossible.extend(image(job, step));
    variables(job, step);
    job.accessing(if is_after_deploy(job) { "verify" } else { "access" });
    if step.uses_aws {
        login(job, Purpose::Deploy);
    }
    if let Some(minutes) = step.timeout {
        job.body.text("timeout", format!("{minutes} minutes"));
    }
    retry(job, step);
    prepare(job, node, step);
    let handed_on = handed_on(job, node, step);
    let following = following(job, step, &handed_on);
    if impossible.is_empty() {
        job.body.texts("script", script(&step.spec, following));
    } else {
        fail(job, &impossible);
    }
    artifacts(job, step, &handed_on);
    cache(job, step);
}

/// An action that no job can do: it fails, so that nothing after it runs as if it had been done. Anyone who writes its `script`
/// has its files, its region and the login there.
pub(crate) fn unsupported(job: &mut Writer<'_>, node: NodeId, what: &str, step: &ScriptStep) {
    job.accessing("prepare");
    job.body.default_variables(|variables| {
        for name in ["AWS_DEFAULT_REGION", "AWS_REGION"] {
            if let Some(region) = &step.region {
                variables.text(name, region.as_str());
            }
        }
    });
    login(job, Purpose::Deploy);
    prepare(job, node, step);
    let name = &job.job.name;
    let text =
        format!("{what} has no counterpart. Write the `script` of `{name}` in the unit's nestling.yml.");
    job.body.texts("script", [format!("echo {}", quoted(&text)), "exit 1".to_owned()]);
}

/// Writes `retry:` of a step that is repeated where it fails in some phase.
fn retry(job: &mut Writer<'_>, step: &ScriptStep) {
    let retries = step.spec.phases.iter().map(|phase| phase.retries).max().filter(|retries| *retries > 0);
    let Some(retries) = retries else { return };
    job.body.child("retry", |retry| {
        let exit_code = Node::plain(retry.origin(), RETRIED.to_string());
        retry.plain("max", retries.to_string()).list("exit_codes", vec![exit_code]);
    });
}

/// Writes `image:`. CodeBuild's own images exist nowhere else.
///
/// Returns the reason that no job can run where nobody knows the image.
fn image(job: &mut Writer<'_>, step: &ScriptStep) -> Option<String> {
    if step.privileged {
        docker_service(job);
    }
    let settings = job.request.settings;
    let own = image_of(step);
    let mut impossible = None;
    if let Some(image) = settings.images.get(own) {
        job.body.node("image", Node::string(image.origin, image.value.as_str()));
    } else if step.has_unknown_image {
        job.body.node("image", settings.image.clone());
        let text = format!(
            "only CloudFormation knows its image `{own}`, and `images` of the header does not replace it"
        );
        impossible = Some(text);
    } else if own.starts_with("aws/codebuild/") {
        job.body.node("image", settings.image.clone());
        let text = format!("its image `{own}` exists only in CodeBuild; `image:` of the header replaces it");
        job.note(LineKind::Runner, &text);
    } else {
        job.body.text("image", own);
        note_registry(job, own);
    }
    if step.privileged {
        let text = "it runs docker: its runner must be privileged, and its image must contain the client";
        job.note(LineKind::Runner, text);
    }
    impossible
}

/// Reports an image that a runner cannot just pull.
fn note_registry(job: &mut Writer<'_>, image: &str) {
    if !image.contains(".dkr.ecr.") {
        return;
    }
    let mut text =
        format!("its image `{image}` is in ECR, and the runner must log in there (`DOCKER_AUTH_CONFIG`)");
    // Images of assets have the hash of their content as tag.
    let tag = image.rsplit(':').next().unwrap_or_default();
    if tag.len() == 64 && tag.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        text.push_str("; it is an asset of the pipeline's own stack, which is no longer published");
    }
    job.note(LineKind::Runner, &text);
}

/// Returns `true` if a stack of the job's environment has been deployed before it.
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
        job.plan.graph.jobs.iter().any(|other| {
            let reader = work_of(job.request, other).and_then(Work::step);
            let mut inputs = reader.into_iter().flat_map(|reader| &reader.inputs);
            inputs.any(|input| input.artifact == artifact && input.source == InputSource::Node(node))
        })
    };
    let secondary = step.spec.outputs.iter().map(|(name, output)| (name.as_str(), output));
    let all = primary_artifact(step).into_iter().chain(secondary);
    all.filter(|(name, _)| is_read(name)).collect()
}

fn primary_artifact(step: &ScriptStep) -> Option<Artifact<'_>> {
    Some((step.outputs.first()?, step.spec.output.as_ref()?))
}

/// Writes `before_script:`, which readies what the commands expect: credentials, files, variables, the directory. It stays
/// where somebody writes other commands.
pub(crate) fn prepare(job: &mut Writer<'_>, node: NodeId, step: &ScriptStep) {
    let own = job.body.get("before_script").and_then(Node::as_seq).unwrap_or_default();
    let mut lines: Vec<String> = own.iter().filter_map(Node::text).map(str::to_owned).collect();
    if step.spec.needs_bash {
        lines.push("[ -n \"$BASH_VERSION\" ] || { echo 'Its commands need bash, which the image must contain.'; exit 1; }".to_owned());
    }
    for input in &step.inputs {
        lines.extend(fetch(job, step, input));
    }
    lines.extend(exports(job, node, step));
    let start = start_path(job.request, step);
    if !start.is_empty() {
        lines.push(format!("cd {}", in_checkout(&start)));
    }
    if !lines.is_empty() {
        job.body.texts("before_script", lines);
    }
}

/// Returns the commands that follow those of a step: they pass on variables and files.
fn following(job: &mut Writer<'_>, step: &ScriptStep, handed_on: &[Artifact<'_>]) -> Vec<String> {
    let mut commands = Vec::new();
    for (namespace, name, _) in job.plan.wanted.get(&job.job_id).into_iter().flatten() {
        let target = variable(&format!("{namespace}__{name}"));
        let lines = format!("`{name}` has several lines, which GitLab cannot pass on.");
        commands.push(format!(
            "[ \"$(printf %s \"${name}\" | wc -l)\" -eq 0 ] || {{ echo {}; exit 1; }}",
            quoted(&lines)
        ));
        // GitLab expands variables in a value, and reads `$$` as a dollar.
        commands.push(format!(
            "printf '%s\\n' \"{target}=$(printf %s \"${name}\" | sed 's/\\$/$$/g')\" >> \"$CI_PROJECT_DIR/{DOTENV}\""
        ));
    }
    let start = in_checkout(&start_path(job.request, step));
    for (artifact, output) in handed_on {
        match hand_on(artifact, output, &start) {
            Ok(command) => commands.push(command),
            Err(reason) => {
                job.note(LineKind::Unsupported, &format!("{reason}; the job fails"));
                commands
                    .push(format!("echo {}; exit 1", quoted(&format!("Nothing is passed on: {reason}."))));
            }
        }
    }
    commands
}

/// Writes commands that fail, so that nothing after the job runs as if it had been done.
fn fail(job: &mut Writer<'_>, reasons: &[String]) {
    let name = &job.job.name;
    let mut lines = Vec::new();
    for reason in reasons {
        let text = format!("`{name}` cannot run: {reason}. Write its `script` in the unit's nestling.yml.");
        lines.push(format!("echo {}", quoted(&text)));
    }
    lines.push("exit 1".to_owned());
    job.body.texts("script", lines);
    for reason in reasons {
        job.note(LineKind::Unsupported, &format!("{reason}; a failing job is its placeholder"));
    }
}

fn artifacts(job: &mut Writer<'_>, step: &ScriptStep, handed_on: &[Artifact<'_>]) {
    let start = start_path(job.request, step);
    let mut paths: Vec<String> =
        handed_on.iter().map(|(artifact, _)| format!("{HANDED_ON}/{artifact}/")).collect();
    // What nobody reads is kept for people to look at.
    if let Some((name, output)) = primary_artifact(step)
        && !handed_on.iter().any(|(known, _)| *known == name)
    {
        paths.extend(output_paths(&start, output));
    }
    let reports = reports(job, step);
    let is_read = job.plan.wanted.contains_key(&job.job_id);
    job.body.child("artifacts", |artifacts| {
        // Reports are read most where tests fail.
        if !reports.is_empty() {
            artifacts.text("when", "always");
        }
        if !paths.is_empty() {
            artifacts.texts("paths", paths);
        }
        artifacts.child("reports", |keywords| {
            reports.write(keywords);
            if is_read {
                keywords.text("dotenv", DOTENV);
            }
        });
    });
}
