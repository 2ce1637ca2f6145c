//! The commands of targets and tasks: Makefiles, justfiles, Taskfiles, and the tasks of manifests.

use nestling::{Files, ReadError, RepoPath};
use std::collections::{BTreeMap, BTreeSet};
use toml::Table;

/// The most bytes of commands that are read of one target, with the values of its variables.
const MOST_BYTES: usize = 256 * 1024;

/// The commands of a target, with those of what it needs first.
pub(super) fn of_make(text: &str, target: &str) -> Option<String> {
    let rules = rules(text);
    let first = rules.iter().find(|rule| !rule.name.starts_with('.') && !rule.name.contains('%'))?;
    let name = if target.is_empty() { &first.name } else { target };
    let commands = commands_of(&rules, name)?;
    Some(with_values(&commands, &assignments(text)))
}

/// Returns the recipes of a target, behind those of the targets that it needs. `None` if it has no rule.
fn commands_of(rules: &[Rule], target: &str) -> Option<String> {
    let mut by_name: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        by_name.entry(&rule.name).or_default().push(rule);
    }
    by_name.get(target)?;
    let mut commands = String::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    // A stack of its own: chains of targets may be long.
    let mut open = vec![Step::Enter(target)];
    while let Some(step) = open.pop() {
        match step {
            Step::Enter(name) if seen.insert(name) => {
                for rule in by_name.get(name).into_iter().flatten().rev() {
                    open.push(Step::Leave(rule));
                    open.extend(rule.needs.iter().rev().map(|need| Step::Enter(need)));
                }
            }
            Step::Enter(_) => {}
            Step::Leave(rule) => commands.push_str(&rule.recipe),
        }
    }
    Some(commands)
}

/// A step of the way through targets.
enum Step<'r> {
    /// Reads a target, after the targets that it needs.
    Enter(&'r str),
    /// Adds the recipe of a rule, whose needs are read.
    Leave(&'r Rule),
}

/// A rule of a Makefile or a justfile.
struct Rule {
    name: String,
    needs: Vec<String>,
    recipe: String,
}

/// Reads the rules: `name: needs`, and lines that are indented.
fn rules(text: &str) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut open = 0..0;
    for line in text.replace("\\\n", " ").lines() {
        if line.starts_with(['\t', ' ']) {
            let command = line.trim().trim_start_matches(['@', '-', '+']);
            for rule in &mut rules[open.clone()] {
                rule.recipe.push_str(command);
                rule.recipe.push('\n');
            }
            continue;
        }
        // A recipe of `just` may have parameters with defaults.
        let start = line.split(':').next().unwrap_or_default();
        let is_assignment =
            line.contains(":=") || (start.contains('=') && !start.contains("='") && !start.contains("=\""));
        let Some((names, needs)) = line.split_once(':').filter(|_| !line.starts_with('#') && !is_assignment)
        else {
            continue;
        };
        let (needs, recipe) =
            needs.trim_start_matches(':').split_once(';').unwrap_or((needs.trim_start_matches(':'), ""));
        let needs: Vec<String> = needs.split_whitespace().map(str::to_owned).collect();
        let recipe = if recipe.is_empty() { String::new() } else { format!("{recipe}\n") };
        open = rules.len()..rules.len();
        let names = names.split_whitespace().map(|name| name.trim_start_matches('@'));
        for name in names.filter(|name| !name.contains('=')) {
            rules.push(Rule { name: name.to_owned(), needs: needs.clone(), recipe: recipe.clone() });
            open.end += 1;
        }
    }
    rules
}

/// Returns the variables that a Makefile gives a value.
fn assignments(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter(|line| !line.starts_with(['\t', '#']));
    let assignment = |line: &str| {
        let (name, value) = line.split_once('=')?;
        let name = name.trim_end_matches([':', '?', '+', '!', ' ']).trim_start_matches("export ").trim();
        (!name.contains([' ', '$'])).then(|| (name.to_owned(), value.trim().to_owned()))
    };
    lines.filter_map(assignment).collect()
}

/// Replaces `$(NAME)`, `${NAME}` and `{{NAME}}`, and `$(MAKE)` with its program. What would become too long stays as it is.
fn with_values(commands: &str, values: &BTreeMap<String, String>) -> String {
    let mut text = commands.replace("$(MAKE)", "make").replace("${MAKE}", "make");
    // A value may have another one inside.
    for _ in 0..4 {
        for (name, value) in values {
            for form in [format!("$({name})"), format!("${{{name}}}"), format!("{{{{{name}}}}}")] {
                let count = text.matches(&form).count();
                if count > 0 && text.len() + count * value.len() <= MOST_BYTES {
                    text = text.replace(&form, value);
                }
            }
        }
    }
    text
}

