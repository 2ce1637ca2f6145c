//! The scripts of `nestling/image`, run with programs that record their calls and refuse what the real ones refuse.

use super::job::{Pipeline, SHELLS, calls, fakes};
use crate::support::tool::{Tool, need};
use crate::support::{root, said};
use serde_json::Value;
use std::path::Path;
use std::process::Output;

const DOCKERFILE: &str = "FROM alpine:3 AS base\nFROM base AS last\nRUN --mount=type=secret,id=npm true\n";

/// The variables of a pipeline of the default branch.
const BRANCH: [(&str, &str); 12] = [
    ("CI_REGISTRY", "registry.gitlab.example:5050"),
    ("CI_REGISTRY_IMAGE", "registry.gitlab.example:5050/group/shop"),
    ("CI_REGISTRY_USER", "gitlab-ci-token"),
    ("CI_REGISTRY_PASSWORD", "job-token"),
    ("CI_COMMIT_SHA", "8d95dfc15904d4badcc1b8af019218d95dfc1590"),
    ("CI_COMMIT_REF_SLUG", "main"),
    ("CI_COMMIT_BRANCH", "main"),
    ("CI_DEFAULT_BRANCH", "main"),
    ("CI_PROJECT_URL", "https://gitlab.example/group/shop"),
    ("CI_PROJECT_ID", "7"),
    ("CI_JOB_ID", "9"),
    ("CLOUD_ID_TOKEN", "job-token"),
];

/// A repository with images: in a directory with a blank, and at the root.
fn pipeline(inputs: &str) -> Pipeline {
    let workspace = format!(
        "workspace:\n  stages: [build, test, deploy]\n  units:\n    - match: [services/*, .]\n      use: {{ template: nestling/image, inputs: {{ {inputs} }} }}\n"
    );
    Pipeline::generate(
        &[("nestling.yml", &workspace), ("services/a b/Dockerfile", DOCKERFILE), ("Dockerfile", DOCKERFILE)],
        None,
    )
}

/// Runs a job with the fakes, in a shell.
fn run(
    pipeline: &Pipeline,
    job: &str,
    shell: &[&str],
    more: &[(&str, &str)],
    login: &str,
    state: &Path,
) -> Output {
    let (programs, _) = fakes();
    let mut variables: Vec<(&str, &str)> =
        BRANCH.into_iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name)).collect();
    variables.extend(more);
    variables.extend([("FAKES", state.to_str().unwrap()), ("FAKE_LOGIN", login)]);
    pipeline.run(job, shell, &variables, &[programs])
}

