//! Selection alone: ten thousand units, and up to ten thousand changed paths. It has to stay under 50 ms and to grow with
//! the paths, not with the paths times the units.
//!
//! `cargo bench -p nestling` measures and says whether both hold; `cargo test --bench select` runs it once.

use criterion::{BenchmarkId, Criterion};
use nestling::changes::{Change, ChangeSet, Extent, Head, Status};
use nestling::diagnostic::Sources;
use nestling::files::{Also, Entry, Files, ReadError, Search, Visit, Walk};
use nestling::git::History;
use nestling::path::RepoPath;
use nestling::select::{BaseComparison, Narrowing, Selection, select};
use nestling::workspace::{self, Workspace};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

const UNITS: usize = 10_000;

/// What selecting among ten thousand units by ten thousand paths may take.
const LIMIT: Duration = Duration::from_millis(50);

/// A directory for each unit, in folders of a hundred; each depends on the one that a tenth of its number names, and
/// watches a folder outside of its own.
struct Wide {
    units: usize,
}

impl Files for Wide {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        let root = path.as_bytes() == b"nestling.yml";
        Ok(root.then(|| b"workspace: { ignore: [\"**/*.md\"], everything: [package-lock.json] }\n".to_vec()))
    }

    fn walk(&self, _: &mut dyn FnMut(&RepoPath, &[Entry]) -> Walk) -> Result<(), ReadError> {
        Ok(())
    }

    fn find(&self, _: &Search<'_>, visit: &mut Visit<'_>, _: &mut Also<'_>) -> Result<(), ReadError> {
        for unit in 0..self.units {
            let on = if unit == 0 { String::new() } else { dir(unit / 10) };
            let text = format!("unit: {{ depends_on: [{on}], changes: [\"/proto/p{unit}/**/*\"] }}\n");
            if let Ok(path) = RepoPath::parse(dir(unit)) {
                visit(&path, Some(text.into_bytes()));
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
    let change = |n: usize| Some(Change { path: RepoPath::parse(path(n)).ok()?, status: Status::Modified });
    ChangeSet {
        base: None,
        head: Head::WorkTree { commit: None },
        extent: Extent::Paths((0..count).filter_map(change).collect()),
        history: History::Complete,
    }
}

fn run(changes: &ChangeSet, workspace: &Workspace) -> Selection {
    select(changes, workspace, &BaseComparison::default(), &Narrowing::default())
}

/// The quickest of a few runs.
fn quickest(changes: &ChangeSet, workspace: &Workspace) -> Duration {
    let time = |_| {
        let start = Instant::now();
        black_box(run(changes, workspace));
        start.elapsed()
    };
    (0..60).map(time).min().unwrap_or_default()
}

fn workspace(units: usize) -> Result<Workspace, Box<dyn std::error::Error>> {
    let loaded = workspace::load(&Wide { units }, &Sources::default())?;
    if loaded.workspace.units.len() != units {
        return Err("the made-up workspace is not what it should be".into());
    }
    Ok(Arc::unwrap_or_clone(loaded.workspace))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let large = workspace(UNITS)?;
    if run(&changes(10_000, UNITS), &large).selected().count() < UNITS / 2 {
        return Err("the made-up change does not select what it should".into());
    }
    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    let mut group = criterion.benchmark_group("select among 10,000 units");
    for count in [10, 100, 1_000, 10_000] {
        let changes = changes(count, UNITS);
        group.bench_with_input(BenchmarkId::from_parameter(count), &changes, |bencher, changes| {
            bencher.iter(|| black_box(run(changes, &large)));
        });
    }
    group.finish();
    criterion.final_summary();
    if std::env::args().any(|argument| argument == "--bench") {
        judge(&large, &workspace(UNITS / 10)?)?;
    }
    Ok(())
}

fn judge(large: &Workspace, small: &Workspace) -> Result<(), String> {
    let time = |workspace: &Workspace, paths| quickest(&changes(paths, workspace.units.len()), workspace);
    let [none, half, whole] = [0, 5_000, 10_000].map(|paths| time(large, paths));
    let tenth = time(small, 10_000).saturating_sub(time(small, 0));
    println!(
        "10,000 units: {none:?} for no path, {half:?} for 5,000, {whole:?} for 10,000 (limit {LIMIT:?})"
    );
    println!("1,000 units: {tenth:?} for the same 10,000 paths alone");
    if whole > LIMIT {
        return Err(format!("selection takes {whole:?}, which is over {LIMIT:?}"));
    }
    // Paths times units would be ten times as much.
    let paths = whole.saturating_sub(none);
    if paths > tenth * 5 {
        return Err(format!("with ten times the units, the same paths take {paths:?} instead of {tenth:?}"));
    }
    Ok(())
}
