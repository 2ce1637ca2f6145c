//! `pages-shared`: units that publish their sites to one place.

use super::Index;
use crate::check::Level;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule, file};
use crate::pipeline::Job;
use crate::pipeline::presence::State;
use crate::yaml::Node;
use std::collections::HashMap;

pub(super) static RULE: Rule = Rule {
    id: "pages-shared",
    severities: &[Error],
    summary: "two units publish a site to the same path",
    documentation: "A project has one site, and each job with `pages` replaces it: of two units, only the one that is published last is visible. Give each its own `path_prefix`. A job called `pages` publishes, too, even if its name gets the prefix of its unit.",
    source: "https://docs.gitlab.com/ci/yaml/#pagespath_prefix",
    bad: Example::Repository(&[
        file("nestling.yml", "workspace: {}\n"),
        file("docs/nestling.yml", "pages:\n  script: mkdocs build -d public\n"),
        file("api/nestling.yml", "pages:\n  script: redoc build -o public\n"),
    ]),
    good: Example::Repository(&[
        file("nestling.yml", "workspace: {}\n"),
        file("docs/nestling.yml", "pages:\n  script: mkdocs build -d public\n"),
        file(
            "api/nestling.yml",
            "\
site:
  script: redoc build -o public
  pages:
    path_prefix: api
",
        ),
    ]),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    // In a plain file they may be alternatives, and Nestling made none of them.
    if index.settings.level == Level::Root {
        return;
    }
    let mut first_by_path: HashMap<&str, &Job> = HashMap::new();
    for (position, job) in index.jobs() {
        let Some(path) = path_prefix(job).filter(|_| index.state(position) == State::In) else { continue };
        let first = *first_by_path.entry(path).or_insert(job);
        if first.name == job.name || (first.unit == job.unit && job.unit.is_some()) {
            continue;
        }
        let to = if path.is_empty() { "the root of the site".to_owned() } else { format!("`{path}`") };
        let message = format!("`{}` and `{}` both publish to {to}", first.name, job.name);
        problems.push(
            Diagnostic::error(&RULE, job.origin, message)
                .with_label(first.origin, "the other job")
                .with_help("give one of them another `pages: { path_prefix: … }`"),
        );
    }
}

/// Returns the path to which a job publishes a site, empty for the root; `None` where it publishes none.
pub(in crate::check) fn path_prefix(job: &Job) -> Option<&str> {
    let pages = job.body.get("pages");
    if let Some(map) = pages.and_then(Node::as_map) {
        return Some(map.get("path_prefix").and_then(Node::text).unwrap_or_default());
    }
    let is_said = pages.and_then(Node::as_bool);
    let is_published = is_said.unwrap_or(job.name.as_str() == "pages");
    is_published.then_some("")
}
