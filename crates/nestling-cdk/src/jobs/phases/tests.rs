use super::*;
use crate::codepipeline::parse_spec;
use std::process::Command;

/// The shells that images have; GitLab's runner takes bash where there is one.
fn shells() -> Vec<Vec<&'static str>> {
    let all = [vec!["bash", "-eo", "pipefail"], vec!["dash", "-e"], vec!["busybox", "sh", "-e"]];
    let is_there = |shell: &Vec<&str>| {
        let mut words = shell.iter().take_while(|word| !word.starts_with('-'));
        let mut command = Command::new(words.next().unwrap());
        command.args(words).args(["-c", "exit 0"]).output().is_ok_and(|output| output.status.success())
    };
    let there: Vec<Vec<&str>> = all.into_iter().filter(is_there).collect();
    assert!(there.len() > 1, "this test needs two shells");
    there
}

/// Runs a step as GitLab's runner does: its script is a string that the end of a pipe evaluates. What it prints on
/// lines of `RAN`, and its exit code, in each shell.
fn run(yaml: &str, following: &[&str]) -> (String, i32) {
    let spec = parse_spec(yaml).unwrap();
    let following = following.iter().map(|line| (*line).to_owned()).collect();
    let lines = script(&spec, following).join("\n");
    let mut results = Vec::new();
    for shell in shells() {
        let mut command = Command::new(shell[0]);
        let program = format!(
            ": | eval {}\nexit 0\n",
            quoted(&format!("export CODEBUILD_BUILD_SUCCEEDING=1\n{lines}\n"))
        );
        let output = command.args(&shell[1..]).args(["-c", &program]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let ran: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("RAN ")).collect();
        results.push((ran.join(" "), output.status.code().unwrap()));
    }
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "{yaml}: shells differ: {results:?}");
    results.remove(0)
}

/// Each phase with each place of a failure: what runs, and whether the job fails. AWS's own words are in the links of
/// `phase.rs`; `exit 0` and `a; b` are as its users found them.
#[test]
fn what_runs_after_a_failure() {
    let everything = "install install_finally pre_build pre_build_finally build build_finally post_build post_build_finally";
    for (failing, ran) in [
        ("", format!("{everything} handed_on")),
        ("install", "install_finally".to_owned()),
        ("install_finally", "install".to_owned()),
        ("pre_build", "install install_finally pre_build_finally".to_owned()),
        ("pre_build_finally", "install install_finally pre_build".to_owned()),
        ("build", everything.replace(" build ", " ")),
        ("build_finally", everything.replace(" build_finally ", " ")),
        ("post_build", everything.replace(" post_build ", " ")),
        ("post_build_finally", everything.replace(" post_build_finally", "")),
    ] {
        for failure in [
            "false",
            "exit 3",
            "set -e; false; true",
            "false && true",
            "sh -c 'exit 4'",
            "nonsense_123",
            "return 5",
        ] {
            let command = |name: &str| match name == failing {
                true => format!("[\"{failure}\", \"echo RAN never\"]"),
                false => format!("[echo RAN {name}]"),
            };
            let phase = |name: &str| {
                format!(
                    "  {name}: {{ commands: {}, finally: {} }}\n",
                    command(name),
                    command(&format!("{name}_finally"))
                )
            };
            let phases: String = ["install", "pre_build", "build", "post_build"].map(phase).concat();
            let (seen, code) = run(&format!("phases:\n{phases}"), &["echo RAN handed_on"]);
            assert_eq!(seen, ran, "{failing}: {failure}");
            assert_eq!(code == 0, failing.is_empty(), "{failing}: {failure} ends with {code}");
        }
    }
}

