//! Actions as images, scripts and keywords of a job.

use super::context::translated;
use super::new_job::{NewJob, strings};
use super::notes::{Notes, Part};
use nestling::Origin;
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

/// Actions whose work GitLab or the image does.
const NOTHING: [&str; 4] =
    ["docker/setup-buildx-action", "docker/setup-qemu-action", "nrwl/nx-set-shas", "Swatinem/rust-cache"];

/// Adds the work of an action to a job.
pub(super) fn add(uses: &Node, with: &Map, job: &mut NewJob, notes: &mut Notes) {
    let written = uses.text().unwrap_or_default();
    let origin = uses.origin;
    let (name, reference) = written.split_once('@').unwrap_or((written, ""));
    if reference.len() == 40 && reference.chars().all(|c| c.is_ascii_hexdigit()) {
        notes.add(
            Part::Security,
            origin,
            format!("`{name}` is pinned to a commit; what is in its place is not pinned"),
        );
    }
    let inputs = Inputs { with, origin };
    if let Some(known) = SETUPS.iter().find(|known| known.action == name) {
        return setup(&inputs, known, reference, job, notes);
    }
    if NOTHING.contains(&name) {
        notes.add(Part::Rewritten, origin, format!("`{name}` is not needed"));
        return;
    }
    match name {
        "actions/checkout" => checkout(&inputs, job, notes),
        "actions/cache" => cache(&inputs, job, notes),
        "actions/upload-artifact" => upload(&inputs, job, notes),
        "actions/download-artifact" => {
            let text = "artifacts of the jobs in `needs` are downloaded, to the paths that they have there";
            notes.add(Part::Rewritten, origin, text);
        }
        "pnpm/action-setup" => job.script.push("corepack enable".to_owned()),
        "docker/login-action" => login(&inputs, job, notes),
        "docker/build-push-action" => build_push(&inputs, job, notes),
        "aws-actions/configure-aws-credentials" => aws(&inputs, job, notes),
        _ if name.starts_with("./") => {
            notes.add(
                Part::Lost,
                origin,
                format!("the action of this repository `{name}`: write its steps as a script"),
            );
        }
        _ => notes.add(Part::Lost, origin, format!("the action `{written}`")),
    }
}

/// The inputs of an action.
struct Inputs<'a> {
    with: &'a Map,
    origin: Origin,
}

impl Inputs<'_> {
    fn text(&self, name: &str, notes: &mut Notes) -> Option<String> {
        let node = self.with.get(name)?;
        Some(translated(node.text()?, node.origin, notes)).filter(|text| !text.is_empty())
    }

    /// Returns the lines of an input.
    fn lines(&self, name: &str, notes: &mut Notes) -> Vec<String> {
        let text = self.text(name, notes).unwrap_or_default();
        let lines = text.lines().map(|line| line.trim().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    }

    /// Reports each input that is not among the known ones.
    fn report_others(&self, known: &[&str], notes: &mut Notes) {
        for entry in self.with.entries.iter().filter(|entry| !known.contains(&entry.key.text())) {
            notes.add(
                Part::Lost,
                entry.value.origin,
                format!("the input `{}` of the action", entry.key.text()),
            );
        }
    }
}

