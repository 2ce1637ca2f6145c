//! The phases of a build: their commands, and whether the next phase runs where one of them fails
//! (<https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html>).

use serde_json::Value;

/// A phase of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// CodeBuild's name: `install`, `pre_build`, `build` or `post_build`.
    pub name: &'static str,
    /// Its commands; the first that fails ends them.
    pub commands: Vec<String>,
    /// Commands that run after them, whether they fail or not.
    pub finally: Vec<String>,
    /// Set if the next phase runs although this one failed.
    pub continues: bool,
    /// The number of times that the build is repeated if it fails in this phase, at most what GitLab repeats jobs.
    pub retries: u8,
}

/// The phases in their order, each with whether the next one runs although it failed.
const PHASES: [(&str, bool); 4] =
    [("install", false), ("pre_build", false), ("build", true), ("post_build", false)];

/// Reads `phases:`; those without commands are left out.
///
/// # Errors
/// CodeBuild would refuse them.
pub(crate) fn phases(value: &Value, lost: &mut Vec<String>) -> Result<Vec<Phase>, String> {
    let Some(map) = value.as_object() else { return Err("`phases` is not a mapping".to_owned()) };
    for name in map.keys() {
        if !PHASES.iter().any(|(known, _)| known == name) {
            return Err(format!("CodeBuild has no phase `{name}`"));
        }
    }
    let mut phases = Vec::new();
    for (name, continues) in PHASES {
        let Some(value) = map.get(name).filter(|value| !value.is_null()) else { continue };
        let mut phase = Phase { name, commands: Vec::new(), finally: Vec::new(), continues, retries: 0 };
        let Some(keys) = value.as_object() else { return Err(format!("`{name}` is not a mapping")) };
        for (key, value) in keys {
            match key.as_str() {
                "commands" => phase.commands = commands(name, value)?,
                "finally" => phase.finally = commands(name, value)?,
                "on-failure" => (phase.continues, phase.retries) = on_failure(name, value, lost)?,
                "runtime-versions" => lost.push(runtime_versions(value)),
                other => lost.push(format!("`{name}: {other}` of its build specification")),
            }
        }
        if !phase.commands.is_empty() || !phase.finally.is_empty() {
            phases.push(phase);
        }
    }
    Ok(phases)
}

/// A list of commands, or one. YAML reads `echo a: b` as a mapping, which CodeBuild refuses.
fn commands(phase: &str, value: &Value) -> Result<Vec<String>, String> {
    let items = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    let is_command = |item: &&Value| !item.is_object() && !item.is_array() && !item.is_null();
    if let Some(odd) = items.iter().find(|item| !is_command(item)) {
        return Err(format!("a command of `{phase}` must be a string, found {odd}"));
    }
    Ok(items.iter().map(plain).collect())
}

/// The most repetitions of a job that GitLab makes.
const MOST_RETRIES: u8 = 2;

/// Reads `on-failure`: `true` if the next phase runs all the same, and the number of repetitions of the build.
fn on_failure(phase: &str, value: &Value, lost: &mut Vec<String>) -> Result<(bool, u8), String> {
    let word = value.as_str().unwrap_or_default();
    match word {
        "CONTINUE" => return Ok((true, 0)),
        "ABORT" => return Ok((false, 0)),
        _ => {}
    }
    let Some(rest) = word.strip_prefix("RETRY") else {
        return Err(format!("CodeBuild has no `on-failure: {}`", plain(value)));
    };
    let count =
        if rest.is_empty() { Some(3) } else { rest.strip_prefix('-').and_then(|count| count.parse().ok()) };
    let written = format!("`{phase}: on-failure: {word}` of its build specification");
    match count {
        // An expression that the failure has to match.
        None if rest.starts_with('-') => lost.push(format!("{written}: nothing is repeated")),
        None => return Err(format!("CodeBuild has no `on-failure: {word}`")),
        Some(count) if count > MOST_RETRIES => {
            lost.push(format!("{written}: GitLab repeats a job {MOST_RETRIES} times at most"));
        }
        Some(_) => {}
    }
    Ok((false, count.unwrap_or(0).min(MOST_RETRIES)))
}

fn runtime_versions(value: &Value) -> String {
    let wanted: Vec<String> =
        pairs(value).into_iter().map(|(name, version)| format!("{name} {version}")).collect();
    format!("runtime versions: the image must contain {}", wanted.join(", "))
}

/// Returns a string, or a list of them, as a list.
pub(crate) fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => items.iter().map(plain).collect(),
        _ => Vec::new(),
    }
}

/// Returns the entries of a mapping as strings.
pub(crate) fn pairs(value: &Value) -> Vec<(String, String)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), plain(value))).collect()
}

/// Returns a scalar as a string.
pub(crate) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn phases_come_in_their_order_with_what_follows_a_failure() {
        let value = json!({
            "post_build": { "commands": "p" },
            "build": { "commands": ["b", 1], "finally": "f" },
            "pre_build": { "commands": "r", "on-failure": "CONTINUE" },
            "install": { "runtime-versions": { "nodejs": 22 } },
        });
        let mut lost = Vec::new();
        let phases = phases(&value, &mut lost).unwrap();
        let shown: Vec<_> =
            phases.iter().map(|phase| (phase.name, phase.commands.len(), phase.continues)).collect();
        assert_eq!(shown, [("pre_build", 1, true), ("build", 2, true), ("post_build", 1, false)]);
        assert_eq!((&phases[1].commands[1][..], &phases[1].finally[..]), ("1", &["f".to_owned()][..]));
        assert_eq!(lost, ["runtime versions: the image must contain nodejs 22"]);
    }

    #[test]
    fn a_failed_build_can_be_told_to_stop() {
        let mut lost = Vec::new();
        for (word, continues, retries, lines) in [
            ("ABORT", false, 0, 0),
            ("CONTINUE", true, 0, 0),
            ("RETRY", false, 2, 1),
            ("RETRY-1", false, 1, 0),
            ("RETRY-100", false, 2, 1),
            ("RETRY-.*timeout.*", false, 0, 1),
            ("RETRY-2-.*timeout.*", false, 0, 1),
        ] {
            lost.clear();
            let value = json!({ "build": { "commands": "b", "on-failure": word } });
            let phases = phases(&value, &mut lost).unwrap();
            let actual = (phases[0].continues, phases[0].retries, lost.len());
            assert_eq!(actual, (continues, retries, lines), "{word}");
        }
    }
}
