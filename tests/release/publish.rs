//! The jobs of a tag, one after another: their scripts run as a runner gives them to `sh`, in a copy of what they read. What would
//! reach the network is a stand-in that writes down how it was called.

use super::VERSION;
use crate::support::repository::Repository;
use crate::support::tool::{Tool, need};
use crate::support::{output, read, root, run, said, setting};
use serde_yaml::Value;
use std::path::Path;
use std::process::Command;

/// Programs that only write down how they were called.
const STAND_INS: [&str; 13] = [
    "apk", "apt-get", "buildah", "cargo", "cosign", "curl", "dpkg", "install", "nestling", "npm", "pip",
    "skopeo", "uv",
];

/// The body of a stand-in. Some leave the file that a later command reads.
const STAND_IN: &str = r#"#!/bin/sh
echo "${0##*/} $*" >> "$CALLS"
case "${0##*/} $*" in
  'install '*' /bin/nestling') ;;
  'install '*) exec /usr/bin/install "$@" ;;
  'cargo cyclonedx '*) echo '{}' > crates/nestling-cli/nestling-cli.cdx.json ;;
  'cosign sign-blob '*) : > "$4" ;;
esac
"#;

/// Stands for the binary, of which a package takes completions and manual pages.
const BINARY: &str = "#!/bin/sh\nif [ \"$1\" = man ]; then echo page > \"$2/nestling.1\"; fi\n";

/// The files of the project that the scripts read.
const READ: [&str; 6] = [
    "ci",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "crates/nestling-cli/Cargo.toml",
    "crates/nestling-cli/README.md",
];

/// The variables that the jobs read, beside those of their own.
const VARIABLES: [(&str, &str); 12] = [
    ("CI_API_V4_URL", "https://gitlab.example/api/v4"),
    ("CI_JOB_TOKEN", "t"),
    ("CI_PROJECT_ID", "7"),
    ("CI_REGISTRY", "registry.gitlab.example"),
    ("CI_REGISTRY_IMAGE", "registry.gitlab.example/nestling-ci/nestling"),
    ("CI_REGISTRY_PASSWORD", "t"),
    ("CI_REGISTRY_USER", "u"),
    ("CI_SERVER_FQDN", "gitlab.example"),
    ("COMPONENT_TOKEN", "t"),
    ("GITLAB_USER_EMAIL", "someone@example.com"),
    ("NEWEST", VERSION),
    ("NPM_REGISTRY_HOST", "npm.example"),
];

/// A checkout of the project at its tag, in which jobs leave their artifacts.
struct Checkout {
    repository: Repository,
    pipeline: Value,
}

impl Checkout {
    /// The same files, with a changelog that has a section for the version, and the artifacts of the jobs of both architectures.
    fn new(test: &str) -> Option<Self> {
        need(Tool::Python, test)?;
        need(Tool::DpkgDeb, test)?;
        let repository = Repository::new();
        for path in READ {
            let copy = repository.path().join(path);
            std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
            output(Command::new("cp").arg("-R").arg(root().join(path)).arg(copy));
        }
        let changelog = format!("## [Unreleased]\n\n## [{VERSION}] - 2026-12-01\n\n- First.\n");
        repository.write("CHANGELOG.md", &changelog).commit("release");
        repository.git(&["tag", VERSION]);
        for architecture in ["x86_64", "aarch64"] {
            repository.write(format!("target/dist/nestling-linux-{architecture}"), BINARY);
            repository.write(format!("target/dist/nestling-image-{architecture}.tar"), architecture);
            // As the runner writes it beside the artifacts.
            repository.write(format!("provenance-release-{architecture}-metadata.json"), "{}");
        }
        for program in STAND_INS {
            repository.write(format!("stand-ins/{program}"), STAND_IN);
        }
        let directories = ["stand-ins", "target/dist"].map(|path| repository.path().join(path));
        output(Command::new("chmod").args(["-R", "+x"]).args(directories));
        Some(Self { repository, pipeline: serde_yaml::from_str(&read(".gitlab-ci.yml")).unwrap() })
    }

    /// The checkout when all forms are built and signed.
    fn built(test: &str) -> Option<Self> {
        let checkout = Self::new(test)?;
        for job in ["release:notes", "release:forms", "release:sign"] {
            checkout.run(job);
        }
        Some(checkout)
    }

    fn path(&self) -> &Path {
        self.repository.path()
    }

    /// A keyword of a job, or of the job that it extends.
    fn keyword(&self, job: &str, keyword: &str) -> Option<&Value> {
        let body = &self.pipeline[job];
        assert!(body.is_mapping(), "the pipeline has no job `{job}`");
        body.get(keyword).or_else(|| self.keyword(body.get("extends")?.as_str()?, keyword))
    }

