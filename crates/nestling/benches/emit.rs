//! Writing a pipeline of 20,000 jobs: as it is, and cut into parts that GitLab takes.
//!
//! `cargo bench -p nestling --bench emit` measures; `cargo test --bench emit` runs each once. It fails where the median
//! of writing the pipeline is more than a second.

mod support;

use criterion::Criterion;
use nestling::{As, Comments, EmitOptions, Error, MemoryFiles, PipelineLimits, Plan};
use std::hint::black_box;
use std::time::{Duration, Instant};

const UNITS: usize = 5000;

/// Limit of time for writing 20,000 jobs.
const LIMIT: Duration = Duration::from_secs(1);

const WORKSPACE: &str = "\
workspace:
  stages: [build, test, deploy]
  templates: [ci]
  units: [{ match: \"s/*\", use: service }]
  environments:
    review: { when: merge_request, name: \"review/$CI_COMMIT_REF_SLUG/${{ unit.slug }}\", deployment_tier: development }
";

const TEMPLATE: &str = "\
build: { stage: build, image: \"node:22\", script: [npm ci, npm run build], artifacts: { paths: [dist], expire_in: 1 week } }
test: { stage: test, image: \"node:22\", needs: [build], script: [npm test] }
deploy:
  stage: deploy
  needs: [build, test]
  environment: [review]
  script: ./deploy.sh ${{ unit.dir | sh }}
  stop: { script: ./destroy.sh ${{ unit.dir | sh }} }
";

fn main() -> Result<(), Error> {
    let plan = planned()?;
    assert_eq!(plan.pipeline.jobs.len(), 4 * UNITS, "{:?}", plan.diagnostics);
    let in_parts = EmitOptions::default();
    // No instance takes this much in one pipeline: it is what writing costs, not cutting.
    let mut whole = EmitOptions::default();
    whole.limits = Some(PipelineLimits::unlimited());
    let mut compact = whole.clone();
    compact.comments = Comments::None;
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    let mut group = criterion.benchmark_group("20,000 jobs");
    group.bench_function("one pipeline", |bencher| {
        bencher.iter(|| black_box(plan.emit(&whole)));
    });
    group.bench_function("compact", |bencher| {
        bencher.iter(|| black_box(plan.emit(&compact)));
    });
    group.bench_function("in parts", |bencher| {
        bencher.iter(|| black_box(plan.emit(&in_parts)));
    });
    group.finish();
    criterion.final_summary();
    if std::env::args().any(|argument| argument == "--bench") {
        let mut times: Vec<Duration> = (0..5)
            .map(|_| {
                let start = Instant::now();
                black_box(plan.emit(&whole));
                start.elapsed()
            })
            .collect();
        times.sort();
        assert!(times[2] < LIMIT, "writing 20,000 jobs took {:?}", times[2]);
    }
    Ok(())
}

fn planned() -> Result<Plan, Error> {
    let mut written = vec![
        ("nestling.yml".to_owned(), WORKSPACE.as_bytes().to_vec()),
        ("ci/service.yml".to_owned(), TEMPLATE.as_bytes().to_vec()),
    ];
    written.extend((0..UNITS).map(|at| (format!("s/{at}/main.js"), Vec::new())));
    support::everything(&MemoryFiles::new(written), &As::MergeRequest)
}