/// Returns the commands of a task of a directory, by the first file that has it.
pub(super) fn of_task(files: &dyn Files, dir: &RepoPath, name: &str) -> Result<Option<String>, ReadError> {
    for file in ["justfile", "Justfile", ".justfile"] {
        if let Some(text) = text_of(files, dir, file)?
            && let Some(commands) = of_make(&text, name)
        {
            return Ok(Some(commands));
        }
    }
    for file in ["Taskfile.yml", "Taskfile.yaml"] {
        let text = text_of(files, dir, file)?.unwrap_or_default();
        let tasks: serde_json::Value = serde_yaml::from_str(&text).unwrap_or_default();
        if let Some(task) = tasks.get("tasks").and_then(|tasks| tasks.get(name)) {
            return Ok(Some(of_value(task)));
        }
    }
    let text = text_of(files, dir, "composer.json")?.unwrap_or_default();
    let package: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    if let Some(script) = package.get("scripts").and_then(|scripts| scripts.get(name)) {
        return Ok(Some(of_value(script).replace('@', "composer ")));
    }
    let text = text_of(files, dir, "deno.json")?.unwrap_or_default();
    let settings: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    if let Some(task) = settings.get("tasks").and_then(|tasks| tasks.get(name)) {
        return Ok(Some(of_value(task)));
    }
    let text = text_of(files, dir, "pyproject.toml")?.unwrap_or_default();
    Ok(of_project(&text.parse().unwrap_or_default(), name))
}

/// Returns the commands of a task that the tools of a `pyproject.toml` name.
fn of_project(project: &Table, name: &str) -> Option<String> {
    let tools = serde_json::to_value(project.get("tool")?).ok()?;
    let places = ["/poe/tasks", "/pdm/scripts", "/taskipy/tasks", "/rye/scripts"];
    let mut tables: Vec<&serde_json::Value> =
        places.iter().filter_map(|place| tools.pointer(place)).collect();
    let environments = tools.pointer("/hatch/envs").and_then(serde_json::Value::as_object);
    tables.extend(
        environments
            .into_iter()
            .flat_map(|all| all.values())
            .filter_map(|environment| environment.get("scripts")),
    );
    tables.iter().find_map(|table| table.get(name)).map(of_value)
}

/// Returns the commands in a value: a string, a list of them, or a mapping with them under the keys that task runners know.
fn of_value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(command) => format!("{command}\n"),
        serde_json::Value::Array(items) => items.iter().map(of_value).collect(),
        serde_json::Value::Object(map) => {
            let keys = ["cmd", "cmds", "shell", "composite", "sequence", "chain", "command", "commands"];
            keys.iter().filter_map(|key| map.get(*key)).map(of_value).collect()
        }
        _ => String::new(),
    }
}

fn text_of(files: &dyn Files, dir: &RepoPath, name: &str) -> Result<Option<String>, ReadError> {
    crate::init::text::text_of(files, &dir.child(name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling::MemoryFiles;

    #[test]
    fn targets_have_the_commands_of_what_they_need() {
        let makefile = "IMAGE ?= x\n.PHONY: all\nall: build\n\ttrue\nbuild: lib\n\t@docker push $(IMAGE)\nlib:\n\t$(MAKE) -C lib \\\nall\nfast: ; echo\n";
        for (target, expected) in [
            ("", Some("make -C lib  all\ndocker push x\ntrue\n")),
            ("lib", Some("make -C lib  all\n")),
            ("fast", Some(" echo\n")),
            ("none", None),
        ] {
            let commands = of_make(makefile, target);
            assert_eq!(commands.as_deref(), expected, "{target}");
        }
    }

    #[test]
    fn long_chains_and_values_that_double_are_read_in_bounds() {
        let chain: String =
            (0..50_000).map(|index| format!("t{index}: t{}\n\tx{index}\n", index + 1)).collect();
        let commands = of_make(&chain, "t0").unwrap();
        assert!(commands.starts_with("x49999\n") && commands.ends_with("x0\n"));
        let doubling: String =
            (0..60).map(|index| format!("A{index:02} = $(A{:02})$(A{0:02})\n", index + 1)).collect();
        let commands = of_make(&format!("{doubling}all:\n\techo $(A00)\n"), "all").unwrap();
        assert!(commands.len() <= MOST_BYTES);
        assert_eq!(of_make("a: b\n\tx\nb: a\n\ty\n", "a").as_deref(), Some("y\nx\n"));
    }

    #[test]
    fn tasks_are_read_from_the_files_of_their_runners() {
        for (file, text, expected) in [
            ("justfile", "a x='1': b\n  npm publish\nb:\n  true\n", "true\nnpm publish\n"),
            ("Taskfile.yml", "tasks:\n  a:\n    cmds: [x, { cmd: y }]\n", "x\ny\n"),
            ("composer.json", "{ \"scripts\": { \"a\": [\"@b\", \"x\"] } }", "composer b\nx\n"),
            ("pyproject.toml", "[tool.poe.tasks]\na = { cmd = 'x' }\n", "x\n"),
            ("pyproject.toml", "[tool.hatch.envs.default.scripts]\na = ['x', 'y']\n", "x\ny\n"),
            ("deno.json", "{ \"tasks\": { \"a\": \"x\" } }", "x\n"),
        ] {
            let files = MemoryFiles::new([(file, text)]);
            let commands = of_task(&files, &RepoPath::root(), "a").unwrap();
            assert_eq!(commands.as_deref(), Some(expected), "{file}");
        }
    }
}
