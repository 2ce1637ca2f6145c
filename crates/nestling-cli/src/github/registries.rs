//! Actions that log in to registries and clouds, and build images.

use super::action_inputs::Inputs;
use super::expression::Expr;
use super::new_job::NewJob;
use super::notes::{Notes, Part};
use super::shell::test;
use super::text::shown;
use nestling_gitlab::yaml::{Map, Node};

/// Logs in to a registry.
pub(super) fn login(inputs: &Inputs<'_>, job: &mut NewJob, notes: &mut Notes) {
    let registry = inputs.shell("registry", notes).unwrap_or_default();
    let user = inputs.shell("username", notes).unwrap_or_else(|| "$CI_REGISTRY_USER".to_owned());
    let password = inputs.shell("password", notes).unwrap_or_else(|| "$CI_REGISTRY_PASSWORD".to_owned());
    job.needs_docker = true;
    if registry == "ghcr.io" {
        notes.add(
            Part::Decided,
            inputs.origin,
            "ghcr.io: GitLab's own registry is `$CI_REGISTRY`, and needs no secrets",
        );
    }
    job.script.push(
        format!("echo \"{password}\" | docker login --username \"{user}\" --password-stdin {registry}")
            .trim_end()
            .to_owned(),
    );
    inputs.report_others(&["registry", "username", "password"], notes);
}

/// Builds an image, and pushes it.
pub(super) fn build_push(inputs: &Inputs<'_>, job: &mut NewJob, notes: &mut Notes) {
    let context = inputs.shell("context", notes).unwrap_or_else(|| ".".to_owned());
    let lines = inputs.shell_lines("tags", notes);
    let tags: Vec<&str> = lines.iter().flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut command = "docker build".to_owned();
    if let Some(file) = inputs.shell("file", notes) {
        command.push_str(&format!(" --file {file}"));
    }
    if let Some(target) = inputs.shell("target", notes) {
        command.push_str(&format!(" --target {target}"));
    }
    for argument in inputs.shell_lines("build-args", notes) {
        command.push_str(&format!(" --build-arg \"{argument}\""));
    }
    for tag in &tags {
        command.push_str(&format!(" --tag \"{tag}\""));
    }
    job.needs_docker = true;
    job.script.push(format!("{command} {context}"));
    push(inputs, &tags, job, notes);
    inputs.report_others(
        &["context", "file", "target", "build-args", "tags", "push", "cache-from", "cache-to"],
        notes,
    );
}

/// Pushes the tags, if a condition holds.
fn push(inputs: &Inputs<'_>, tags: &[&str], job: &mut NewJob, notes: &mut Notes) {
    let Some(node) = inputs.with.get("push") else { return };
    let lines: Vec<String> = tags.iter().map(|tag| format!("docker push \"{tag}\"")).collect();
    match inputs.condition(node, notes) {
        Expr::Bool(false) => {}
        Expr::Bool(true) => job.script.extend(lines),
        condition => match test(&condition) {
            Some(test) => job.script.push(format!("if {test}; then\n{}\nfi", lines.join("\n"))),
            None => {
                let text =
                    format!("`push: {}`: the image is not pushed", shown(node.text().unwrap_or_default()));
                notes.add(Part::Lost, node.origin, text);
            }
        },
    }
}

/// Takes a role of AWS by a token of GitLab.
pub(super) fn aws(inputs: &Inputs<'_>, job: &mut NewJob, notes: &mut Notes) {
    if let Some(region) = inputs.text("aws-region", notes) {
        job.variables.push(("AWS_REGION".to_owned(), region));
    }
    let Some(role) = inputs.text("role-to-assume", notes) else {
        let text = "set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` as CI/CD variables, or use a role";
        notes.add(Part::Decided, inputs.origin, text);
        let known = ["aws-region", "aws-access-key-id", "aws-secret-access-key"];
        inputs.report_others(&known, notes);
        return;
    };
    job.variables.push(("AWS_ROLE_ARN".to_owned(), role));
    job.variables.push(("AWS_WEB_IDENTITY_TOKEN_FILE".to_owned(), "/tmp/aws-token".to_owned()));
    job.script.push("echo \"$AWS_ID_TOKEN\" > /tmp/aws-token".to_owned());
    let mut token = Map::default();
    let audience = inputs.text("audience", notes).unwrap_or_else(|| "$CI_SERVER_URL".to_owned());
    token.set("aud", Node::string(inputs.origin, audience));
    let mut tokens = Map::default();
    tokens.set("AWS_ID_TOKEN", Node::map(inputs.origin, token));
    job.keywords.set("id_tokens", Node::map(inputs.origin, tokens));
    let text = "the trust policy of the role must have GitLab as its provider, and the subject \
                `project_path:GROUP/PROJECT:ref_type:branch:ref:main`";
    notes.add(Part::Security, inputs.origin, text);
    inputs.report_others(&["aws-region", "role-to-assume", "role-session-name", "audience"], notes);
}
