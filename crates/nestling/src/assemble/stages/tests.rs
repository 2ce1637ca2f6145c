use super::merge;
use crate::assemble::KnownUnits;
use crate::environments::Conditions;
use crate::unit::{UnitJob, UnitJobs};
use nestling_gitlab::configuration::Staged;
use nestling_gitlab::diagnostic::{FileId, Origin};
use nestling_gitlab::name::StageName;
use nestling_gitlab::testing::messages;
use nestling_gitlab::yaml::Map;

/// A list of stages in the file of this number, each on a line of its own; `x` is the stage x.
fn list(file: u32, stages: &str) -> Vec<Staged> {
    let origin = |line| Origin::line(FileId::from_index(file), line);
    let stage = |(line, name)| Staged { name: StageName::parse(name).unwrap(), origin: origin(line) };
    (1..).zip(stages.split_whitespace()).map(stage).collect()
}

fn unit(file: u32, stages: &str) -> UnitJobs {
    let job = UnitJob {
        origin: Origin::line(FileId::from_index(file), 9),
        body: Map::default(),
        environment: None,
        artifacts_of: None,
        promoted: None,
        role_needs: Vec::new(),
        conditions: Conditions::default(),
    };
    let jobs = [("job".to_owned(), job)].into_iter().collect();
    UnitJobs { stages: list(file, stages), jobs, ..UnitJobs::default() }
}

fn merged(workspace: &str, units: &[&str]) -> (String, Vec<String>) {
    let units: Vec<UnitJobs> = (1..).zip(units).map(|(file, stages)| unit(file, stages)).collect();
    let (names, problems) = merge(&list(0, workspace), &units, &KnownUnits::default());
    let names: Vec<&str> = names.iter().map(StageName::as_str).collect();
    (names.join(" "), messages(&problems))
}

/// Each row: the workspace's list, those of the units, and the one order.
#[test]
fn one_order_says_what_all_lists_say() {
    for (workspace, units, want) in [
        ("a b c", &[][..], "a b c"),
        ("a b c", &["c"], "a b c"),
        ("a b c", &["a x c"], "a x b c"),
        ("a b c", &["x b"], "a x b c"),
        ("a b c", &["c x"], "a b c x"),
        ("a b c", &["x y"], "a b c x y"),
        ("a b c", &["a x", "a y"], "a y x b c"),
        ("a b", &["a x b", "x y b"], "a x y b"),
        // Without the workspace's: from the first list on, and yet in an order that suits all.
        ("", &["a b c"], "a b c"),
        ("", &["a c", "b c"], "a b c"),
        ("", &["a c", "b c", "b a"], "b a c"),
        ("", &["c d", "a b", "b c"], "a b c d"),
        ("", &["a d", "b d", "c d", "c a", "b c"], "b c a d"),
        // A unit without a list has GitLab's, as far as the others leave room.
        ("", &[""], "build test deploy"),
        ("", &[], "build test deploy"),
        ("", &["build lint", ""], "build test deploy lint"),
        ("", &["deploy test", ""], "build deploy test"),
        ("a b", &[""], "a b"),
        // GitLab's own first and last are in every pipeline.
        (".pre a .post", &["a b .post"], "a b"),
    ] {
        assert_eq!(merged(workspace, units), (want.to_owned(), vec![]), "{workspace:?} and {units:?}");
    }
}

#[test]
fn lists_that_disagree_are_said_and_the_earlier_one_counts() {
    for (workspace, units, order, want) in [
        (
            "a b",
            &["b a"][..],
            "a b",
            &["stages-order: stage `a` comes after `b` here, and before it elsewhere"][..],
        ),
        (
            "",
            &["a b", "b a"],
            "a b",
            &["stages-order: stage `a` comes after `b` here, and before it elsewhere"],
        ),
        (
            "",
            &["a b", "b c", "c a"],
            "a b c",
            &["stages-order: stage `a` comes after `c` here, and before it elsewhere"],
        ),
        (
            "a b c",
            &["c b a"],
            "a b c",
            &[
                "stages-order: stage `b` comes after `c` here, and before it elsewhere",
                "stages-order: stage `a` comes after `b` here, and before it elsewhere",
            ],
        ),
        ("", &["a a"], "a", &["stages-order: duplicate stage `a`"]),
        ("", &["a b a"], "a b", &["stages-order: stage `a` comes after `b` here, and before it elsewhere"]),
    ] {
        let found = merged(workspace, units);
        assert_eq!(
            found,
            (order.to_owned(), want.iter().map(|text| (*text).to_owned()).collect()),
            "{units:?}"
        );
    }
}

#[test]
fn both_places_are_told_once() {
    let (_, problems) =
        merge(&[], &[unit(1, "a b c"), unit(2, "c a"), unit(2, "c a")], &KnownUnits::default());
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert_eq!(problem.origin(), Some(Origin::line(FileId::from_index(2), 2)));
    assert_eq!(problem.labels[1].origin, Origin::line(FileId::from_index(1), 2));
    assert_eq!(problem.labels[1].text, "here `a` comes before `b`");
}
