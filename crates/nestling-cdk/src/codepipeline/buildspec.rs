//! A CodeBuild project's build specification: commands, artifacts, reports and caches of a step
//! (<https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html>).

use super::phase::{Phase, phases, plain, strings};
use super::variable::{Variable, VariableValue};
use serde_json::{Map, Value};

/// A build specification, as far as GitLab has a word for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildSpec {
    /// The phases that have commands, in the order in which they run.
    pub phases: Vec<Phase>,
    /// Variables, by where their values come from.
    pub variables: Vec<(String, VariableValue)>,
    /// Variables that later steps may read.
    pub exported: Vec<String>,
    /// Set if its commands are written for bash.
    pub needs_bash: bool,
    /// The artifact of the step.
    pub output: Option<Output>,
    /// Its further artifacts, by name.
    pub outputs: Vec<(String, Output)>,
    /// Test reports that GitLab reads.
    pub reports: Vec<TestReport>,
    /// Paths that are kept from run to run.
    pub cache: Vec<String>,
    /// Keys without counterpart, in words.
    pub lost: Vec<String>,
}

/// Files that a step passes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    /// The directory that they are taken from; a pattern may name several.
    pub directory: String,
    /// Patterns of them; `**/*` for all.
    pub files: Vec<String>,
    /// Patterns of the files among them that are left out.
    pub excluded: Vec<String>,
    /// Set if they are passed on without the directories that they are in.
    pub is_flat: bool,
}

/// A test report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReport {
    /// CodeBuild's name of its format.
    pub format: String,
    /// The pattern of its files, from where the step starts.
    pub files: String,
}

impl Output {
    /// Returns `true` if it is everything in one directory.
    pub fn is_all(&self) -> bool {
        let is_one = !self.directory.contains(['*', '?', '[']);
        let is_everything = self.files.iter().any(|glob| glob == "**/*" || glob == "**");
        is_one && is_everything && self.excluded.is_empty() && !self.is_flat
    }
}

impl BuildSpec {
    /// Iterates over its commands, but for those that run after others.
    pub fn commands(&self) -> impl Iterator<Item = &String> {
        self.phases.iter().flat_map(|phase| &phase.commands)
    }

    /// Iterates over all commands that it may run.
    pub fn all_commands(&self) -> impl Iterator<Item = &String> {
        self.phases.iter().flat_map(|phase| phase.commands.iter().chain(&phase.finally))
    }
}

/// Reads a build specification: JSON, as CDK writes it, or the YAML that people write and `fromObjectToYaml` keeps.
///
/// # Errors
/// It is neither, or CodeBuild would refuse it.
pub(crate) fn parse(text: &str) -> Result<BuildSpec, String> {
    // Nearly all JSON is YAML, but a tab may indent JSON alone.
    let value: Value = serde_json::from_str(text)
        .or_else(|_| serde_yaml::from_str(text))
        .map_err(|error| format!("it is not YAML ({error})"))?;
    let mut spec = BuildSpec::default();
    let Some(root) = value.as_object() else { return Err("it is not a mapping".to_owned()) };
    // A key with nothing after it, as where all of it is commented out, says nothing.
    for (key, value) in root.iter().filter(|(_, value)| !value.is_null()) {
        match key.as_str() {
            "version" => {}
            "env" => env(&mut spec, value)?,
            "phases" => spec.phases = phases(value, &mut spec.lost)?,
            "artifacts" => artifacts(&mut spec, mapping("artifacts", value)?),
            "reports" => reports(&mut spec, mapping("reports", value)?)?,
            "cache" => cache(&mut spec, mapping("cache", value)?),
            other => spec.lost.push(format!("`{other}` of its build specification")),
        }
    }
    if spec.phases.is_empty() {
        return Err("it has no commands".to_owned());
    }
    if root.get("version").map(plain).as_deref() == Some("0.1") {
        separate(&mut spec.phases);
    }
    Ok(spec)
}

/// In version 0.1 each command has a shell of its own.
fn separate(phases: &mut [Phase]) {
    for phase in phases {
        for command in phase.commands.iter_mut().chain(&mut phase.finally) {
            *command = format!("(\n{command}\n)");
        }
    }
}

