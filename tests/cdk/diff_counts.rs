//! The report for the merge request: what the job counts of what CDK's command line prints.

use super::assemblies::{NEWEST, Shop};
use super::synth::installed;
use crate::support::run;
use crate::support::tool::{Tool, need};
use std::path::Path;

const MANIFEST: &str = r#"{ "version": "48.0.0", "artifacts": { "Site": { "type": "aws:cloudformation:stack",
  "environment": "aws://123456789012/eu-west-1", "properties": { "templateFile": "Site.json" } } } }"#;

const OLD: &str = r#"{ "Resources": {
  "Kept": { "Type": "AWS::SNS::Topic" },
  "Renamed": { "Type": "AWS::SSM::Parameter", "Properties": { "Type": "String", "Name": "/one", "Value": "a" } },
  "Changed": { "Type": "AWS::SSM::Parameter", "Properties": { "Type": "String", "Name": "/c", "Value": "one" } },
  "Gone": { "Type": "AWS::S3::Bucket" },
  "Left": { "Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain" } } }"#;

const NEW: &str = r#"{ "Resources": {
  "Kept": { "Type": "AWS::SNS::Topic" },
  "Renamed": { "Type": "AWS::SSM::Parameter", "Properties": { "Type": "String", "Name": "/two", "Value": "a" } },
  "Changed": { "Type": "AWS::SSM::Parameter", "Properties": { "Type": "String", "Name": "/c", "Value": "two" } },
  "Added": { "Type": "AWS::SQS::Queue" },
  "Own": { "Type": "Custom::Own", "Properties": { "ServiceToken": "x" } } },
  "Outputs": { "Queue": { "Value": "AWS::SQS::Queue" } } }"#;

/// The job that shows differences, and the line of its script that counts them.
fn job() -> serde_yaml::Value {
    let text = Shop::new(NEWEST, "steps", "stages: { Live: production }").plan("branch:main").text();
    let pipeline: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    let jobs = pipeline.as_mapping().unwrap().iter();
    let mut diffs = jobs.filter(|(name, _)| name.as_str().unwrap().ends_with(": diff"));
    diffs.next().unwrap_or_else(|| panic!("{text}")).1.clone()
}

fn counted(directory: &Path, test: &str) -> Option<String> {
    let mut node = need(Tool::Node, test)?;
    let job = job();
    let script = job["script"].as_sequence().unwrap();
    let count =
        script.iter().filter_map(|line| line.as_str()).find(|line| line.starts_with("node -p ")).unwrap();
    let program = count.strip_prefix("node -p '").unwrap().strip_suffix("' > cdk-diff.json").unwrap();
    assert_eq!(job["artifacts"]["reports"]["terraform"].as_str(), Some("cdk-diff.json"));
    let counted = run(node.args(["-p", program]).current_dir(directory));
    Some(String::from_utf8(counted.stdout).unwrap().trim().to_owned())
}

/// CDK's own command line compares two templates. As in OpenTofu's report, a replaced resource is created and deleted.
#[test]
fn the_report_counts_what_cdk_prints() {
    let test = "the_report_counts_what_cdk_prints";
    let Some(cdk) = installed("npm/node_modules/.bin/cdk", test) else { return };
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
    std::fs::create_dir(folder.path().join("out")).unwrap();
    write("out/manifest.json", MANIFEST);
    write("out/Site.json", NEW);
    write("old.json", OLD);
    let mut diff = std::process::Command::new(cdk);
    diff.args(["diff", "--app", "out", "--template", "old.json", "Site", "--no-notices"]);
    let home = folder.path().join("home");
    let diff =
        run(diff.current_dir(folder.path()).env("CDK_HOME", home).env("CDK_DISABLE_CLI_TELEMETRY", "true"));
    let printed = [diff.stdout, diff.stderr].concat();
    let text = String::from_utf8(printed.clone()).unwrap();
    assert!(text.contains("Renamed replace") && text.contains("Left orphan"), "{text}");
    std::fs::write(folder.path().join("cdk-diff.txt"), printed).unwrap();
    let Some(counted) = counted(folder.path(), test) else { return };
    assert_eq!(counted, r#"{"create":3,"update":1,"delete":2}"#, "{text}");
}

#[test]
fn colors_and_paths_of_constructs_are_no_changes() {
    let test = "colors_and_paths_of_constructs_are_no_changes";
    let folder = tempfile::tempdir().unwrap();
    for (text, want) in [
        ("Stack Site\nThere were no differences\n", (0, 0, 0)),
        (
            "\u{1b}[32m[+]\u{1b}[39m \u{1b}[36mAWS::SQS::Queue\u{1b}[39m Site/Queue \u{1b}[90mQueue1\u{1b}[39m\n",
            (1, 0, 0),
        ),
        ("[~] AWS::SQS::Queue replace/orphan replace1 may be replaced\r\n", (0, 1, 0)),
        (
            "[~] AWS::SQS::Queue Site/Queue Queue1 replace (OR move from A.B to C.D via refactoring)\n",
            (1, 0, 1),
        ),
        ("[-] AWS::SQS::Queue Site/orphan orphan1 destroy\n[+] Output Site/Url Url: AWS::X\n", (0, 0, 1)),
        ("[+] Parameter A::B A: {}\n │   ├─ [-] AWS::One\n │ + │ AWS::Two │\n", (0, 0, 0)),
    ] {
        std::fs::write(folder.path().join("cdk-diff.txt"), text).unwrap();
        let Some(counted) = counted(folder.path(), test) else { return };
        let (create, update, delete) = want;
        let want = format!(r#"{{"create":{create},"update":{update},"delete":{delete}}}"#);
        assert_eq!(counted, want, "{text}");
    }
}
