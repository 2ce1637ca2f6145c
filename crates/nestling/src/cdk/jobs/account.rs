//! What jobs need to work in an account: the login, the region, and docker where images are built.

use super::body::Body;
use super::request::Request;
use super::writing::{Writing, under};
use crate::cdk::report::Kind;
use crate::cdk::settings::Source;
use nestling_gitlab::yaml::Node;

/// What every job that talks to AWS has: the image, the login, the region.
pub(crate) fn begin(writing: &mut Writing<'_>, at: usize, stack: Option<usize>, body: &mut Body) {
    let request = writing.request;
    let origin = body.origin();
    body.node("image", request.settings.image.clone());
    let mut variables = Body::new(origin);
    // The assembly is all that the CDK command line reads, if it does not come out of the repository itself.
    if matches!(request.settings.from, Source::Parent(_)) && request.settings.cli.starts_with("npx --yes ") {
        variables.text("GIT_STRATEGY", "none");
    }
    // The command line finds each stack's own region by itself; this one is where it logs in.
    let first = || writing.target(at).and_then(|target| target.stacks.first().copied());
    let region =
        stack.or_else(first).and_then(|stack| request.deployment.assembly.stacks[stack].region.as_deref());
    if let Some(region) = region {
        variables.text("AWS_REGION", region);
    }
    if let Some(role) = writing.target(at).and_then(|target| target.role) {
        variables.node("AWS_ROLE_ARN", Node::string(role.origin, role.value.as_str()));
    }
    under(body, variables);
    login(request, body);
    if let Some(stack) = stack {
        let of = &request.deployment.assembly.stacks[stack];
        if of.account.is_none() || of.region.is_none() {
            let text = "it has no account or no region of its own: it goes where the role and AWS_REGION of the job point";
            writing.report.add(Kind::Stack, format!("stack {}", of.path), text, of.origin);
        }
    }
}

/// Trades the job's token for a role, if there is one to trade it for
/// (<https://docs.gitlab.com/ci/cloud_services/aws/>).
pub(crate) fn login(request: &Request<'_>, body: &mut Body) {
    let Some(audience) = &request.settings.audience else { return };
    body.child("id_tokens", |tokens| {
        tokens.child("AWS_TOKEN", |token| _ = token.text("aud", audience.as_str()));
    });
    let lines = [
        r#"if [ -n "$AWS_ROLE_ARN" ]; then"#,
        r#"  export AWS_WEB_IDENTITY_TOKEN_FILE="$(mktemp)" AWS_ROLE_SESSION_NAME="gitlab-$CI_JOB_ID""#,
        r#"  printf %s "$AWS_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE""#,
        "fi",
    ];
    body.texts("before_script", [lines.join("\n")]);
}

/// A docker service beside the job, and an image that has its client.
pub(crate) fn with_docker(writing: &mut Writing<'_>, at: usize, body: &mut Body) {
    let request = writing.request;
    docker_service(request, body);
    match request.settings.images.get("assets") {
        Some(image) => _ = body.node("image", Node::string(image.origin, image.value.as_str())),
        None => {
            body.text("image", request.settings.docker.trim_end_matches("-dind"));
            let mut lines = vec!["apk add --no-cache nodejs npm".to_owned()];
            let own = body.map_mut().get("before_script").and_then(Node::as_seq).unwrap_or_default();
            lines.extend(own.iter().filter_map(Node::text).map(str::to_owned));
            body.texts("before_script", lines);
        }
    }
    let (name, origin) = (writing.graph.jobs[at].name.clone(), body.origin());
    writing.report.add(
        Kind::Runner,
        name,
        "it builds container images: its runner has to be privileged",
        origin,
    );
}

/// Docker in docker, as GitLab documents it
/// (<https://docs.gitlab.com/ci/docker/using_docker_build/#use-docker-in-docker>).
pub(crate) fn docker_service(request: &Request<'_>, body: &mut Body) {
    body.texts("services", [request.settings.docker.as_str()]);
    let mut variables = Body::new(body.origin());
    variables
        .text("DOCKER_HOST", "tcp://docker:2376")
        .text("DOCKER_TLS_CERTDIR", "/certs")
        .text("DOCKER_CERT_PATH", "/certs/client")
        .text("DOCKER_TLS_VERIFY", "1");
    under(body, variables);
}
