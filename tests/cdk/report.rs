//! The report: every thing without counterpart is one line of it, and there is no other line.

use super::assemblies::{NEWEST, Shop, bundle, read};
use nestling::{Origin, Sources, assembly_jobs};
use nestling_cdk::report::LineKind::{
    self, Role, Runner, Setting, Source, Stack, Trigger, Unsupported, Variable,
};

/// Each thing in the app `odd`: the sort of its line, whose it is, and how the line begins.
const ODD: [(LineKind, &str, &str); 35] = [
    (Role, "action Build.Synth", "{\"Action\":\"secretsmanager:GetSecretValue\""),
    (Role, "Live.Lookup", "managed policy arn:aws:iam::aws:policy/ReadOnlyAccess"),
    (Role, "Live.Lookup", "{\"Action\":\"dynamodb:Scan\",\"Effect\":\"Allow\",\"Resource\":\"*\"}"),
    (Role, "Live.Lookup", "{\"Action\":\"ssm:GetParameters\""),
    (Role, "Live.Lookup", "{\"Action\":\"secretsmanager:GetSecretValue\""),
    (Role, "Live.Lookup", "{\"Action\":[\"s3:DeleteObject*\",\"s3:PutObject\""),
    (Variable, "action Build.Synth", "NPM_TOKEN, from the secret `npm/token`, in the parent pipeline's job"),
    (Variable, "Live.Lookup", "TOPIC, from CloudFormation's `${News"),
    (Variable, "Live.Lookup", "`odd.name` is not a valid variable name in GitLab"),
    (Runner, "Live.Lookup", "it ran inside a VPC: {\"SecurityGroupIds\""),
    (
        Runner,
        "Live.Lookup",
        "its image `aws/codebuild/amazonlinux2-aarch64-standard:3.0` exists only in CodeBuild",
    ),
    (Runner, "Live.Lookup", "it runs docker"),
    (Runner, "Live.Lookup", "it fetches `REGION_NAME`, `PASSWORD`, `ENDPOINT` with the AWS command line"),
    (Source, "Live.Lookup", "it reads acme-data, which is not a repository"),
    (Trigger, "Pipe/Base", "a notification rule, `BaseTold"),
    (Trigger, "Pipe/Base", "a webhook, `Hook`"),
    (Trigger, "Pipe/Base", "an EventBridge rule, `Nightly"),
    (Unsupported, "Live.Invoke", "Lambda (Invoke)"),
    (Unsupported, "Live.Walk", "StepFunctions (Invoke)"),
    (Unsupported, "After.Delete", "CloudFormation with the mode DELETE_ONLY"),
    (Setting, "Live.Lookup", "`ComputeType`: \"BUILD_GENERAL1_2XLARGE\""),
    (Setting, "Live.Lookup", "`Type`: \"ARM_CONTAINER\""),
    (Setting, "Live.Lookup", "`FileSystemLocations`: "),
    (Setting, "Live.Lookup", "`LogsConfig`: "),
    (Setting, "Live.Lookup", "`run-as` of its build specification"),
    (Setting, "Live.Lookup", "`proxy` of its build specification"),
    (Setting, "Live.Lookup", "`env: git-credential-helper` of its build specification"),
    (Setting, "Live.Lookup", "runtime versions: the image must contain nodejs 22"),
    (Setting, "Live.Lookup", "report `cucumber` of format CUCUMBERJSON"),
    (Setting, "Live.Lookup", "its cache of `/opt/.m2/**/*`"),
    (Setting, "Pipe/Base", "`Variables` of the pipeline"),
    (LineKind::Replaced, "action Source.acme_odd", "GitLab's checkout; it was started by main of acme/odd"),
    (LineKind::Replaced, "action Source.acme-data", "its default branch of acme-data, another source"),
    (
        LineKind::Replaced,
        "action Build.Synth",
        "a job of the parent pipeline, before `generate`: npx cdk synth",
    ),
    (LineKind::Replaced, "action UpdatePipeline.SelfMutate", "Nestling generates each pipeline"),
];