/// The variables that a job passes on.
fn handed_on(pipeline: &Pipeline) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(pipeline.repository.path().join("image.env")).unwrap();
    let pairs = text.lines().map(|line| line.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn every_builder_pushes_and_hands_on_the_digest_under_the_units_name_too() {
    for builder in ["dind", "buildkit", "rootless", "buildah"] {
        let inputs = format!(
            "builder: {builder}, target: last, build_args: [A=1 2, CI_PROJECT_ID], secrets: [\"id=npm,env=NPM_TOKEN\"], platforms: \"linux/amd64,linux/arm64\""
        );
        let pipeline = pipeline(&inputs);
        for (job, name, variable) in [
            ("services/a b:image build", "services-a-b", "IMAGE_SERVICES_A_B"),
            ("root:image build", "root", "IMAGE_ROOT"),
        ] {
            for shell in SHELLS {
                let (_, state) = fakes();
                let output = run(&pipeline, job, shell, &[], "gitlab-ci-token:job-token", state.path());
                assert!(output.status.success(), "{builder}: {job}\n{}", said(&output));
                let repository = format!("registry.gitlab.example:5050/group/shop/{name}");
                let pairs = handed_on(&pipeline);
                let image = &pairs[0].1;
                assert!(image.starts_with(&format!("{repository}@sha256:")), "{builder}: {pairs:?}");
                let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
                assert_eq!(names, ["IMAGE", "IMAGE_TAG", variable], "{builder}");
                assert_eq!(&pairs[2].1, image, "{builder}");
                let calls = calls(state.path());
                assert!(calls.iter().flatten().any(|word| word.contains("A=1 2")), "{builder}: {calls:?}");
                let words = calls.iter().flatten().filter(|word| word.ends_with("CI_PROJECT_ID=7"));
                assert_eq!(
                    words.count(),
                    usize::from(builder.contains("o") || builder == "buildkit"),
                    "{builder}"
                );
            }
        }
    }
}

#[test]
fn a_tag_of_the_content_is_built_once_and_again_when_the_content_is_another() {
    let pipeline = pipeline("tag: content");
    let (_, state) = fakes();
    let build = |pipeline: &Pipeline| {
        let login = "gitlab-ci-token:job-token";
        let output = run(pipeline, "services/a b:image build", SHELLS[1], &[], login, state.path());
        assert!(output.status.success(), "{}", said(&output));
        let builds = calls(state.path()).iter().filter(|call| call[1..3] == ["buildx", "build"]).count();
        (builds, handed_on(pipeline))
    };
    let (builds, first) = build(&pipeline);
    assert_eq!(builds, 1);
    let tag = first[1].1.clone();
    assert!(tag.starts_with("content-") && tag.len() == 40, "{tag}");
    // Another commit, with the same content.
    pipeline.repository.write("README.md", "Read me.\n").commit("documentation");
    let pipeline = Pipeline::of(pipeline.repository, None);
    let (builds, second) = build(&pipeline);
    assert_eq!((builds, second), (1, first));
    pipeline.repository.write("services/a b/more", "more\n").commit("more");
    let pipeline = Pipeline::of(pipeline.repository, None);
    let (builds, third) = build(&pipeline);
    assert_eq!(builds, 2);
    assert_ne!(third[1].1, tag);
}

/// Returns the tag of the image of `services/a b`, with these inputs of a rule of the workspace, and with these files changed.
fn tag(inputs: &str, changed: &[(&str, &str)]) -> String {
    let workspace = format!(
        "workspace:\n  stages: [build, test, deploy]\n  units:\n    - match: services/*\n      use: {{ template: nestling/image, inputs: {{ tag: content, {inputs} }} }}\n"
    );
    let files =
        [("nestling.yml", &*workspace), ("services/a b/Dockerfile", DOCKERFILE), ("Dockerfile", DOCKERFILE)];
    let pipeline = Pipeline::generate(&files, None);
    let pipeline = match changed {
        [] => pipeline,
        changed => {
            for (path, text) in changed {
                pipeline.repository.write(path, text);
            }
            pipeline.repository.commit("more");
            Pipeline::of(pipeline.repository, None)
        }
    };
    pipeline.jobs["services/a b:image build"]["variables"]["TAG"].as_str().unwrap().to_owned()
}

#[test]
fn a_tag_of_the_content_is_made_of_everything_that_the_image_is() {
    let plain = tag("needs: []", &[]);
    assert_eq!(tag("needs: []", &[("README.md", "more")]), plain, "a file that is not in the image");
    assert_eq!(tag("needs: [], lint: false, timeout: 2 hours", &[]), plain, "what does not change the image");
    let mut tags = vec![plain];
    for inputs in [
        "build_args: [A=1]",
        "build_args: [A=2]",
        "build_args: [\"A=1,B=2\"]",
        "target: last",
        "platforms: linux/arm64",
        "dockerfile: ../../Dockerfile",
        "build_context: services",
        "build_context: .",
        "secrets: [\"id=npm,env=NPM_TOKEN\"]",
        "builder: buildah",
    ] {
        tags.push(tag(&format!("needs: [], {inputs}"), &[]));
    }
    tags.push(tag("needs: [], build_context: services", &[("services/shared.txt", "more")]));
    tags.push(tag("needs: [], build_context: .", &[("README.md", "more")]));
    tags.push(tag("needs: [], dockerfile: ../../Dockerfile", &[("Dockerfile", "FROM alpine:4\n")]));
    // With artifacts of other jobs, what those come from.
    tags.push(tag("needs: [\"build?\"]", &[]));
    tags.push(tag("needs: [\"build?\"], lint: false", &[]));
    let all: std::collections::BTreeSet<&String> = tags.iter().collect();
    assert_eq!(all.len(), tags.len(), "{tags:#?}");
}

#[test]
fn a_build_argument_without_its_value_is_no_content() {
    let repository = crate::support::repository::Repository::new();
    let workspace = "workspace:\n  stages: [build, test, deploy]\n  units:\n    - match: services/*\n      use: { template: nestling/image, inputs: { tag: content, build_args: [A] } }\n";
    repository.write("nestling.yml", workspace).write("services/api/Dockerfile", DOCKERFILE);
    repository.commit("a project");
    let checked = crate::support::run(crate::support::nestling(repository.path()).arg("check"));
    assert!(!checked.status.success());
    assert!(
        said(&checked).contains("the value of the build argument `A` is part of the tag"),
        "{}",
        said(&checked)
    );
}

#[test]
fn a_merge_request_of_a_fork_is_built_and_not_pushed() {
    let fork = [
        ("CI_MERGE_REQUEST_PROJECT_ID", "7"),
        ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "8"),
        ("CI_COMMIT_BRANCH", ""),
        ("CI_COMMIT_REF_SLUG", "feature"),
    ];
    let own = [
        ("CI_MERGE_REQUEST_PROJECT_ID", "7"),
        ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "7"),
        ("CI_COMMIT_BRANCH", ""),
        ("CI_COMMIT_REF_SLUG", "feature"),
    ];
    for builder in ["dind", "buildkit", "rootless", "buildah"] {
        let pipeline = pipeline(&format!("builder: {builder}"));
        let job = "services/a b:image build";
        for shell in SHELLS {
            let (_, state) = fakes();
            let output = run(&pipeline, job, shell, &fork, "gitlab-ci-token:job-token", state.path());
            assert!(output.status.success(), "{builder}\n{}", said(&output));
            assert!(!state.path().join("registry").exists(), "{builder}");
            assert_eq!(handed_on(&pipeline), [], "{builder}");
            let (_, state) = fakes();
            let output = run(&pipeline, job, shell, &own, "gitlab-ci-token:job-token", state.path());
            assert!(output.status.success(), "{builder}\n{}", said(&output));
            assert_eq!(handed_on(&pipeline).len(), 3, "{builder}");
            // What the default branch builds from is not written.
            let calls = calls(state.path());
            let written = ["--cache-to", "--export-cache"];
            for call in calls {
                for pair in call.windows(2).filter(|pair| written.contains(&pair[0].as_str())) {
                    assert!(pair[1].contains(":cache-feature,"), "{pair:?}");
                }
            }
        }
    }
}

