//! Actions as images, scripts and keywords of a job.

use super::action_inputs::Inputs;
use super::condition::Start;
use super::keywords::Workflow;
use super::new_job::NewJob;
use super::notes::{Notes, Part};
use super::registries::{aws, build_push, login};
use super::scope::Scope;
use super::stored::{cache, download, upload};
use nestling_gitlab::yaml::{Map, Node};

/// An action that sets up a language.
struct Setup {
    action: &'static str,
    /// The input with its version.
    input: &'static str,
    image: &'static str,
    /// The tag of the image if no version is given.
    default: &'static str,
}

const SETUPS: [Setup; 8] = [
    Setup { action: "actions/setup-node", input: "node-version", image: "node", default: "lts" },
    Setup { action: "actions/setup-python", input: "python-version", image: "python", default: "3" },
    Setup { action: "actions/setup-go", input: "go-version", image: "golang", default: "1" },
    Setup { action: "actions/setup-java", input: "java-version", image: "eclipse-temurin", default: "21" },
    Setup {
        action: "actions/setup-dotnet",
        input: "dotnet-version",
        image: "mcr.microsoft.com/dotnet/sdk",
        default: "9.0",
    },
    Setup { action: "ruby/setup-ruby", input: "ruby-version", image: "ruby", default: "3" },
    Setup { action: "dtolnay/rust-toolchain", input: "toolchain", image: "rust", default: "1" },
    Setup { action: "oven-sh/setup-bun", input: "bun-version", image: "oven/bun", default: "1" },
];

/// Channels of Rust that are references of the action.
const CHANNELS: [&str; 3] = ["stable", "beta", "nightly"];

/// Inputs with parts of a Rust toolchain, and the commands that install them.
const RUST_PARTS: [(&str, &str); 3] = [
    ("components", "rustup component add"),
    ("target", "rustup target add"),
    ("targets", "rustup target add"),
];

/// Actions whose work GitLab or the image does.
const NOTHING: [&str; 6] = [
    "docker/setup-buildx-action",
    "docker/setup-qemu-action",
    "nrwl/nx-set-shas",
    "Swatinem/rust-cache",
    "gradle/actions/setup-gradle",
    "step-security/harden-runner",
];

/// Other actions, with the way out.
const ADVICE: [(&str, &str); 24] = [
    ("actions/create-github-app-token", "create a project access token, and set it as a CI/CD variable"),
    ("actions/deploy-pages", "GitLab publishes a job `pages` of the parent"),
    ("actions/github-script", "call GitLab's API by `curl` with a token"),
    ("actions/labeler", "GitLab has no such job: use the API or triage rules"),
    ("actions/stale", "GitLab has no such job: use the API or triage rules"),
    ("actions/upload-pages-artifact", "GitLab publishes a job `pages` of the parent"),
    ("amazon-ecr-login", "`aws ecr get-login-password | docker login`"),
    ("aquasecurity/trivy-action", "`trivy` in the script, from its image"),
    ("astral-sh/setup-uv", "name an image that has `uv`, such as `ghcr.io/astral-sh/uv:python3.13-bookworm`"),
    ("azure/login", "`az login --federated-token` with `id_tokens`"),
    ("codecov/codecov-action", "`coverage` and `artifacts: reports: coverage_report`, or its own command"),
    ("docker/metadata-action", "write the tags, such as `$CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG`"),
    ("dorny/paths-filter", "`changes` of units, or of the job's rules"),
    ("github/codeql-action/analyze", "GitLab's template for SAST"),
    ("github/codeql-action/init", "GitLab's template for SAST"),
    ("golangci/golangci-lint-action", "`golangci-lint run` in the script, from its image"),
    ("google-github-actions/auth", "`id_tokens` and workload identity federation"),
    ("goreleaser/goreleaser-action", "`goreleaser release` in the script, from its image"),
    ("peter-evans/create-pull-request", "push with the options `-o merge_request.create`"),
    ("pre-commit/action", "`pre-commit run --all-files` in the script"),
    (
        "pypa/gh-action-pypi-publish",
        "`twine upload` or `uv publish`, with `id_tokens` for trusted publishing",
    ),
    ("softprops/action-gh-release", "the keyword `release` of a job"),
    ("taiki-e/install-action", "install the tool in the image, or by `cargo install --locked`"),
    ("tj-actions/changed-files", "`changes` of units, or of the job's rules"),
];

/// A step that uses an action.
pub(super) struct Use<'a> {
    pub uses: &'a Node,
    pub with: &'a Map,
    pub start: Start,
    pub scope: &'a Scope,
    pub workflow: &'a Workflow<'a>,
}

