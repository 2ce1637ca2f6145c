//! Actions that keep files: caches and artifacts.

use super::action_inputs::Inputs;
use super::condition::Start;
use super::keywords::Workflow;
use super::new_job::{NewJob, Upload, strings};
use super::notes::{Notes, Part};
use super::text::{keyword, shown};
use nestling_gitlab::yaml::{Map, Node};

/// The paths and the key of `actions/cache` as a cache of the job.
pub(super) fn cache(inputs: &Inputs<'_>, policy: Option<&str>, job: &mut NewJob, notes: &mut Notes) {
    let paths = inputs.lines("path", notes);
    if let Some(outside) = paths.iter().find(|path| path.starts_with(['~', '/'])) {
        let text = format!(
            "the path `{outside}` of the cache is outside of the project: set the tool's directory below $CI_PROJECT_DIR"
        );
        notes.add(Part::Lost, inputs.origin, text);
    }
    inputs.report_others(&["path", "key"], notes);
    let inside: Vec<String> = paths.into_iter().filter(|path| !path.starts_with(['~', '/'])).collect();
    if inside.is_empty() {
        return;
    }
    // Caches of one key would overwrite each other.
    let number = job.keywords.get("cache").map_or(0, |known| known.items_or_self().len()) + 1;
    let mut cache = Map::default();
    cache.set("key", key(inputs, number, notes));
    cache.set("paths", strings(&inside, inputs.origin));
    if let Some(policy) = policy {
        cache.set("policy", Node::string(inputs.origin, policy));
    }
    let cache = Node::map(inputs.origin, cache);
    if number > 1 {
        job.extend("cache", vec![cache], inputs.origin);
    } else {
        job.keywords.set("cache", cache);
    }
}

/// Returns the key of a cache: the files that `hashFiles('…')` names, behind the text before it.
fn key(inputs: &Inputs<'_>, number: usize, notes: &mut Notes) -> Node {
    let origin = inputs.origin;
    let written = inputs.with.get("key").and_then(Node::text).unwrap_or_default();
    let hashed =
        written.split("hashFiles(").nth(1).and_then(|rest| rest.split(')').next()).unwrap_or_default();
    let files: Vec<String> =
        hashed.split('\'').skip(1).step_by(2).map(|file| file.trim_start_matches("**/").to_owned()).collect();
    let start = written.split("hashFiles(").next().unwrap_or_default();
    let start = start.trim_end().trim_end_matches("${{").trim_end_matches('-');
    if files.is_empty() || files.len() > 2 || files.iter().any(|file| file.contains('*')) {
        let suffix = if number > 1 { format!("-{number}") } else { String::new() };
        let key = format!("$CI_COMMIT_REF_SLUG{suffix}");
        notes.add(
            Part::Decided,
            origin,
            format!("the key of the cache is `{key}`, and not `{}`", shown(written)),
        );
        return Node::string(origin, key);
    }
    if hashed.contains("**/") {
        let text = format!("the key of the cache is made of `{}` in the root alone", files.join("` and `"));
        notes.add(Part::Decided, origin, text);
    }
    let mut of_files = Map::default();
    of_files.set("files", strings(&files, origin));
    let mut prefix = keyword(start, inputs.scope, origin, notes);
    if number > 1 && prefix.is_empty() {
        prefix = number.to_string();
    }
    if !prefix.is_empty() {
        of_files.set("prefix", Node::string(origin, prefix));
    }
    Node::map(origin, of_files)
}

/// The paths of `actions/upload-artifact` as artifacts of the job.
pub(super) fn upload(inputs: &Inputs<'_>, start: Start, job: &mut NewJob, notes: &mut Notes) {
    let paths: Vec<String> = inputs.lines("path", notes);
    let (excluded, included): (Vec<String>, Vec<String>) =
        paths.into_iter().partition(|path| path.starts_with('!'));
    let tidy = |path: String| path.trim_start_matches("./").to_owned();
    let paths: Vec<String> = included.into_iter().map(tidy).filter(|path| !path.is_empty()).collect();
    let outside: Vec<String> = paths.iter().filter(|path| path.starts_with(['~', '/'])).cloned().collect();
    if let Some(path) = outside.first() {
        let text = format!(
            "the path `{path}` of the artifact is outside of the project: copy it below $CI_PROJECT_DIR"
        );
        notes.add(Part::Lost, inputs.origin, text);
    }
    let paths: Vec<String> = paths.into_iter().filter(|path| !outside.contains(path)).collect();
    let name = inputs.text("name", notes).unwrap_or_else(|| "artifact".to_owned());
    job.uploads.push(Upload { name, paths, start });
    if !excluded.is_empty() {
        let text = "paths behind `!` of the artifact: list them under `artifacts: exclude:`";
        notes.add(Part::Lost, inputs.origin, text);
    }
    if let Some(days) = inputs.text("retention-days", notes) {
        job.expire_in = Some(format!("{days} days"));
    }
    if inputs.text("if-no-files-found", notes).as_deref() == Some("error") {
        let text = "`if-no-files-found: error`: GitLab warns only. Ask for the files in the script";
        notes.add(Part::Lost, inputs.origin, text);
    }
    inputs.report_others(
        &["path", "name", "retention-days", "if-no-files-found", "include-hidden-files"],
        notes,
    );
}

/// Puts the files of an artifact where `actions/download-artifact` puts them: GitLab leaves them at the paths that they have.
pub(super) fn download(inputs: &Inputs<'_>, workflow: &Workflow<'_>, job: &mut NewJob, notes: &mut Notes) {
    let origin = inputs.origin;
    inputs.report_others(&["name", "path"], notes);
    let target = inputs.text("path", notes).unwrap_or_else(|| ".".to_owned());
    let target = target.trim_start_matches("./").trim_end_matches('/');
    let target = if target.is_empty() { "." } else { target };
    let Some(name) = inputs.text("name", notes) else {
        let text = "the artifacts of all jobs in `needs` are at the paths that they have there, and not in a directory for each name";
        notes.add(Part::Lost, origin, text);
        return;
    };
    job.downloads.push(name.clone());
    let Some(upload) = workflow.uploads.iter().find(|upload| upload.name == name) else {
        let text = format!("the artifact `{name}`: no job that runs before uploads it under this name");
        notes.add(Part::Lost, origin, text);
        return;
    };
    let is_plain = |path: &&String| !path.contains(['*', '?', '[', '$']);
    match upload.paths.as_slice() {
        // A single file or directory is the whole artifact: its own directories are not part of it.
        [path] if is_plain(&path) => {
            let from = path.trim_end_matches('/');
            if from != target && !(target == "." && !from.contains('/') && from.contains('.')) {
                job.script.push(copied(from, target));
            }
            let text = format!(
                "the artifact `{name}` is copied from `{path}`, where GitLab leaves it, to `{target}`"
            );
            notes.add(Part::Rewritten, origin, text);
        }
        paths => {
            let paths = paths.join("`, `");
            let text = format!(
                "the artifact `{name}` is at `{paths}`, and not in `{target}`: copy it in the script"
            );
            notes.add(Part::Lost, origin, text);
        }
    }
}

/// Returns the lines that copy a file, or what is in a directory.
fn copied(from: &str, target: &str) -> String {
    format!(
        "mkdir -p \"{target}\"\nif [ -d \"{from}\" ]; then cp -R \"{from}/.\" \"{target}/\"; else cp \"{from}\" \"{target}/\"; fi"
    )
}
