//! Stacks in the commands of jobs: those of the job's own stage of its own pipeline, each by its name.

use super::assemblies::{NEWEST, Planned, Shop, all, bundle, read};
use super::aws::{Deployed, HOME};
use super::broken::replace;
use crate::support::output;
use nestling::Sources;
use nestling_cdk::deployment::Deployment;
use nestling_gitlab::yaml::Node;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Command;

/// A call of the CDK command line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub job: String,
    pub verb: String,
    /// The pattern that selects stacks, as on the command line.
    patterns: Vec<String>,
    pub options: Vec<String>,
}

impl Call {
    /// The stacks that it names, without what keeps their names from being patterns.
    pub(crate) fn stacks(&self) -> Vec<String> {
        self.patterns.iter().map(|pattern| literal(pattern)).collect()
    }
}

/// The name that a pattern without placeholders stands for.
fn literal(pattern: &str) -> String {
    let mut name = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        assert!(!"*?[]{}()|!#+\"".contains(c), "`{pattern}` can match more than one stack");
        name.push(if c == '\\' { chars.next().unwrap() } else { c });
    }
    name
}

/// Every call in the jobs of a pipeline, as a shell reads it: each line is run with a `cdk` that only says its arguments.
pub(crate) fn calls(planned: &Planned) -> Vec<Call> {
    let mut script =
        "cdk() { printf 'CALL\\n' >&3; for word; do printf '%s\\n' \"$word\" >&3; done; }\n".to_owned();
    let folder = tempfile::tempdir().unwrap();
    for job in &planned.plan.pipeline.jobs {
        let lines = job.body.get("script").and_then(Node::as_seq).unwrap_or_default();
        let calls = |line: &&str| {
            let starts = ["cdk ", "(cd shop && cdk ", "if ["].iter().any(|start| line.starts_with(start));
            starts && line.contains("cdk ")
        };
        for line in lines.iter().filter_map(Node::text).filter(calls) {
            _ = writeln!(
                script,
                "printf 'JOB\\n%s\\n' '{}' >&3\n{line}",
                job.name.as_str().replace('\'', "'\\''")
            );
        }
    }
    // The project's own command line runs in its directory.
    std::fs::create_dir(folder.path().join("shop")).unwrap();
    std::fs::write(folder.path().join("script"), script).unwrap();
    output(Command::new("sh").current_dir(folder.path()).args(["-c", "sh ./script 3> said"]));
    let said = std::fs::read_to_string(folder.path().join("said")).unwrap();
    let mut calls = Vec::new();
    for part in said.split("JOB\n").skip(1) {
        let (job, rest) = part.split_once('\n').unwrap();
        for call in rest.split("CALL\n").skip(1) {
            let mut words = call.lines().map(str::to_owned);
            let verb = words.next().unwrap();
            let mut words: Vec<String> = words.filter(|word| word != "--unstable=publish-assets").collect();
            assert_eq!(words[0], "--app", "{call}");
            let options = words.iter().skip(2).position(|word| word.starts_with("--")).unwrap() + 2;
            let options = words.split_off(options);
            calls.push(Call { job: job.to_owned(), verb, patterns: words.split_off(2), options });
        }
    }
    calls
}

/// Each job with what it calls, one a line.
fn table(planned: &Planned) -> String {
    calls(planned).iter().fold(String::new(), |mut table, call| {
        _ = writeln!(table, "{}: {} {}", call.job, call.verb, call.stacks().join(" "));
        table
    })
}

fn deployment(version: &str, name: &str) -> Deployment {
    read(&bundle(version, name), &Sources::default()).unwrap()
}

#[test]
fn every_command_names_its_stacks_one_by_one_and_takes_no_others() {
    let mut verbs = BTreeSet::new();
    for (version, name) in all() {
        let deployment = deployment(&version, &name);
        let known: BTreeSet<&str> =
            deployment.assembly.stacks.iter().map(|stack| stack.hierarchical_id.as_str()).collect();
        for (environment, kind) in
            [("always", "branch:main"), ("review", "merge_request"), ("staging", "merge_request")]
        {
            let header = format!("cli: cdk, environment: {environment}");
            let planned = Shop::new(&version, &name, &header).plan(kind).without_errors();
            for call in calls(&planned) {
                let label = format!("{version} {name} {kind} {call:?}");
                let is_exclusive = call.options.iter().any(|option| option == "--exclusively");
                assert!(is_exclusive || call.verb == "drift", "{label}");
                let stacks = call.stacks();
                assert!(!stacks.is_empty(), "{label}");
                assert!(stacks.iter().all(|stack| known.contains(stack.as_str())), "{label}");
                let distinct: BTreeSet<&String> = stacks.iter().collect();
                assert_eq!(distinct.len(), stacks.len(), "{label}");
                verbs.insert(call.verb);
            }
        }
    }
    assert_eq!(verbs.into_iter().collect::<Vec<_>>(), ["deploy", "destroy", "diff", "publish-assets"]);
}

