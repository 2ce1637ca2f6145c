//! A CodeBuild project's build specification: commands, artifacts, reports and caches of a step
//! (<https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html>).

use serde_json::{Map, Value};

/// A build specification, as far as GitLab has a word for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildSpec {
    /// The commands of `install`, `pre_build` and `build`, in this order: they share one shell.
    pub commands: Vec<String>,
    /// The commands of `post_build` and of every `finally`, which run when something failed, too.
    pub afterwards: Vec<String>,
    /// Variables with fixed values.
    pub variables: Vec<(String, String)>,
    /// Variables whose values are kept in Secrets Manager or the Parameter Store, with where.
    pub secrets: Vec<(String, String)>,
    /// Variables that later steps may read.
    pub exported: Vec<String>,
    /// The artifact of the step.
    pub output: Option<Output>,
    /// Its further artifacts, by name.
    pub outputs: Vec<(String, Output)>,
    /// Globs of JUnit reports.
    pub junit: Vec<String>,
    /// Paths that are kept from run to run.
    pub cache: Vec<String>,
    /// Keys without counterpart, in words.
    pub lost: Vec<String>,
}

/// Files that a step hands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The directory that they are taken from.
    pub directory: String,
    /// Globs of them; `**/*` for all.
    pub files: Vec<String>,
}

impl Output {
    /// Returns whether it is everything in its directory.
    pub fn is_all(&self) -> bool {
        self.files.iter().any(|glob| glob == "**/*" || glob == "**")
    }
}

/// Reads a build specification: JSON, as CDK writes it, or the YAML that people write and `fromObjectToYaml` keeps.
///
/// # Errors
/// It is neither.
pub(crate) fn parse(text: &str) -> Result<BuildSpec, String> {
    // Nearly all JSON is YAML, but a tab may indent JSON alone.
    let value: Value =
        serde_json::from_str(text).or_else(|_| serde_yaml::from_str(text)).map_err(|error| {
            format!("its build specification is not YAML ({error}), so its commands are not known")
        })?;
    let mut spec = BuildSpec::default();
    let Some(root) = value.as_object() else { return Err("its build specification is no object".to_owned()) };
    for (key, value) in root {
        match key.as_str() {
            "version" => {}
            "env" => env(&mut spec, value),
            "phases" => phases(&mut spec, value),
            "artifacts" => artifacts(&mut spec, value),
            "reports" => reports(&mut spec, value),
            "cache" => spec.cache = strings(value.get("paths")),
            other => spec.lost.push(format!("`{other}` of its build specification")),
        }
    }
    Ok(spec)
}

fn env(spec: &mut BuildSpec, value: &Value) {
    for (key, value) in value.as_object().into_iter().flatten() {
        match key.as_str() {
            "variables" => spec.variables.extend(pairs(value)),
            "secrets-manager" | "parameter-store" => spec.secrets.extend(pairs(value)),
            "exported-variables" => spec.exported = strings(Some(value)),
            // One of the two is what runners start.
            "shell" if value == "bash" || value == "sh" || value == "/bin/sh" => {}
            other => spec.lost.push(format!("`env: {other}` of its build specification")),
        }
    }
}

fn phases(spec: &mut BuildSpec, value: &Value) {
    for name in ["install", "pre_build", "build", "post_build"] {
        let Some(phase) = value.get(name).and_then(Value::as_object) else { continue };
        for (key, value) in phase {
            let commands = || strings(Some(value));
            match (key.as_str(), name) {
                ("commands", "post_build") => spec.afterwards.extend(commands()),
                ("commands", _) => spec.commands.extend(commands()),
                ("finally", _) => spec.afterwards.extend(commands()),
                ("runtime-versions", _) => {
                    let wanted = pairs(value).into_iter().map(|(name, version)| format!("{name} {version}"));
                    let wanted: Vec<String> = wanted.collect();
                    spec.lost.push(format!("runtime versions: the image has to have {}", wanted.join(", ")));
                }
                (other, _) => spec.lost.push(format!("`{name}: {other}` of its build specification")),
            }
        }
    }
}