    /// The strings in a list of a job.
    fn list(&self, job: &str, keyword: &str) -> Vec<&str> {
        let list = self.keyword(job, keyword).and_then(Value::as_sequence).into_iter().flatten();
        list.map(|text| text.as_str().unwrap()).collect()
    }

    /// The jobs of a stage.
    fn jobs(&self, stage: &str) -> Vec<&str> {
        let names = self.pipeline.as_mapping().unwrap().keys().filter_map(Value::as_str);
        let jobs = names.filter(|name| !name.starts_with('.') && self.pipeline[*name].is_mapping());
        jobs.filter(|job| self.keyword(job, "stage").and_then(Value::as_str) == Some(stage)).collect()
    }

    /// Runs the script of a job that passes and names only files that are there, and returns how the stand-ins were called.
    fn run(&self, job: &str) -> Vec<String> {
        self.run_with(job, &[])
    }

    /// The same with further variables.
    fn run_with(&self, job: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let script = [self.list(job, "before_script"), self.list(job, "script")].concat().join("\n");
        let calls = self.path().join("calls");
        std::fs::write(&calls, "").unwrap();
        let path = format!("{}:{}", self.path().join("stand-ins").display(), setting("PATH").unwrap());
        let mut sh = Command::new("sh");
        sh.args(["-e", "-c", &script]).current_dir(self.path()).env_clear().env("PATH", path);
        let own = self.keyword(job, "variables").and_then(Value::as_mapping).into_iter().flatten();
        sh.envs(own.map(|(name, value)| (name.as_str().unwrap(), value.as_str().unwrap())));
        sh.envs(VARIABLES).envs(variables.iter().copied()).env("CI_COMMIT_TAG", VERSION).env("CALLS", &calls);
        let ended = run(sh.env("GIT_CONFIG_GLOBAL", self.path().join("gitconfig")));
        assert!(ended.status.success(), "{job}: {}", said(&ended));
        let calls = std::fs::read_to_string(calls).unwrap();
        for word in calls.split_whitespace().filter(|word| word.contains("target/dist/")) {
            let path = self.path().join(word.trim_start_matches("oci-archive:"));
            assert!(path.exists(), "{job} names {word}, which does not exist");
        }
        calls.lines().map(str::to_owned).collect()
    }
}

/// The files of a release as its links call them, with the address that each leads to.
fn links(pipeline: &Value) -> Vec<String> {
    let files = format!("https://gitlab.example/api/v4/projects/7/packages/generic/nestling/{VERSION}");
    let links = pipeline["release"]["release"]["assets"]["links"].as_sequence().unwrap();
    let urls = links.iter().map(|link| link["url"].as_str().unwrap());
    urls.map(|url| url.replace("$FILES", &files).replace("${CI_COMMIT_TAG}", VERSION)).collect()
}

#[test]
fn every_file_is_uploaded_with_its_checksum_and_every_link_leads_to_one() {
    let test = "every_file_is_uploaded_with_its_checksum_and_every_link_leads_to_one";
    let Some(checkout) = Checkout::built(test) else { return };
    let calls = checkout.run("publish:files");
    let uploaded: Vec<&str> = calls
        .iter()
        .filter(|call| call.starts_with("curl --fail "))
        .filter_map(|call| call.rsplit(' ').next())
        .collect();
    for link in links(&checkout.pipeline) {
        assert!(uploaded.contains(&&*link), "{link} is none of {uploaded:#?}");
    }
    let dist = checkout.path().join("target/dist");
    output(Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(&dist));
    let sums = std::fs::read_to_string(dist.join("SHA256SUMS")).unwrap();
    let names: Vec<&str> = uploaded.iter().map(|url| url.rsplit('/').next().unwrap()).collect();
    for name in names.iter().filter(|name| !name.starts_with("SHA256SUMS")) {
        assert!(sums.contains(&format!("  {name}\n")), "{name} has no checksum: {sums}");
    }
    for part in [
        "nestling-linux-x86_64",
        "nestling-linux-aarch64",
        "_x86_64.whl",
        "_aarch64.whl",
        "_amd64.deb",
        "_arm64.deb",
        "-linux-x64-",
        "-linux-arm64-",
        "nestling.cdx.json",
        "nestling-provenance-release-aarch64-metadata.json",
        "SHA256SUMS.sigstore.json",
    ] {
        assert!(names.iter().any(|name| name.contains(part)), "no {part} in {names:#?}");
    }
}

