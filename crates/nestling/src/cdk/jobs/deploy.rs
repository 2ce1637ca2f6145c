//! Jobs that call the CDK command line.

use super::Request;
use super::body::Body;
use super::targets::Target;
use super::write::{Writing, under};
use crate::cdk::report::Kind;
use crate::cdk::script::{quoted, variable};
use crate::cdk::settings::{RULE, Source};
use crate::diagnostic::Diagnostic;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// Where `cdk deploy` leaves the outputs of stacks.
const OUTPUTS: &str = "cdk-outputs.json";

/// Where a job leaves variables for others, and for the address of its environment.
pub(crate) const DOTENV: &str = "cdk.env";

/// The name of a change set that somebody looks at: each pipeline has its own.
const CHANGE_SET: &str = "gitlab-$CI_PIPELINE_ID";

/// Deploys one stack, nothing else.
pub(crate) fn stack(writing: &mut Writing<'_>, at: usize, stack: usize, body: &mut Body) {
    let request = writing.request;
    let outputs = own_outputs(writing, at, stack);
    let is_start = writing.is_start(at);
    let mut script = vec![deploy(request, &[path(request, stack)], "", !outputs.is_empty() || is_start)];
    begin(writing, at, Some(stack), body);
    if is_start {
        finish_target(writing, at, outputs, &mut script, body);
    } else {
        writing.environment(at, Some("prepare"), None, body);
        body.text("resource_group", group_of(writing, at, stack));
        publish_outputs(outputs, &mut script, body);
    }
    body.texts("script", script);
}

/// Makes a change set and leaves it for somebody to look at.
pub(crate) fn prepare(writing: &mut Writing<'_>, at: usize, stack: usize, body: &mut Body) {
    let request = writing.request;
    begin(writing, at, Some(stack), body);
    writing.environment(at, Some("prepare"), None, body);
    body.text("resource_group", group_of(writing, at, stack));
    let method = format!("--method=prepare-change-set --change-set-name {CHANGE_SET}");
    let deploy = deploy(request, &[path(request, stack)], &method, false);
    // Without anything to change there is no change set, and executing it would fail.
    let flag = unchanged(request, stack);
    let script = [
        format!("{deploy} > prepare.log 2>&1 || {{ cat prepare.log; exit 1; }}"),
        "cat prepare.log".to_owned(),
        format!(
            "if grep -q '(no changes)' prepare.log; then echo {flag}=yes > {DOTENV}; else echo {flag}=no > {DOTENV}; fi"
        ),
    ];
    body.texts("script", script);
    body.child("artifacts", |artifacts| {
        artifacts
            .texts("paths", ["prepare.log"])
            .child("reports", |reports| _ = reports.text("dotenv", DOTENV));
    });
}

/// Executes the change set that was looked at.
pub(crate) fn execute(writing: &mut Writing<'_>, at: usize, stack: usize, body: &mut Body) {
    let request = writing.request;
    let outputs = own_outputs(writing, at, stack);
    let is_start = writing.is_start(at);
    begin(writing, at, Some(stack), body);
    let selected = [path(request, stack)];
    let wants = !outputs.is_empty() || is_start;
    let method = format!("--method=execute-change-set --change-set-name {CHANGE_SET}");
    let execute = deploy(request, &selected, &method, wants);
    let nothing =
        if wants { deploy(request, &selected, "", true) } else { "echo 'Nothing to change.'".to_owned() };
    let flag = unchanged(request, stack);
    let mut script = vec![format!("if [ \"${flag}\" = yes ]; then {nothing}; else {execute}; fi")];
    if is_start {
        finish_target(writing, at, outputs, &mut script, body);
    } else {
        writing.environment(at, Some("prepare"), None, body);
        body.text("resource_group", group_of(writing, at, stack));
        publish_outputs(outputs, &mut script, body);
    }
    body.texts("script", script);
}

/// Brings all stacks of a target to the new state: in the normal run they are, and it records the deployment.
pub(crate) fn settle(writing: &mut Writing<'_>, at: usize, target: usize, body: &mut Body) {
    let request = writing.request;
    begin(writing, at, None, body);
    let mut script = vec![deploy(request, &writing.targets.all[target].selectors, "", true)];
    finish_target(writing, at, BTreeSet::new(), &mut script, body);
    body.texts("script", script);
}

/// Publishes the assets of stages, or of the job's whole target.
pub(crate) fn publish(writing: &mut Writing<'_>, at: usize, stages: &[usize], body: &mut Body) {
    let request = writing.request;
    let assembly = &request.deployment.assembly;
    let mut selectors: Vec<String> =
        stages.iter().map(|stage| format!("{}/*", assembly.stages[*stage].path)).collect();
    let mut stacks: Vec<usize> =
        stages.iter().flat_map(|stage| assembly.stages[*stage].stacks.clone()).collect();
    if let Some(target) = writing.target(at).filter(|_| writing.graph.jobs[at].group.is_none()) {
        selectors.clone_from(&target.selectors);
        stacks.clone_from(&target.stacks);
    }
    begin(writing, at, None, body);
    writing.environment(at, Some("prepare"), None, body);
    if stacks.iter().any(|stack| assembly.stacks[*stack].assets.images > 0) {
        with_docker(writing, at, body);
    }
    let selected: Vec<String> = selectors.iter().map(|selector| quoted(selector)).collect();
    let command = format!(
        "{} publish-assets --unstable=publish-assets --app {} {} --no-notices",
        request.settings.cli,
        request.assembly(),
        selected.join(" ")
    );
    body.texts("script", [command]);
}