/// Returns the keys of a mapping.
///
/// # Errors
/// It is something else.
fn mapping<'a>(what: &str, value: &'a Value) -> Result<&'a Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("`{what}` must be a mapping"))
}

/// Returns the variables of one type, by name.
fn typed(key: &str, value: &Value, variable_type: &str) -> Result<Vec<Variable>, String> {
    let mut variables = Vec::new();
    for (name, value) in mapping(&format!("env: {key}"), value)? {
        if value.is_null() || value.is_array() || value.is_object() {
            return Err(format!("the value of its variable `{name}` must be a string"));
        }
        variables.push((name.clone(), VariableValue::of_type(variable_type, &plain(value))));
    }
    Ok(variables)
}

fn env(spec: &mut BuildSpec, value: &Value) -> Result<(), String> {
    for (key, value) in mapping("env", value)?.iter().filter(|(_, value)| !value.is_null()) {
        match key.as_str() {
            "variables" => spec.variables.extend(typed(key, value, "PLAINTEXT")?),
            "secrets-manager" => spec.variables.extend(typed(key, value, "SECRETS_MANAGER")?),
            "parameter-store" => spec.variables.extend(typed(key, value, "PARAMETER_STORE")?),
            "exported-variables" => spec.exported = strings(Some(value)),
            "shell" if value == "bash" || value == "/bin/bash" => spec.needs_bash = true,
            "shell" if value == "sh" || value == "/bin/sh" => {}
            "shell" => return Err(format!("its commands are written for {}, not for a shell", plain(value))),
            other => spec.lost.push(format!("`env: {other}` of its build specification")),
        }
    }
    Ok(())
}

fn artifacts(spec: &mut BuildSpec, map: &Map<String, Value>) {
    if map.contains_key("files") {
        spec.output = Some(output(map));
    }
    for (name, value) in map.get("secondary-artifacts").and_then(Value::as_object).into_iter().flatten() {
        if let Some(map) = value.as_object() {
            spec.outputs.push((name.clone(), output(map)));
            let lost = unknown_keys(map);
            spec.lost.extend(lost.map(|key| format!("`{name}: {key}` of its build specification")));
        }
    }
    let lost = unknown_keys(map);
    spec.lost.extend(lost.map(|key| format!("`artifacts: {key}` of its build specification")));
}

/// Returns the keys of an artifact that say something about its files that is not carried over.
fn unknown_keys(map: &Map<String, Value>) -> impl Iterator<Item = &String> {
    // CodePipeline ignores the name, which is for a bucket.
    const KNOWN: [&str; 7] = [
        "files",
        "base-directory",
        "discard-paths",
        "exclude-paths",
        "secondary-artifacts",
        "name",
        "enable-symlinks",
    ];
    map.keys().filter(|key| !KNOWN.contains(&key.as_str()))
}

fn output(map: &Map<String, Value>) -> Output {
    Output {
        directory: base_directory(map.get("base-directory")),
        files: strings(map.get("files")),
        excluded: strings(map.get("exclude-paths")),
        is_flat: map.get("discard-paths").is_some_and(is_yes),
    }
}

/// Returns a directory without slash at the end; `.` where there is none.
fn base_directory(value: Option<&Value>) -> String {
    let written = value.and_then(Value::as_str).unwrap_or(".").trim_end_matches('/');
    let short = written.strip_prefix("./").unwrap_or(written);
    if short.is_empty() { ".".to_owned() } else { short.to_owned() }
}

/// YAML 1.1 has more words for `true` than the reader knows.
fn is_yes(value: &Value) -> bool {
    value == true || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("yes") || text == "true")
}

fn reports(spec: &mut BuildSpec, groups: &Map<String, Value>) -> Result<(), String> {
    for (group, value) in groups {
        let value = mapping(&format!("reports: {group}"), value)?;
        let format = value.get("file-format").and_then(Value::as_str).unwrap_or("JUNITXML");
        if !["JUNITXML", "COBERTURAXML", "JACOCOXML"].contains(&format) {
            spec.lost.push(format!("report `{group}` of format {format}"));
            continue;
        }
        let directory = base_directory(value.get("base-directory"));
        for file in strings(value.get("files")) {
            let files = if directory == "." { file } else { format!("{directory}/{file}") };
            spec.reports.push(TestReport { format: format.to_owned(), files });
        }
    }
    Ok(())
}

