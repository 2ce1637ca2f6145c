//! Two jobs side by side: is it the same work under the same conditions?

use super::side::{SideJob, Starts};
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::presence::{Consequence, decide, follows};
use nestling_gitlab::yaml::{Kind, Map, Node};

/// The difference between the new job and the old one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Likeness {
    /// There is none.
    Same,
    /// It is made in more pipelines.
    More,
    /// It is made in fewer, or does something else: the reason.
    Less(String),
}

/// Compares two jobs in pipelines for which something is assumed.
pub(super) fn compare(old: &SideJob, new: &SideJob, assumption: &Guard) -> Likeness {
    if let Some(key) = different_key(&old.body, &new.body) {
        return Likeness::Less(format!("`{key}` differs"));
    }
    if old.fails_pipeline && !new.fails_pipeline {
        return Likeness::Less("its failure no longer fails the pipeline".to_owned());
    }
    if old.copies.len() != new.copies.len() {
        return Likeness::Less("`parallel` creates a different number of jobs".to_owned());
    }
    let mut likeness = Likeness::Same;
    for (old, new) in old.copies.iter().zip(&new.copies) {
        match compare_starts(old, new, assumption) {
            Likeness::Same => {}
            Likeness::More => likeness = Likeness::More,
            less @ Likeness::Less(_) => return less,
        }
    }
    likeness
}

fn compare_starts(old: &Starts, new: &Starts, assumption: &Guard) -> Likeness {
    let any = |starts: &Starts| Guard::any(starts.values().cloned());
    let assumed = |guard: Guard| Guard::all([assumption.clone(), guard]);
    match decide(&assumed(any(old)), &any(new)) {
        Consequence::Follows => {}
        Consequence::Fails => {
            return Likeness::Less(format!("it is created if {}; before, if {}", any(new), any(old)));
        }
        Consequence::Unknown => {
            return Likeness::Less("its conditions differ, and take too many steps to compare".to_owned());
        }
    }
    for (start, guard) in old {
        let other = new.get(start).cloned().unwrap_or(Guard::Never);
        if !follows(&assumed(guard.clone()), &other) {
            return Likeness::Less("it starts in another way".to_owned());
        }
    }
    if follows(&assumed(any(new)), &any(old)) { Likeness::Same } else { Likeness::More }
}

/// Returns a keyword whose values differ.
fn different_key(old: &Map, new: &Map) -> Option<String> {
    let differs = |(key, value): &(&str, &Node)| !new.get(key).is_some_and(|other| same(value, other));
    let lost = old.iter().find(differs).map(|(key, _)| key.to_owned());
    lost.or_else(|| new.iter().find(|(key, _)| !old.contains(key)).map(|(key, _)| key.to_owned()))
}

/// Returns `true` if two values mean the same to GitLab: the order of keys does not count.
pub(super) fn same(a: &Node, b: &Node) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Scalar(a), Kind::Scalar(b)) => a.meaning() == b.meaning(),
        (Kind::Seq(a), Kind::Seq(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Kind::Map(a), Kind::Map(b)) => {
            let has = |(key, value): (&str, &Node)| b.get(key).is_some_and(|other| same(value, other));
            a.len() == b.len() && a.iter().all(has)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::side::Surroundings;
    use nestling::Sources;
    use nestling_gitlab::check::{KnownVariables, read_file};
    use nestling_gitlab::pipeline::presence::{Changed, Tree};

    pub(super) fn side(body: &str) -> SideJob {
        let (pipeline, _) = read_file(".gitlab-ci.yml", &format!("job: {body}"), &Sources::default());
        let surroundings =
            Surroundings { reference: "CI_COMMIT_BRANCH", changed: Changed::Unknown, tree: Tree::Unknown };
        surroundings.job(&pipeline.jobs[0], &KnownVariables::default(), true, &Guard::Always, 0)
    }

    #[test]
    fn what_is_lost_is_less_and_what_is_added_is_more() {
        let less = |reason: &str| Likeness::Less(reason.to_owned());
        for (old, new, expected) in [
            (
                "{ script: x, variables: { A: 1, B: 2 } }",
                "{ variables: { B: 2, A: 1 }, script: x }",
                Likeness::Same,
            ),
            ("{ script: x, rules: [{ if: $A }] }", "{ script: x, rules: [{ if: '$A' }] }", Likeness::Same),
            ("{ script: x, rules: [{ if: $A }] }", "{ script: x }", Likeness::More),
            (
                "{ script: x, only: [main] }",
                "{ script: x, rules: [{ if: $CI_COMMIT_BRANCH == 'main' }] }",
                Likeness::Same,
            ),
            ("{ script: x }", "{ script: y }", less("`script` differs")),
            ("{ script: x }", "{ script: x, image: y }", less("`image` differs")),
            ("{ script: x, image: '1.10' }", "{ script: x, image: 1.10 }", less("`image` differs")),
            ("{ script: x }", "{ script: x, when: manual }", less("it starts in another way")),
            ("{ script: x, parallel: 2 }", "{ script: x, parallel: 3 }", less("`parallel` differs")),
            (
                "{ script: x, rules: [{ if: $A, variables: { B: 1 } }] }",
                "{ script: x, rules: [{ if: $A }] }",
                less("it starts in another way"),
            ),
            (
                "{ script: x }",
                "{ script: x, rules: [{ if: $A }] }",
                less("it is created if `$A` is set and not empty; before, if always"),
            ),
        ] {
            assert_eq!(compare(&side(old), &side(new), &Guard::Always), expected, "{old} -> {new}");
        }
    }
}

#[cfg(test)]
mod keywords;