#[test]
fn on_failure_says_whether_the_next_phase_runs() {
    for (phase, word, ran) in [
        ("install", "CONTINUE", "pre_build build post_build"),
        ("install", "ABORT", ""),
        ("pre_build", "CONTINUE", "install build post_build"),
        ("pre_build", "ABORT", "install"),
        ("build", "CONTINUE", "install pre_build post_build"),
        ("build", "ABORT", "install pre_build"),
        ("build", "RETRY-1", "install pre_build"),
        ("post_build", "CONTINUE", "install pre_build build"),
    ] {
        let of_phase = |name: &str| match name == phase {
            true => format!("  {name}: {{ commands: 'false', on-failure: {word} }}\n"),
            false => format!("  {name}: {{ commands: 'echo RAN {name}' }}\n"),
        };
        let phases: String = ["install", "pre_build", "build", "post_build"].map(of_phase).concat();
        let (seen, code) = run(&format!("phases:\n{phases}"), &["echo RAN handed_on"]);
        // GitLab repeats the job by this code.
        let status = if word.starts_with("RETRY") { i32::from(RETRIED) } else { 1 };
        assert_eq!((seen.as_str(), code), (ran, status), "{phase}: {word}");
    }
}

/// A phase that says CONTINUE, with a failure in its commands or in its `finally`: everything after it runs and sees that the
/// build is failing, nothing is passed on, and the job fails.
#[test]
fn everything_runs_behind_a_phase_that_continues() {
    let phases = ["install", "pre_build", "build", "post_build"];
    for failing in phases.iter().flat_map(|phase| [(*phase).to_owned(), format!("{phase}_finally")]) {
        let command = |name: &str| match name == failing {
            true => "[exit 3, echo RAN never]".to_owned(),
            false => format!("[\"echo RAN {name}$CODEBUILD_BUILD_SUCCEEDING\"]"),
        };
        let phase = |name: &&str| {
            let finally = command(&format!("{name}_finally"));
            format!("  {name}: {{ commands: {}, finally: {finally}, on-failure: CONTINUE }}\n", command(name))
        };
        let yaml: String = phases.iter().map(phase).collect();
        let (seen, code) = run(&format!("phases:\n{yaml}"), &["echo RAN handed_on"]);
        let all = phases.iter().flat_map(|phase| [(*phase).to_owned(), format!("{phase}_finally")]);
        let before =
            |name: &String| all.clone().take_while(|other| *other != failing).any(|other| other == *name);
        let ran = all.clone().filter(|name| *name != failing);
        let ran: Vec<String> = ran.map(|name| format!("{name}{}", u8::from(before(&name)))).collect();
        assert_eq!((seen, code), (ran.join(" "), 3), "{failing}");
    }
}