#[test]
fn every_form_is_tried_and_published_from_its_file() {
    let test = "every_form_is_tried_and_published_from_its_file";
    let Some(checkout) = Checkout::built(test) else { return };
    for job in checkout.jobs("try") {
        let calls = checkout.run(job);
        assert!(calls.contains(&"nestling --version".to_owned()), "{job}: {calls:?}");
        assert!(calls.iter().any(|call| call.starts_with("nestling generate --all ")), "{job}: {calls:?}");
        for publishing in checkout.jobs("publish").iter().filter(|job| **job != "pages") {
            let needs = checkout.list(publishing, "needs");
            // The component waits for the image, and so for all of them.
            let waits = needs.contains(&job) || needs == ["publish:image"];
            assert!(waits, "{publishing} does not wait for {job}");
        }
    }
    let candidate = checkout.run("image:candidate").join("\n");
    assert!(candidate.contains("oci-archive:target/dist/nestling-image-aarch64.tar"), "{candidate}");
    let wheels = checkout.run("publish:wheel").pop().unwrap();
    assert_eq!(wheels.matches(".whl").count(), 2, "{wheels}");
    // The platforms first: the command's package names them.
    let packages = checkout.run("publish:npm");
    let published: Vec<&String> = packages.iter().filter(|call| call.starts_with("npm publish ")).collect();
    let parts = ["linux-arm64-", "linux-x64-", &format!("nestling-ci-nestling-{VERSION}.tgz")];
    assert!(
        published.len() == 3 && published.iter().zip(parts).all(|(call, part)| call.contains(part)),
        "{published:#?}"
    );
    let main = checkout.path().join(format!("target/dist/nestling-ci-nestling-{VERSION}.tgz"));
    let manifest = output(Command::new("tar").arg("-xzOf").arg(main).arg("package/package.json"));
    let manifest: Value = serde_yaml::from_str(&manifest).unwrap();
    for platform in ["linux-arm64", "linux-x64"] {
        let version = &manifest["optionalDependencies"][format!("@nestling-ci/nestling-{platform}")];
        assert_eq!(version.as_str(), Some(VERSION), "{platform}");
    }
    assert_eq!(checkout.run("publish:crates"), ["cargo publish --workspace --locked"]);
}

/// Names of a fix of an older line, once there is a newer one.
#[test]
fn only_the_newest_version_is_called_the_latest() {
    let test = "only_the_newest_version_is_called_the_latest";
    let Some(checkout) = Checkout::built(test) else { return };
    let newest = checkout.path().join("target/dist/newest.env");
    assert_eq!(std::fs::read_to_string(&newest).unwrap(), format!("NEWEST={VERSION}\n"));
    for (newest, is_latest) in [(VERSION, true), ("99.0.0", false)] {
        let variables = [("NEWEST", newest)];
        let images = checkout.run_with("publish:image", &variables).join("\n");
        assert_eq!(images.contains("nestling:latest"), is_latest, "{images}");
        assert!(images.contains(&format!("nestling:{VERSION}\n")), "{images}");
        let packages = checkout.run_with("publish:npm", &variables).join("\n");
        assert_eq!(packages.matches("--tag latest ").count(), if is_latest { 3 } else { 0 }, "{packages}");
    }
    checkout.repository.git(&["tag", "99.0.0"]);
    checkout.repository.git(&["tag", "100.0.0-rc.1"]);
    checkout.run("release:notes");
    assert_eq!(std::fs::read_to_string(&newest).unwrap(), "NEWEST=99.0.0\n");
}

/// A commit and a tag in the project of the component; its pipeline runs in the image, which is there already.
#[test]
fn the_component_is_published_after_the_image_that_it_names() {
    let test = "the_component_is_published_after_the_image_that_it_names";
    let Some(checkout) = Checkout::new(test) else { return };
    let project = tempfile::tempdir().unwrap();
    output(Command::new("git").args(["init", "--quiet", "--bare"]).arg(project.path()));
    let address = "https://release:t@gitlab.example/nestling-ci/components.git";
    let instead = format!("[url \"{}\"]\n  insteadOf = {address}\n", project.path().display());
    checkout.repository.write("gitconfig", &instead);
    checkout.run("publish:component");
    let git = |arguments: &[&str]| output(Command::new("git").arg("-C").arg(project.path()).args(arguments));
    let files = git(&["ls-tree", "-r", "--name-only", VERSION]);
    assert_eq!(files, ".gitlab-ci.yml\nLICENSE-APACHE\nLICENSE-MIT\nREADME.md\ntemplates/plan.yml\n");
    assert_eq!(
        git(&["show", &format!("{VERSION}:templates/plan.yml")]),
        read("ci/component/templates/plan.yml")
    );
    assert!(checkout.list("publish:component", "needs").contains(&"publish:image"));
}
