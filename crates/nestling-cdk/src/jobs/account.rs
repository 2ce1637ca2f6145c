//! Setup of jobs that work in an account: the login, the region, and docker if images are built.

use super::request::Request;
use super::unused::ASSETS;
use super::writer::Writer;
use crate::assembly::StackId;
use crate::cli::Cli;
use crate::report::LineKind;
use crate::settings::{AssemblySource, Purpose};
use nestling_gitlab::yaml::Node;

/// Writes what every job has that calls the CDK command line: the image, the login, the region. `stacks` are those that the
/// job brings to a new state.
pub(crate) fn begin(job: &mut Writer<'_>, stacks: &[StackId], purpose: Purpose) {
    let request = job.request;
    job.body.node("image", request.settings.image.clone());
    // The assembly is all that the command line reads, unless the command line is in the repository itself.
    let cli = request.cli();
    let needs_checkout = request.settings.from == AssemblySource::Checkout || request.needs_app();
    let region = region(job, stacks).map(str::to_owned);
    job.body.default_variables(|variables| {
        if !needs_checkout {
            variables.text("GIT_STRATEGY", "none");
        }
        if let Some(region) = region {
            variables.text("AWS_REGION", region);
        }
        if cli.version.is_some() {
            variables
                .text("npm_config_cache", "$CI_PROJECT_DIR/.npm")
                .text("npm_config_prefer_offline", "true");
        }
    });
    // All jobs share what the first of them has fetched.
    if let Some(version) = &cli.version {
        job.body.child("cache", |cache| {
            cache.text("key", format!("aws-cdk-{version}")).texts("paths", [".npm/"]);
        });
    }
    note_tool(job, cli);
    if let Some(tags) = request.settings.tags.of(purpose) {
        let tags = tags.iter().map(|tag| Node::string(tag.origin, tag.value.as_str()));
        job.body.list("tags", tags.collect());
    }
    login(job, purpose);
    for stack in stacks {
        note_unknown_place(job, *stack);
    }
}

/// Reports a command line that is not the project's own, and settings of the project that a job cannot follow.
fn note_tool(job: &mut Writer<'_>, cli: Cli) {
    let settings = job.request.settings;
    let (subject, origin) = ("the CDK command line", settings.origin);
    if let Some(deviation) = cli.deviation {
        job.report.add(LineKind::Setting, subject, deviation, origin);
    }
    if cli.version.is_some() && settings.app_settings.iter().any(|key| key == "plugin") {
        let text = "`cdk.json` has plugins, which jobs do not install: set `cli` to a program of the project";
        job.report.add(LineKind::Setting, subject, text, origin);
    }
}

/// The region where the job logs in. The command line finds each stack's own by itself.
fn region<'a>(job: &Writer<'a>, stacks: &[StackId]) -> Option<&'a str> {
    let target = job.target.or_else(|| job.shown_target());
    let of_target = || target.and_then(|target| target.stacks.first().copied());
    let stack = stacks.first().copied().or_else(of_target)?;
    job.request.region(stack)
}

fn note_unknown_place(job: &mut Writer<'_>, stack_id: StackId) {
    let stack = &job.request.deployment.assembly.stacks[stack_id];
    let text = match (&stack.account, &stack.region, job.request.region(stack_id)) {
        (Some(_), Some(_), _) => return,
        (_, _, None) => {
            "it has no account or region: it is deployed to the account and region of the job's role and AWS_REGION"
                .to_owned()
        }
        (_, None, Some(region)) => format!(
            "it has no account or region: it is deployed to the account of the job's role, in `{region}`, the region of its pipeline"
        ),
        (None, Some(_), _) => "it has no account: it is deployed to the account of the job's role".to_owned(),
    };
    job.report.add(LineKind::Stack, format!("stack {}", stack.path), text, stack.origin);
}

