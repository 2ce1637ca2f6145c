//! The scripts of steps in one shell: what a step sets is its own, and what it passes on is read from files.

use super::expression::Expr;
use super::notes::{Notes, Part};
use super::scope::Scope;
use super::shell::quoted;
use super::text::{resolved, script, shown};
use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};

/// Reads what a step wrote to `$GITHUB_ENV` and `$GITHUB_PATH`.
const TAKE_ENV: &str = r#"take_env() {
  while IFS= read -r line; do
    [ -n "$line" ] || continue
    export "$line"
    printf '%s\n' "$line" >> "$GITHUB_VALUES"
  done < "$GITHUB_ENV"
  while IFS= read -r line; do
    export PATH="$line:$PATH"
  done < "$GITHUB_PATH"
  : > "$GITHUB_ENV"
  : > "$GITHUB_PATH"
}"#;

/// Reads what a step wrote to `$GITHUB_OUTPUT`.
const TAKE_OUTPUTS: &str = r#"take_outputs() {
  while IFS= read -r line; do
    [ -n "$line" ] || continue
    line="STEPS_$1_$(printf '%s' "${line%%=*}" | tr 'a-z.-' 'A-Z__')=${line#*=}"
    export "$line"
    printf '%s\n' "$line" >> "$GITHUB_VALUES"
  done < "$GITHUB_OUTPUT"
  : > "$GITHUB_OUTPUT"
}"#;

/// Reads the values again in another shell.
const TAKE_VALUES: &str = r#"while IFS= read -r line; do
  export "$line"
done < "$CI_PROJECT_DIR/.github-values""#;

/// Adds what the scripts of a job call to read the files of GitHub.
pub(super) fn add_readers(script: &mut Vec<String>, after_script: &mut Vec<String>) {
    let hands_on = script.iter().any(|line| line.contains("take_env") || line.contains("take_outputs"));
    if let Some(readers) = readers(script) {
        script.insert(0, format!("{FILES}\n: > \"$GITHUB_VALUES\"{readers}"));
    }
    if after_script.is_empty() {
        return;
    }
    if hands_on {
        after_script.insert(0, TAKE_VALUES.to_owned());
    }
    if let Some(readers) = readers(after_script) {
        after_script.insert(0, format!("{FILES}{readers}"));
    }
}

/// The files by which steps pass on values.
const FILES: &str = r#"# Steps of a workflow pass on values by these files.
export GITHUB_ENV="$(mktemp)" GITHUB_PATH="$(mktemp)"
export GITHUB_OUTPUT="$(mktemp)" GITHUB_STEP_SUMMARY="$(mktemp)"
export GITHUB_VALUES="$CI_PROJECT_DIR/.github-values""#;

/// Returns the functions that a script calls; `None` if it uses none of the files.
fn readers(script: &[String]) -> Option<String> {
    let has = |name: &str| script.iter().any(|line| line.contains(name));
    let files = ["GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"];
    let functions = [("take_env", TAKE_ENV), ("take_outputs", TAKE_OUTPUTS)];
    let called = functions.into_iter().filter(|(name, _)| has(name)).map(|(_, text)| format!("\n{text}"));
    let called: String = called.collect();
    (!called.is_empty() || files.into_iter().any(has)).then_some(called)
}

/// The shells whose scripts GitLab's shell runs as well.
const SHELLS: [&str; 2] = ["bash", "sh"];

/// Returns the script of a step.
pub(super) fn of_step(
    run: &Node,
    step: &Map,
    setting: &dyn Fn(&str) -> Option<Node>,
    scope: &Scope,
    notes: &mut Notes,
) -> String {
    let text = script(run.text().unwrap_or_default(), scope, run.origin, notes).trim_end().to_owned();
    if text.contains("GITHUB_STEP_SUMMARY") {
        let text = "`$GITHUB_STEP_SUMMARY`: GitLab has no page for it: print it, or keep it as an artifact";
        notes.add(Part::Lost, run.origin, text);
    }
    let is_long = |line: &str| {
        line.contains("<<")
            && ["GITHUB_ENV", "GITHUB_OUTPUT"].iter().any(|name| text.contains(name))
            && line.contains("echo")
    };
    if text.lines().any(is_long) {
        let text = "a value of several lines for `$GITHUB_ENV` or `$GITHUB_OUTPUT`: the job fails there. Write it to a file";
        notes.add(Part::Lost, run.origin, text);
    }
    if let Some(shell) = setting("shell")
        && let Some(name) = shell.text()
        && !SHELLS.iter().any(|known| name == *known || name.starts_with(&format!("{known} ")))
    {
        let text =
            format!("`shell: {name}`: the script is for another shell. Put it into a file, and call that");
        notes.add(Part::Lost, shell.origin, text);
    }
    let mut before = exports(step.get("env"), scope, notes);
    if let Some(directory) = setting("working-directory") {
        let path = resolved(directory.text().unwrap_or_default(), scope, directory.origin, notes);
        before.push(format!("cd {}", known_word(&path, directory.origin, notes)));
    }
    let may_fail = step.get("continue-on-error").and_then(Node::as_bool) == Some(true);
    let mut result = in_a_shell(&before, &text, may_fail);
    if text.contains("GITHUB_ENV") || text.contains("GITHUB_PATH") {
        result.push_str("\ntake_env");
        let text = "`$GITHUB_ENV` and `$GITHUB_PATH`: the function `take_env` reads them after the step";
        notes.add(Part::Rewritten, run.origin, text);
    }
    result
}