/// Adds the work of an action to a job.
pub(super) fn add(step: &Use<'_>, job: &mut NewJob, notes: &mut Notes) {
    let uses = step.uses;
    let written = uses.text().unwrap_or_default();
    let origin = uses.origin;
    let (name, reference) = written.split_once('@').unwrap_or((written, ""));
    let is_pinned = reference.len() == 40 && reference.chars().all(|c| c.is_ascii_hexdigit());
    if is_pinned && !is_work_of_gitlab(name) {
        let text = format!("`{name}` is pinned to a commit; what is in its place is not pinned");
        notes.add(Part::Security, origin, text);
    }
    let inputs = Inputs { with: step.with, scope: step.scope, origin };
    if let Some(known) = SETUPS.iter().find(|known| known.action == name) {
        return setup(&inputs, known, reference, job, notes);
    }
    if NOTHING.contains(&name) {
        notes.add(Part::Rewritten, origin, format!("`{name}` is not needed"));
        return;
    }
    match name {
        "actions/checkout" => checkout(&inputs, job, notes),
        "actions/cache" => cache(&inputs, None, job, notes),
        "actions/cache/restore" => cache(&inputs, Some("pull"), job, notes),
        "actions/cache/save" => {
            let text = "`actions/cache/save`: remove `policy: pull` of the job's cache";
            notes.add(Part::Lost, origin, text);
        }
        "actions/upload-artifact" => upload(&inputs, step.start, job, notes),
        "actions/download-artifact" => download(&inputs, step.workflow, job, notes),
        "pnpm/action-setup" => job.script.push("corepack enable".to_owned()),
        "docker/login-action" => login(&inputs, job, notes),
        "docker/build-push-action" => build_push(&inputs, job, notes),
        "aws-actions/configure-aws-credentials" => aws(&inputs, job, notes),
        _ => {
            let advice = ADVICE.iter().find(|(known, _)| name == *known || name.ends_with(known));
            let way = advice.map_or(String::new(), |(_, way)| format!(": {way}"));
            notes.add(Part::Lost, origin, format!("the action `{name}`{way}"));
        }
    }
}

/// Returns `true` for an action that needs nothing in its place, or a keyword alone: there is nothing to pin.
fn is_work_of_gitlab(name: &str) -> bool {
    let is_keyword = name == "actions/checkout" || name.starts_with("actions/cache");
    is_keyword || name.ends_with("load-artifact") || NOTHING.contains(&name)
}

fn setup(inputs: &Inputs<'_>, known: &Setup, reference: &str, job: &mut NewJob, notes: &mut Notes) {
    let Setup { input, image, default, .. } = *known;
    let is_rust = known.action == "dtolnay/rust-toolchain";
    // `dtolnay/rust-toolchain@1.90` and `@nightly` have the version there.
    let is_version = is_rust && (reference.contains('.') || CHANNELS.contains(&reference));
    let lines = inputs.lines(input, notes);
    if lines.len() > 1 {
        let text = format!("the versions `{}` in one image: the last one is taken", lines.join("`, `"));
        notes.add(Part::Lost, inputs.origin, text);
    }
    let version = lines.last().cloned().or_else(|| is_version.then(|| reference.to_owned()));
    let version = version.unwrap_or_else(|| default.to_owned());
    // `20.x` is the newest 20, as the tag `20` is.
    let mut tag = version.trim_end_matches(".x").trim_start_matches('v');
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '$' | '{' | '}');
    if !tag.chars().all(is_allowed) {
        let text = format!("the version `{tag}` is not a tag: `{image}:{default}` is in its place");
        notes.add(Part::Lost, inputs.origin, text);
        tag = default;
    }
    // The image has tags for versions alone, and `rustup` for all other toolchains.
    if is_rust && !tag.starts_with(|c: char| c.is_ascii_digit()) {
        if tag != "stable" {
            job.script.push(format!(
                "rustup toolchain install --profile minimal \"{tag}\"\nrustup default \"{tag}\""
            ));
        }
        tag = default;
    }
    let image = format!("{image}:{tag}");
    match &job.image {
        None => job.image = Some(image),
        Some(other) if *other == image => {}
        Some(other) => {
            let text = format!(
                "a second image `{image}` in addition to `{other}`: a job can have only one image; build one that contains both"
            );
            notes.add(Part::Lost, inputs.origin, text);
        }
    }
    if is_rust {
        for (input, command) in RUST_PARTS {
            let parts = inputs.shell(input, notes).map(|parts| parts.replace([',', '\n'], " "));
            let parts = parts.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
            if !parts.is_empty() {
                job.script.push(format!("{command} {parts}"));
            }
        }
        inputs.report_others(&[input, "components", "target", "targets"], notes);
        return;
    }
    inputs.report_others(&[input, "cache", "cache-dependency-path", "distribution"], notes);
    if inputs.with.contains("cache") {
        notes.add(Part::Lost, inputs.origin, "`cache` of the action: add `cache` to the job");
    }
}

fn checkout(inputs: &Inputs<'_>, job: &mut NewJob, notes: &mut Notes) {
    if let Some(depth) = inputs.text("fetch-depth", notes) {
        job.variables.push(("GIT_DEPTH".to_owned(), depth));
    }
    if let Some(submodules) = inputs.text("submodules", notes).filter(|value| value != "false") {
        let strategy = if submodules == "recursive" { "recursive" } else { "normal" };
        job.variables.push(("GIT_SUBMODULE_STRATEGY".to_owned(), strategy.to_owned()));
    }
    inputs.report_others(&["fetch-depth", "submodules", "persist-credentials", "lfs"], notes);
}
