//! Where the files of steps are: the checkout, the assembly, clones, and what other steps have handed on.

use super::request::Request;
use super::writer::Writer;
use crate::deployment::{Input, InputSource, ScriptStep};
use crate::report::LineKind;
use crate::shell::{in_double_quotes, quoted};

/// Where steps keep what they hand on, one directory for each artifact, as CodePipeline keeps them apart.
pub(crate) const HANDED_ON: &str = ".nestling";

/// The root of the checkout, as a word of a shell.
const ROOT: &str = "\"$CI_PROJECT_DIR\"";

/// Returns the directory of an input, as a word of a shell.
pub(crate) fn directory_of(request: &Request<'_>, input: &Input) -> String {
    match &input.source {
        InputSource::Checkout => unit_directory(request),
        InputSource::Assembly => in_checkout(&request.assembly()),
        InputSource::Repository(..)
        | InputSource::Store(_)
        | InputSource::Node(_)
        | InputSource::Parent(_) => in_checkout(&format!("{HANDED_ON}/{}", input.artifact)),
    }
}

/// Returns the directory in which the commands of a step start, as a word of a shell.
pub(crate) fn start_directory(request: &Request<'_>, step: &ScriptStep) -> String {
    match step.inputs.first() {
        Some(first) => directory_of(request, first),
        None => unit_directory(request),
    }
}

/// Changes to the directory in which the commands of a step start, if that is not where jobs start.
pub(crate) fn enter(request: &Request<'_>, step: &ScriptStep) -> Option<String> {
    let start = start_directory(request, step);
    (start != ROOT).then(|| format!("cd {start}"))
}

/// The directory that takes the place of the pipeline's repository: the unit's own.
fn unit_directory(request: &Request<'_>) -> String {
    if request.directory.is_empty() { ROOT.to_owned() } else { in_checkout(request.directory) }
}

fn in_checkout(path: &str) -> String {
    format!("\"$CI_PROJECT_DIR/{}\"", in_double_quotes(path))
}

/// Returns a path of the step's repository, from the root of the checkout.
pub(crate) fn below(request: &Request<'_>, path: &str) -> String {
    match request.directory {
        "" => path.to_owned(),
        directory => format!("{directory}/{path}"),
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
    vec![format!("git clone --depth 1 {branch}{url} {}", directory_of(job.request, input))]
}
