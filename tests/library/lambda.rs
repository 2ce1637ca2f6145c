//! The jobs of `nestling/lambda`, run with the AWS CLI against a stand-in of AWS.

use super::job::{Pipeline, SHELLS};
use crate::cdk::aws::FakeAws;
use crate::support::tool::need_directory;
use crate::support::{output, root, said};
use std::path::Path;
use std::process::Command;

const WORKSPACE: &str = "\
workspace:
  stages: [deploy]
  units:
    - match: functions/*
      use:
        template: nestling/lambda
        inputs: { region: eu-west-1, role: \"arn:aws:iam::123456789012:role/functions\", environments: [review, production], needs: [] }
  environments:
    review: { when: default_branch }
    production: { when: default_branch, after: review, inputs: { alias: live } }
";

/// A zip file with an empty `index.js`.
const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x08\0\0\0index.jsPK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\x80\x01\0\0\0\0index.jsPK\x05\x06\0\0\0\0\x01\0\x01\x006\0\0\0&\0\0\0\0\0";

/// Trust that AWS asks for in the role of a function.
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// Creates the function, and its role, as the owner of the account does before the first deploy.
fn create_function(aws: &dyn Fn(&[&str]) -> String, zip: &Path) {
    let role = ["iam", "create-role", "--role-name", "x", "--assume-role-policy-document", TRUST];
    let arn = aws(&[&role[..], &["--query", "Role.Arn"]].concat());
    let code = format!("fileb://{}", zip.display());
    let function =
        ["lambda", "create-function", "--function-name", "functions-a-b", "--runtime", "nodejs22.x"];
    let settings = ["--role", arn.trim(), "--handler", "index.handler", "--zip-file", &code];
    aws(&[&function[..], &settings].concat());
}

#[test]
fn each_environment_has_an_alias_on_a_version_and_a_stop_deletes_its_own() {
    let test = "each_environment_has_an_alias_on_a_version_and_a_stop_deletes_its_own";
    if need_directory("../cdk/venv/bin/aws", test).is_none() {
        return;
    }
    let programs = root().join(".cache/cdk/venv/bin");
    let files = [("nestling.yml", WORKSPACE), ("functions/a b/index.js", "")];
    let pipeline = Pipeline::generate(&files, Some("branch:main"));
    let server = FakeAws::start(&programs.join("python"));
    let settings = server.settings(pipeline.repository.path());
    let zip = pipeline.repository.path().join("functions/a b/function.zip");
    let aws = |arguments: &[&str]| {
        let mut aws = Command::new(programs.join("aws"));
        output(aws.args(arguments).args(["--region", "eu-west-1", "--output", "text"]).envs(settings.clone()))
    };
    let endpoint = settings.iter().find(|(name, _)| *name == "AWS_ENDPOINT_URL").unwrap();
    let variables = [
        (endpoint.0, endpoint.1.as_str()),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ID_TOKEN", "a.job.token"),
        ("CI_ENVIRONMENT_SLUG", "review-x1"),
        ("CI_COMMIT_SHA", "8d95dfc1"),
    ];
    let job = |job: &str, shell: &[&str]| {
        pipeline.run(&format!("functions/a b:{job}"), shell, &variables, std::slice::from_ref(&programs))
    };
    let missing = job("deploy:review", SHELLS[1]);
    assert!(said(&missing).contains("there is no functions/a b/function.zip"), "{}", said(&missing));
    std::fs::write(&zip, ZIP).unwrap();
    let absent = job("deploy:review", SHELLS[0]);
    assert!(!absent.status.success() && said(&absent).contains("ResourceNotFound"), "{}", said(&absent));
    create_function(&aws, &zip);
    let aliases = || {
        let query = "Aliases[].[Name, FunctionVersion]";
        aws(&["lambda", "list-aliases", "--function-name", "functions-a-b", "--query", query])
    };
    for (name, shell) in [("review", SHELLS[0]), ("production", SHELLS[1]), ("review", SHELLS[1])] {
        let deployed = job(&format!("deploy:{name}"), shell);
        assert!(deployed.status.success(), "{}", said(&deployed));
    }
    let names: Vec<String> = aliases().split_whitespace().map(str::to_owned).collect();
    assert!(
        names.contains(&"live".to_owned()) && names.iter().any(|name| name.starts_with("review-")),
        "{names:?}"
    );
    for _ in 0..2 {
        let stopped = job("deploy:review:stop", SHELLS[0]);
        assert!(stopped.status.success(), "{}", said(&stopped));
    }
    assert!(aliases().starts_with("live"), "{}", aliases());
}
