//! TypeScript: project references, configurations that extend others, and paths that lead elsewhere
//! (<https://www.typescriptlang.org/tsconfig/#references>).

use super::manifest::{Manifest, jsonc, strings};
use super::{Edges, Reading};
use serde_json::Value;

pub(super) const FILES: [&str; 1] = ["tsconfig*.json"];

pub(super) fn edges(reading: &mut Reading<'_>, edges: &mut Edges<'_>) {
    for manifest in reading.all(FILES[0], jsonc) {
        let content = &manifest.content;
        let references = content.get("references").and_then(Value::as_array);
        for reference in references.into_iter().flatten() {
            let path = reference.get("path").and_then(Value::as_str);
            add_project(&manifest, path.unwrap_or_default(), edges);
        }
        // One base, or several; the name of a package is none of the repository's.
        for base in one_or_several(content.get("extends")).filter(|base| base.starts_with('.')) {
            let with_extension =
                if base.ends_with(".json") { base.to_owned() } else { format!("{base}.json") };
            if let Ok(file) = manifest.dir.join(with_extension) {
                edges.add_file(&manifest.dir, &file, || manifest.place(base));
            }
        }
        let options = content.get("compilerOptions");
        let mapped = options.and_then(|options| options.get("paths")?.as_object());
        let mapped =
            mapped.into_iter().flat_map(|paths| paths.values()).flat_map(|paths| strings(Some(paths)));
        let included = ["files", "include"].into_iter().flat_map(|key| strings(content.get(key)));
        for path in mapped.chain(included).filter(|path| path.starts_with("../")) {
            add_path(&manifest, path, edges);
        }
    }
}

/// Adds a project: its directory, or its configuration by name.
fn add_project(manifest: &Manifest<Value>, path: &str, edges: &mut Edges<'_>) {
    let Ok(referenced) = manifest.dir.join(path) else { return };
    let is_file = path.ends_with(".json");
    let directory = if is_file { referenced.parent().unwrap_or_default() } else { referenced };
    edges.add(&manifest.dir, &directory, || manifest.place(path));
}

/// Adds a path up to the directory before its first wildcard.
fn add_path(manifest: &Manifest<Value>, path: &str, edges: &mut Edges<'_>) {
    let literal = match path.find('*') {
        Some(wildcard) => path[..wildcard].rsplit_once('/').map_or("", |(directory, _)| directory),
        None => path,
    };
    if let Ok(needed) = manifest.dir.join(literal) {
        edges.add(&manifest.dir, &needed, || manifest.place(path));
    }
}

fn one_or_several(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let single = value.and_then(Value::as_str);
    single.into_iter().chain(strings(value))
}