/// Two pipelines side by side: a header, a kind of pipeline, and what its jobs call.
const PAIR: [(&str, &str, &str); 10] = [
    ("pipeline: A, environment: staging", "branch:main", "Uat: deploy A/Uat/One A/Uat/Two"),
    ("pipeline: A, environment: staging", "merge_request", "A/Uat: diff: diff A/Uat/One A/Uat/Two"),
    // Only what says `stop` is destroyed, whatever else is in the environment.
    (
        "pipeline: B, stages: { Uat: { environment: staging, stop: true }, Live: staging }",
        "branch:main",
        "staging: diff: diff B/Uat/One B/Uat/Two B/Live/One B/Live/Two
         Uat: deploy B/Uat/One B/Uat/Two
         Live: deploy B/Live/One B/Live/Two
         staging: deploy B/Uat/One B/Uat/Two B/Live/One B/Live/Two
         staging:stop: destroy B/Uat/One B/Uat/Two",
    ),
    (
        "stages: { A/Uat: { environment: staging, stop: true }, B/Uat: qa, Live: skip }",
        "branch:main",
        "A.Uat: deploy A/Uat/One A/Uat/Two
         A.Uat:stop: destroy A/Uat/One A/Uat/Two
         B/Uat: diff: diff B/Uat/One B/Uat/Two
         B.Uat: deploy B/Uat/One B/Uat/Two",
    ),
    // `Live` waits for a stage that this pipeline does not deploy: nothing has let it through, so nobody deploys it.
    (
        "stages: { A/Uat: { environment: staging, stop: true }, B/Uat: review, Live: staging }",
        "branch:main",
        "A.Uat: deploy A/Uat/One A/Uat/Two
         A.Uat:stop: destroy A/Uat/One A/Uat/Two",
    ),
    (
        "stages: { A/Uat: review, B/Uat: staging, Live: production }",
        "merge_request",
        "A.Uat: deploy A/Uat/One A/Uat/Two
         A.Uat:stop: destroy A/Uat/One A/Uat/Two
         B/Uat: diff: diff B/Uat/One B/Uat/Two
         B/Live: diff: diff B/Live/One B/Live/Two",
    ),
    // Unless it is deployed alone: then its own approval lets it through.
    (
        "pipeline: B, stages: { Uat: review, Live: { environment: staging, alone: true } }",
        "branch:main",
        "B/Live: diff: diff B/Live/One B/Live/Two
         Live: deploy B/Live/One B/Live/Two",
    ),
    // A schedule looks for drift, and deploys nothing.
    (
        "pipeline: B, stages: { Uat: qa, Live: staging }, drift: true",
        "schedule",
        "B/Uat: drift: drift B/Uat/One B/Uat/Two
         B/Live: drift: drift B/Live/One B/Live/Two",
    ),
    ("pipeline: A, stages: { Uat: qa }, drift: true", "branch:main", "Uat: deploy A/Uat/One A/Uat/Two"),
    // The beginning of a path, or all of it.
    (
        "pipeline: B/Pipe/Pipeline, stages: { Uat: review, Live: { environment: review, stop: false } }",
        "merge_request",
        "review: diff: diff B/Uat/One B/Uat/Two B/Live/One B/Live/Two
         Uat: deploy B/Uat/One B/Uat/Two
         Live: deploy B/Live/One B/Live/Two
         review: deploy B/Uat/One B/Uat/Two B/Live/One B/Live/Two
         review:stop: destroy B/Uat/One B/Uat/Two",
    ),
];

