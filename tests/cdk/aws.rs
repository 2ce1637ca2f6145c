//! A fake AWS, and a repository whose pipelines run against it.
//!
//! `gitlab-ci-local` runs the jobs in a shell; moto stands in for AWS, with the fixes in `fake_aws.py`.

use super::synth::{Apps, installed};
use crate::support::tool::{Tool, need};
use crate::support::{nestling, output, root, run, said, setting};
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The account that the credentials are of.
pub(crate) const HOME: &str = "123456789012";
/// An account that is reached by its roles.
pub(crate) const OTHER: &str = "111111111111";

/// A fake AWS in a process of its own.
pub(crate) struct FakeAws {
    server: Child,
    port: u16,
}

impl FakeAws {
    pub(crate) fn start(python: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Command::new(python)
            .arg(root().join("tests/cdk/fake_aws.py"))
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Its log is read to the end, or it would block when the pipe is full.
        let log = BufReader::new(server.stderr.take().unwrap());
        std::thread::spawn(move || log.lines().for_each(drop));
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "the fake AWS does not answer");
            std::thread::sleep(Duration::from_millis(100));
        }
        Self { server, port }
    }

    /// Context of every call to it.
    pub(crate) fn settings(&self, cdk_home: &Path) -> Vec<(&'static str, String)> {
        let text = |text: &str| text.to_owned();
        vec![
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION", format!("http://localhost:{}", self.port)),
            ("AWS_ACCESS_KEY_ID", text("testing")),
            ("AWS_SECRET_ACCESS_KEY", text("testing")),
            ("AWS_DEFAULT_REGION", text("eu-west-1")),
            ("AWS_EC2_METADATA_DISABLED", text("true")),
            ("CDK_DISABLE_CLI_TELEMETRY", text("true")),
            ("NODE_NO_WARNINGS", text("1")),
            ("CDK_HOME", cdk_home.display().to_string()),
        ]
    }
}

impl Drop for FakeAws {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A repository with an app's assembly, and everything that its pipelines run with.
pub(crate) struct Deployed {
    apps: Apps,
    aws: FakeAws,
    python: PathBuf,
    test: &'static str,
}

impl Deployed {
    /// `None` where something is missing that is needed.
    pub(crate) fn open(test: &'static str) -> Option<Self> {
        for tool in [Tool::GitlabCiLocal, Tool::Rsync, Tool::Node] {
            need(tool, test)?;
        }
        let python = installed("venv/bin/python", test)?;
        let apps = Apps::new(test)?;
        let aws = FakeAws::start(&python);
        Some(Self { apps, aws, python, test })
    }

    pub(crate) fn repository(&self) -> PathBuf {
        self.apps.path().join("repository")
    }

    /// A directory for what the CDK's command line remembers.
    fn home(&self) -> PathBuf {
        self.apps.path().join("cdk-home")
    }

    /// A repository whose unit `shop` has the app's assembly committed.
    pub(crate) fn commit(&self, app: &str, workspace: &str, header: &str) {
        let repository = self.repository();
        std::fs::create_dir_all(repository.join("shop")).unwrap();
        std::fs::write(repository.join("nestling.yml"), workspace).unwrap();
        std::fs::write(repository.join("shop/nestling.yml"), header).unwrap();
        output(Command::new("git").current_dir(&repository).args([
            "init",
            "--quiet",
            "--initial-branch",
            "main",
        ]));
        let origin = "git@gitlab.example:shop/shop.git";
        let here = format!("url.{}.insteadOf", repository.display());
        for arguments in [["remote", "add", "origin", origin].as_slice(), &["config", &here, origin]] {
            output(Command::new("git").current_dir(&repository).args(arguments));
        }
        self.synth(app, &[]);
    }

    /// Commits the app's assembly as it is with this context.
    pub(crate) fn synth(&self, app: &str, context: &[&str]) {
        let assembly = self.apps.synth(app, app, context);
        let target = self.repository().join("shop/cdk.out");
        if target.exists() {
            std::fs::remove_dir_all(&target).unwrap();
        }
        output(Command::new("cp").arg("-R").arg(assembly).arg(target));
        self.git_commit();
    }

    /// Runs git.
    pub(crate) fn git(&self, arguments: &[&str]) {
        output(Command::new("git").current_dir(self.repository()).args(arguments));
    }

    /// Commits what is there.
    pub(crate) fn git_commit(&self) {
        let who = ["-c", "user.name=Robin", "-c", "user.email=robin@shop.example"];
        let commit = ["commit", "--quiet", "--message", "shop"];
        for arguments in [&["add", "--all"][..], &[&who[..], &commit].concat()] {
            output(Command::new("git").current_dir(self.repository()).args(arguments));
        }
    }

