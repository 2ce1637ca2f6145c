//! Jobs of a generated pipeline, whose scripts are run by themselves, as a runner would: in one shell that ends at the first
//! failure, with the job's variables.

use crate::support::repository::Repository;
use crate::support::{nestling, output, root, run, setting};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A generated pipeline, and the repository that it is of.
pub(super) struct Pipeline {
    pub repository: Repository,
    pub jobs: BTreeMap<String, Value>,
}

/// The shells that runners use: bash where an image has it, or else sh.
pub(super) const SHELLS: [&[&str]; 2] = [&["bash", "-eo", "pipefail"], &["sh", "-e"]];

impl Pipeline {
    /// Generates the pipeline of all units, as if it ran for this (`--as`), or for the checkout.
    pub(super) fn generate(files: &[(&str, &str)], act_as: Option<&str>) -> Self {
        let repository = Repository::new();
        for (path, text) in files {
            repository.write(path, text);
        }
        repository.commit("a project");
        Self::of(repository, act_as)
    }

    /// Generates the pipeline of a repository.
    pub(super) fn of(repository: Repository, act_as: Option<&str>) -> Self {
        output(nestling(repository.path()).args(["check"]));
        let mut command = nestling(repository.path());
        command.args(["generate", "--all", "--output", "child.yml"]);
        if let Some(kind) = act_as {
            command.args(["--as", kind]);
        }
        output(&mut command);
        let text = std::fs::read_to_string(repository.path().join("child.yml")).unwrap();
        Self { repository, jobs: jobs(&text) }
    }

    /// Runs the scripts of a job in the root of the repository.
    pub(super) fn run(
        &self,
        name: &str,
        shell: &[&str],
        given: &[(&str, &str)],
        programs: &[PathBuf],
    ) -> Output {
        let path = programs.iter().map(|path| path.display().to_string()).chain(setting("PATH"));
        self.run_on(name, shell, given, &path.collect::<Vec<_>>().join(":"))
    }

    /// Runs the scripts of a job with the programs of this path alone.
    pub(super) fn run_on(&self, name: &str, shell: &[&str], given: &[(&str, &str)], path: &str) -> Output {
        let job = self.jobs.get(name).unwrap_or_else(|| panic!("{name} among {:?}", self.jobs.keys()));
        let mut variables: BTreeMap<String, String> =
            given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let project = self.repository.path().to_str().unwrap().to_owned();
        variables.entry("CI_PROJECT_DIR".to_owned()).or_insert(project);
        let own = job["variables"].as_object().into_iter().flatten();
        for (name, value) in own {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            variables.insert(name.clone(), expanded(&value, &variables));
        }
        let mut command = Command::new(shell[0]);
        command.args(&shell[1..]).arg("-c").arg(script(job)).current_dir(self.repository.path());
        command.env_clear().envs(variables).env("PATH", path);
        command.env("HOME", self.repository.path());
        run(&mut command)
    }
}

/// Returns the jobs of a pipeline by their names.
pub(super) fn jobs(text: &str) -> BTreeMap<String, Value> {
    let pipeline: BTreeMap<String, Value> = serde_yaml::from_str(text).unwrap();
    let is_job = |value: &Value| value["script"].is_array() || value["script"].is_string();
    pipeline.into_iter().filter(|(_, value)| is_job(value)).collect()
}

/// Returns the script of a job in one piece.
pub(super) fn script(job: &Value) -> String {
    let lines = ["before_script", "script"].into_iter().flat_map(|key| match &job[key] {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::String(line) => vec![line.clone()],
        _ => Vec::new(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Expands `$NAME` in a variable's value, as GitLab does; what is not known becomes nothing.
fn expanded(value: &str, variables: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    let mut rest = value;
    while let Some(at) = rest.find('$') {
        text += &rest[..at];
        let name = rest[at + 1..].trim_start_matches('{');
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
        text += variables.get(&name[..end]).map_or("", String::as_str);
        rest = name[end..].trim_start_matches('}');
    }
    text + rest
}

/// Programs that record their calls and refuse what the real ones refuse; the second directory is their state.
pub(super) fn fakes() -> (PathBuf, tempfile::TempDir) {
    (root().join("tests/library/fakes"), tempfile::tempdir().unwrap())
}

/// The calls of the fakes, a line each.
pub(super) fn calls(state: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(state.join("calls")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
