//! Directories of Kustomize: whether one can be rendered, and with which arguments.

use super::inventory::Inventory;
use super::text::text_of;
use nestling::{Files, ReadError, RepoPath};
use serde_yaml::Value;

/// The part that a directory of Kustomize plays in a pipeline.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kustomization {
    /// It is rendered with these arguments.
    Rendered(Vec<&'static str>),
    /// Others take it in, and alone it renders nothing.
    Component,
    /// It cannot be rendered, for this reason.
    Unfit(String),
}

/// Lists of paths.
const LISTS: [&str; 8] = [
    "resources",
    "bases",
    "components",
    "crds",
    "configurations",
    "generators",
    "transformers",
    "validators",
];

/// Reads a file of Kustomize.
///
/// # Errors
/// A file cannot be read.
pub(super) fn kustomization(
    files: &dyn Files,
    inventory: &Inventory,
    marker: &RepoPath,
) -> Result<Kustomization, ReadError> {
    let text = text_of(files, marker)?.unwrap_or_default();
    let content: Value = match serde_yaml::from_str(&text) {
        Ok(content) => content,
        Err(error) => return Ok(Kustomization::Unfit(format!("invalid: {error}"))),
    };
    let kind = content.get("kind").and_then(Value::as_str).unwrap_or("Kustomization");
    let version = content.get("apiVersion").and_then(Value::as_str).unwrap_or("kustomize.config.k8s.io/v1");
    if !version.starts_with("kustomize.config.k8s.io/") {
        return Ok(Kustomization::Unfit(format!(
            "it is a resource of `{version}`, and no file of Kustomize"
        )));
    }
    if kind == "Component" {
        return Ok(Kustomization::Component);
    }
    if content.get("helmCharts").is_some() || content.get("helmChartInflationGenerator").is_some() {
        return Ok(Kustomization::Unfit(
            "it renders charts, which requires Helm in addition to Kustomize in the image".to_owned(),
        ));
    }
    let dir = marker.parent().unwrap_or_default();
    let mut is_reaching_out = false;
    for path in paths(&content) {
        let Ok(local) = dir.join(&path) else { continue };
        let is_file = inventory.is_file(&local);
        if !is_file && !inventory.is_directory(&local) && files.read(&local)?.is_none() {
            return Ok(Kustomization::Unfit(format!("it names `{path}`, which does not exist")));
        }
        is_reaching_out |= is_file && local.relative_to(&dir).is_none();
    }
    for key in ["generators", "transformers", "validators"] {
        let items = content.get(key).and_then(Value::as_sequence).into_iter().flatten();
        for item in items.filter_map(Value::as_str) {
            let text = if item.contains('\n') { Some(item.to_owned()) } else { plugin(files, &dir, item)? };
            if text.is_some_and(|text| FUNCTIONS.iter().any(|mark| text.contains(mark))) {
                return Ok(Kustomization::Unfit(format!(
                    "its `{key}` run a function, which requires `--enable-alpha-plugins` and a container or a program"
                )));
            }
        }
    }
    let arguments =
        if is_reaching_out { vec!["--load-restrictor", "LoadRestrictionsNone"] } else { Vec::new() };
    Ok(Kustomization::Rendered(arguments))
}

/// Annotations of a configuration that Kustomize runs a function for.
const FUNCTIONS: [&str; 2] = ["config.kubernetes.io/function", "config.k8s.io/function"];

/// Reads the configuration of a plugin. `None` for a directory and for one of another repository.
fn plugin(files: &dyn Files, dir: &RepoPath, path: &str) -> Result<Option<String>, ReadError> {
    let Ok(path) = dir.join(path) else { return Ok(None) };
    text_of(files, &path)
}

/// Returns the local paths that a file of Kustomize names.
fn paths(content: &Value) -> Vec<String> {
    let items = |key: &str| content.get(key).and_then(Value::as_sequence).into_iter().flatten();
    let mut paths: Vec<String> = Vec::new();
    for key in LISTS.into_iter().chain(["patchesStrategicMerge"]) {
        paths.extend(items(key).filter_map(Value::as_str).map(str::to_owned));
    }
    for key in ["patches", "patchesJson6902", "replacements"] {
        paths.extend(items(key).filter_map(|item| item.get("path")?.as_str()).map(str::to_owned));
    }
    for generator in items("configMapGenerator").chain(items("secretGenerator")) {
        let list = |key: &str| generator.get(key).and_then(Value::as_sequence).into_iter().flatten();
        let named = list("files").chain(list("envs")).filter_map(Value::as_str);
        let named = named.chain(generator.get("env").and_then(Value::as_str));
        paths.extend(named.map(|path| path.split_once('=').map_or(path, |(_, path)| path).to_owned()));
    }
    // A resource of another repository, or an inline patch, is not a path.
    let is_remote = |path: &str| {
        ["://", "?ref=", "github.com/", "gitlab.com/", "git@", "\n"].iter().any(|part| path.contains(part))
    };
    paths.retain(|path| !is_remote(path));
    paths
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling::MemoryFiles;

    #[test]
    fn a_directory_is_rendered_if_all_that_it_names_is_there() {
        let none = Vec::new();
        for (text, expected) in [
            ("resources: [deployment.yaml, ../base]", Some(none.clone())),
            ("resources: [https://example.com/x.yaml]", Some(none.clone())),
            ("resources: [../shared.yaml]", Some(vec!["--load-restrictor", "LoadRestrictionsNone"])),
            ("resources: [missing.yaml]", None),
            ("secretGenerator: [{ name: x, envs: [.env] }]", None),
            ("configMapGenerator: [{ name: x, files: [a=deployment.yaml] }]", Some(none.clone())),
            ("patches: [{ path: patch.yaml }]", None),
            ("kind: Component", None),
            ("helmCharts: [{ name: x }]", None),
            ("transformers: [function.yaml]", None),
            ("transformers: [deployment.yaml]", Some(none.clone())),
            ("generators:\n- |\n  metadata:\n    annotations:\n      config.kubernetes.io/function: x", None),
            ("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization", None),
            ("resources: [", None),
            ("", Some(none)),
        ] {
            let files = MemoryFiles::new([
                ("app/kustomization.yaml", text),
                ("app/deployment.yaml", ""),
                ("base/kustomization.yaml", ""),
                ("shared.yaml", ""),
                ("app/function.yaml", "metadata: { annotations: { config.kubernetes.io/function: x } }\n"),
            ]);
            let inventory = Inventory::read(&files).unwrap();
            let marker = RepoPath::parse("app/kustomization.yaml").unwrap();
            let read = kustomization(&files, &inventory, &marker).unwrap();
            let arguments = match read {
                Kustomization::Rendered(arguments) => Some(arguments),
                _ => None,
            };
            assert_eq!(arguments, expected, "{text}");
        }
    }
}