    /// Generates the child pipeline, without images: a shell has none, and `gitlab-ci-local` would tell jobs that they are
    /// in a container's directory.
    pub(crate) fn generate(&self, options: &[&str]) -> String {
        let generated = run(nestling(&self.repository()).arg("generate").args(options));
        assert!(generated.status.success(), "{}", said(&generated));
        let path = self.repository().join("child-pipeline.yml");
        let text = std::fs::read_to_string(&path).unwrap();
        let kept = text.lines().filter(|line| !line.starts_with("  image: "));
        std::fs::write(&path, kept.fold(String::new(), |all, line| all + line + "\n")).unwrap();
        said(&generated)
    }

    /// CDK's own stack, in the regions of accounts.
    pub(crate) fn bootstrap(&self, places: &[(&str, &[&str])]) {
        let home = self.home();
        std::fs::create_dir_all(home.join(OTHER)).unwrap();
        let settings = self.aws.settings(&home);
        let role = format!(
            "import boto3; c = boto3.client('sts').assume_role(RoleArn='arn:aws:iam::{OTHER}:role/admin', \
             RoleSessionName='boot')['Credentials']; print(c['AccessKeyId'], c['SecretAccessKey'], c['SessionToken'])"
        );
        let mut python = Command::new(&self.python);
        let keys = output(python.args(["-c", &role]).envs(settings.clone()));
        let keys: Vec<&str> = keys.split_whitespace().collect();
        for (account, regions) in places {
            for region in *regions {
                let mut cdk = Command::new(self.apps.cdk());
                cdk.current_dir(self.apps.path().join("apps/e2e"))
                    .arg("bootstrap")
                    .arg(format!("aws://{account}/{region}"));
                cdk.args(["--no-notices", "--trust", HOME, "--cloudformation-execution-policies"]);
                cdk.arg("arn:aws:iam::aws:policy/AdministratorAccess").envs(settings.clone());
                if *account == OTHER {
                    cdk.env("AWS_ACCESS_KEY_ID", keys[0]).env("AWS_SECRET_ACCESS_KEY", keys[1]);
                    cdk.env("AWS_SESSION_TOKEN", keys[2]).env("CDK_HOME", home.join(OTHER));
                }
                output(&mut cdk);
            }
        }
    }

    /// Runs jobs of the child pipeline, which have to pass.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.run_any(arguments);
        assert!(output.status.success(), "{arguments:?}\n{}", said(&output));
        said(&output)
    }

    /// Runs jobs of the child pipeline, one of which has to fail.
    pub(crate) fn run_failing(&self, arguments: &[&str]) -> String {
        let output = self.run_any(arguments);
        assert!(!output.status.success(), "{arguments:?}\n{}", said(&output));
        said(&output)
    }

    fn run_any(&self, arguments: &[&str]) -> Output {
        let path =
            format!("{}:{}", self.apps.path().join("node_modules/.bin").display(), setting("PATH").unwrap());
        let mut command = need(Tool::GitlabCiLocal, self.test).unwrap();
        command.current_dir(self.repository()).env("PATH", path).envs(self.aws.settings(&self.home()));
        command.args(["--file", "child-pipeline.yml", "--force-shell-executor", "--shell-isolation"]);
        command.arg("--home").arg(self.apps.path().join("home")).args(arguments);
        run(&mut command)
    }

    /// Output of a Python program that knows the fake AWS.
    pub(crate) fn python(&self, code: &str) -> String {
        output(Command::new(&self.python).args(["-c", code]).envs(self.aws.settings(&self.home())))
    }

    /// The stacks that are there, in both accounts and all regions, without CDK's own.
    pub(crate) fn stacks(&self) -> Vec<String> {
        let code = format!(
            "import boto3\nfor account in ('{HOME}', '{OTHER}'):\n  c = boto3.client('sts').assume_role(\
             RoleArn=f'arn:aws:iam::{{account}}:role/look', RoleSessionName='look')['Credentials']\n  \
             for region in ('eu-west-1', 'us-east-1'):\n    cf = boto3.client('cloudformation', region_name=region, \
             aws_access_key_id=c['AccessKeyId'], aws_secret_access_key=c['SecretAccessKey'], \
             aws_session_token=c['SessionToken'])\n    for s in cf.describe_stacks()['Stacks']:\n      \
             print(f\"{{account}}/{{region}}/{{s['StackName']}}\") if s['StackName'] != 'CDKToolkit' else None\n"
        );
        let mut stacks: Vec<String> = self.python(&code).lines().map(str::to_owned).collect();
        stacks.sort();
        stacks
    }
}
