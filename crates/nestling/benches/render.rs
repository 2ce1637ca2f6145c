//! Ten thousand units that use one template: rendered into trees with origins, and planned as a whole (read, selected,
//! rendered, composed). Rendering has to stay under a second, and everything under 300 MB.
//!
//! `cargo bench -p nestling --bench render` measures and says whether both hold; `cargo test --bench render` runs each
//! once. The memory is the process's peak (`VmHWM`), with the plan of 40,000 jobs in it; where the system does not tell
//! it, the time alone is judged.

mod support;

use criterion::Criterion;
use nestling::testing::{RenderLimits, TemplateValues, with_templates};
use nestling::{As, Diagnostic, MemoryFiles, PipelineFacts, Project};
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::yaml::parse_file;
use serde_json::json;
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

const UNITS: usize = 10_000;

/// Limit of CPU time for rendering them: it is a single thread, and other processes do not count.
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

/// Inputs that the workspace sets.
const INPUTS: &str = "{ port: 3000, tags: [linux, arm] }";

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
    let jobs = planned(&files)?;
    if jobs != 4 * UNITS {
        return Err(format!("the template wrote {jobs} jobs instead of {}", 4 * UNITS).into());
    }
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    let mut group = criterion.benchmark_group("10,000 units with one template");
    group.bench_function("rendered", |bencher| bencher.iter(|| black_box(rendered(&files).is_ok())));
    group.bench_function("planned", |bencher| bencher.iter(|| black_box(planned(&files).is_ok())));
    group.finish();
    criterion.final_summary();
    if std::env::args().any(|argument| argument == "--bench") {
        judge(&files)?;
    }
    Ok(())
}

/// The quickest of a few runs is judged: what else the machine does only adds to it.
fn judge(files: &MemoryFiles) -> Result<(), Box<dyn Error>> {
    let (mut rendering, mut planning) = (Duration::MAX, Duration::MAX);
    for _ in 0..10 {
        rendering = rendering.min(timed(|| rendered(files))?.0);
        planning = planning.min(timed(|| planned(files))?.0);
    }
    println!(
        "10,000 units with one template: rendered in {rendering:?} (limit {LIMIT:?}), planned in {planning:?}"
    );
    if rendering > LIMIT {
        return Err(format!("rendering takes {rendering:?}, which is over {LIMIT:?}").into());
    }
    let Some(peak) = peak() else { return Ok(()) };
    println!("the most memory ever held: {} MB (limit {} MB)", peak / 1000, MEMORY / 1000);
    if peak > MEMORY {
        return Err(format!("it held {peak} kB, which is over {MEMORY} kB").into());
    }
    Ok(())
}

/// CPU time of the main thread, if the system reports it.
fn processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// CPU time or wall-clock time of something.
fn timed<T>(work: impl FnOnce() -> Result<T, Box<dyn Error>>) -> Result<(Duration, T), Box<dyn Error>> {
    let (start, processor_start) = (Instant::now(), processor());
    let done = work()?;
    let taken = processor().zip(processor_start).map(|(end, start)| end.saturating_sub(start));
    Ok((taken.unwrap_or_else(|| start.elapsed()), done))
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

/// Reads the workspace, compiles the template, and checks the inputs and renders it for each unit.
fn rendered(files: &MemoryFiles) -> Result<(), Box<dyn Error>> {
    let project = Project::of_files(files, PipelineFacts::local(None, None, None))?;
    let wrong = |problems: Vec<Diagnostic>| format!("the made-up template is wrong: {problems:?}");
    let file = Sources::default().add("inputs.yml", INPUTS);
    let inputs = parse_file(INPUTS, file).map_err(wrong)?;
    let inputs = inputs.first().and_then(|node| node.as_map()).ok_or("the inputs are no mapping")?;
    with_templates(&project, RenderLimits::default(), |templates| {
        for unit in project.workspace().units() {
            let values = TemplateValues {
                unit: json!({ "name": unit.name.as_str(), "dir": unit.dir.as_str(), "slug": unit.name.as_str() }),
                vars: json!({ "registry": "$CI_REGISTRY_IMAGE" }),
                environment: None,
                pipeline: json!({ "kind": "merge_request" }),
            };
            black_box(templates.render("service", inputs, &values).map_err(wrong)?);
        }
        Ok(())
    })
}

/// Plans everything, and gives the number of jobs.
fn planned(files: &MemoryFiles) -> Result<usize, Box<dyn Error>> {
    let plan = support::everything(files, &As::MergeRequest)?;
    match plan.diagnostics.first() {
        Some(problem) => Err(format!("the made-up workspace is wrong: {problem:?}").into()),
        None => Ok(plan.pipeline.jobs.len()),
    }
}