#[test]
fn jobs_take_the_stacks_of_their_own_stage_of_their_own_pipeline() {
    for (header, kind, want) in PAIR {
        let planned = Shop::new(NEWEST, "pair", &format!("cli: cdk, {header}")).plan(kind).without_errors();
        let want = want.lines().fold(String::new(), |all, line| all + "shop:" + line.trim() + "\n");
        assert_eq!(table(&planned), want, "{header} {kind}\n{}", planned.said());
    }
}

#[test]
fn a_name_that_several_pipelines_end_in_is_an_error() {
    let planned =
        Shop::new(NEWEST, "pair", "pipeline: Pipe/Pipeline, environment: staging").plan("branch:main");
    let said = planned.said();
    assert!(said.contains("error cdk-header shop/nestling.yml:2"), "{said}");
    assert!(said.contains("several pipelines of the assembly end in `Pipe/Pipeline`"), "{said}");
    assert!(said.contains("help: write one of `A/Pipe/Pipeline`, `B/Pipe/Pipeline`"), "{said}");
}

/// A change set is executed by the name of its stack alone. Who has made it is another's, or nobody of this assembly.
#[test]
fn an_action_that_may_mean_several_stacks_is_no_job() {
    let mut assembly = bundle(NEWEST, "pair");
    replace(&mut assembly, "B.template.json", "CHANGE_SET_REPLACE", "DELETE_ONLY");
    let planned = Shop::of(assembly, "cli: cdk, pipeline: B, environment: staging").plan("branch:main");
    let said = planned.said();
    for (action, reason) in [
        ("Uat.One.Prepare [", "]: CloudFormation with the mode"),
        ("Uat.One.Deploy [", "]: CloudFormation on `Uat-One`, as several"),
    ] {
        let is_said = said.lines().any(|line| line.contains(action) && line.contains(reason));
        assert!(is_said, "{action}{reason}\n{said}");
    }
    let want = "shop:staging: diff: diff B/Uat/Two B/Live/One B/Live/Two
shop:Uat.Two: deploy B/Uat/Two
shop:Live: deploy B/Live/One B/Live/Two
shop:staging: deploy B/Uat/Two B/Live/One B/Live/Two
";
    assert_eq!(table(&planned), want);
}

/// A deploy that is meant and not made is said to be.
#[test]
fn a_stage_behind_one_that_is_not_deployed_is_a_warning() {
    let header = "pipeline: B, stages: { Uat: review, Live: staging }";
    let planned = Shop::new(NEWEST, "pair", header).plan("branch:main").without_errors();
    assert_eq!(table(&planned), "");
    let line = "]: this kind of pipeline deploys to `staging`, but does not deploy this: it needs \
                `Uat.Approve`, which is omitted";
    assert!(planned.said().contains("warning cdk-stack"), "{}", planned.said());
    assert!(planned.said().contains(line), "{}", planned.said());
    assert!(planned.said().contains("  stage B/Live [stack-"), "{}", planned.said());
    // In a pipeline that is not to deploy it, nothing is missing.
    let planned = Shop::new(NEWEST, "pair", header).plan("merge_request").without_errors();
    assert!(!planned.said().contains("nothing deploys this there"), "{}", planned.said());
}

/// Nor is it one beside the pipeline, where nobody would approve it.
#[test]
fn a_stack_of_a_stage_that_its_pipeline_leaves_out_is_not_deployed_either() {
    let mut assembly = bundle(NEWEST, "pair");
    let (_, text) = assembly.iter_mut().find(|(path, _)| path == "B.template.json").unwrap();
    let mut template: serde_json::Value = serde_json::from_str(text).unwrap();
    let resources = template["Resources"].as_object_mut().unwrap();
    let pipeline = resources.values_mut().find(|it| it["Type"] == "AWS::CodePipeline::Pipeline").unwrap();
    let stages = pipeline["Properties"]["Stages"].as_array_mut().unwrap();
    let uat = stages.iter_mut().find(|stage| stage["Name"] == "Uat").unwrap();
    let actions = uat["Actions"].as_array_mut().unwrap();
    actions.retain(|action| !action["Name"].as_str().unwrap().starts_with("One."));
    assert_eq!(actions.len(), 3);
    *text = template.to_string();
    let planned = Shop::of(assembly, "cli: cdk, pipeline: B, environment: staging").plan("branch:main");
    let line = "]: the pipeline deploys its stage without it, so no job deploys it";
    assert!(planned.said().contains(line), "{}", planned.said());
    let want = "shop:staging: diff: diff B/Uat/Two B/Live/One B/Live/Two
shop:Uat.Two: deploy B/Uat/Two
shop:Live: deploy B/Live/One B/Live/Two
shop:staging: deploy B/Uat/Two B/Live/One B/Live/Two
";
    assert_eq!(table(&planned.without_errors()), want);
}