fn cache(spec: &mut BuildSpec, keys: &Map<String, Value>) {
    for (key, value) in keys {
        match key.as_str() {
            "paths" => spec.cache = strings(Some(value)),
            other => spec.lost.push(format!("`cache: {other}` of its build specification")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_says_yaml_says_as_well() {
        let json = r#"{"version":0.2,"env":{"variables":{"PORT":8080,"FLAG":"yes"}},"phases":{"build":{"commands":["a: b","c"]}}}"#;
        let yaml = "version: 0.2\nenv:\n  variables:\n    PORT: 8080\n    FLAG: 'yes'\nphases:\n  build:\n    commands:\n      - 'a: b'\n      - c\n";
        let spec = parse(yaml).unwrap();
        assert_eq!(spec, parse(json).unwrap());
        assert_eq!(spec.commands().collect::<Vec<_>>(), ["a: b", "c"]);
        assert!(spec.variables.contains(&("PORT".to_owned(), VariableValue::Text("8080".to_owned()))));
    }

    /// CodeBuild refuses them, so that no job may pass with what is left of them.
    #[test]
    fn a_specification_without_clear_commands_is_none() {
        let broken = [
            "phases: [",
            "a text",
            "[1, 2]",
            "",
            "version: 0.2",
            "phases: {}",
            "phases: { build: { commands: [] } }",
            "phases: { build: { commands: { run: x } } }",
            "phases: { build: { commands: [{ echo a: b }] } }",
            "phases: { build: { commands: x, on-failure: SOMETIMES } }",
            "phases: { test: { commands: x } }",
            "env: { shell: powershell.exe }\nphases: { build: { commands: x } }",
            "env: { variables: [{ A: b }, C=d] }\nphases: { build: { commands: x } }",
            "env: { variables: { A: [b] } }\nphases: { build: { commands: x } }",
            "env: { variables: { A: } }\nphases: { build: { commands: x } }",
            "env: { secrets-manager: [A] }\nphases: { build: { commands: x } }",
            "env: [A]\nphases: { build: { commands: x } }",
            "artifacts: [out]\nphases: { build: { commands: x } }",
            "reports: { unit: [a.xml] }\nphases: { build: { commands: x } }",
            "cache: [lib]\nphases: { build: { commands: x } }",
        ];
        for text in broken {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn nothing_unknown_is_dropped_in_silence() {
        let spec = parse(
            r#"{"version":0.2,"proxy":{},"env":{"git-credential-helper":"yes"},"batch":{},
            "phases":{"build":{"commands":"x","run-as":"robin","on-failure":"RETRY-9"}},"cache":{"action":"save"},
            "reports":{"a":{"files":"*.xml","file-format":"CUCUMBERJSON"}},
            "artifacts":{"files":"x","s3-prefix":"yes","secondary-artifacts":{"b":{"files":"y","odd":1}}}}"#,
        )
        .unwrap();
        assert_eq!(spec.lost.len(), 9, "{:?}", spec.lost);
    }

    #[test]
    fn reports_and_outputs_start_at_their_directories() {
        let spec = parse(
            r#"{"version":"0.2","phases":{"build":{"commands":"x"}},
            "reports":{"junit":{"files":["*.xml"],"base-directory":"out/"},"all":{"files":"./**/*","base-directory":"./"}},
            "artifacts":{"base-directory":"./dist/","files":"**/*","exclude-paths":["a/**/*"],"discard-paths":"yes"}}"#,
        )
        .unwrap();
        let files: Vec<&str> = spec.reports.iter().map(|report| report.files.as_str()).collect();
        assert_eq!(files, ["out/*.xml", "./**/*"]);
        let output = spec.output.unwrap();
        assert_eq!(output.directory, "dist");
        assert!(output.is_flat && output.excluded == ["a/**/*"] && !output.is_all());
    }
}