/// Trades the job's token for a role, if there is one to trade it for
/// (<https://docs.gitlab.com/ci/cloud_services/aws/>).
pub(crate) fn login(job: &mut Writer<'_>, purpose: Purpose) {
    let target = job.target.or_else(|| job.shown_target());
    // Who only looks never gets the role that deploys.
    let variables: &[Purpose] = match purpose {
        Purpose::Deploy => &[Purpose::Deploy],
        Purpose::Assets => &[Purpose::Deploy, Purpose::Assets],
        Purpose::Diff => &[Purpose::Diff],
        Purpose::Drift => &[Purpose::Diff, Purpose::Drift],
    };
    for variable_of in variables.iter().copied() {
        if let Some(role) = target.and_then(|target| target.roles.get(&variable_of)) {
            let role = Node::string(role.origin, role.value.as_str());
            job.body.default_variables(|variables| _ = variables.node(variable_of.variable(), role));
        }
    }
    let Some(audience) = &job.request.settings.audience else { return };
    job.body.child("id_tokens", |tokens| {
        tokens.child("AWS_TOKEN", |token| _ = token.text("aud", audience.as_str()));
    });
    let own_role = match purpose {
        Purpose::Deploy => None,
        Purpose::Assets => Some(r#"export AWS_ROLE_ARN="${AWS_ASSETS_ROLE_ARN:-$AWS_ROLE_ARN}""#),
        Purpose::Diff => Some(r#"export AWS_ROLE_ARN="$AWS_DIFF_ROLE_ARN""#),
        Purpose::Drift => Some(r#"export AWS_ROLE_ARN="${AWS_DRIFT_ROLE_ARN:-$AWS_DIFF_ROLE_ARN}""#),
    };
    note_trust(job, purpose);
    let lines = [
        r#"if [ -n "$AWS_ROLE_ARN" ]; then"#,
        r#"  export AWS_WEB_IDENTITY_TOKEN_FILE="$(mktemp)" AWS_ROLE_SESSION_NAME="gitlab-$CI_JOB_ID""#,
        r#"  printf %s "$AWS_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE""#,
        r#"  ref_type="${CI_COMMIT_TAG:+tag}""#,
        r#"  echo "$AWS_ROLE_ARN must trust project_path:$CI_PROJECT_PATH:ref_type:${ref_type:-branch}:ref:$CI_COMMIT_REF_NAME""#,
        "fi",
    ];
    let lines: Vec<&str> = own_role.into_iter().chain(lines).collect();
    job.body.texts("before_script", [lines.join("\n")]);
}

/// Says what the role of a purpose has to trust in this pipeline, and what it may assume.
fn note_trust(job: &mut Writer<'_>, purpose: Purpose) {
    let subject = job.request.token_subject;
    if subject.is_empty() {
        return;
    }
    let (variables, roles) = match purpose {
        Purpose::Deploy => ("`AWS_ROLE_ARN`", "`cdk-*-deploy-role-*`"),
        Purpose::Assets => (
            "`AWS_ASSETS_ROLE_ARN`, or else `AWS_ROLE_ARN`",
            "`cdk-*-file-publishing-role-*` and `cdk-*-image-publishing-role-*`",
        ),
        Purpose::Diff => ("`AWS_DIFF_ROLE_ARN`", "`cdk-*-lookup-role-*`"),
        Purpose::Drift => ("`AWS_DRIFT_ROLE_ARN`, or else `AWS_DIFF_ROLE_ARN`", "`cdk-*-lookup-role-*`"),
    };
    let target = job.target.or_else(|| job.shown_target());
    let given = target.and_then(|target| target.roles.get(&purpose));
    let role = given.map_or_else(|| variables.to_owned(), |role| format!("`{}`", role.value));
    let destination = target.map(|target| format!(" for `{}`", target.environment.name)).unwrap_or_default();
    let text = format!("{role}{destination} must trust `{subject}`, and may assume {roles}");
    job.report.add(
        LineKind::Trust,
        format!("role for {}", purpose.as_str()),
        text,
        job.request.settings.origin,
    );
}

/// Adds a docker service to a job of the CDK command line, and gives it an image that has docker's client.
pub(crate) fn with_docker(job: &mut Writer<'_>) {
    let request = job.request;
    docker_service(job);
    match request.settings.images.get(ASSETS) {
        Some(image) => _ = job.body.node("image", Node::string(image.origin, image.value.as_str())),
        None => {
            job.body.text("image", docker_image(request));
            // That image is an Alpine without Node, which the CDK command line runs on.
            let mut lines = vec!["apk add --no-cache nodejs npm".to_owned()];
            let own = job.body.get("before_script").and_then(Node::as_seq).unwrap_or_default();
            lines.extend(own.iter().filter_map(Node::text).map(str::to_owned));
            job.body.texts("before_script", lines);
        }
    }
    let (name, origin) = (job.job.name.clone(), job.body.origin());
    let text = "it builds container images: its runner has to be privileged";
    job.report.add(LineKind::Runner, name, text, origin);
}

/// The image with docker's client beside the service's.
fn docker_image<'a>(request: &Request<'a>) -> &'a str {
    request.settings.docker.trim_end_matches("-dind")
}

/// Docker in docker, as GitLab documents it
/// (<https://docs.gitlab.com/ci/docker/using_docker_build/#use-docker-in-docker>).
pub(crate) fn docker_service(job: &mut Writer<'_>) {
    job.body.texts("services", [job.request.settings.docker.as_str()]);
    job.body.default_variables(|variables| {
        variables
            .text("DOCKER_HOST", "tcp://docker:2376")
            .text("DOCKER_TLS_CERTDIR", "/certs")
            .text("DOCKER_CERT_PATH", "/certs/client")
            .text("DOCKER_TLS_VERIFY", "1");
    });
}
