//! Selection alone: ten thousand units, and up to ten thousand changed paths. It has to stay under 50 ms and to grow with
//! the paths, not with the paths times the units.
//!
//! `cargo bench -p nestling` measures and says whether both hold; `cargo test --bench select` runs it once.

use criterion::{BatchSize, BenchmarkId, Criterion};
use nestling::{ChangeSet, Error, Files, PipelineFacts, Project, ReadError, RepoPath};
use nestling_files::files::{DirectoryEntry, FileQuery, FileVisitor, Walk};
use std::hint::black_box;
use std::time::{Duration, Instant};

const UNITS: usize = 10_000;

/// Limit of time for selecting among ten thousand units by ten thousand paths.
const LIMIT: Duration = Duration::from_millis(50);

/// A directory for each unit, in directories of a hundred; each depends on the one that a tenth of its number names, and
/// watches a directory outside of its own.
struct Wide {
    units: usize,
}

impl Files for Wide {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        let root = path.as_bytes() == b"nestling.yml";
        Ok(root.then(|| b"workspace: { ignore: [\"**/*.md\"], everything: [package-lock.json] }\n".to_vec()))
    }

    fn walk(&self, _: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        Ok(())
    }

    fn find(&self, _: &FileQuery<'_>, visitor: &mut dyn FileVisitor) -> Result<(), ReadError> {
        for unit in 0..self.units {
            let on = if unit == 0 { String::new() } else { dir(unit / 10) };
            let text = format!("unit: {{ depends_on: [{on}], changes: [\"/proto/p{unit}/**/*\"] }}\n");
            if let Ok(path) = RepoPath::parse(dir(unit)) {
                visitor.directory(&path, Some(text.into_bytes()));
            }
        }
        Ok(())
    }
}

fn dir(unit: usize) -> String {
    format!("group{}/unit{unit}", unit / 100)
}

/// Paths all over so many units, one in ten of which only a glob claims.
fn changes(count: usize, units: usize) -> ChangeSet {
    let path = |n: usize| {
        let unit = n * 7919 % units;
        if n.is_multiple_of(10) {
            format!("proto/p{unit}/v1/x.proto")
        } else {
            format!("{}/src/deep/f{n}.rs", dir(unit))
        }
    };
    ChangeSet::of_paths((0..count).filter_map(|n| RepoPath::parse(path(n)).ok()))
}

/// The quickest of a few runs.
fn quickest(changes: &ChangeSet, project: &Project<'_>) -> Result<Duration, Error> {
    let mut quickest = Duration::MAX;
    for _ in 0..60 {
        let planning = project.plan(changes.clone());
        let start = Instant::now();
        let selected = black_box(planning.select()?);
        quickest = quickest.min(start.elapsed());
        drop(selected);
    }
    Ok(quickest)
}

fn project(files: &Wide) -> Result<Project<'_>, Box<dyn std::error::Error>> {
    let project = Project::of_files(files, PipelineFacts::local(None, None, None))?;
    if project.workspace().units().len() != files.units {
        return Err("the made-up workspace is not what it should be".into());
    }
    Ok(project)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (many, few) = (Wide { units: UNITS }, Wide { units: UNITS / 10 });
    let large = project(&many)?;
    if large.plan(changes(10_000, UNITS)).select()?.selection.selected().count() < UNITS / 2 {
        return Err("the made-up change does not select what it should".into());
    }
    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    let mut group = criterion.benchmark_group("select among 10,000 units");
    for count in [10, 100, 1_000, 10_000] {
        let changes = changes(count, UNITS);
        group.bench_with_input(BenchmarkId::from_parameter(count), &changes, |bencher, changes| {
            bencher.iter_batched(
                || large.plan(changes.clone()),
                nestling::Planning::select,
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
    criterion.final_summary();
    if std::env::args().any(|argument| argument == "--bench") {
        judge(&large, &project(&few)?)?;
    }
    Ok(())
}

fn judge(large: &Project<'_>, small: &Project<'_>) -> Result<(), Box<dyn std::error::Error>> {
    let time =
        |project: &Project<'_>, paths| quickest(&changes(paths, project.workspace().units().len()), project);
    let [none, half, whole] = [time(large, 0)?, time(large, 5_000)?, time(large, 10_000)?];
    let tenth = time(small, 10_000)?.saturating_sub(time(small, 0)?);
    println!(
        "10,000 units: {none:?} for no path, {half:?} for 5,000, {whole:?} for 10,000 (limit {LIMIT:?})"
    );
    println!("1,000 units: {tenth:?} for the same 10,000 paths alone");
    if whole > LIMIT {
        return Err(format!("selection takes {whole:?}, which is over {LIMIT:?}").into());
    }
    // Paths times units would be ten times as much.
    let paths = whole.saturating_sub(none);
    if paths > tenth * 5 {
        return Err(
            format!("with ten times the units, the same paths take {paths:?} instead of {tenth:?}").into()
        );
    }
    Ok(())
}