/// Returns the lines that set an `env` in a shell.
pub(super) fn exports(env: Option<&Node>, scope: &Scope, notes: &mut Notes) -> Vec<String> {
    let entries = env.and_then(Node::as_map).into_iter().flat_map(Map::iter);
    let mut lines = Vec::new();
    for (name, value) in entries {
        let resolved = resolved(value.text().unwrap_or_default(), scope, value.origin, notes);
        let is_itself = matches!(&resolved, Expr::Variable(variable) if variable.name == name);
        let line = format!("export {name}={}", known_word(&resolved, value.origin, notes));
        if !is_itself {
            lines.push(line);
        }
    }
    lines
}

/// Returns a value in quotes; an empty one where it is unknown.
fn known_word(value: &Expr, origin: Origin, notes: &mut Notes) -> String {
    quoted(value).unwrap_or_else(|| {
        let written = value.unknown().unwrap_or_default();
        notes.add(Part::Lost, origin, format!("`{}` has no counterpart: the value is empty", shown(written)));
        "\"\"".to_owned()
    })
}

/// Returns the script of a step. Its variables and its directory are those of the step alone.
fn in_a_shell(before: &[String], run: &str, may_fail: bool) -> String {
    let own_shell = |lines: &[String]| {
        let lines: Vec<&str> = lines.iter().map(String::as_str).chain([run]).collect();
        format!("(\n{}\n)", lines.join("\n"))
    };
    if may_fail {
        // In `( … ) || true` the shell would continue after a failed command: `set -e` has no effect there.
        let before = [&["set -e".to_owned()], before].concat();
        return format!("set +e\n{}\nset -e", own_shell(&before));
    }
    if before.is_empty() && !changes_the_shell(run) { run.to_owned() } else { own_shell(before) }
}

/// Returns `true` if later steps would see what the script does to its shell, or would not run.
fn changes_the_shell(run: &str) -> bool {
    const COMMANDS: [&str; 13] = [
        "cd", "exit", "export", "set", "source", ".", "pushd", "popd", "trap", "unset", "shopt", "umask",
        "exec",
    ];
    let is_name = |text: &str| {
        !text.is_empty()
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !text.starts_with(|c: char| c.is_ascii_digit())
    };
    let separated = run.replace(['\n', ';', '&', '|', '{', '('], "\n");
    separated.lines().any(|line| {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        let first = if matches!(first, "then" | "do" | "else" | "if" | "!") {
            words.next().unwrap_or_default()
        } else {
            first
        };
        COMMANDS.contains(&first) || first.split_once('=').is_some_and(|(name, _)| is_name(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn run(script: &str) -> (String, bool) {
        let directory = tempfile::tempdir().unwrap();
        let output =
            Command::new("sh").args(["-c", script]).env("CI_PROJECT_DIR", directory.path()).output().unwrap();
        (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success())
    }

    #[test]
    fn a_step_that_may_fail_ends_at_its_first_failure_and_the_next_step_runs() {
        let before = ["export A=1".to_owned()];
        for (may_fail, expected) in [(true, "first 1\nnext \n"), (false, "first 1\n")] {
            let step = in_a_shell(&before, "echo \"first $A\"\nfalse\necho second", may_fail);
            let script = format!("set -e\n{step}\necho \"next $A\"\nfalse\necho last\n");
            assert_eq!(run(&script), (expected.to_owned(), false));
        }
        assert_eq!(in_a_shell(&[], "make", false), "make");
    }

    #[test]
    fn a_step_that_ends_its_shell_does_not_end_the_job() {
        for (step, changes) in [
            ("if true; then\n  exit 0\nfi", true),
            ("cd web && make", true),
            ("X=1 make\nmake", true),
            ("make -C web", false),
            ("echo exit", false),
        ] {
            assert_eq!(changes_the_shell(step), changes, "{step}");
            assert_eq!(in_a_shell(&[], step, false).starts_with('('), changes);
        }
    }

    #[test]
    fn values_are_handed_on_to_later_steps_and_to_another_shell() {
        let mut script = vec![
            "(\nexit_early=1\necho \"A=b c\" >> \"$GITHUB_ENV\"\necho /opt/tool >> \"$GITHUB_PATH\"\n)\ntake_env".to_owned(),
            "echo \"cache-hit=x=y\" >> \"$GITHUB_OUTPUT\"\ntake_outputs GO".to_owned(),
            "echo \"$A $STEPS_GO_CACHE_HIT ${PATH%%:*}\"".to_owned(),
        ];
        let more = "echo x=y >> \"$GITHUB_OUTPUT\"\ntake_outputs LATE\necho \"$STEPS_LATE_X\"".to_owned();
        let mut after = vec!["echo \"$A $STEPS_GO_CACHE_HIT\"".to_owned(), more];
        add_readers(&mut script, &mut after);
        let both =
            format!("set -e\n{}\nsh -ec '{}'", script.join("\n"), after.join("\n").replace('\'', "'\\''"));
        // The other shell has none of the variables.
        let both = both.replace("sh -ec", "env -u A -u STEPS_GO_CACHE_HIT sh -ec");
        assert_eq!(run(&both), ("b c x=y /opt/tool\nb c x=y\ny\n".to_owned(), true));
    }
}