/// Shows whether permissions would broaden. The pipeline goes on either way: a person decides.
pub(crate) fn compare(writing: &mut Writing<'_>, at: usize, selector: &str, body: &mut Body) {
    let request = writing.request;
    begin(writing, at, None, body);
    writing.environment(at, Some("verify"), None, body);
    body.child("allow_failure", |allowed| {
        let one = Node::plain(allowed.origin(), "1");
        allowed.list("exit_codes", vec![one]);
    });
    let command = format!(
        "{} diff --app {} {} --security-only --fail --no-notices",
        request.settings.cli,
        request.assembly(),
        quoted(selector)
    );
    body.texts("script", [command]);
}

/// Shows a merge request what it would change in an environment that it does not deploy to.
pub(crate) fn diff(writing: &mut Writing<'_>, at: usize, target: usize, body: &mut Body) {
    let request = writing.request;
    begin(writing, at, None, body);
    writing.environment(at, Some("verify"), None, body);
    let selected: Vec<String> = writing.targets.all[target].selectors.iter().map(|s| quoted(s)).collect();
    let (cli, assembly) = (&request.settings.cli, request.assembly());
    body.texts("script", [format!("{cli} diff --app {assembly} {} --no-notices", selected.join(" "))]);
}

/// What every job that talks to AWS has: the image, the login, the region.
fn begin(writing: &mut Writing<'_>, at: usize, stack: Option<usize>, body: &mut Body) {
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
fn with_docker(writing: &mut Writing<'_>, at: usize, body: &mut Body) {
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

fn path(request: &Request<'_>, stack: usize) -> String {
    request.deployment.assembly.stacks[stack].path.clone()
}

fn deploy(request: &Request<'_>, selectors: &[String], method: &str, outputs: bool) -> String {
    let selected: Vec<String> = selectors.iter().map(|selector| quoted(selector)).collect();
    let mut command = format!(
        "{} deploy --app {} {} --exclusively --require-approval never --no-notices --progress events",
        request.settings.cli,
        request.assembly(),
        selected.join(" ")
    );
    for part in [method, if outputs { "--outputs-file cdk-outputs.json" } else { "" }] {
        if !part.is_empty() {
            command = format!("{command} {part}");
        }
    }
    command
}

/// The variable that says that a change set was empty.
fn unchanged(request: &Request<'_>, stack: usize) -> String {
    variable(&format!("{}__unchanged", request.deployment.assembly.stacks[stack].id))
}

/// CloudFormation updates a stack once at a time, whichever pipeline asks.
fn group_of(writing: &Writing<'_>, at: usize, stack: usize) -> String {
    let stack = &writing.request.deployment.assembly.stacks[stack];
    let environment = writing.target(at).and_then(|target| target.entry).map(|entry| entry.name.to_string());
    let account = stack.account.clone().or(environment).unwrap_or_else(|| "account".to_owned());
    let region = stack.region.as_deref().unwrap_or("region");
    let name = format!("aws/{account}/{region}/{}", stack.name);
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_/. ".contains(c) { c } else { '-' }).collect()
}

/// An output of a stack with the variable that it becomes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Output {
    variable: String,
    stack: String,
    output: String,
}

/// The outputs of a stack that other jobs read.
fn own_outputs(writing: &Writing<'_>, at: usize, stack: usize) -> BTreeSet<Output> {
    let name = &writing.request.deployment.assembly.stacks[stack].name;
    let wanted = writing.wanted.get(&at).into_iter().flatten();
    wanted
        .map(|(namespace, output)| Output {
            variable: variable(&format!("{namespace}__{output}")),
            stack: name.clone(),
            output: output.clone(),
        })
        .collect()
}

/// Writes outputs where GitLab takes variables from. An output that is not there fails the job.
fn publish_outputs(outputs: BTreeSet<Output>, script: &mut Vec<String>, body: &mut Body) {
    if outputs.is_empty() {
        return;
    }
    script.push(dotenv(&outputs));
    body.child("artifacts", |artifacts| {
        artifacts.child("reports", |reports| _ = reports.text("dotenv", DOTENV));
    });
}

fn dotenv(outputs: &BTreeSet<Output>) -> String {
    let rows: Vec<[&str; 3]> =
        outputs.iter().map(|o| [o.variable.as_str(), o.stack.as_str(), o.output.as_str()]).collect();
    let rows = serde_json::to_string(&rows).unwrap_or_default();
    let code = format!(
        "const all = require(\"./{OUTPUTS}\"); {rows}.map(([name, stack, key]) => {{ \
         if (!(key in all[stack])) throw new Error(stack + \" has no output \" + key); \
         return name + \"=\" + all[stack][key]; }}).join(\"\\n\")"
    );
    format!("node -p {} > {DOTENV}", quoted(&code))
}

/// What makes a job the deployment of its environment: address, stop job, and what a teardown needs.
fn finish_target(
    writing: &mut Writing<'_>,
    at: usize,
    mut outputs: BTreeSet<Output>,
    script: &mut Vec<String>,
    body: &mut Body,
) {
    let Some(target) = writing.target(at) else { return };
    let request = writing.request;
    let url = target.url.and_then(|_| address(writing, target, &mut outputs));
    writing.environment(at, None, url, body);
    if !outputs.is_empty() {
        script.push(dotenv(&outputs));
    }
    if !body.map_mut().contains("resource_group") {
        let name = body.map_mut().get("environment").and_then(|e| e.get("name")).cloned();
        name.into_iter().for_each(|name| _ = body.node("resource_group", name));
    }
    let assembly = request.assembly();
    body.child("artifacts", |artifacts| {
        if target.stop {
            artifacts
                .texts("paths", [OUTPUTS, &format!("{assembly}/")])
                .texts("exclude", [format!("{assembly}/**/asset.*"), format!("{assembly}/**/asset.*/**/*")])
                .text("expire_in", "never");
        } else {
            artifacts.texts("paths", [OUTPUTS]);
        }
        if !outputs.is_empty() {
            artifacts.child("reports", |reports| _ = reports.text("dotenv", DOTENV));
        }
    });
    if target.stop {
        stop(writing, target, body);
    }
}

/// The environments stage makes a stop job of this, by GitLab's rules for the pair.
fn stop(writing: &mut Writing<'_>, target: &Target<'_>, body: &mut Body) {
    let request = writing.request;
    if let Some((entry, block)) = target.entry.and_then(|entry| Some((entry, entry.stop.as_ref()?))) {
        match (request.evaluate)(&Node::map(entry.origin, block.clone()), entry) {
            Ok(block) => _ = body.node("stop", block),
            Err(problems) => writing.problems.extend(problems),
        }
        return;
    }
    for stack in &target.stacks {
        let stack = &request.deployment.assembly.stacks[*stack];
        if stack.protected {
            let text =
                "it has termination protection: the stop job will fail at it until that is switched off";
            writing.report.add(Kind::Stack, format!("stack {}", stack.path), text, stack.origin);
        }
    }
    let selected: Vec<String> = target.selectors.iter().map(|selector| quoted(selector)).collect();
    let (cli, assembly) = (&request.settings.cli, request.assembly());
    let command = format!("{cli} destroy --app {assembly} {} --force --no-notices", selected.join(" "));
    body.child("stop", |stop| _ = stop.texts("script", [command]));
}

/// The address: `url: ServiceUrl` names an output, and in any other text each `${Output}` does.
fn address(writing: &mut Writing<'_>, target: &Target<'_>, outputs: &mut BTreeSet<Output>) -> Option<String> {
    let written = target.url?;
    let plain = written.value.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '/' || c == '-');
    let text = if plain { format!("${{{}}}", written.value) } else { written.value.clone() };
    let mut url = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else { break };
        url.push_str(before);
        match output(writing.request, target, name) {
            Ok(found) => {
                url.push_str(&format!("${}", found.variable));
                outputs.insert(found);
            }
            Err((message, help)) => {
                writing.problems.push(Diagnostic::error(RULE, written.origin, message).with_help(help));
                return None;
            }
        }
        rest = behind;
    }
    url.push_str(rest);
    Some(url)
}

