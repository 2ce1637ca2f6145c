//! Kustomize: bases, components, patches and whatever else a kustomization takes from a path
//! (<https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/>).

use super::manifest;
use super::{Edges, Reading};
use serde_yaml::Value;

pub(super) const FILES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

pub(super) fn edges(reading: &mut Reading<'_>, edges: &mut Edges<'_>) {
    for name in FILES {
        for manifest in reading.all(name, manifest::yaml::<Value>) {
            let mut paths = Vec::new();
            gather(&manifest.content, &mut paths);
            for path in paths {
                if let Ok(needed) = manifest.dir.join(path) {
                    edges.add(&manifest.dir, &needed, || manifest.place(path));
                }
            }
        }
    }
}

/// Gathers all strings that may be paths, so that no field is forgotten: a name leads to nothing that there is.
fn gather<'v>(value: &'v Value, paths: &mut Vec<&'v str>) {
    match value {
        Value::String(text) if !text.contains([' ', '\n']) && !text.contains("://") => {
            // Generators write `key=path`.
            paths.push(text.rsplit('=').next().unwrap_or(text));
        }
        Value::Sequence(items) => items.iter().for_each(|item| gather(item, paths)),
        Value::Mapping(fields) => fields.values().for_each(|field| gather(field, paths)),
        _ => {}
    }
}
