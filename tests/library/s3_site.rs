//! The jobs of `nestling/s3-site`, run with the AWS CLI against a stand-in of AWS.

use super::job::{Pipeline, SHELLS};
use crate::cdk::aws::FakeAws;
use crate::support::tool::need_directory;
use crate::support::{output, root, said};
use std::path::PathBuf;
use std::process::{Command, Output};

const WORKSPACE: &str = "\
workspace:
  stages: [build, deploy]
  units:
    - match: sites/*
      use:
        template: nestling/s3-site
        inputs: { bucket: sites, region: eu-west-1, role: \"arn:aws:iam::123456789012:role/site\", environments: [review, production], needs: [] }
  environments:
    review: { when: merge_request, name: \"review/$CI_COMMIT_REF_SLUG/${{ unit.slug }}\" }
    production: { when: default_branch, inputs: { bucket: live, prefix: / } }
";

/// A bucket service, and a site in a directory with a blank.
struct Site {
    aws: FakeAws,
    pipeline: Pipeline,
    programs: PathBuf,
}

impl Site {
    fn open(act_as: &str, test: &str) -> Option<Self> {
        need_directory("../cdk/venv/bin/aws", test)?;
        let programs = root().join(".cache/cdk/venv/bin");
        let files = [
            ("nestling.yml", WORKSPACE),
            ("sites/a b/dist/index.html", "<p>one</p>"),
            ("sites/a b/dist/assets/app.js", "1"),
            ("sites/a b/dist/old.js", "0"),
        ];
        let pipeline = Pipeline::generate(&files, Some(act_as));
        let site = Self { aws: FakeAws::start(&programs.join("python")), pipeline, programs };
        for bucket in ["sites", "live"] {
            site.aws(&["s3", "mb", &format!("s3://{bucket}")]);
        }
        Some(site)
    }

    /// Runs the AWS CLI by itself.
    fn aws(&self, arguments: &[&str]) -> String {
        let mut aws = Command::new(self.programs.join("aws"));
        output(aws.args(arguments).envs(self.aws.settings(self.pipeline.repository.path())))
    }

    /// Lists the paths of a bucket.
    fn paths(&self, bucket: &str) -> Vec<String> {
        let listed = self.aws(&[
            "s3api",
            "list-objects-v2",
            "--bucket",
            bucket,
            "--query",
            "Contents[].Key",
            "--output",
            "json",
        ]);
        serde_json::from_str::<Option<Vec<String>>>(&listed).unwrap().unwrap_or_default()
    }

    fn run(&self, job: &str, shell: &[&str], more: &[(&str, &str)]) -> Output {
        let settings = self.aws.settings(self.pipeline.repository.path());
        // The role is taken on with the token alone: there are no keys.
        let endpoint = settings.iter().find(|(name, _)| *name == "AWS_ENDPOINT_URL").unwrap();
        let mut variables = vec![
            (endpoint.0, endpoint.1.as_str()),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ID_TOKEN", "a.job.token"),
            ("CI_ENVIRONMENT_SLUG", "review-feature-x1"),
        ];
        variables.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        variables.extend(more);
        self.pipeline.run(job, shell, &variables, std::slice::from_ref(&self.programs))
    }

    fn passes(&self, job: &str, shell: &[&str]) {
        let output = self.run(job, shell, &[]);
        assert!(output.status.success(), "{job}\n{}", said(&output));
    }
}

#[test]
fn a_review_is_deployed_beside_others_and_removed_alone() {
    let Some(site) = Site::open("merge_request", "a_review_is_deployed_beside_others_and_removed_alone")
    else {
        return;
    };
    let other = site.pipeline.repository.path().join("nestling.yml");
    site.aws(&["s3", "cp", other.to_str().unwrap(), "s3://sites/review-other/index.html"]);
    for shell in SHELLS {
        site.passes("sites/a b:deploy:review", shell);
        let deployed =
            ["assets/app.js", "index.html", "old.js"].map(|path| format!("review-feature-x1/{path}"));
        assert_eq!(site.paths("sites"), [&deployed[..], &["review-other/index.html".to_owned()]].concat());
        // An environment without a slug would be the whole bucket.
        let stopped = site.run("sites/a b:deploy:review:stop", shell, &[("CI_ENVIRONMENT_SLUG", "")]);
        assert!(
            !stopped.status.success() && said(&stopped).contains("the prefix is empty"),
            "{}",
            said(&stopped)
        );
        site.passes("sites/a b:deploy:review:stop", shell);
        assert_eq!(site.paths("sites"), ["review-other/index.html"]);
    }
    std::fs::remove_dir_all(site.pipeline.repository.path().join("sites/a b/dist")).unwrap();
    std::fs::create_dir(site.pipeline.repository.path().join("sites/a b/dist")).unwrap();
    let empty = site.run("sites/a b:deploy:review", SHELLS[0], &[]);
    assert!(!empty.status.success() && said(&empty).contains("is empty"), "{}", said(&empty));
}

#[test]
fn production_has_the_whole_bucket_and_loses_what_the_site_has_lost() {
    let Some(site) = Site::open("branch:main", "production_has_the_whole_bucket") else { return };
    site.passes("sites/a b:deploy:production", SHELLS[0]);
    std::fs::remove_file(site.pipeline.repository.path().join("sites/a b/dist/old.js")).unwrap();
    site.pipeline.repository.write("sites/a b/dist/index.html", "<p>two, and longer</p>");
    // A build within the second of its deploy, or by a clock that is ahead, is newer than its copy.
    let page = site.pipeline.repository.path().join("sites/a b/dist/index.html");
    let ahead = std::time::SystemTime::now() + std::time::Duration::from_secs(3600);
    std::fs::File::options().append(true).open(page).unwrap().set_modified(ahead).unwrap();
    site.passes("sites/a b:deploy:production", SHELLS[1]);
    assert_eq!(site.paths("live"), ["assets/app.js", "index.html"]);
    let kept = |path: &str| {
        site.aws(&[
            "s3api",
            "head-object",
            "--bucket",
            "live",
            "--key",
            path,
            "--query",
            "CacheControl",
            "--output",
            "text",
        ])
    };
    assert_eq!(
        (kept("index.html").trim(), kept("assets/app.js").trim()),
        ("no-cache", "public, max-age=300")
    );
    let jobs: Vec<&String> = site.pipeline.jobs.keys().collect();
    assert_eq!(jobs, ["sites/a b:deploy:production"]);
}

#[test]
fn an_older_build_of_the_same_size_replaces_a_newer_one() {
    let Some(site) = Site::open("branch:main", "an_older_build_of_the_same_size") else { return };
    site.passes("sites/a b:deploy:production", SHELLS[0]);
    site.pipeline.repository.write("sites/a b/dist/index.html", "<p>old</p>");
    let page = site.pipeline.repository.path().join("sites/a b/dist/index.html");
    output(Command::new("touch").args(["-d", "2001-01-01"]).arg(page));
    site.passes("sites/a b:deploy:production", SHELLS[1]);
    assert_eq!(site.aws(&["s3", "cp", "s3://live/index.html", "-"]), "<p>old</p>");
}