/// One shell for all phases, with everything that a command leaves in it.
#[test]
fn what_a_command_leaves_is_there_for_the_next_one() {
    let yaml = "phases:
  install: { commands: ['TAG=1; export OTHER=2; cd /', 'say() { echo \"RAN said $1\"; }'] }
  build: { commands: ['false || true', 'exit 0', 'false | true', 'false; true', 'for i in 1; do break; done', \"X='a b'\n# a comment\n[ \\\"$X\\\" = 'a b' ]\"] }
  post_build: { commands: ['echo \"RAN $TAG $OTHER $PWD $CODEBUILD_BUILD_SUCCEEDING\"', 'say hello'] }
";
    assert_eq!(run(yaml, &["echo RAN $TAG"]), ("1 2 / 1 said hello 1".to_owned(), 0));
    let failing = yaml.replace("false || true", "exit 7");
    assert_eq!(run(&failing, &["echo RAN never"]), ("1 2 / 0 said hello".to_owned(), 7));
}

/// A trap of a command, or another program in place of the shell, ends no other command.
#[test]
fn commands_that_replace_the_shell_end_alone() {
    for (command, code) in [
        ("trap 'true' EXIT; exit 0", 0),
        ("trap 'true' EXIT; exit 3", 3),
        ("exec true", 0),
        ("exec false", 1),
        ("exec sh -c 'exit 4'", 4),
    ] {
        let yaml = format!(
            "phases: {{ build: {{ commands: ['A=1', {}], finally: 'echo RAN finally $A' }}, post_build: {{ commands: 'echo RAN post $A' }} }}",
            serde_json::json!(command)
        );
        let following = if code == 0 { "finally 1 post 1 handed_on" } else { "finally 1 post 1" };
        assert_eq!(run(&yaml, &["echo RAN handed_on"]), (following.to_owned(), code), "{command}");
    }
}

/// The first failure decides, whatever a later command ends with.
#[test]
fn a_failed_build_stays_failed() {
    for post_build in ["exit 0", "true", "set +e", "return 0", "exit 3"] {
        let yaml = format!(
            "phases: {{ build: {{ commands: 'exit 9' }}, post_build: {{ commands: ['{post_build}', 'echo RAN post'] }} }}"
        );
        let (seen, code) = run(&yaml, &["echo RAN never"]);
        let ran = if post_build == "exit 3" { "" } else { "post" };
        assert_eq!((seen.as_str(), code), (ran, 9), "{post_build}");
    }
}

#[test]
fn what_follows_fails_the_job_too() {
    for build in ["true", "exit 0", "true && true"] {
        let yaml = format!("phases: {{ build: {{ commands: '{build}' }} }}");
        let (seen, code) =
            run(&yaml, &["echo RAN first", "(set -e; false; echo RAN never)", "echo RAN never"]);
        assert_eq!((seen.as_str(), code != 0), ("first", true), "{build}");
    }
}

#[test]
fn a_syntax_error_fails_its_command_alone() {
    let yaml =
        "phases: { build: { commands: ['if true; then', 'echo RAN never'], finally: ['echo RAN finally'] } }";
    let (seen, code) = run(yaml, &[]);
    assert_eq!((seen.as_str(), code != 0), ("finally", true));
}

/// If a shell alone does the same, commands are written unchanged.
#[test]
fn commands_are_written_as_simply_as_is_right() {
    use Form::{AsItIs, Checked, Evaluated};
    for (command, want) in [
        ("npm ci", AsItIs),
        ("echo \"$A\" > file", AsItIs),
        ("A=$(date)", AsItIs),
        ("[ -f x ]", AsItIs),
        ("kubectl set image a=b", AsItIs),
        ("npm config set x y && echo exit", Checked),
        ("if a; then exit 0; fi", Evaluated),
        ("a && ! exit 0", Evaluated),
        ("[ ! -d \"data\" ] || { echo 'additionalInputs: x'; exit 1; } && ln -s -- \"$A\" \"data\"", AsItIs),
        ("a && b", Checked),
        ("a || b", Checked),
        ("a || { echo no; exit 1; }", Checked),
        ("a | b", Checked),
        ("A=$(a | b)", Checked),
        ("a; b", Checked),
        ("a &", Checked),
        ("! a", Checked),
        ("(cd a)", Checked),
        ("if a; then b; fi", Checked),
        ("a\nb", Checked),
        ("exit 0", Evaluated),
        ("a || exit $?", Evaluated),
        ("a || exit", Evaluated),
        ("set -e", Evaluated),
        (". ./env", Evaluated),
        ("$(exit)", Evaluated),
        ("echo it's", Evaluated),
        ("a \\", Evaluated),
        ("", Evaluated),
    ] {
        assert_eq!(form(command), want, "{command:?}");
    }
}

/// Commands that GitLab's shell would let pass, or fail at, if they were written unchanged.
#[test]
fn checked_commands_end_as_in_codebuild() {
    for (command, fails) in [
        ("false && true", true),
        ("false || true", false),
        ("! true", true),
        ("! false", false),
        ("false; true", false),
        ("true; false", true),
        ("false | true", false),
        ("true | false", true),
        ("(exit 3)", true),
        ("if false; then true; fi", false),
        ("true\nfalse\ntrue", false),
        ("false # || true", true),
        ("[ -n x ] && (exit 2)", true),
        ("cat <<END\n$(false)\nEND", false),
        ("case x in x) exit 1 ;; esac", true),
    ] {
        let yaml =
            format!("phases: {{ build: {{ commands: [{}, echo RAN after] }} }}", serde_json::json!(command));
        let (seen, code) = run(&yaml, &["echo RAN handed_on"]);
        assert_eq!(
            (seen.as_str(), code != 0),
            (if fails { "" } else { "after handed_on" }, fails),
            "{command}"
        );
    }
}
