use super::*;
use crate::changes::{Change, Head, Status};
use crate::plan;
use crate::workspace::load;
use nestling_files::files::MemoryFiles;
use nestling_git::History;
use nestling_gitlab::diagnostic::{Sources, has_errors};
use proptest::prelude::*;

/// Directories that may be units, some inside others.
const DIRS: [&str; 7] = ["a", "a/x", "a/x/deep", "b", "b/y", "c", "d"];

/// Paths of changes: in units, between them, ignored, and of no unit.
const PATHS: [&str; 14] = [
    "a/f",
    "a/x/f",
    "a/x/g",
    "a/x/deep/f",
    "a/x/README.md",
    "b/f",
    "b/docs/f",
    "b/y/f",
    "c/f",
    "d/f",
    "shared/f",
    "shared/deep/f",
    "lock",
    "other",
];

const RULES: [&str; 5] = ["", "\"/shared/**/*\"", "\"!docs/**/*\"", "\"/c/*\", \"!f\"", "\"/shared/*\""];

/// A workspace: which directories are units, on which earlier ones each depends, and its `changes`.
#[derive(Debug, Clone)]
struct Made {
    units: Vec<(usize, Vec<usize>, usize)>,
    everything: bool,
}

fn made() -> impl Strategy<Value = Made> {
    let unit = (any::<bool>(), proptest::collection::vec(0..DIRS.len(), 0..3), 0..RULES.len());
    let units = proptest::collection::vec(unit, DIRS.len());
    (units, any::<bool>()).prop_map(|(units, everything)| {
        let is_unit: Vec<bool> = units.iter().map(|unit| unit.0).collect();
        let units = units.into_iter().enumerate().filter(|(_, unit)| unit.0);
        let earlier =
            |at: usize, on: Vec<usize>| on.into_iter().filter(|on| *on < at && is_unit[*on]).collect();
        Made { units: units.map(|(at, (_, on, rule))| (at, earlier(at, on), rule)).collect(), everything }
    })
}

fn some_paths() -> impl Strategy<Value = Vec<&'static str>> {
    proptest::collection::vec(proptest::sample::select(&PATHS[..]), 0..6)
}

impl Made {
    /// The workspace's file, its rules and lists in the order written, or in the opposite one.
    fn files(&self, reversed: bool) -> MemoryFiles {
        let order = |mut texts: Vec<String>| {
            if reversed {
                texts.reverse();
            }
            texts.join(", ")
        };
        let rule = |(at, on, rule): &(usize, Vec<usize>, usize)| {
            let on = order(on.iter().map(|on| DIRS[*on].to_owned()).collect());
            let (dir, rule) = (DIRS[*at], RULES[*rule]);
            format!("{{ match: \"{dir}\", depends_on: [{on}], changes: [{rule}], use: job }}")
        };
        let units = order(self.units.iter().map(rule).collect());
        let everything = if self.everything { "lock" } else { "" };
        let workspace = format!(
            "workspace:\n  templates: [ci]\n  ignore: [\"**/*.md\"]\n  everything: [{everything}]\n  units: [{units}]\n"
        );
        let mut files = vec![("nestling.yml".to_owned(), workspace)];
        // A job of the unit that is needed by the others' jobs, so that jobs come in without their unit.
        let needs: Vec<String> =
            self.units.first().iter().map(|(at, ..)| format!("\"{}:build\"", DIRS[*at])).collect();
        let job = format!(
            "build: {{ script: b }}\ntest: {{ script: t, needs: [build, {{ job: {}, optional: false }}] }}\n",
            needs.first().map_or("build", String::as_str)
        );
        files.push(("ci/job.yml".to_owned(), job));
        files.extend(DIRS.iter().map(|dir| (format!("{dir}/f"), String::new())));
        MemoryFiles::new(files)
    }
}

fn change_set(paths: &[&str]) -> ChangeSet {
    let change = |path: &&str| Change { path: RepoPath::parse(path).unwrap(), status: Status::Modified };
    ChangeSet {
        base: None,
        head: Head::WorkTree { commit: None },
        extent: Extent::Paths(paths.iter().map(change).collect()),
        history: History::Complete,
        unknown_paths: Vec::new(),
        workspace_from: None,
        recorded: None,
    }
}

fn selected(files: &MemoryFiles, paths: &[&str]) -> Selection {
    let loaded = load(files, &Sources::default()).unwrap();
    assert!(!has_errors(&loaded.diagnostics), "{:?}", loaded.diagnostics);
    select(&change_set(paths), &loaded.workspace, &BaseComparison::default(), &Narrowing::default())
}

fn names(selection: &Selection) -> BTreeSet<UnitName> {
    selection.selected().cloned().collect()
}

fn jobs(files: &MemoryFiles, paths: &[&str]) -> BTreeSet<String> {
    let sources = Sources::default();
    let facts = crate::changes::PipelineFacts::local(None, None, None);
    let plan = plan::plan(&plan::Request {
        fingerprints: None,
        base_tree: None,
        wants_fingerprints: false,
        parent_path: None,
        parent_files: None,
        replayed: None,
        protected: None,
        revisions: &nestling_files::files::NoRevisions,
        files,
        loaded: &load(files, &sources).unwrap(),
        base: None,
        changes: change_set(paths),
        pipeline: facts,
        narrowing: Narrowing::default(),
        assemblies: &crate::cdk::InRepository,
        sources: &sources,
    })
    .unwrap();
    let jobs = plan.pipeline.jobs.iter().map(|job| job.name.to_string());
    jobs.filter(|job| job != plan::NOOP_JOB).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn one_more_changed_path_takes_no_job_away(made in made(), paths in some_paths(), more in some_paths()) {
        let files = made.files(false);
        let both = [paths.clone(), more].concat();
        prop_assert!(jobs(&files, &paths).is_subset(&jobs(&files, &both)));
    }

    #[test]
    fn two_halves_of_a_change_select_what_the_whole_does(made in made(), one in some_paths(), other in some_paths()) {
        let files = made.files(false);
        let whole = names(&selected(&files, &[one.clone(), other.clone()].concat()));
        let halves = [names(&selected(&files, &one)), names(&selected(&files, &other))];
        prop_assert_eq!(whole, halves.into_iter().flatten().collect());
    }

    #[test]
    fn the_order_of_units_and_paths_does_not_matter(made in made(), paths in some_paths()) {
        let turned: Vec<&str> = paths.iter().rev().copied().collect();
        let (one, other) = (selected(&made.files(false), &paths), selected(&made.files(true), &turned));
        prop_assert_eq!(one.verdicts, other.verdicts);
        prop_assert_eq!(one.paths, other.paths);
        prop_assert_eq!(one.unclaimed, other.unclaimed);
    }
}