/// The output of a target's stacks that `Output` or `Stack.Output` means.
fn output(request: &Request<'_>, target: &Target<'_>, name: &str) -> Result<Output, (String, String)> {
    let stacks = || target.stacks.iter().map(|stack| &request.deployment.assembly.stacks[*stack]);
    let (of, key) = name.rsplit_once('.').map_or((None, name), |(stack, key)| (Some(stack), key));
    let fits = |stack: &&crate::cdk::assembly::Stack| {
        of.is_none_or(|of| stack.short() == of || stack.name == of || stack.path == of)
            && stack.outputs.iter().any(|output| output == key)
    };
    let found: Vec<_> = stacks().filter(fits).collect();
    match &found[..] {
        [stack] => {
            let variable = format!("CDK_{}", variable(key));
            Ok(Output { variable, stack: stack.name.clone(), output: key.to_owned() })
        }
        [] => {
            let outputs: BTreeSet<&str> =
                stacks().flat_map(|stack| &stack.outputs).map(String::as_str).collect();
            let own = outputs.into_iter().filter(|name| !name.starts_with("ExportsOutput"));
            let known: Vec<String> = own.map(|name| format!("`{name}`")).collect();
            let message = format!("no stack of `{}` has an output `{name}`", target.name);
            Err((message, format!("the outputs there are {}", known.join(", "))))
        }
        several => {
            let names: Vec<String> =
                several.iter().map(|stack| format!("`{}.{key}`", stack.short())).collect();
            let message = format!("several stacks of `{}` have an output `{key}`", target.name);
            Err((message, format!("write one of {}", names.join(", "))))
        }
    }
}
