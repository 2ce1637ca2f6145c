//! `image-reference`: images that no registry can have.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::image_reference::{ReferenceProblem, reference_problem};
use crate::yaml::{Meaning, Node};

pub(super) static RULE: Rule = Rule {
    id: "image-reference",
    severities: &[Warning],
    summary: "an image has a name that no registry accepts",
    documentation: "GitLab accepts any string as an image, and the job fails when the runner pulls it. A reference is \
`domain:port/path:tag@digest`, where everything but the path can be omitted. Only the domain and the tag can contain \
upper-case letters. Variables can have any value, so only the characters around them are checked. If an executor without \
containers uses the value as the name of a virtual machine, allow the rule.",
    source: "https://docs.gitlab.com/ci/docker/using_docker_images/",
    bad: Example::Pipeline(
        "\
a:
  script: x
  image: Node:22
  services: [\"postgres 17\"]
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  image: node:22
  services: [\"$CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX/postgres:17\"]
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let services = job.body.get("services").and_then(Node::as_seq).unwrap_or_default();
        for container in job.body.get("image").into_iter().chain(services) {
            problems.extend(finding(container.get("name").unwrap_or(container)));
        }
    }
}

fn finding(name: &Node) -> Option<Diagnostic> {
    // Values of other types, and empty ones, are errors of other rules.
    let scalar = name
        .as_scalar()
        .filter(|scalar| matches!(scalar.meaning(), Meaning::Text(_)) && !scalar.text.is_empty())?;
    let text = &*scalar.text;
    let problem = reference_problem(text)?;
    let shown = text.escape_debug();
    let message = format!("no registry accepts the image `{shown}`: {}", reason(&problem, text));
    Some(Diagnostic::warning(&RULE, name.origin, message).with_help(way_out(&problem, text)))
}

fn reason(problem: &ReferenceProblem, text: &str) -> String {
    match problem {
        ReferenceProblem::Character(character) => format!("it contains {character:?}"),
        ReferenceProblem::UpperCase => "its path contains upper-case letters".to_owned(),
        ReferenceProblem::Path if text.contains("://") => "a reference has no scheme".to_owned(),
        ReferenceProblem::Path => {
            "each part of its path must start and end with a letter or a digit".to_owned()
        }
        ReferenceProblem::Length => "its path is longer than 255 characters".to_owned(),
        ReferenceProblem::Tag => {
            "its tag must be up to 128 letters, digits, `_`, `.` and `-`, and cannot start with `.` or `-`"
                .to_owned()
        }
        ReferenceProblem::Digest => "its digest is incomplete".to_owned(),
    }
}

fn way_out(problem: &ReferenceProblem, text: &str) -> String {
    match problem {
        ReferenceProblem::UpperCase if !text.contains([':', '@', '/']) => {
            format!("write `{}`", text.to_lowercase())
        }
        ReferenceProblem::UpperCase => "write the path in lower case".to_owned(),
        ReferenceProblem::Path if text.contains("://") => "remove it, up to `://`".to_owned(),
        ReferenceProblem::Digest => "write `NAME@sha256:` with 64 hexadecimal digits, or a tag".to_owned(),
        _ => "write NAME:TAG, such as `node:22` or `registry.example.com/group/node:22`".to_owned(),
    }
}