#[test]
fn clouds_are_logged_in_to_with_the_token_of_the_job() {
    let provider = "projects/1/locations/global/workloadIdentityPools/gitlab/providers/gitlab";
    let aws = "registry: 123456789012.dkr.ecr.eu-central-1.amazonaws.com, role: \"arn:aws:iam::123456789012:role/ci\"";
    let google = format!("registry: europe-docker.pkg.dev/project/images, identity_provider: {provider}");
    let azure = "registry: shop.azurecr.io, role: client, identity_provider: tenant";
    let login = "oauth2accesstoken";
    for (inputs, login) in [
        (aws.to_owned(), "AWS:cloud-password".to_owned()),
        (google.clone(), format!("{login}:federated")),
        (format!("{google}, role: ci@project.iam.gserviceaccount.com"), format!("{login}:cloud-password")),
        (azure.to_owned(), "00000000-0000-0000-0000-000000000000:cloud-password".to_owned()),
        ("registry: harbor".to_owned(), "robot$ci:cloud-password".to_owned()),
        ("registry: registry.example/team".to_owned(), "ci:cloud-password".to_owned()),
    ] {
        let pipeline = pipeline(&inputs);
        for shell in SHELLS {
            let (_, state) = fakes();
            let more = [
                ("HARBOR_HOST", "harbor.example"),
                ("HARBOR_PROJECT", "shop"),
                ("HARBOR_USERNAME", "robot$ci"),
                ("HARBOR_PASSWORD", "cloud-password"),
                ("REGISTRY_USER", "ci"),
                ("REGISTRY_PASSWORD", "cloud-password"),
            ];
            let output = run(&pipeline, "root:image build", shell, &more, &login, state.path());
            assert!(output.status.success(), "{inputs}\n{}", said(&output));
            // No credential is in the log, and none in a command line but a request's.
            assert!(!said(&output).contains("cloud-password"), "{inputs}\n{}", said(&output));
            let denied = [("CLOUD_ID_TOKEN", "x"), ("HARBOR_PASSWORD", ""), ("REGISTRY_PASSWORD", "")];
            let (_, state) = fakes();
            let mut more = more.to_vec();
            more.retain(|(name, _)| !denied.iter().any(|(other, _)| other == name));
            more.extend(denied);
            let output = run(&pipeline, "root:image build", shell, &more, &login, state.path());
            assert!(!output.status.success(), "{inputs}\n{}", said(&output));
        }
    }
}