fn setup(inputs: &Inputs<'_>, known: &Setup, reference: &str, job: &mut NewJob, notes: &mut Notes) {
    let Setup { input, image, default, .. } = *known;
    // `dtolnay/rust-toolchain@1.90` has the version there.
    let is_version = known.action == "dtolnay/rust-toolchain" && reference.contains('.');
    let version = inputs.text(input, notes).or_else(|| is_version.then(|| reference.to_owned()));
    let version = version.unwrap_or_else(|| default.to_owned());
    // `20.x` is the newest 20, as the tag `20` is.
    let mut tag = version.trim_end_matches(".x").trim_start_matches('v');
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '$' | '{' | '}');
    if !tag.chars().all(is_allowed) {
        let text = format!("the version `{tag}` is not a tag: `{image}:{default}` is in its place");
        notes.add(Part::Lost, inputs.origin, text);
        tag = default;
    }
    let image = format!("{image}:{tag}");
    match &job.image {
        None => job.image = Some(image),
        Some(other) => {
            let text = format!(
                "a second image `{image}` in addition to `{other}`: a job can have only one image; build one that contains both"
            );
            notes.add(Part::Lost, inputs.origin, text);
        }
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

fn cache(inputs: &Inputs<'_>, job: &mut NewJob, notes: &mut Notes) {
    let paths = inputs.lines("path", notes);
    if let Some(outside) = paths.iter().find(|path| path.starts_with(['~', '/'])) {
        let text = format!(
            "the path `{outside}` of the cache is outside of the project: set the tool's directory below $CI_PROJECT_DIR"
        );
        notes.add(Part::Lost, inputs.origin, text);
    }
    let inside: Vec<String> = paths.into_iter().filter(|path| !path.starts_with(['~', '/'])).collect();
    if inside.is_empty() {
        return;
    }
    // `hashFiles('…')` names the files that the key is made of.
    let key = inputs.with.get("key").and_then(Node::text).unwrap_or_default();
    let hashed = key.split("hashFiles(").nth(1).and_then(|rest| rest.split(')').next()).unwrap_or_default();
    let files: Vec<String> =
        hashed.split('\'').skip(1).step_by(2).map(|file| file.trim_start_matches("**/").to_owned()).collect();
    // Caches of one key would overwrite each other.
    let number = job.keywords.get("cache").map_or(0, |known| known.items_or_self().len()) + 1;
    let mut cache = Map::default();
    if !files.is_empty() && files.len() <= 2 && files.iter().all(|file| !file.contains('*')) {
        let mut of_files = Map::default();
        of_files.set("files", strings(&files, inputs.origin));
        if number > 1 {
            of_files.set("prefix", Node::string(inputs.origin, number.to_string()));
        }
        cache.set("key", Node::map(inputs.origin, of_files));
    } else {
        let suffix = if number > 1 { format!("-{number}") } else { String::new() };
        let key = format!("$CI_COMMIT_REF_SLUG{suffix}");
        notes.add(Part::Decided, inputs.origin, format!("the key of the cache is `{key}`"));
        cache.set("key", Node::string(inputs.origin, key));
    }
    cache.set("paths", strings(&inside, inputs.origin));
    let cache = Node::map(inputs.origin, cache);
    if number > 1 {
        job.extend("cache", vec![cache], inputs.origin);
    } else {
        job.keywords.set("cache", cache);
    }
    inputs.report_others(&["path", "key", "restore-keys"], notes);
}

fn upload(inputs: &Inputs<'_>, job: &mut NewJob, notes: &mut Notes) {
    let paths: Vec<String> = inputs.lines("path", notes);
    let (excluded, included): (Vec<String>, Vec<String>) =
        paths.into_iter().partition(|path| path.starts_with('!'));
    job.artifacts.extend(included);
    if !excluded.is_empty() {
        notes.add(
            Part::Lost,
            inputs.origin,
            "paths behind `!` of the artifact: list them under `artifacts: exclude:`",
        );
    }
    if let Some(days) = inputs.text("retention-days", notes) {
        job.expire_in = Some(format!("{days} days"));
    }
    inputs.report_others(&["path", "name", "retention-days", "if-no-files-found"], notes);
}

fn login(inputs: &Inputs<'_>, job: &mut NewJob, notes: &mut Notes) {
    let registry = inputs.text("registry", notes).unwrap_or_default();
    let user = inputs.text("username", notes).unwrap_or_else(|| "$CI_REGISTRY_USER".to_owned());
    let password = inputs.text("password", notes).unwrap_or_else(|| "$CI_REGISTRY_PASSWORD".to_owned());
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

fn build_push(inputs: &Inputs<'_>, job: &mut NewJob, notes: &mut Notes) {
    let context = inputs.text("context", notes).unwrap_or_else(|| ".".to_owned());
    let lines = inputs.lines("tags", notes);
    let tags: Vec<&str> = lines.iter().flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut command = "docker build".to_owned();
    if let Some(file) = inputs.text("file", notes) {
        command.push_str(&format!(" --file {file}"));
    }
    if let Some(target) = inputs.text("target", notes) {
        command.push_str(&format!(" --target {target}"));
    }
    for argument in inputs.lines("build-args", notes) {
        command.push_str(&format!(" --build-arg \"{argument}\""));
    }
    for tag in &tags {
        command.push_str(&format!(" --tag \"{tag}\""));
    }
    job.needs_docker = true;
    job.script.push(format!("{command} {context}"));
    if inputs.text("push", notes).is_some_and(|push| push == "true") {
        job.script.extend(tags.iter().map(|tag| format!("docker push \"{tag}\"")));
    }
    inputs.report_others(
        &["context", "file", "target", "build-args", "tags", "push", "cache-from", "cache-to"],
        notes,
    );
}

fn aws(inputs: &Inputs<'_>, job: &mut NewJob, notes: &mut Notes) {
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
    token.set("aud", Node::string(inputs.origin, "$CI_SERVER_URL"));
    let mut tokens = Map::default();
    tokens.set("AWS_ID_TOKEN", Node::map(inputs.origin, token));
    job.keywords.set("id_tokens", Node::map(inputs.origin, tokens));
    let text = "the trust policy of the role must have GitLab as its provider, and the subject \
                `project_path:GROUP/PROJECT:ref_type:branch:ref:main`";
    notes.add(Part::Security, inputs.origin, text);
    inputs.report_others(&["aws-region", "role-to-assume", "role-session-name"], notes);
}
