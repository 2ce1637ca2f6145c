use super::Hidden;
use crate::emit::size;
use crate::emit::testing::{bodies, line, nodes};
use indexmap::IndexMap;
use nestling_gitlab::name::JobName;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::extends::{Missing, resolve_extends};
use nestling_gitlab::pipeline::fragment::RawJob;
use nestling_gitlab::pipeline::merge::without_nulls;
use nestling_gitlab::testing::{map, shown_map};
use nestling_gitlab::yaml::{Kind, Map, Node};
use proptest::collection::vec;
use proptest::prelude::*;
use std::borrow::Cow;

fn jobs(bodies: Vec<(u32, Map)>) -> Vec<Job> {
    let job = |(at, (number, body)): (usize, (u32, Map))| Job {
        name: JobName::parse(&format!("job {at}")).unwrap(),
        origin: line(number),
        unit: None,
        environment: None,
        body,
    };
    bodies.into_iter().enumerate().map(job).collect()
}

/// Factors the jobs in their places.
fn factor(jobs: &mut [Job]) -> Vec<Hidden> {
    let mut borrowed: Vec<_> = jobs.iter().map(Cow::Borrowed).collect();
    let hidden = super::factor(&mut borrowed);
    let after: Vec<Job> = borrowed.into_iter().map(Cow::into_owned).collect();
    jobs.clone_from_slice(&after);
    hidden
}

/// The jobs that result in GitLab from jobs that extend the hidden ones.
fn resolved(jobs: &[Job], hidden: &[Hidden]) -> Vec<Map> {
    let raw = |origin, body: &Map| RawJob { origin, body: body.clone() };
    let mut all: IndexMap<String, RawJob> =
        hidden.iter().map(|hidden| (hidden.name.clone(), raw(line(1), &hidden.body))).collect();
    all.extend(jobs.iter().map(|job| (job.name.to_string(), raw(job.origin, &job.body))));
    let problems = resolve_extends(&mut all, Missing::Error);
    assert!(problems.is_empty(), "{problems:?}");
    jobs.iter().map(|job| all[job.name.as_str()].body.clone()).collect()
}

/// Equal, whatever the order of keys.
fn same(one: &Map, other: &Map) -> bool {
    one.len() == other.len()
        && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| same_node(value, other)))
}

fn same_node(one: &Node, other: &Node) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::Map(one), Kind::Map(other)) => same(one, other),
        _ => one.same_as(other),
    }
}

fn weight(jobs: &[Job], hidden: &[Hidden]) -> usize {
    jobs.iter().map(size::of_job).sum::<usize>()
        + hidden.iter().map(|hidden| size::of_text(&hidden.name) + size::of_map(&hidden.body)).sum::<usize>()
}

/// Jobs of a few lines of templates: each has the line's body with something changed.
fn families() -> impl Strategy<Value = Vec<(u32, Map)>> {
    let change = (any::<prop::sample::Index>(), prop::option::of(nodes()));
    let member = vec(change, 0..3);
    vec((bodies(), vec(member, 1..8)), 1..4).prop_map(|lines| {
        let mut jobs = Vec::new();
        for (number, (base, members)) in (1..).zip(lines) {
            for changes in members {
                let mut body = base.clone();
                for (at, value) in changes {
                    if body.is_empty() {
                        continue;
                    }
                    let key = body.entries[at.index(body.len())].key.text().to_owned();
                    match value {
                        Some(value) => body.set(&key, value),
                        None => drop(body.remove(&key)),
                    }
                }
                jobs.push((number, body));
            }
        }
        jobs
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn resolving_gives_back_the_bodies(family in families()) {
        let before = jobs(family);
        let mut after = before.clone();
        let hidden = factor(&mut after);
        for (job, found) in before.iter().zip(resolved(&after, &hidden)) {
            let mut want = job.body.clone();
            without_nulls(&mut want);
            prop_assert!(same(&found, &want), "{}\n{}", shown_map(&found), shown_map(&want));
        }
        prop_assert!(weight(&after, &hidden) <= weight(&before, &[]));
    }
}

/// Each row: the bodies that one line wrote, what is shared, and what is left of the first.
#[test]
fn what_is_common_is_shared() {
    const LONG: &str = "a text that is long enough for sharing it to be worth the trouble of a name";
    for (body, shared, rest) in [
        ("{script: [LONG], stage: N}", "{script: [LONG]}", "{extends: .shared-1, stage: 0}"),
        (
            "{script: LONG, variables: {A: LONG, B: N}}",
            "{script: LONG, variables: {A: LONG}}",
            "{extends: .shared-1, variables: {B: 0}}",
        ),
        ("{script: [LONG, N], image: LONG}", "{image: LONG}", "{extends: .shared-1, script: [LONG, 0]}"),
        (
            "{script: LONG, rules: [{if: LONG}], image: null}",
            "{script: LONG, rules: [{if: LONG}]}",
            "{extends: .shared-1, image: null}",
        ),
        (
            "{script: LONG, before_script: !reference [.a, LONG]}",
            "{script: LONG, before_script: !reference [.a, LONG]}",
            "{extends: .shared-1}",
        ),
    ] {
        let bodies =
            (0..20).map(|n| (1, map(&body.replace("LONG", LONG).replace('N', &n.to_string())))).collect();
        let mut jobs = jobs(bodies);
        let hidden = factor(&mut jobs);
        assert_eq!(hidden.len(), 1, "{body}");
        assert_eq!(shown_map(&hidden[0].body), shown_map(&map(&shared.replace("LONG", LONG))), "{body}");
        assert_eq!(shown_map(&jobs[0].body), shown_map(&map(&rest.replace("LONG", LONG))), "{body}");
    }
}

#[test]
fn nothing_is_shared_where_it_would_not_pay() {
    let long = "x".repeat(100);
    for bodies in [
        vec![(1, map("{script: a}")), (1, map("{script: a}"))],
        vec![(1, map(&format!("{{script: {long}}}")))],
        vec![(1, map(&format!("{{script: {long}}}"))), (2, map(&format!("{{script: {long}}}")))],
        vec![
            (1, map(&format!("{{script: {long}, extends: .r}}"))),
            (1, map(&format!("{{script: {long}, extends: .r}}"))),
        ],
        vec![(1, map(&format!("{{script: {long}}}"))), (1, map("{script: b}"))],
    ] {
        let mut jobs = jobs(bodies);
        let before: Vec<String> = jobs.iter().map(|job| shown_map(&job.body)).collect();
        assert!(factor(&mut jobs).is_empty());
        assert_eq!(jobs.iter().map(|job| shown_map(&job.body)).collect::<Vec<_>>(), before);
    }
}