#[test]
fn the_default_branch_and_tags_give_the_image_its_lasting_names() {
    let pipeline = pipeline("");
    let login = "gitlab-ci-token:job-token";
    for shell in SHELLS {
        let (_, state) = fakes();
        let built = run(&pipeline, "root:image build", shell, &[], login, state.path());
        assert!(built.status.success(), "{}", said(&built));
        let image = handed_on(&pipeline)[0].1.clone();
        for (tag, name) in [("latest", "latest"), ("api/v1.2.3+build", "api-v1.2.3-build")] {
            let more = [("IMAGE", image.as_str()), ("LASTING_TAG", tag)];
            let tagged = run(&pipeline, "root:image tags", shell, &more, login, state.path());
            assert!(tagged.status.success(), "{}", said(&tagged));
            let names = std::fs::read_dir(state.path().join("registry")).unwrap();
            let names: Vec<String> =
                names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            assert!(names.iter().any(|stored| stored.ends_with(&format!("%root:{name}"))), "{names:?}");
        }
    }
}

/// Hadolint by itself.
#[test]
fn the_lint_reports_what_is_wrong_in_the_dockerfile_and_fails_for_errors_alone() {
    if need(Tool::Hadolint, "the_lint_reports_what_is_wrong_in_the_dockerfile").is_none() {
        return;
    }
    let programs = [root().join(".cache/tools/venv/bin")];
    let pipeline = pipeline("");
    let path = "services/a b/Dockerfile";
    for (text, passes, rules) in [
        ("FROM debian\n", true, &["DL3006"][..]),
        ("FROM debian:13\nRUN sudo true\n", false, &["DL3004"]),
        ("FROM debian:13\n", true, &[]),
    ] {
        pipeline.repository.write(path, text);
        let output = pipeline.run("services/a b:image lint", SHELLS[0], &[], &programs);
        assert_eq!(output.status.success(), passes, "{text}\n{}", said(&output));
        let report = pipeline.repository.path().join("gl-code-quality-report.json");
        let report: Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
        let findings = report.as_array().unwrap();
        let found: Vec<&str> =
            findings.iter().map(|finding| finding["check_name"].as_str().unwrap()).collect();
        assert_eq!(found, rules);
        assert!(findings.iter().all(|finding| finding["location"]["path"] == path), "{report}");
    }
}
