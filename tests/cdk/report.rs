//! The report: every thing without counterpart is one line of it, and there is no other line.

use super::assemblies::{NEWEST, bundle, read};
use nestling::{Origin, Sources, assembly_jobs};
use nestling_cdk::report::LineKind::{
    self, Role, Runner, Setting, Source, Stack, Trigger, Unsupported, Variable,
};

/// Each thing in the app `odd`: the sort of its line, whose it is, and how the line begins.
const ODD: [(LineKind, &str, &str); 35] = [
    (Role, "Live.Lookup", "managed policy arn:aws:iam::aws:policy/ReadOnlyAccess"),
    (Role, "Live.Lookup", "{\"Action\":\"dynamodb:Scan\",\"Effect\":\"Allow\",\"Resource\":\"*\"}"),
    (Role, "Live.Lookup", "{\"Action\":\"ssm:GetParameters\""),
    (Role, "Live.Lookup", "{\"Action\":\"secretsmanager:GetSecretValue\""),
    (Role, "Live.Lookup", "{\"Action\":[\"s3:DeleteObject*\",\"s3:PutObject\""),
    (Variable, "Build.Synth", "NPM_TOKEN, from the secret `npm/token`, in the parent pipeline's job"),
    (Variable, "Live.Lookup", "TOPIC, from CloudFormation's `${News"),
    (Variable, "Live.Lookup", "`odd.name` is no name of a variable in GitLab"),
    (Runner, "Live.Lookup", "it ran inside a VPC: {\"SecurityGroupIds\""),
    (
        Runner,
        "Live.Lookup",
        "its image `aws/codebuild/amazonlinux2-aarch64-standard:3.0` exists only inside CodeBuild",
    ),
    (Runner, "Live.Lookup", "it runs docker"),
    (Runner, "Live.Lookup", "it fetches `REGION_NAME`, `PASSWORD`, `ENDPOINT` with the AWS command line"),
    (Source, "Live.Lookup", "it reads acme-data, which is no repository"),
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
    (Setting, "Live.Lookup", "runtime versions: the image has to have nodejs 22"),
    (Setting, "Live.Lookup", "report `cucumber` of format CUCUMBERJSON"),
    (Setting, "Live.Lookup", "its cache of `/opt/.m2/**/*`"),
    (Setting, "Pipe/Base", "`DisableInboundStageTransitions` of the pipeline"),
    (Setting, "Pipe/Base", "`Variables` of the pipeline"),
    (LineKind::Replaced, "Source.acme_odd", "GitLab's checkout; main of acme/odd started it"),
    (LineKind::Replaced, "Source.acme-data", "its default branch of acme-data, another source"),
    (LineKind::Replaced, "Build.Synth", "a job of the parent pipeline, before `generate`: npx cdk synth"),
    (LineKind::Replaced, "UpdatePipeline.SelfMutate", "each pipeline is generated anew"),
];

/// What an assembly by itself says of what is no job: each line's sort, subject and text.
fn lines(name: &str) -> Vec<(LineKind, String, String)> {
    let sources = Sources::default();
    let deployment = read(&bundle(NEWEST, name), &sources).unwrap();
    let outcome = assembly_jobs(&deployment, Origin::file(sources.add("cdk.out", "")));
    outcome.report.lines.into_iter().map(|line| (line.kind, line.subject, line.text)).collect()
}

#[test]
fn each_thing_without_counterpart_is_one_line() {
    let mut left = lines("odd");
    left.retain(|(_, subject, _)| subject != "stack Pipe");
    for (kind, subject, text) in ODD {
        let is_it = |line: &(LineKind, String, String)| {
            line.0 == kind && line.1 == subject && line.2.starts_with(text)
        };
        let found = left.iter().filter(|line| is_it(line)).count();
        assert_eq!(found, 1, "{kind:?} {subject}: {text}\n{left:#?}");
        left.retain(|line| !is_it(line));
    }
    assert!(left.is_empty(), "lines that nobody expects: {left:#?}");
}

#[test]
fn a_stack_that_goes_where_the_credentials_point_is_told() {
    let found = lines("stages");
    let is_told = |text: &str| found.iter().any(|line| line.0 == Stack && line.2.starts_with(text));
    assert!(is_told("it has no account or no region of its own"), "{found:?}");
}

/// Two pipelines of one app are told apart, wherever their stages and steps have the same names.
#[test]
fn each_of_several_pipelines_has_lines_of_its_own() {
    let found = lines("several");
    for pipeline in ["ShopPipeline", "BlogPipeline"] {
        for name in ["Build.Synth", "UpdatePipeline.SelfMutate"] {
            let subject = format!("{pipeline}.{name}");
            assert_eq!(found.iter().filter(|line| line.1 == subject).count(), 1, "{subject}\n{found:#?}");
        }
    }
}
