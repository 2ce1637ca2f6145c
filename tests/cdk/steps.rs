//! Steps that run: their jobs' scripts in a shell, as GitLab's runner runs them, with a fake AWS where they ask for one.

use super::assemblies::{NEWEST, Planned, Shop, bundle, replace};
use super::aws::FakeAws;
use super::synth::installed;
use crate::support::{output, run, said, setting};
use nestling_gitlab::yaml::Node;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A checkout in which jobs of the app `steps` run.
struct Runner {
    folder: tempfile::TempDir,
    planned: Planned,
    variables: Vec<(String, String)>,
}

impl Runner {
    /// Plans the app with other words in place of some of its assembly.
    fn new(replaced: &[(&str, &str)]) -> Self {
        Self::of("steps", "stages: { Live: staging }", replaced)
    }

    fn of(app: &str, header: &str, replaced: &[(&str, &str)]) -> Self {
        let mut assembly = bundle(NEWEST, app);
        for (from, to) in replaced {
            // Build specifications are JSON in a string of JSON.
            let quoted = |text: &str| {
                let string = serde_json::json!(text).to_string();
                string[1..string.len() - 1].to_owned()
            };
            replace(&mut assembly, &quoted(from), &quoted(to));
        }
        let planned = Shop::of(assembly, header).plan("branch:main").without_errors();
        let folder = tempfile::tempdir().unwrap();
        for directory in ["bin", "checkout/shop"] {
            std::fs::create_dir_all(folder.path().join(directory)).unwrap();
        }
        Self { folder, planned, variables: Vec::new() }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Adds a program that jobs may call.
    fn program(&self, name: &str, text: &str) {
        let path = self.path("bin").join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }

    /// Runs a job as GitLab's runner does: its lines are a string that the end of a pipe evaluates.
    fn run(&self, job: &str) -> Output {
        let name = format!("shop:{job}");
        let job = self.planned.plan.pipeline.jobs.iter().find(|job| job.name.as_str() == name).unwrap();
        let lines = |key: &str| -> Vec<String> {
            let lines = job.body.get(key).and_then(Node::as_seq).unwrap_or_default();
            lines.iter().map(|line| line.text().unwrap().to_owned()).collect()
        };
        let mut script: Vec<String> = Vec::new();
        for entry in job.body.get("variables").and_then(Node::as_map).into_iter().flat_map(|map| &map.entries)
        {
            let value =
                entry.value.text().unwrap_or_else(|| entry.value.get("value").unwrap().text().unwrap());
            let expands = entry.value.text().is_some();
            let word = if expands { format!("\"{value}\"") } else { format!("'{value}'") };
            script.push(format!("export {}={word}", entry.key.text()));
        }
        script.extend(["before_script", "script"].iter().flat_map(|key| lines(key)));
        let quoted = script.join("\n").replace('\'', "'\\''");
        let mut bash = Command::new("bash");
        bash.args(["-c", &format!("set -eo pipefail\n: | eval '{quoted}'\nexit 0")]);
        let path = format!("{}:{}", self.path("bin").display(), setting("PATH").unwrap());
        bash.current_dir(self.path("checkout"))
            .env("PATH", path)
            .env("CI_PROJECT_DIR", self.path("checkout"));
        bash.envs(self.variables.iter().cloned());
        run(&mut bash)
    }
}

/// The most usual build specification: what `build` has set is there in `post_build`, whose failure counts.
#[test]
fn a_step_whose_post_build_fails_fails() {
    for (aws, docker, passes, seen) in [
        ("true", "true", true, "1 arn:1"),
        ("false", "true", false, "1 arn:1"),
        ("true", "false", false, "1 arn:1"),
    ] {
        let mut runner = Runner::new(&[]);
        runner.program("docker", &format!("#!/bin/sh\nexec {docker}\n"));
        runner.program(
            "aws",
            &format!("#!/bin/sh\n[ $1 = ecs ] || exit 1\necho \"SEEN $OTHER $5\"\nexec {aws}\n"),
        );
        runner.set("PipeLiveSite97BDABE7__Arn", "arn:1");
        let output = runner.run("Live.Push");
        let text = said(&output);
        assert_eq!(output.status.success(), passes, "aws {aws}, docker {docker}\n{text}");
        assert!(
            text.contains(&format!("SEEN {seen}\n")),
            "post_build runs after a failed build, too\n{text}"
        );
        assert!(text.contains("logged in"), "{text}");
    }
}

/// The files that a pattern of CodeBuild means arrive, and what is made of them is reported and kept.
#[test]
fn files_arrive_where_they_are_read() {
    let mut runner = Runner::new(&[
        (
            "\"make\"",
            "\"mkdir -p out/dist/x/y && cd out/dist && touch a.zip x/b.zip x/y/c.zip x/y/d.txt x/no.zip\"",
        ),
        (
            "\"files\": \"**/*\"\n  }\n}",
            "\"files\": [\"dist/**/*.zip\"], \"exclude-paths\": [\"**/no.*\"]\n  }\n}",
        ),
        ("\"./test\"", "\"find . -name '*.zip' | sort; cat in/tools/tool; cat in/source/here; echo $PWD\""),
    ]);
    let tools = runner.path("tools");
    let git = |arguments: &[&str]| {
        output(
            Command::new("git")
                .arg("-C")
                .arg(&tools)
                .args(["-c", "user.name=Robin", "-c", "user.email=robin@shop.example"])
                .args(arguments),
        )
    };
    std::fs::create_dir(&tools).unwrap();
    std::fs::write(tools.join("tool"), "the tool\n").unwrap();
    git(&["init", "--quiet", "--initial-branch", "main"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "tools"]);
    std::fs::write(runner.path("checkout/shop/here"), "the source\n").unwrap();
    for (name, value) in [
        ("CI_SERVER_PROTOCOL", "https"),
        ("CI_JOB_TOKEN", "token"),
        ("CI_SERVER_HOST", "gitlab.example"),
        ("CI_SERVER_PORT", "443"),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_VALUE_0", "https://gitlab-ci-token:token@gitlab.example:443/acme/tools.git"),
    ] {
        runner.set(name, value);
    }
    runner.set("GIT_CONFIG_KEY_0", &format!("url.{}.insteadOf", tools.display()));
    let made = runner.run("Live.Make");
    assert!(made.status.success(), "{}", said(&made));
    let tested = runner.run("Live.Test");
    let text = said(&tested);
    assert!(tested.status.success(), "{text}");
    let start = runner.path("checkout/.nestling/Make_Output");
    let want = format!(
        "./dist/a.zip\n./dist/x/b.zip\n./dist/x/y/c.zip\nthe tool\nthe source\n{}\n",
        start.display()
    );
    assert!(text.contains(&want), "{text}");
}

/// No file at all is an error, as in CodeBuild.
#[test]
fn a_step_that_hands_on_nothing_fails() {
    let runner = Runner::new(&[
        ("\"make\"", "\"mkdir out\""),
        ("\"files\": \"**/*\"\n  }\n}", "\"files\": [\"dist/**/*.zip\"]\n  }\n}"),
    ]);
    let output = runner.run("Live.Make");
    assert!(
        !output.status.success() && said(&output).contains("No file matches dist/**/*.zip."),
        "{}",
        said(&output)
    );
}

/// Secrets and parameters are fetched when the job runs, and of several definitions the right one counts.
#[test]
fn a_step_sees_its_secrets() {
    let test = "a_step_sees_its_secrets";
    let Some(python) = installed("venv/bin/python", test) else { return };
    let mut runner = Runner::new(&[(
        "arn:aws:secretsmanager:eu-central-1:111111111111:secret:e-AbCdEf::AWSPREVIOUS",
        "e::AWSPREVIOUS",
    )]);
    let aws = FakeAws::start(&python);
    for (name, value) in aws.settings(&runner.path("cdk-home")) {
        runner.set(name, &value);
    }
    let code = "import boto3, json
s = boto3.client('secretsmanager')
s.create_secret(Name='db', SecretString=json.dumps({'password': 'the $password', 'other': 1}))
s.create_secret(Name='e', SecretString='old')
s.put_secret_value(SecretId='e', SecretString='new')
s.create_secret(Name='i', SecretString='whole')
boto3.client('ssm').put_parameter(Name='/f', Value='parameter', Type='SecureString')
";
    output(Command::new(&python).args(["-c", code]).envs(runner.variables.clone()));
    let aws_cli = python.with_file_name("aws");
    runner.program("aws", &format!("#!/bin/sh\nexec {} \"$@\"\n", aws_cli.display()));
    let refused = runner.run("Live.Variables");
    assert!(
        !refused.status.success() && said(&refused).contains("Set the CI/CD variable G"),
        "{}",
        said(&refused)
    );
    for (name, value) in [("G", "given"), ("H", "repository"), ("Live_Version__VERSION", "1.2")] {
        runner.set(name, value);
    }
    let seen = runner.run("Live.Variables");
    let want = "specification project the $password action old parameter given repository\n";
    assert!(seen.status.success() && said(&seen).contains(want), "{}", said(&seen));
    let pipeline = runner.planned.text();
    assert!(!pipeline.contains("the $password") && !pipeline.contains("D: d\n"));

    // What cannot be fetched ends the job.
    output(
        Command::new(&python)
            .args(["-c", "import boto3; boto3.client('ssm').delete_parameter(Name='/f')"])
            .envs(runner.variables.clone()),
    );
    let missing = runner.run("Live.Variables");
    assert!(!missing.status.success() && !said(&missing).contains("specification"), "{}", said(&missing));
}

/// An exported variable arrives as it was, whatever GitLab makes of variables in reports; one that no report can hold fails.
#[test]
fn an_exported_variable_arrives_as_it_was() {
    let header = "stages: { Early: staging, Late: staging, East: staging }";
    let mut runner = Runner::of("across", header, &[]);
    std::fs::create_dir_all(runner.path("checkout/shop/infra")).unwrap();
    std::fs::write(runner.path("checkout/shop/infra/version"), "1.0 $HOME `id` \"it's\"\n").unwrap();
    let made = runner.run("Early.Version");
    assert!(made.status.success(), "{}", said(&made));
    let report = std::fs::read_to_string(runner.path("checkout/cdk.env")).unwrap();
    let value = report.trim_end().strip_prefix("Early_Version__VERSION=").unwrap();
    // GitLab's runner expands variables: what is `$$` is a dollar.
    assert_eq!(value, "1.0 $$HOME `id` \"it's\"");
    runner.set("Early_Version__VERSION", &value.replace("$$", "$"));
    let used = runner.run("Late.Use");
    assert!(said(&used).contains("RAN it's 1.0 $HOME `id` \"it's\"\n"), "{}", said(&used));

    std::fs::write(runner.path("checkout/shop/infra/version"), "1.0\nOTHER=x\n").unwrap();
    let refused = runner.run("Early.Version");
    let text = said(&refused);
    assert!(!refused.status.success() && text.contains("`VERSION` has several lines"), "{text}");
}
