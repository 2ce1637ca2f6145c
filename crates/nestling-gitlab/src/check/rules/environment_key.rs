//! `environment-key`: an environment has a key or a value that GitLab refuses.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule, Suggestion};
use crate::pipeline::duration;
use crate::pipeline::environment::{ACTIONS, KEYS, TIERS, environment};
use crate::yaml::{Entry, Node};

pub(super) static RULE: Rule = Rule {
    id: "environment-key",
    severities: &[Error],
    summary: "an environment has a key or a value that GitLab refuses",
    documentation: "`action` is one of start, stop, prepare, verify and access; `deployment_tier` one of production, staging, \
testing, development and other; `auto_stop_in` a duration in words, quoted where it is a number, or `never`; `url` has at \
most 255 characters.",
    source: "https://docs.gitlab.com/ci/yaml/#environment",
    bad: Example::Pipeline("a: { script: d, environment: { name: e, auto_stop_in: 3 } }\n"),
    good: Example::Pipeline(
        "a: { script: d, environment: { name: e, auto_stop_in: 1 week, deployment_tier: staging } }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let entries = environment(&job.body).and_then(|environment| environment.map());
        for entry in entries.into_iter().flat_map(|map| &map.entries) {
            problems.extend(wrong(entry));
        }
    }
}

fn wrong(entry: &Entry) -> Option<Diagnostic> {
    let (key, value) = (entry.key.text(), &entry.value);
    match key {
        "action" => one_of(key, value, ACTIONS),
        "deployment_tier" if !value.text().is_some_and(duration::has_variable) => one_of(key, value, TIERS),
        "auto_stop_in" => lifetime(value),
        "url" => {
            let length = value.as_str().map(|text| text.chars().count());
            let message = match length {
                None => "`url` takes a text".to_owned(),
                Some(0) => "`url` is empty".to_owned(),
                Some(length) if length > 255 => format!("`url` has {length} characters; GitLab allows 255"),
                Some(_) => return None,
            };
            Some(Diagnostic::error(&RULE, value.origin, message))
        }
        key if KEYS.contains(&key) => None,
        key => {
            let problem =
                Diagnostic::error(&RULE, entry.key.origin, format!("`{key}` is no key of an environment"));
            Some(
                problem.with_help(
                    Suggestion::among(key, KEYS.iter().copied())
                        .help_or(format!("known here: {}", KEYS.join(", "))),
                ),
            )
        }
    }
}

fn one_of(key: &str, value: &Node, known: &[&str]) -> Option<Diagnostic> {
    let text = value.text().unwrap_or_default();
    if known.contains(&text) {
        return None;
    }
    let problem = Diagnostic::error(&RULE, value.origin, format!("`{key}` cannot be `{text}`"));
    Some(problem.with_help(format!("write one of {}", known.join(", "))))
}

fn lifetime(value: &Node) -> Option<Diagnostic> {
    let Some(text) = value.as_str() else {
        let text = value.text().unwrap_or_default();
        let problem = Diagnostic::error(&RULE, value.origin, "`auto_stop_in` takes a text");
        return Some(
            problem.with_help(format!("quote it: \"{text}\", which means seconds, or write `{text} days`")),
        );
    };
    if text == "never" || duration::has_variable(text) || duration::seconds(text).is_some() {
        return None;
    }
    let problem =
        Diagnostic::error(&RULE, value.origin, format!("`{text}` is no duration that GitLab reads"));
    Some(problem.with_help("write such as `2 hours`, `1 week` or `never`"))
}
