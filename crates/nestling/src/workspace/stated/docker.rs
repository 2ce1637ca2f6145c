//! Docker: what images copy from other directories, and what services of compose files are built from
//! (<https://docs.docker.com/reference/dockerfile/>, <https://docs.docker.com/reference/compose-file/build/>).

mod dockerfile;

use super::manifest::{self, Manifest};
use super::{Edges, Reading};
use nestling_files::path::RepoPath;
use serde_yaml::Value;
use std::collections::BTreeMap;

/// The names of files that build an image, then those of compose files.
pub(super) const FILES: [&str; 9] = [
    "Dockerfile",
    "Dockerfile.*",
    "*.Dockerfile",
    "Containerfile",
    "compose*.yaml",
    "compose*.yml",
    "docker-compose*.yaml",
    "docker-compose*.yml",
    "*.dockerfile",
];

/// The contexts in which compose files build a Dockerfile.
type Contexts = BTreeMap<RepoPath, Vec<RepoPath>>;

pub(super) fn edges(reading: &mut Reading<'_>, edges: &mut Edges<'_>) {
    let mut contexts = Contexts::new();
    for name in FILES.iter().filter(|name| name.contains("compose")) {
        for compose in reading.all(name, manifest::yaml::<Value>) {
            by_builds(&compose, &mut contexts, edges);
            by_paths(&compose, &compose.content, edges);
        }
    }
    for name in FILES.iter().filter(|name| !name.contains("compose")) {
        for image in reading.all(name, |_| Ok(())) {
            by_copies(&image, contexts.get(&image.path).map(Vec::as_slice).unwrap_or_default(), edges);
        }
    }
}

/// Adds what an image copies. Without a compose file that says its context, that is its own directory, or the root of the
/// repository where a unit there has the path.
fn by_copies(image: &Manifest<()>, contexts: &[RepoPath], edges: &mut Edges<'_>) {
    for copy in dockerfile::copies(&image.text) {
        let origin = || image.line_of(copy.start);
        for context in contexts {
            if let Ok(copied) = context.join(&copy.path) {
                edges.add(&image.dir, &copied, origin);
            }
        }
        if contexts.is_empty()
            && let Ok(copied) = RepoPath::root().join(&copy.path)
            && edges.is_in_unit_below_root(&copied)
        {
            edges.add(&image.dir, &copied, origin);
        }
    }
}

/// Adds the contexts of a compose file's services, and keeps which Dockerfile is built in which.
fn by_builds(compose: &Manifest<Value>, contexts: &mut Contexts, edges: &mut Edges<'_>) {
    let services = compose.content.get("services").and_then(Value::as_mapping);
    for service in services.into_iter().flat_map(|services| services.values()) {
        let Some(build) = service.get("build") else { continue };
        let written = build.as_str().or_else(|| build.get("context")?.as_str()).unwrap_or(".");
        let Ok(context) = compose.dir.join(written) else { continue };
        let dockerfile = build.get("dockerfile").and_then(Value::as_str).unwrap_or("Dockerfile");
        if let Ok(dockerfile) = context.join(dockerfile) {
            contexts.entry(dockerfile).or_default().push(context.clone());
        }
        edges.add(&compose.dir, &context, || compose.place(written));
    }
}

/// Adds every path of a compose file that begins with `./` or `../`: volumes, files of variables, secrets, other files.
fn by_paths(compose: &Manifest<Value>, value: &Value, edges: &mut Edges<'_>) {
    match value {
        Value::String(text) if text.starts_with("./") || text.starts_with("../") => {
            let path = text.split(':').next().unwrap_or_default();
            if let Ok(needed) = compose.dir.join(path) {
                edges.add(&compose.dir, &needed, || compose.place(path));
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| by_paths(compose, item, edges)),
        Value::Mapping(fields) => fields.values().for_each(|field| by_paths(compose, field, edges)),
        _ => {}
    }
}