/// Each thing in the app `quiet` that is easily dropped: the sort of its line, whose it is, and how the line begins.
const QUIET: [(LineKind, &str, &str); 18] = [
    (Variable, "action Build.Synth", "STAGES is `all`, in the parent pipeline's job"),
    (Role, "action Build.Synth", "{\"Action\":\"codeartifact:GetAuthorizationToken\""),
    (Runner, "action Build.Synth", "it runs docker, in the parent pipeline's job"),
    (
        Setting,
        "action Assets.Fn_Code",
        "its command `./trust-proxy.sh`, which `cdk publish-assets` does not have",
    ),
    (Variable, "action Assets.Fn_Code", "`HTTPS_PROXY`, which `cdk publish-assets` does not have"),
    (Role, "action Assets.Fn_Code", "{\"Action\":\"ecr:GetAuthorizationToken\""),
    (Setting, "Live.Review", "`TimeoutInMinutes`: 120"),
    (Setting, "Live.Review", "`ExternalEntityLink`, the URL to review: \"https://review.acme.example/\""),
    (
        Setting,
        "Live.Review",
        "`NotificationArn`, the topic that is notified: \"arn:aws:sns:eu-west-1:123456789012:reviewers\"",
    ),
    (Setting, "Pipe/Base", "`ExecutionMode` of the pipeline: QUEUED; GitLab runs pipelines at the same time"),
    (
        Stack,
        "stack Pipe",
        "in addition to the pipeline, it contains AWS::DynamoDB::Table `Ledger`: keep or move these",
    ),
    (Stack, "stack Hand", "it has a CodePipeline that deploys nothing of this assembly"),
    (
        Stack,
        "stack Pipe/Live/Site",
        "these parameters have neither a value nor a default: `Domain`. The first",
    ),
    (
        Stack,
        "stack Pipe/Live/Own",
        "its synthesizer has no role: it is deployed, with everything in it, with the permissions of the job",
    ),
    (
        LineKind::Replaced,
        "action Source.acme_quiet",
        "GitLab's checkout; it was started by main of acme/quiet",
    ),
    (
        LineKind::Replaced,
        "action Build.Synth",
        "a job of the parent pipeline, before `generate`: npx cdk synth",
    ),
    (LineKind::Replaced, "action UpdatePipeline.SelfMutate", "Nestling generates each pipeline"),
    (LineKind::Replaced, "stack Pipe", "it contains the pipeline that GitLab replaces"),
];

/// Report lines for single assemblies: each line's kind, subject and text.
fn lines(name: &str) -> Vec<(LineKind, String, String)> {
    let sources = Sources::default();
    let deployment = read(&bundle(NEWEST, name), &sources).unwrap();
    let outcome = assembly_jobs(&deployment, Origin::file(sources.add("cdk.out", "")));
    outcome.report.lines.into_iter().map(|line| (line.kind, line.subject, line.text)).collect()
}

#[test]
fn each_thing_without_counterpart_is_one_line() {
    let mut odd = lines("odd");
    odd.retain(|(_, subject, _)| subject != "stack Pipe");
    are_expected(odd, &ODD);
    are_expected(lines("quiet"), &QUIET);
}

/// Each of these lines is there once, and there is no other.
fn are_expected(mut left: Vec<(LineKind, String, String)>, expected: &[(LineKind, &str, &str)]) {
    for (kind, subject, text) in expected.iter().copied() {
        let is_it = |line: &(LineKind, String, String)| {
            line.0 == kind && line.1 == subject && line.2.starts_with(text)
        };
        let found = left.iter().filter(|line| is_it(line)).count();
        assert_eq!(found, 1, "{kind:?} {subject}: {text}\n{left:#?}");
        left.retain(|line| !is_it(line));
    }
    assert!(left.is_empty(), "lines that nobody expects: {left:#?}");
}

/// Stacks that only a header leaves alone, or sends to an environment of their own.
#[test]
fn stacks_beside_a_pipeline_and_names_that_merge_requests_share_are_lines() {
    let beside = Shop::new(NEWEST, "quiet", "stages: { Live: staging, Hand: skip }").plan("branch:main");
    let text = "]: it is outside of the pipeline, and `stages` does not list it: no job deploys it";
    assert!(beside.said().contains(text), "{}", beside.said());
    assert!(!beside.said().contains("stack Hand"), "{}", beside.said());
    let shared = "stages: { Staging: review, Production: production }";
    let shared = Shop::new(NEWEST, "stages", shared).plan("merge_request");
    let text = "its CloudFormation name `Staging-Data` does not contain the branch";
    assert!(shared.said().contains(text), "{}", shared.said());
}

