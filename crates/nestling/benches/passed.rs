//! Ten thousand records of passed jobs: verified with the answers of GitLab's API, and read for a plan. A plan may cost no more
//! than 50 ms for them.
//!
//! `cargo bench -p nestling` measures and says whether that holds; `cargo test --bench passed` runs it once.

use criterion::Criterion;
use nestling::{ApiAnswers, Passed, verify};
use serde_json::json;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Shapes of ten thousand records: pipelines, and the jobs of each. With many jobs in one pipeline, time that grows with their
/// square would be seen.
const SHAPES: [(u64, u64); 2] = [(100, 100), (1, 10_000)];

/// Limit of the time to verify the records, and of that to read what was verified.
const LIMIT: Duration = Duration::from_millis(50);

/// A record with the name of its file, and the answers about it.
type Records = (Vec<(String, Vec<u8>)>, ApiAnswers);

fn records((pipelines, jobs): (u64, u64)) -> Result<Records, serde_json::Error> {
    let mut records = Vec::new();
    let mut answers = ApiAnswers::default();
    for pipeline in 0..pipelines {
        let commit = format!("{pipeline:040x}");
        let of =
            |id: u64, source: &str| json!({ "id": id, "project_id": 7, "sha": commit, "source": source });
        let (parent, child) = (pipeline * 2, pipeline * 2 + 1);
        let recorded = |job: u64| {
            let id = pipeline * jobs + job;
            json!({ "fingerprint": format!("{id:064x}"), "unit": "api", "job": format!("api:test{job}"), "ids": [id] })
        };
        let record = json!({
            "format": 1, "project": "7", "pipeline": parent, "pipeline_url": "", "commit": commit, "ref": "main",
            "protected": false, "source": "push", "time": "", "units": ["api"],
            "jobs": (0..jobs).map(recorded).collect::<Vec<_>>(),
        });
        records.push((format!("{parent}.json"), serde_json::to_vec(&record)?));
        let job = |job: u64| {
            json!({
                "id": pipeline * jobs + job, "name": format!("api:test{job}"), "status": "success", "ref": "main",
                "finished_at": "2026-11-30T00:35:55.000Z", "commit": { "id": commit }, "pipeline": of(child, "parent_pipeline"),
            })
        };
        let of_child = (0..jobs).map(job).collect::<Vec<_>>();
        answers.jobs.insert(child, serde_json::from_value(of_child.into())?);
        let bridge =
            json!([{ "pipeline": of(parent, "push"), "downstream_pipeline": of(child, "parent_pipeline") }]);
        answers.bridges.insert(parent, serde_json::from_value(bridge)?);
    }
    Ok((records, answers))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    let mut group = criterion.benchmark_group("10,000 records of passed jobs");
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    for (pipelines, jobs) in SHAPES {
        let (records, answers) = records((pipelines, jobs))?;
        let verified = verify(&records, &answers, "7");
        if verified.jobs.len() as u64 != pipelines * jobs {
            return Err("the made-up records do not count".into());
        }
        let text = serde_json::to_string(&verified)?;
        let shape = format!("{pipelines} pipelines of {jobs} jobs");
        group.bench_function(format!("verify {shape}"), |bencher| {
            bencher.iter(|| black_box(verify(&records, &answers, "7")));
        });
        group.bench_function(format!("read {shape}"), |bencher| {
            bencher.iter(|| black_box(Passed::read(&text, 0)));
        });
        let start = Instant::now();
        black_box(verify(&records, &answers, "7"));
        let to_verify = start.elapsed();
        let start = Instant::now();
        black_box(Passed::read(&text, 0)?);
        let to_read = start.elapsed();
        if is_measured {
            println!("{shape}: {to_verify:?} to verify, {to_read:?} to read (limit of each {LIMIT:?})");
            // One pipeline of so many jobs is no usual one: there it is the growth that counts.
            if to_read > LIMIT || (pipelines > 1 && to_verify > LIMIT) {
                return Err(format!("10,000 records take more than {LIMIT:?}").into());
            }
        }
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