fn artifacts(spec: &mut BuildSpec, value: &Value) {
    let Some(map) = value.as_object() else { return };
    if map.contains_key("files") {
        spec.output = Some(output(map));
    }
    for (name, value) in map.get("secondary-artifacts").and_then(Value::as_object).into_iter().flatten() {
        if let Some(map) = value.as_object() {
            spec.outputs.push((name.clone(), output(map)));
        }
    }
    let known = ["files", "base-directory", "secondary-artifacts", "name", "enable-symlinks"];
    let lost = map.keys().filter(|key| !known.contains(&key.as_str()));
    spec.lost.extend(lost.map(|key| format!("`artifacts: {key}` of its build specification")));
}

fn output(map: &Map<String, Value>) -> Output {
    let directory = map.get("base-directory").and_then(Value::as_str).unwrap_or(".");
    Output { directory: directory.trim_end_matches('/').to_owned(), files: strings(map.get("files")) }
}

fn reports(spec: &mut BuildSpec, value: &Value) {
    for (group, value) in value.as_object().into_iter().flatten() {
        let format = value.get("file-format").and_then(Value::as_str).unwrap_or("JUNITXML");
        if format != "JUNITXML" {
            spec.lost.push(format!("report `{group}` of format {format}"));
            continue;
        }
        let directory =
            value.get("base-directory").and_then(Value::as_str).unwrap_or(".").trim_end_matches('/');
        for file in strings(value.get("files")) {
            spec.junit.push(if directory == "." { file } else { format!("{directory}/{file}") });
        }
    }
}

/// Returns a string, or a list of them, as a list.
fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => items.iter().map(plain).collect(),
        _ => Vec::new(),
    }
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), plain(value))).collect()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_share_a_shell_and_what_comes_after_is_kept_apart() {
        let spec = parse(
            r#"{"version":"0.2","phases":{"build":{"commands":["b"],"finally":["f"]},"install":{"commands":["i"]},
            "post_build":{"commands":["p"]}}}"#,
        )
        .unwrap();
        assert_eq!(spec.commands, ["i", "b"]);
        assert_eq!(spec.afterwards, ["f", "p"]);
        assert!(spec.lost.is_empty());
    }

    #[test]
    fn what_json_says_yaml_says_as_well() {
        let json = r#"{"version":0.2,"env":{"variables":{"PORT":8080,"FLAG":"yes"}},"phases":{"build":{"commands":["a: b","c"]}}}"#;
        let yaml = "version: 0.2\nenv:\n  variables:\n    PORT: 8080\n    FLAG: 'yes'\nphases:\n  build:\n    commands:\n      - 'a: b'\n      - c\n";
        assert_eq!(parse(yaml).unwrap(), parse(json).unwrap());
        let spec = parse(yaml).unwrap();
        assert_eq!(
            (spec.commands, spec.variables[0].1.as_str()),
            (vec!["a: b".to_owned(), "c".to_owned()], "8080")
        );
        for neither in ["phases: [", "a text", "[1, 2]", ""] {
            assert!(parse(neither).is_err(), "{neither:?}");
        }
    }

    #[test]
    fn nothing_unknown_is_dropped_in_silence() {
        let spec = parse(
            r#"{"version":0.2,"proxy":{},"env":{"git-credential-helper":"yes"},"batch":{},
            "phases":{"build":{"commands":"x","on-failure":"CONTINUE"}},
            "reports":{"a":{"files":"*.xml","file-format":"CUCUMBERJSON"}},"artifacts":{"files":"x","discard-paths":"yes"}}"#,
        )
        .unwrap();
        assert_eq!(spec.lost.len(), 6, "{:?}", spec.lost);
        assert_eq!(spec.commands, ["x"]);
    }

    #[test]
    fn reports_and_outputs_start_at_their_directories() {
        let spec = parse(
            r#"{"version":"0.2","reports":{"junit":{"files":["*.xml"],"base-directory":"out/"}},
            "artifacts":{"base-directory":"dist/","files":"**/*"}}"#,
        )
        .unwrap();
        assert_eq!(spec.junit, ["out/*.xml"]);
        let output = spec.output.unwrap();
        assert_eq!((output.directory.as_str(), output.is_all()), ("dist", true));
    }
}
