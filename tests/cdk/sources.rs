//! The directories in which steps start, and the files there.

use super::assemblies::{NEWEST, Shop, bundle, replace};
use crate::support::repository::Repository;
use crate::support::{nestling, output, root};
use nestling_gitlab::yaml::Node;

/// A pipeline whose synth leaves the assembly in `shop/cdk.out` of its source was in this repository as it is: its steps start
/// at the root, and a build specification in `ci` is that of the root.
#[test]
fn a_step_starts_at_the_root_of_what_was_the_source_of_its_pipeline() {
    for (made_in, start, spec) in [
        ("cdk.out", "$CI_PROJECT_DIR/shop", "ci/buildspec.yml"),
        ("shop/cdk.out", "$CI_PROJECT_DIR", "../ci/buildspec.yml"),
    ] {
        let mut assembly = bundle(NEWEST, "steps");
        let base_directory = |directory: &str| format!(r#"\"base-directory\": \"{directory}\""#);
        replace(&mut assembly, &base_directory("cdk.out"), &base_directory(made_in));
        let mut shop = Shop::of(assembly, "stages: { Live: staging }");
        let text = std::fs::read_to_string(root().join("tests/cdk/apps/steps/ci/buildspec.yml")).unwrap();
        shop.app.push((spec.to_owned(), text));
        let planned = shop.plan("branch:main").without_errors();
        let jobs = &planned.plan.pipeline.jobs;
        let job = |name: &str| jobs.iter().find(|job| job.name.as_str() == name).unwrap();
        for name in ["shop:Live.Make", "shop:Live.Push", "shop:Live.FromSource"] {
            let variables = job(name).body.get("variables").unwrap();
            let directory = variables.get("CODEBUILD_SRC_DIR").and_then(Node::text);
            assert_eq!(directory, Some(start), "{name}, made in {made_in}");
        }
        let script = format!("{:?}", job("shop:Live.FromSource").body.get("script"));
        assert!(!script.contains("cannot run"), "{made_in}: {script}");
    }
}

/// Runners keep the directory of a project from job to job. Only a checkout clears it, and artifacts come after that.
#[test]
fn no_step_finds_what_an_older_job_has_left() {
    let shop = Shop::new(NEWEST, "steps", "stages: { Live: staging }");
    let planned = shop.plan("branch:main").without_errors();
    let mut steps = 0;
    for job in &planned.plan.pipeline.jobs {
        let variables = job.body.get("variables");
        let Some(variables) = variables.filter(|own| own.get("CODEBUILD_CI").is_some()) else { continue };
        steps += 1;
        assert_eq!(variables.get("GIT_STRATEGY").and_then(Node::text), None, "{}", job.name.as_str());
    }
    assert!(steps > 10, "{steps}");
}

/// The app of a repository of one app is at its root, where no unit can be: the unit names its assembly.
#[test]
fn an_app_at_the_root_has_a_unit_beside_it() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: { environments: { staging: { when: default_branch } } }\n");
    let header = "{ assembly: /cdk.out, environment: staging }";
    repository.write("deploy/nestling.yml", &format!("unit: {{ cdk: {header} }}\n"));
    repository.write("package-lock.json", r#"{"packages":{"node_modules/aws-cdk":{"version":"2.1130.0"}}}"#);
    for (path, text) in bundle(NEWEST, "byhand") {
        repository.write(format!("cdk.out/{path}"), &text);
    }
    for (settings, needs_checkout) in [("{}", false), (r#"{ "toolkitStackName": "own" }"#, true)] {
        repository.write("cdk.json", settings);
        repository.commit("app");
        let mut generate = nestling(repository.path());
        let text = output(generate.args(["generate", "--all", "--as", "branch:main", "-o", "-"]));
        let job = |name: &str| text.split("\n\n").find(|job| job.contains(name)).unwrap();
        let deploy = job("\ndeploy:Deploy.Web:\n");
        let command = "- npx --yes aws-cdk@2.1130.0 deploy --app cdk.out Web --exclusively ";
        assert!(deploy.contains(command), "{deploy}");
        assert_eq!(deploy.contains("GIT_STRATEGY: none"), !needs_checkout, "{settings}\n{deploy}");
        let step = job("\ndeploy:Test.Unit:\n");
        assert!(step.contains("CODEBUILD_SRC_DIR: $CI_PROJECT_DIR\n"), "{step}");
    }
}

/// The script that people write for an action that no job can do finds its files.
#[test]
fn an_action_that_no_job_can_do_has_its_files() {
    let mut shop = Shop::new(NEWEST, "byhand", "environment: staging");
    shop.fragment = "Deploy.Files: { script: aws s3 sync . s3://acme-files }\n".to_owned();
    let planned = shop.plan("branch:main").without_errors();
    let text = planned.text();
    let job = text.split("\n\n").find(|job| job.contains("\nshop:Deploy.Files:\n")).unwrap();
    assert!(job.contains("- job: shop:Test.Unit\n      artifacts: true\n"), "{job}");
    assert!(job.contains("- cd \"$CI_PROJECT_DIR/.nestling/Report\"\n"), "{job}");
    assert!(
        job.contains("AWS_WEB_IDENTITY_TOKEN_FILE") && job.contains("aws s3 sync . s3://acme-files"),
        "{job}"
    );
    assert!(!job.contains("exit 1"), "{job}");
}
