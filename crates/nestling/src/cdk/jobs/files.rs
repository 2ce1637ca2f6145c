//! Where the files of steps are: the checkout, the assembly, clones, and what other steps have handed on.

use super::request::Request;
use super::writing::Writing;
use crate::cdk::deployment::{From, Input};
use crate::cdk::report::Kind;
use crate::cdk::shell::{in_double_quotes, quoted};

/// Where steps keep what they hand on, one directory for each artifact, as CodePipeline keeps them apart.
pub(crate) const HANDED_ON: &str = ".nestling";

/// Where the files of an input are.
pub(crate) fn place(request: &Request<'_>, input: &Input) -> String {
    match &input.from {
        From::Checkout => root(request),
        From::Assembly => format!("\"$CI_PROJECT_DIR/{}\"", in_double_quotes(&request.assembly())),
        From::Repository(..) | From::Store(_) | From::Node(_) | From::Parent(_) => {
            format!("\"$CI_PROJECT_DIR/{HANDED_ON}/{}\"", in_double_quotes(&input.artifact))
        }
    }
}

/// What was the repository of the pipeline is the unit's directory now.
pub(crate) fn root(request: &Request<'_>) -> String {
    match request.directory {
        "" => "\"$CI_PROJECT_DIR\"".to_owned(),
        directory => format!("\"$CI_PROJECT_DIR/{}\"", in_double_quotes(directory)),
    }
}

/// A path of the step's repository, from the root of the checkout.
pub(crate) fn below(request: &Request<'_>, path: &str) -> String {
    match request.directory {
        "" => path.to_owned(),
        directory => format!("{directory}/{path}"),
    }
}

/// Another repository is cloned where it is read. What is no repository has to be one by now, or the job fails.
pub(crate) fn fetch(writing: &mut Writing<'_>, at: usize, input: &Input, lines: &mut Vec<String>) {
    let (repository, branch) = match &input.from {
        From::Repository(repository, branch) => (repository, branch.as_ref()),
        From::Store(store) => (store, None),
        _ => return,
    };
    let known = writing.request.settings.sources.get(repository);
    let project = known.map_or(repository.as_str(), |known| known.value.as_str()).to_owned();
    if known.is_none() {
        let is_store = matches!(input.from, From::Store(_));
        let text = match is_store {
            true => format!("it reads {repository}, which is no repository; the job fails there"),
            false => format!("it reads {repository}, which is cloned from the project of that name"),
        };
        writing.note(Kind::Source, at, &text);
        if is_store {
            let text = format!(
                "Nothing fetches {repository}: put it into a project, and name that under `sources`."
            );
            return lines.extend([format!("echo {}", quoted(&text)), "exit 1".to_owned()]);
        }
    }
    let branch = branch.map_or_else(String::new, |branch| format!("--branch {} ", quoted(branch)));
    let url = format!(
        "\"$CI_SERVER_PROTOCOL://gitlab-ci-token:$CI_JOB_TOKEN@$CI_SERVER_HOST:$CI_SERVER_PORT/{}.git\"",
        in_double_quotes(&project)
    );
    lines.push(format!("git clone --depth 1 {branch}{url} {}", place(writing.request, input)));
}
