//! Configurations in JSON (<https://developer.hashicorp.com/terraform/language/syntax/json>).

use super::super::Edges;
use super::super::manifest::Manifest;
use super::{Files, Mention, OWN_DIRECTORY, mentions, resolve};
use serde_json::Value;

/// Adds what a file names: sources of modules, and paths in all strings.
pub(super) fn by_file(manifest: &Manifest<Value>, files: &Files<'_>, edges: &mut Edges<'_>) {
    let directory = &manifest.dir;
    let mut open = vec![(&manifest.content, false)];
    while let Some((value, is_source)) = open.pop() {
        match value {
            Value::String(text) => {
                let origin = || manifest.place(text);
                let is_local = text.starts_with("./") || text.starts_with("../");
                let is_path =
                    OWN_DIRECTORY.iter().any(|own| text.starts_with(own)) || (is_source && is_local);
                if let Some(needed) = resolve(directory, text, files).filter(|_| is_path) {
                    edges.add(directory, &needed, origin);
                }
                for (mention, _) in mentions(text) {
                    let Mention::File(path) = mention else { continue };
                    if let Some(file) = resolve(directory, path, files) {
                        edges.add_file(directory, &file, origin);
                    }
                }
            }
            Value::Array(items) => open.extend(items.iter().map(|item| (item, is_source))),
            Value::Object(map) => open.extend(map.iter().map(|(key, value)| (value, key == "source"))),
            _ => {}
        }
    }
}