/// Subjects that the role of each purpose has to trust, in each kind of pipeline.
#[test]
fn the_report_has_the_subject_that_each_role_has_to_trust() {
    let header = "stages: { Staging: staging, Production: { environment: production, roles: { deploy: 'arn:aws:iam::1:role/d' } } }";
    let subject = |rest: &str| format!("project_path:$CI_PROJECT_PATH:ref_type:{rest}");
    for (kind, lines) in [
        (
            "branch:main",
            vec![
                ("assets", "`AWS_ASSETS_ROLE_ARN`, or else `AWS_ROLE_ARN` for `staging`", "branch:ref:main"),
                ("deploy", "`AWS_ROLE_ARN` for `staging`", "branch:ref:main"),
                ("diff", "`AWS_DIFF_ROLE_ARN` for `production`", "branch:ref:main"),
                ("deploy", "`arn:aws:iam::1:role/d` for `production`", "branch:ref:main"),
            ],
        ),
        ("merge_request", vec![("diff", "`AWS_DIFF_ROLE_ARN` for `staging`", "branch:ref:main")]),
        ("tag:v1", vec![]),
    ] {
        let planned = Shop::new(NEWEST, "stages", header).plan(kind).without_errors();
        let all: Vec<_> = planned.plan.cdk_reports.values().flat_map(|report| &report.lines).collect();
        let trust: Vec<_> = all.iter().filter(|line| line.kind.as_str() == "trust").collect();
        for (purpose, role, rest) in &lines {
            let begin = format!("{role} must trust `{}`, and may assume `cdk-*", subject(rest));
            let is_it = |line: &&&&nestling_cdk::report::Line| {
                line.subject == format!("role for {purpose}") && line.text.starts_with(&begin)
            };
            assert_eq!(trust.iter().filter(is_it).count(), 1, "{kind}: {begin}\n{trust:#?}");
        }
        assert_eq!(trust.is_empty(), lines.is_empty(), "{kind}: {trust:#?}");
        assert!(trust.iter().all(|line| !line.kind.is_open()), "{trust:#?}");
    }
}

/// Finished steps are acknowledged line by line, and `--strict-cdk` passes; a new line fails it again.
#[test]
fn a_report_becomes_green_line_by_line() {
    let ids = |shop: &Shop| -> Vec<String> {
        let planned = shop.plan("branch:main");
        let lines = planned.plan.cdk_reports.values().flat_map(nestling_cdk::report::Report::open);
        lines.map(nestling_cdk::report::Line::id).collect()
    };
    let shop = Shop::new(NEWEST, "quiet", "stages: { Live: staging, Hand: qa }");
    let all = ids(&shop);
    assert_eq!(all, ids(&shop));
    let distinct: std::collections::BTreeSet<&String> = all.iter().collect();
    assert_eq!(distinct.len(), all.len(), "{all:?}");
    for left in 0..=all.len() {
        let allowed = |id: &&String| all.iter().position(|other| other == *id) != Some(left);
        let entries: Vec<String> = all
            .iter()
            .filter(allowed)
            .map(|id| format!("{{ rule: cdk-{}, where: {id}, reason: done }}", id.split('-').next().unwrap()))
            .collect();
        let planned = Shop { allow: entries.join(", "), ..shop.clone() }.plan("branch:main");
        let open =
            planned.plan.diagnostics.iter().filter(|problem| problem.rule.id.starts_with("cdk-")).count();
        assert_eq!(open, usize::from(left < all.len()), "{left}: {}", planned.said());
    }
}

#[test]
fn a_stack_that_goes_where_the_credentials_point_is_told() {
    let found = lines("stages");
    let is_told = |text: &str| found.iter().any(|line| line.0 == Stack && line.2.starts_with(text));
    assert!(is_told("it has no account or region"), "{found:?}");
}

/// Two pipelines of one app are distinguished, wherever their stages and steps have the same names.
/// Two stages give a stack the same name in one account, or the app has no stack at all.
#[test]
fn stacks_that_are_one_and_an_app_without_stacks_are_lines() {
    // Both pipelines have a stage `Uat` in one account.
    for (header, lines) in [("environment: always", 2), ("pipeline: B, environment: always", 0)] {
        let said = Shop::new(NEWEST, "pair", header).plan("branch:main").without_errors().said();
        assert_eq!(said.matches(" is also the stack of A/Uat/").count(), lines, "{header}\n{said}");
    }
    let manifest = r#"{ "version": "48.0.0", "artifacts": {} }"#;
    let empty = vec![("manifest.json".to_owned(), manifest.to_owned())];
    let said = Shop::of(empty, "environment: always").plan("branch:main").without_errors().said();
    assert!(said.contains("the assembly [stack-") && said.contains(": it contains no stacks"), "{said}");
}

#[test]
fn each_of_several_pipelines_has_lines_of_its_own() {
    let found = lines("several");
    for pipeline in ["ShopPipeline", "BlogPipeline"] {
        for name in ["Build.Synth", "UpdatePipeline.SelfMutate"] {
            let subject = format!("action {pipeline}.{name}");
            assert_eq!(found.iter().filter(|line| line.1 == subject).count(), 1, "{subject}\n{found:#?}");
        }
    }
}

/// A stage that is deployed alone may have a step that reads what is not deployed: it does not run, and that is told.
#[test]
fn a_step_that_is_left_out_of_a_stage_that_is_deployed_is_a_line() {
    let header = "stages: { Early: review, Late: { environment: staging, alone: true }, East: review }";
    let said = Shop::new(NEWEST, "across", header).plan("branch:main").without_errors().said();
    let text = "]: its stage is deployed without it: it reads the output of `Early.Site`, which is omitted";
    assert!(said.contains("Late.Use [") && said.contains(text), "{said}");
    assert!(!said.contains("Late.Dist [stack"), "{said}");
}
