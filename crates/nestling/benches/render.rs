//! Ten thousand units that use one template: selected, rendered, composed. It has to stay under a second and under
//! 300 MB.
//!
//! `cargo bench -p nestling --bench render` measures and says whether both hold; `cargo test --bench render` runs it
//! once. The memory is the process's peak (`VmHWM`), with the plan and the made-up files in it; where the system does not
//! tell it, the time alone is judged.

use criterion::Criterion;
use nestling::changes::{As, ChangeSet, Everything, Extent, Head, PipelineFacts};
use nestling::diagnostic::Sources;
use nestling::files::{MemoryFiles, Nowhere};
use nestling::git::History;
use nestling::plan::{Plan, Request, plan};
use nestling::select::Narrowing;
use nestling::workspace;
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

const UNITS: usize = 10_000;

/// What planning them may take.
const LIMIT: Duration = Duration::from_secs(1);

/// The most memory that the process may ever have held, in kB.
const MEMORY: u64 = 300_000;

const WORKSPACE: &str = "\
workspace:
  stages: [build, test]
  templates: [ci]
  units:
    - match: \"s/*\"
      use: { template: service, inputs: { port: 3000, tags: [linux, arm] } }
  vars: { registry: $CI_REGISTRY_IMAGE }
";

const MACROS: &str = "\
#% macro cache(unit)
key: { files: [\"${{ unit.dir }}/package-lock.json\"], prefix: ${{ unit.slug }} }
paths: [.npm/]
#% endmacro
";

const TEMPLATE: &str = "\
spec:
  description: Build and test a service
  inputs:
    node: { type: string, default: \"22\" }
    port: { type: number }
    tags: { type: array, default: [] }
---
#% import \"macros.yml\" as macros
build:
  stage: build
  image: node:${{ inputs.node }}
  tags: ${{ inputs.tags }}
  cache:
    ${{ macros.cache(unit) }}
  script:
    - npm ci --prefix ${{ unit.dir | sh }}
    - |
      if [ -n \"$DEBUG\" ]; then
        echo ${{ unit.name | sh }} on ${{ inputs.port }}
      fi
  artifacts: { paths: [\"${{ unit.dir }}/dist\"], expire_in: 1 week }
#% for shard in range(1, 3)
test ${{ shard }}/2:
  stage: test
  image: ${{ vars.registry }}/node:${{ inputs.node }}
  needs: [build]
  script: npm test --prefix ${{ unit.dir | sh }} -- --shard ${{ shard }}/2
#% endfor
#% if pipeline.kind == \"merge_request\"
lint: { stage: test, needs: [], script: \"npm run lint --prefix ${{ unit.dir }}\" }
#% endif
";

fn main() -> Result<(), Box<dyn Error>> {
    let files = files();
    let (took, jobs) = run(&files)?;
    if jobs != 4 * UNITS {
        return Err(format!("the template wrote {jobs} jobs instead of {}", 4 * UNITS).into());
    }
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    criterion.bench_function("10,000 units with one template", |bencher| {
        bencher.iter(|| black_box(run(&files).is_ok()));
    });
    criterion.final_summary();
    if std::env::args().any(|argument| argument == "--bench") {
        judge(&files, took)?;
    }
    Ok(())
}

fn judge(files: &MemoryFiles, first: Duration) -> Result<(), Box<dyn Error>> {
    let mut times = vec![first];
    for _ in 0..4 {
        times.push(run(files)?.0);
    }
    times.sort();
    let median = times[times.len() / 2];
    println!("10,000 units with one template: {median:?} (limit {LIMIT:?})");
    if median > LIMIT {
        return Err(format!("planning takes {median:?}, which is over {LIMIT:?}").into());
    }
    let Some(peak) = peak() else { return Ok(()) };
    println!("the most memory ever held: {} MB (limit {} MB)", peak / 1000, MEMORY / 1000);
    if peak > MEMORY {
        return Err(format!("it held {peak} kB, which is over {MEMORY} kB").into());
    }
    Ok(())
}

/// The most memory that this process ever held, in kB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

fn files() -> MemoryFiles {
    let text = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
    let mut written = vec![
        text("nestling.yml", WORKSPACE),
        text("ci/service.yml", TEMPLATE),
        text("ci/macros.yml", MACROS),
    ];
    written.extend((0..UNITS).map(|at| (format!("s/{at}/main.js"), Vec::new())));
    MemoryFiles::new(written)
}

/// How long a plan takes, and how many jobs it has.
fn run(files: &MemoryFiles) -> Result<(Duration, usize), Box<dyn Error>> {
    let start = Instant::now();
    let sources = Sources::default();
    let plan = planned(files, &sources)?;
    if let Some(problem) = plan.diagnostics.first() {
        return Err(format!("the made-up workspace is wrong: {problem:?}").into());
    }
    Ok((start.elapsed(), plan.pipeline.jobs.len()))
}

fn planned(files: &MemoryFiles, sources: &Sources) -> Result<Plan, Box<dyn Error>> {
    let facts = PipelineFacts::local(Some("feature".into()), Some("main".into()), None);
    Ok(plan(Request {
        loaded: workspace::load(files, sources)?,
        files,
        changes: ChangeSet {
            base: None,
            head: Head::WorkTree { commit: None },
            extent: Extent::Everything(Everything::Asked),
            history: History::Complete,
        },
        pipeline: facts.seen_as(&As::MergeRequest),
        narrowing: Narrowing::default(),
        base: None,
        elsewhere: &Nowhere,
        assemblies: &nestling::cdk::InRepository,
        sources,
    }))
}
