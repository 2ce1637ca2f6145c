//! `rules-changes`: globs in `rules:changes` that do not match what they seem to.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::rule::rules;
use crate::yaml::Node;
use nestling_files::path::Glob;

pub(super) static RULE: Rule = Rule {
    id: "rules-changes",
    severities: &[Warning],
    summary: "a glob in `rules:changes` or `rules:exists` does not match what it appears to",
    documentation: "GitLab matches `changes` as Ruby's `File.fnmatch` does: the whole path, from the root of the repository. `src`, \
`src/`, `./src/*` and `/src/*` match no file below `src`, and `src/**` only those directly in it; `src/**/*` matches \
all. A directory in `exists` may count as missing (`docs/`); `docs/**/*` finds its files. Nestling selects units by what changed, so most jobs need no `changes` at all.",
    source: "https://docs.gitlab.com/ci/yaml/#ruleschanges",
    bad: Example::Pipeline(
        "\
a:
  script: x
  rules:
    - changes: [src/**, ./docs/*]
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  rules:
    - changes: [src/**/*, '*.md']
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        for rule in rules(&job.body).unwrap_or_default() {
            if let Some(exists) = rule.body.get("exists") {
                let paths = exists.get("paths").unwrap_or(exists);
                problems.extend(paths.as_seq().unwrap_or_default().iter().filter_map(directory));
            }
            let Some(changes) = rule.body.get("changes") else { continue };
            let paths = changes.get("paths").unwrap_or(changes);
            for path in paths.as_seq().unwrap_or_default() {
                problems.extend(misleading(path));
            }
        }
    }
}

/// GitLab may take a directory that is there for one that is not
/// (<https://gitlab.com/gitlab-org/gitlab/-/issues/630776>).
fn directory(path: &Node) -> Option<Diagnostic> {
    let directory = path.as_str()?.strip_suffix('/')?;
    let message = format!("since 18.2, GitLab may not find `{directory}/` of `exists`, although it exists");
    Some(
        Diagnostic::warning(&RULE, path.origin, message)
            .with_help(format!("did you mean `{directory}/**/*`?")),
    )
}

fn misleading(path: &Node) -> Vec<Diagnostic> {
    let Some(glob) = path.as_str().and_then(|text| Glob::parse(text).ok()) else { return Vec::new() };
    let lints = glob.lint().into_iter();
    lints
        .map(|lint| Diagnostic::warning(&RULE, path.origin, lint.to_string()).with_help(lint.help()))
        .collect()
}
