//! Comparison of how GitLab creates a job in two pipelines: its presence, its start, and whether it may fail. It depends on the
//! pipeline too, such as on its variables, so that a job can differ whose YAML is the same.

use super::{ChangedKey, KeyChange};
use crate::view::planned::PlannedJob;
use crate::view::varied;

/// Names of the facts in a difference, each with the keywords of a job without rules that decide it.
const FACTS: [(&str, &[&str]); 3] = [
    ("presence", &["parallel"]),
    ("start", &["when", "start_in"]),
    ("allow_failure", &["allow_failure", "when"]),
];

/// Adds the facts that differ and that the changed keys do not say themselves.
pub(super) fn add(keys: &mut Vec<ChangedKey>, before: PlannedJob<'_>, after: PlannedJob<'_>) {
    let has_rules = |planned: PlannedJob<'_>| {
        ["rules", "only", "except"].iter().any(|key| planned.job.body.contains(key))
    };
    let is_by_rules = has_rules(before) || has_rules(after);
    let mut differing = Vec::new();
    for ((fact, keywords), (old, new)) in FACTS.iter().zip(facts(before).into_iter().zip(facts(after))) {
        let is_said = |key: &ChangedKey| keywords.iter().any(|keyword| is_of(&key.key, keyword));
        if old != new && (is_by_rules || !keys.iter().any(is_said)) {
            let (key, change) = ((*fact).to_owned(), KeyChange::Changed);
            differing.push(ChangedKey { key, change, removed: vec![old], added: vec![new] });
        }
    }
    keys.extend(differing);
}

/// Returns `true` if a key is a keyword, or within one.
fn is_of(key: &str, keyword: &str) -> bool {
    key.strip_prefix(keyword).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Returns the values of the facts, in their order.
fn facts(planned: PlannedJob<'_>) -> [String; 3] {
    let allow_failure =
        varied::in_words(planned.presence, &|_, _, allow_failure| allow_failure, &bool::to_string);
    [presence(planned), planned.start_words("automatic"), allow_failure]
}

/// Returns the presence in words: `always`, `3 copies, if $DEEP is set`.
fn presence(planned: PlannedJob<'_>) -> String {
    let condition = planned.condition().map_or_else(|| "always".to_owned(), |guard| format!("if {guard}"));
    if planned.multiplier().is_none() {
        return condition;
    }
    let count = planned.count();
    let copies = varied::copies(count.possible);
    match count.certain {
        certain if certain == count.possible => format!("{copies}, {condition}"),
        0 => format!("up to {copies}, {condition}"),
        certain => format!("{certain} to {copies}, {condition}"),
    }
}
