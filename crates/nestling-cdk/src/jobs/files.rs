//! Files of steps: the checkout, the assembly, clones, and files that other steps pass on.

use super::request::Request;
use super::writer::Writer;
use crate::deployment::{Input, InputSource, ScriptStep};
use crate::report::LineKind;
use crate::settings::AssemblySource;
use crate::shell::{in_double_quotes, quoted};

/// Directory for the files that steps pass on, with a subdirectory for each artifact, as in CodePipeline.
pub(crate) const HANDED_ON: &str = ".nestling";

/// Returns the directory of an input of a step, from the root of the checkout; empty for the root itself.
pub(crate) fn path_of(request: &Request<'_>, step: &ScriptStep, input: &Input) -> String {
    match &input.source {
        InputSource::Checkout => source_of(request, step),
        InputSource::Assembly => request.assembly(),
        InputSource::Parent { directory: Some(directory), .. } => below(&source_of(request, step), directory),
        InputSource::Repository { .. }
        | InputSource::Store(_)
        | InputSource::Node(_)
        | InputSource::Parent { directory: None, .. } => format!("{HANDED_ON}/{}", input.artifact),
    }
}

/// Returns the directory in which the commands of a step start, from the root of the checkout.
pub(crate) fn start_path(request: &Request<'_>, step: &ScriptStep) -> String {
    step.inputs.first().map_or_else(|| source_of(request, step), |first| path_of(request, step, first))
}

/// Returns the directory that a step knows as the root of its repository, from the root of the checkout.
fn source_of(request: &Request<'_>, step: &ScriptStep) -> String {
    step.layout.root(&request.assembly(), request.directory)
}

/// Returns a path of the checkout as a word of a shell.
pub(crate) fn in_checkout(path: &str) -> String {
    if path.is_empty() {
        return "\"$CI_PROJECT_DIR\"".to_owned();
    }
    format!("\"$CI_PROJECT_DIR/{}\"", in_double_quotes(path))
}

/// Returns a path of the checkout as the value of a variable.
pub(crate) fn as_value(path: &str) -> String {
    if path.is_empty() {
        return "$CI_PROJECT_DIR".to_owned();
    }
    format!("$CI_PROJECT_DIR/{}", path.replace('$', "$$"))
}

/// Returns a path below a directory.
pub(crate) fn below(directory: &str, path: &str) -> String {
    match (directory, path) {
        (directory, ".") => directory.to_owned(),
        ("", path) => path.to_owned(),
        (directory, path) => format!("{directory}/{path}"),
    }
}

/// Returns the lines that fetch an input. Another repository is cloned where it is read; anything else must be a project by
/// now, or the job fails.
pub(crate) fn fetch(job: &mut Writer<'_>, step: &ScriptStep, input: &Input) -> Vec<String> {
    let (repository, branch, is_store, has_history) = match &input.source {
        InputSource::Repository { name, branch, has_history } => (name, branch.as_ref(), false, *has_history),
        InputSource::Store(store) => (store, None, true, false),
        InputSource::Parent { action, directory } => {
            return of_parent(job, &path_of(job.request, step, input), action, directory.as_deref());
        }
        InputSource::Checkout | InputSource::Assembly | InputSource::Node(_) => return Vec::new(),
    };
    let project = job.request.settings.sources.get(repository);
    if project.is_none() && is_store {
        job.note(
            LineKind::Source,
            &format!("it reads {repository}, which is not a repository; the job fails"),
        );
        let text = format!("Nothing fetches {repository}: move it to a project, and add that to `sources`.");
        return vec![format!("echo {}", quoted(&text)), "exit 1".to_owned()];
    }
    if project.is_none() {
        let text = format!("it reads {repository}, which is cloned from the project of that name");
        job.note(LineKind::Source, &text);
    }
    let project = project.map_or(repository, |project| &project.value);
    let url = format!(
        "\"$CI_SERVER_PROTOCOL://gitlab-ci-token:$CI_JOB_TOKEN@$CI_SERVER_HOST:$CI_SERVER_PORT/{}.git\"",
        in_double_quotes(project)
    );
    let branch = branch.map_or_else(String::new, |branch| format!("--branch {} ", quoted(branch)));
    let depth = if has_history { "" } else { "--depth 1 " };
    let directory = in_checkout(&path_of(job.request, step, input));
    // An earlier job may have left one.
    vec![format!("rm -rf {directory}"), format!("git clone {depth}{branch}{url} {directory}")]
}

/// Returns the lines that fail unless the parent pipeline has left a directory: its job keeps it beside the assembly.
fn of_parent(job: &mut Writer<'_>, path: &str, action: &str, directory: Option<&str>) -> Vec<String> {
    let keeper = match &job.request.settings.from {
        AssemblySource::Parent(parent) => format!("job `{parent}` of the parent pipeline must keep"),
        AssemblySource::Checkout => "the repository must contain".to_owned(),
    };
    let (text, message) = match directory {
        Some(_) => (
            format!("it reads the output of `{action}`: {keeper} `{path}`"),
            format!("`{path}` does not exist: {keeper} it."),
        ),
        None => (
            format!("it reads some of the files of `{action}`; the job fails"),
            format!("Nothing passes on the output of `{action}`."),
        ),
    };
    job.note(LineKind::Source, &text);
    vec![format!("[ -d {} ] || {{ echo {}; exit 1; }}", in_checkout(path), quoted(&message))]
}
