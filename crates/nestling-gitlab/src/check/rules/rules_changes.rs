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
    summary: "a glob in `rules:changes` does not match what it seems to",
    documentation: "GitLab matches `changes` as Ruby's `File.fnmatch` does: the whole path, from the root of the repository. `src`, \
`src/`, `./src/*` and `/src/*` match no file below `src`, and `src/**` only those directly in it; `src/**/*` matches \
all. Nestling selects units by what changed, so most jobs need no `changes` at all.",
    source: "https://docs.gitlab.com/ci/yaml/#ruleschanges",
    bad: Example::Pipeline("a: { script: x, rules: [{ changes: [src/**, ./docs/*] }] }\n"),
    good: Example::Pipeline("a: { script: x, rules: [{ changes: [src/**/*, '*.md'] }] }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        for rule in rules(&job.body).unwrap_or_default() {
            let Some(changes) = rule.body.get("changes") else { continue };
            let paths = changes.get("paths").unwrap_or(changes);
            for path in paths.as_seq().unwrap_or_default() {
                problems.extend(misleading(path));
            }
        }
    }
}

fn misleading(path: &Node) -> Vec<Diagnostic> {
    let Some(glob) = path.as_str().and_then(|text| Glob::parse(text).ok()) else { return Vec::new() };
    let lints = glob.lint().into_iter();
    lints
        .map(|lint| Diagnostic::warning(&RULE, path.origin, lint.to_string()).with_help(lint.help()))
        .collect()
}
