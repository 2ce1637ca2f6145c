//! Where the files of steps are: the checkout, the assembly, clones, and what other steps have handed on.

use super::request::Request;
use super::writer::Writer;
use crate::deployment::{Input, InputSource, ScriptStep};
use crate::report::LineKind;
use crate::shell::{in_double_quotes, quoted};

/// Where steps keep what they hand on, one directory for each artifact, as CodePipeline keeps them apart.
pub(crate) const HANDED_ON: &str = ".nestling";

/// Returns the directory of an input, from the root of the checkout; empty for the root itself.
pub(crate) fn path_of(request: &Request<'_>, input: &Input) -> String {
    match &input.source {
        // The unit's own directory takes the place of the pipeline's repository.
        InputSource::Checkout => request.directory.to_owned(),
        InputSource::Assembly => request.assembly(),
        InputSource::Repository(..)
        | InputSource::Store(_)
        | InputSource::Node(_)
        | InputSource::Parent(_) => format!("{HANDED_ON}/{}", input.artifact),
    }
}

/// Returns the directory in which the commands of a step start, from the root of the checkout.
pub(crate) fn start_path(request: &Request<'_>, step: &ScriptStep) -> String {
    step.inputs.first().map_or_else(|| request.directory.to_owned(), |first| path_of(request, first))
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
pub(crate) fn fetch(job: &mut Writer<'_>, input: &Input) -> Vec<String> {
    let (repository, branch, is_store) = match &input.source {
        InputSource::Repository(repository, branch) => (repository, branch.as_ref(), false),
        InputSource::Store(store) => (store, None, true),
        _ => return Vec::new(),
    };
    let project = job.request.settings.sources.get(repository);
    if project.is_none() && is_store {
        job.note(
            LineKind::Source,
            &format!("it reads {repository}, which is no repository; the job fails there"),
        );
        let text =
            format!("Nothing fetches {repository}: put it into a project, and name that under `sources`.");
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
    vec![format!("git clone --depth 1 {branch}{url} {}", in_checkout(&path_of(job.request, input)))]
}
