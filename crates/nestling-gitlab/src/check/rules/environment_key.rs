//! `environment-key`: keywords and values of `environment`.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule, Suggestion};
use crate::pipeline::duration;
use crate::pipeline::environment::{ACTIONS, KEYS, TIERS, environment};
use crate::yaml::{Entry, Node};

pub(super) static RULE: Rule = Rule {
    id: "environment-key",
    severities: &[Error],
    summary: "`environment` has an unknown keyword or an invalid value",
    documentation: "`action` is one of start, stop, prepare, verify and access; `deployment_tier` is one of production, \
staging, testing, development and other; `auto_stop_in` is a duration in words, quoted if it is a number, or `never`; `url` \
has at most 255 characters.",
    source: "https://docs.gitlab.com/ci/yaml/#environment",
    bad: Example::Pipeline("a: { script: d, environment: { name: e, auto_stop_in: 3 } }\n"),
    good: Example::Pipeline(
        "a: { script: d, environment: { name: e, auto_stop_in: 1 week, deployment_tier: staging } }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(map) = environment(&job.body).and_then(|environment| environment.map()) else { continue };
        problems.extend(map.entries.iter().filter_map(judge));
    }
}

fn judge(entry: &Entry) -> Option<Diagnostic> {
    let key = entry.key.text();
    let value = &entry.value;
    match key {
        "action" => form::one_of(&RULE, key, value, ACTIONS),
        // GitLab expands variables in the tier when the job starts.
        "deployment_tier" if value.text().is_some_and(duration::has_variable) => None,
        "deployment_tier" => form::one_of(&RULE, key, value, TIERS),
        "auto_stop_in" => lifetime(value),
        "url" => url(value),
        key if KEYS.contains(&key) => None,
        key => {
            let message = format!("unknown keyword `{key}` in `environment`");
            let suggestion = Suggestion::among(key, KEYS.iter().copied());
            let help = suggestion.help_or(format!("known keywords: {}", KEYS.join(", ")));
            Some(Diagnostic::error(&RULE, entry.key.origin, message).with_help(help))
        }
    }
}

fn url(value: &Node) -> Option<Diagnostic> {
    let Some(text) = value.as_str() else { return form::string(&RULE, "url", value) };
    let message = match text.chars().count() {
        0 => "`url` cannot be empty".to_owned(),
        length if length > 255 => format!("`url` has {length} characters; GitLab allows 255"),
        _ => return None,
    };
    Some(Diagnostic::error(&RULE, value.origin, message))
}

fn lifetime(value: &Node) -> Option<Diagnostic> {
    let Some(text) = value.as_str() else {
        let text = value.text().unwrap_or_default();
        let help = format!("quote it: \"{text}\", which means seconds, or write `{text} days`");
        return Some(form::wrong(&RULE, "auto_stop_in", "a string", value).with_help(help));
    };
    if text == "never" || duration::has_variable(text) || duration::seconds(text).is_some() {
        return None;
    }
    let problem = Diagnostic::error(&RULE, value.origin, format!("invalid duration `{text}`"));
    Some(problem.with_help("for example `2 hours`, `1 week` or `never`"))
}
