//! From a cloud assembly of 200 stacks to YAML, in both forms: twenty plain stages, and the same after a CodePipeline of
//! 404 actions. Each has to stay under 200 ms.
//!
//! The assemblies are those of the tests, which `tests/cdk/bundle.py` trimmed; what was trimmed of the stacks' templates is
//! put back in kind, so that they are as long as the app's own. `cargo bench -p nestling --bench cdk` measures and says
//! whether the limit holds; `cargo test --bench cdk` runs each once.

mod support;

use criterion::Criterion;
use nestling::{As, EmitOptions, MemoryFiles};
use serde_json::{Map, Value, json};
use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

/// Limit of time from an assembly to YAML.
const LIMIT: Duration = Duration::from_millis(200);

/// The two forms: the assembly, and how many jobs it becomes at the least.
const FORMS: [(&str, usize); 2] = [("many", 200), ("many-pipeline", 200)];

/// Number of bytes that the app's templates have on average.
const TEMPLATE: usize = 3_200;

fn main() -> Result<(), Box<dyn Error>> {
    let repositories = FORMS.map(|(name, _)| repository(name));
    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    let mut group = criterion.benchmark_group("200 stacks, from assembly to YAML");
    for ((name, least), files) in FORMS.iter().zip(&repositories) {
        let files = files.as_ref().map_err(ToString::to_string)?;
        let (text, jobs) = yaml(files)?;
        if jobs < *least || text.len() < 50_000 {
            return Err(format!("{name}: {jobs} jobs in {} bytes are too few", text.len()).into());
        }
        group.bench_function(*name, |bencher| bencher.iter(|| black_box(yaml(files))));
    }
    group.finish();
    criterion.final_summary();
    if std::env::args().any(|argument| argument == "--bench") {
        for ((name, _), files) in FORMS.iter().zip(&repositories) {
            judge(name, files.as_ref().map_err(ToString::to_string)?)?;
        }
    }
    Ok(())
}

/// The quickest of a few runs has to be under the limit: what else the machine does is none of Nestling's business.
fn judge(name: &str, files: &MemoryFiles) -> Result<(), Box<dyn Error>> {
    let mut times = Vec::new();
    for _ in 0..21 {
        let start = Instant::now();
        black_box(yaml(files)?);
        times.push(start.elapsed());
    }
    times.sort();
    let (quickest, middle) = (times[0], times[10]);
    let (text, jobs) = yaml(files)?;
    let size = text.len();
    println!("{name}: {quickest:?}, mostly {middle:?}, for {jobs} jobs in {size} bytes (limit {LIMIT:?})");
    if quickest > LIMIT { Err(format!("{name} takes {quickest:?}").into()) } else { Ok(()) }
}

/// A repository with one unit, which sends each of the twenty stages to an environment of its own.
fn repository(name: &str) -> Result<MemoryFiles, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cdk/assemblies/2.276.0");
    let text = std::fs::read_to_string(path.join(format!("{name}.json")))?;
    let bundle: Map<String, Value> = serde_json::from_str(&text)?;
    let environments: String =
        (0..20).map(|at| format!("    stage{at:02}: {{ deployment_tier: production }}\n")).collect();
    let mut files = vec![
        ("nestling.yml".to_owned(), format!("workspace:\n  environments:\n{environments}")),
        ("shop/nestling.yml".to_owned(), "unit: { cdk: { from: none } }\n".to_owned()),
    ];
    for (path, content) in bundle {
        let text = match content {
            Value::String(text) => text,
            content if path.ends_with(".template.json") => serde_json::to_string_pretty(&grown(content))?,
            content => serde_json::to_string_pretty(&content)?,
        };
        files.push((format!("shop/cdk.out/{path}"), text));
    }
    Ok(MemoryFiles::new(files))
}

/// A template with properties for its resources, where those were trimmed.
fn grown(mut template: Value) -> Value {
    let Some(resources) = template.get_mut("Resources").and_then(Value::as_object_mut) else {
        return template;
    };
    let each = TEMPLATE / resources.len().max(1);
    for resource in resources.values_mut().filter_map(Value::as_object_mut) {
        let mut statements = Vec::new();
        while !resource.contains_key("Properties") && statements.len() * 400 < each {
            statements.push(json!({
                "Effect": "Allow",
                "Action": ["sns:Publish", "sqs:SendMessage"],
                "Resource": { "Fn::Join": ["", ["arn:", { "Ref": "AWS::Partition" }, ":sns:*"]] },
            }));
        }
        if !statements.is_empty() {
            resource
                .insert("Properties".to_owned(), json!({ "PolicyDocument": { "Statement": statements } }));
        }
    }
    template
}

/// The whole way: the workspace and the assembly are read, the pipeline is planned and written.
fn yaml(files: &MemoryFiles) -> Result<(String, usize), Box<dyn Error>> {
    let plan = support::everything(files, &As::parse("branch:main")?)?;
    if plan.has_errors() {
        return Err(format!("the made-up pipeline has errors: {:?}", plan.diagnostics).into());
    }
    let emitted = plan.emit(&EmitOptions::default());
    let file = emitted.files.into_iter().next().ok_or("nothing was written")?;
    Ok((file.text, plan.pipeline.jobs.len()))
}
