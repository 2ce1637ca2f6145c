//! Ten thousand records of passed jobs: verified with the answers of GitLab's API, and read for a plan. A plan may cost no more
//! than 50 ms for them.
//!
//! `cargo bench -p nestling` measures and says whether that holds; `cargo test --bench passed` runs it once.

use criterion::Criterion;
use nestling::{ApiAnswers, Passed, verify};
use serde_json::json;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Pipelines, and the jobs of each.
const PIPELINES: u64 = 100;
const JOBS: u64 = 100;

/// Limit of the time for the records.
const LIMIT: Duration = Duration::from_millis(50);

/// A record with the name of its file, and the answers about it.
type Records = (Vec<(String, Vec<u8>)>, ApiAnswers);

fn records() -> Result<Records, serde_json::Error> {
    let mut records = Vec::new();
    let mut answers = ApiAnswers::default();
    for pipeline in 0..PIPELINES {
        let commit = format!("{pipeline:040x}");
        let of =
            |id: u64, source: &str| json!({ "id": id, "project_id": 7, "sha": commit, "source": source });
        let (parent, child) = (pipeline * 2, pipeline * 2 + 1);
        let recorded = |job: u64| {
            let id = pipeline * JOBS + job;
            json!({ "fingerprint": format!("{id:064x}"), "unit": "api", "job": format!("api:test{job}"), "ids": [id] })
        };
        let record = json!({
            "format": 1, "project": "7", "pipeline": parent, "pipeline_url": "", "commit": commit, "ref": "main",
            "protected": false, "source": "push", "time": "", "units": ["api"],
            "jobs": (0..JOBS).map(recorded).collect::<Vec<_>>(),
        });
        records.push((format!("{parent}.json"), serde_json::to_vec(&record)?));
        let job = |job: u64| {
            json!({
                "id": pipeline * JOBS + job, "name": format!("api:test{job}"), "status": "success", "ref": "main",
                "finished_at": "2026-11-30T00:35:55.000Z", "commit": { "id": commit }, "pipeline": of(child, "parent_pipeline"),
            })
        };
        let jobs = (0..JOBS).map(job).collect::<Vec<_>>();
        answers.jobs.insert(child, serde_json::from_value(jobs.into())?);
        let bridge =
            json!([{ "pipeline": of(parent, "push"), "downstream_pipeline": of(child, "parent_pipeline") }]);
        answers.bridges.insert(parent, serde_json::from_value(bridge)?);
    }
    Ok((records, answers))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let records = records()?;
    if verify(&records.0, &records.1, "7").jobs.len() as u64 != PIPELINES * JOBS {
        return Err("the made-up records do not count".into());
    }
    let verified = serde_json::to_string(&verify(&records.0, &records.1, "7"))?;
    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    let mut group = criterion.benchmark_group("10,000 records of passed jobs");
    group.bench_function("verify", |bencher| bencher.iter(|| black_box(verify(&records.0, &records.1, "7"))));
    group.bench_function("read", |bencher| bencher.iter(|| black_box(Passed::read(&verified, 0))));
    group.finish();
    criterion.final_summary();
    if std::env::args().any(|argument| argument == "--bench") {
        let start = Instant::now();
        black_box(Passed::read(&verified, 0)?);
        let taken = start.elapsed();
        println!("10,000 records of passed jobs: {taken:?} to read (limit {LIMIT:?})");
        if taken > LIMIT {
            return Err(format!("10,000 records take {taken:?}, which is over {LIMIT:?}").into());
        }
    }
    Ok(())
}
