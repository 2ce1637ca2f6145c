//! Actions as images, scripts and keywords of a job.

use super::action_inputs::Inputs;
use super::condition::Start;
use super::keywords::Workflow;
use super::new_job::NewJob;
use super::notes::{Notes, Part};
use super::registries::{aws, build_push, login};
use super::scope::Scope;
use super::setups::Setup;
use super::stored::{cache, download, upload};
use super::versions::LANGUAGES;
use nestling_gitlab::yaml::{Map, Node};

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
const ADVICE: [(&str, &str); 28] = [
    ("actions/create-github-app-token", "create a project access token, and set it as a CI/CD variable"),
    ("actions/deploy-pages", "GitLab publishes a job `pages` of the parent"),
    ("actions/github-script", "call GitLab's API by `curl` with a token"),
    ("actions/labeler", "GitLab has no such job: use the API or triage rules"),
    ("actions/stale", "GitLab has no such job: use the API or triage rules"),
    ("actions/upload-pages-artifact", "GitLab publishes a job `pages` of the parent"),
    ("amazon-ecr-login", "`aws ecr get-login-password | docker login`"),
    ("aquasecurity/trivy-action", "`trivy` in the script, from its image"),
    ("astral-sh/setup-uv", "name an image that has `uv`, such as `ghcr.io/astral-sh/uv:python3.13-bookworm`"),
    ("astral-sh/ruff-action", "`ruff` in the script, from the image `ghcr.io/astral-sh/ruff`"),
    ("azure/setup-helm", "name an image that has `helm`, such as `alpine/helm`"),
    ("azure/login", "`az login --federated-token` with `id_tokens`"),
    ("codecov/codecov-action", "`coverage` and `artifacts: reports: coverage_report`, or its own command"),
    ("docker/metadata-action", "write the tags, such as `$CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG`"),
    ("dorny/paths-filter", "`changes` of units, or of the job's rules"),
    ("github/codeql-action/analyze", "GitLab's template for SAST"),
    ("github/codeql-action/init", "GitLab's template for SAST"),
    ("golangci/golangci-lint-action", "`golangci-lint run` in the script, from its image"),
    ("google-github-actions/auth", "`id_tokens` and workload identity federation"),
    ("goreleaser/goreleaser-action", "`goreleaser release` in the script, from its image"),
    ("hashicorp/setup-terraform", "name an image that has `terraform`, such as `hashicorp/terraform`"),
    ("peter-evans/create-pull-request", "push with the options `-o merge_request.create`"),
    ("pre-commit/action", "`pre-commit run --all-files` in the script"),
    (
        "pypa/gh-action-pypi-publish",
        "`twine upload` or `uv publish`, with `id_tokens` for trusted publishing",
    ),
    ("re-actors/alls-green", "a pipeline fails if one of its jobs does: remove the job"),
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
    let inputs = Inputs { with: step.with, scope: step.scope, origin };
    let is_pinned = reference.len() == 40 && reference.chars().all(|c| c.is_ascii_hexdigit());
    if is_pinned && has_other_work(name) {
        let text = format!("`{name}` is pinned to a commit; what is in its place is not pinned");
        notes.add(Part::Security, origin, text);
    }
    if let Some(known) = LANGUAGES.iter().find(|known| known.action == name) {
        let setup = Setup { known, reference, documents: step.workflow.files };
        return setup.add(&inputs, job, notes);
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

/// Actions in whose place there is a command or an image.
const REPLACED: [&str; 4] = [
    "pnpm/action-setup",
    "docker/login-action",
    "docker/build-push-action",
    "aws-actions/configure-aws-credentials",
];

/// Returns `true` for an action with something in its place that could be pinned as well: no keyword, and no line of the report.
fn has_other_work(name: &str) -> bool {
    REPLACED.contains(&name) || LANGUAGES.iter().any(|known| known.action == name)
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