/// Without an approval of a stack, its outputs are unknown, too.
#[test]
fn an_url_of_a_stack_that_this_pipeline_does_not_deploy_is_left_out() {
    let header =
        "stages: { Staging: staging, QA: review, Prod: staging }, url: ShopPipeline/Prod/Service.ServiceUrl";
    let planned = Shop::new(NEWEST, "pipeline", header).plan("branch:main").without_errors();
    let warning = "warning cdk-header shop/nestling.yml:2:84: `staging` has no URL here: this pipeline does not deploy \
                   `ShopPipeline/Prod/Service`, which has the output `ServiceUrl`";
    assert!(planned.said().contains(warning), "{}", planned.said());
    assert!(!planned.text().contains("url:"));
}

/// Of a pipeline that is not chosen nobody is told to delete anything.
#[test]
fn only_the_stack_of_a_chosen_pipeline_is_called_superfluous() {
    let planned = Shop::new(NEWEST, "pair", "pipeline: A, environment: staging").plan("branch:main");
    let lines = planned.plan.cdk_reports.values().flat_map(|report| &report.lines);
    let stacks: Vec<&str> =
        lines.filter(|line| line.text.contains("delete it")).map(|line| line.subject.as_str()).collect();
    assert_eq!(stacks, ["stack A"]);
}

const NAMES: &str = "cli: cdk, stages: { Web: { environment: staging, stop: true }, Inner: qa, Web2: qa, Data: { environment: staging, \
     stop: true }, Service: always }";

/// Prefixes of one another, patterns, a group, a stage in a stage: the stop job takes what is its stage's own.
#[test]
fn names_that_could_be_patterns_stand_for_themselves() {
    let planned = Shop::new(NEWEST, "names", NAMES).plan("branch:main").without_errors();
    let calls = calls(&planned);
    let of =
        |job: &str| calls.iter().find(|call| call.job == job).unwrap_or_else(|| panic!("{job} in {calls:?}"));
    let web = [
        "Web/Api",
        "Web/Api2",
        "Web/Api*",
        "Web/!Api",
        "Web/#1",
        "Web/{Api,Api2}",
        "Web/Ap[i]",
        "Web/(Api|Api2)",
        "Web/A?i",
        "Web/it's \"$HOME\" \\ a+b",
        "Web/Group/Deep",
    ];
    let deployed = of("shop:staging");
    for name in web {
        assert!(deployed.stacks().iter().any(|stack| stack == name), "{name}: {deployed:?}");
    }
    assert!(deployed.patterns.iter().any(|pattern| pattern == r"Web/Api\*"), "{deployed:?}");
    let mut stopped = of("shop:staging:stop").stacks();
    stopped.sort();
    let mut want = [&web[..], &["Data"]].concat();
    want.sort_unstable();
    assert_eq!(stopped, want);
    assert_eq!(of("shop:qa").stacks(), ["Web/Inner/Api", "Web2/Api"]);
}

/// The real command line takes them as they are meant, on a fake AWS.
#[test]
fn the_command_line_deploys_and_destroys_what_its_jobs_name() {
    let test = "the_command_line_deploys_and_destroys_what_its_jobs_name";
    let Some(shop) = Deployed::open(test) else { return };
    let workspace = "workspace: { environments: { staging: {}, qa: {}, always: {} } }\n";
    shop.commit("names", workspace, &format!("unit: {{ cdk: {{ from: none, {NAMES} }} }}\n"));
    shop.bootstrap(&[(HOME, &["eu-west-1"])]);
    shop.generate(&["--all", "--as", "branch:main"]);
    shop.run(&[]);
    assert_eq!(shop.stacks().len(), 15, "{:?}", shop.stacks());
    // `Service` depends on `Data`, and nobody has stopped its environment.
    shop.run(&["shop:staging:stop"]);
    let left = [12, 13, 15].map(|number| format!("{HOME}/eu-west-1/names-{number}"));
    assert_eq!(shop.stacks(), left);
}
