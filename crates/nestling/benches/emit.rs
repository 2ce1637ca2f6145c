//! Writing a pipeline of 20,000 jobs: as it is, and cut into parts that GitLab takes.
//!
//! `cargo bench -p nestling --bench emit` measures; `cargo test --bench emit` runs each once. It fails where the median
//! of writing the pipeline is more than a second.

mod support;

use criterion::Criterion;
use nestling::changes::As;
use nestling::diagnostic::Sources;
use nestling::emit::{Comments, Parts, PipelineLimits, Settings, emit, files};
use nestling::files::{MemoryFiles, ReadError};
use nestling::plan::Plan;
use std::hint::black_box;
use std::time::{Duration, Instant};

const UNITS: usize = 5000;

/// What writing 20,000 jobs may take.
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

fn main() -> Result<(), ReadError> {
    let sources = Sources::default();
    let plan = planned(&sources)?;
    assert_eq!(plan.pipeline.jobs.len(), 4 * UNITS, "{:?}", plan.diagnostics);
    let settings = Settings {
        comments: Comments::Origins,
        file: "child-pipeline.yml".to_owned(),
        plan_job: "plan".to_owned(),
        parts: Parts::Fewest,
        limits: PipelineLimits::default(),
    };
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    let mut group = criterion.benchmark_group("20,000 jobs");
    group.bench_function("one pipeline", |bencher| {
        bencher.iter(|| black_box(emit(&plan, &sources, Comments::Origins)));
    });
    group.bench_function("compact", |bencher| {
        bencher.iter(|| black_box(emit(&plan, &sources, Comments::None)));
    });
    group.bench_function("in parts", |bencher| {
        bencher.iter(|| black_box(files(&plan, &sources, &settings)));
    });
    group.finish();
    criterion.final_summary();
    if std::env::args().any(|argument| argument == "--bench") {
        let mut times: Vec<Duration> = (0..5)
            .map(|_| {
                let start = Instant::now();
                black_box(emit(&plan, &sources, Comments::Origins));
                start.elapsed()
            })
            .collect();
        times.sort();
        assert!(times[2] < LIMIT, "writing 20,000 jobs took {:?}", times[2]);
    }
    Ok(())
}

fn planned(sources: &Sources) -> Result<Plan, ReadError> {
    let mut written = vec![
        ("nestling.yml".to_owned(), WORKSPACE.as_bytes().to_vec()),
        ("ci/service.yml".to_owned(), TEMPLATE.as_bytes().to_vec()),
    ];
    written.extend((0..UNITS).map(|at| (format!("s/{at}/main.js"), Vec::new())));
    support::everything(&MemoryFiles::new(written), &As::MergeRequest, sources)
}
