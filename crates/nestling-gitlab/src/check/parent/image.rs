//! `parent-image`: an image that cannot have `nestling`.

use super::rules::PARENT_IMAGE;
use super::trigger::{Trigger, script};
use crate::diagnostic::Diagnostic;

/// Official images of Docker Hub, which contain a system or a language and nothing else.
const OFFICIAL: [&str; 17] = [
    "alpine",
    "amazonlinux",
    "bash",
    "busybox",
    "debian",
    "docker",
    "eclipse-temurin",
    "fedora",
    "golang",
    "gradle",
    "maven",
    "node",
    "php",
    "python",
    "ruby",
    "rust",
    "ubuntu",
];

/// Reports an official image where the first command of the job is `nestling`: nothing can have installed it.
pub(super) fn check(trigger: &Trigger<'_>) -> Option<Diagnostic> {
    let body = &trigger.generator.body;
    if body.get("before_script").is_some_and(|lines| !lines.items_or_self().is_empty()) {
        return None;
    }
    let first_command = script(trigger.generator).next()?;
    if first_command.split_whitespace().next() != Some("nestling") {
        return None;
    }
    let image = body.get("image")?;
    let name = image.get("name").unwrap_or(image);
    let text = name.text()?;
    if !OFFICIAL.contains(&repository(text)) {
        return None;
    }
    let message = format!("the image `{text}` of `{}` does not contain `nestling`", trigger.generator.name);
    let problem = Diagnostic::warning(&PARENT_IMAGE, name.origin, message);
    Some(problem.with_help("use an image that contains it, or install it in `before_script`"))
}

/// The name of an image without its tag and digest.
fn repository(image: &str) -> &str {
    let name = image.split(['@', ':']).next().unwrap_or(image);
    name.strip_prefix("docker.io/library/").unwrap_or(name)
}
