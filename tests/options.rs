//! Options and the variables after them: which command has which, and what their values may be.

use crate::support::repository::Repository;
use crate::support::{nestling, output, root, run, said};

/// A workspace of two units, of which one changed since the first commit.
fn workspace() -> Repository {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n");
    for unit in ["api", "web"] {
        repository.write(format!("{unit}/nestling.yml"), "build: { script: make }\n");
    }
    repository.commit("two units");
    repository.write("web/page.html", "hello\n");
    repository.commit("a page");
    repository
}

#[test]
fn an_option_stands_only_on_commands_that_read_it() {
    let changes = ["--changes-from=x", "--all", "--strict-base"];
    let plan = ["--base=x", "--head=x", "--no-fetch", "--only=x", "--except=x", "--as=web"];
    let cdk = ["--strict-cdk"];
    let form = ["--compact", "--parts=2"];
    let all = [&changes[..], &plan, &cdk, &form].concat();
    let without = |had: &[&str]| all.iter().copied().filter(|option| !had.contains(option)).collect();
    let table: [(&[&str], Vec<&str>); 12] = [
        (&["generate"], vec![]),
        (&["preview"], vec![]),
        (&["explain", "x"], form.to_vec()),
        (&["affected"], [&cdk[..], &form].concat()),
        (&["diff"], [&changes[..], &form].concat()),
        (&["check"], changes.to_vec()),
        (&["test"], without(&["--head=x", "--no-fetch"])),
        (&["cdk", "show", "x"], without(&cdk)),
        (&["init"], all.clone()),
        (&["schema", "plan"], all.clone()),
        (&["completions", "bash"], all.clone()),
        (&["man"], all.clone()),
    ];
    for (command, refused) in table {
        for option in &all {
            // With `--help` nothing is run; an option that does not exist is an error all the same.
            let output = run(nestling(&root()).args(command).arg(option).arg("--help"));
            let is_refused = output.status.code() == Some(2);
            assert_eq!(is_refused, refused.contains(option), "{command:?} {option}\n{}", said(&output));
        }
    }
}

/// A rule has one page, whatever is asked of the repository; a variable may be set for other commands of the job.
#[test]
fn the_page_of_a_rule_takes_no_option_of_a_plan() {
    for option in ["--base=x", "--all", "--only=x", "--as=web", "--format=json", "--strict-cdk", "--no-fetch"]
    {
        let output = run(nestling(&root()).args(["explain", "--rule", "retry", option]));
        assert_eq!(output.status.code(), Some(2), "{option}");
        let name = option.split('=').next().unwrap();
        assert!(said(&output).contains(&format!("`{name}` conflicts with `--rule`")), "{}", said(&output));
    }
    let page = output(nestling(&root()).args(["explain", "--rule", "retry"]).env("NESTLING_BASE", "x"));
    assert!(page.contains("retry"), "{page}");
}

#[test]
fn the_options_of_every_command_stand_before_and_behind_its_name() {
    let repository = workspace();
    let path = repository.path().to_str().unwrap();
    for args in [["-C", path, "affected", "--base=HEAD~1"], ["affected", "--base=HEAD~1", "-C", path]] {
        assert_eq!(output(nestling(&root()).args(args)), "web\n");
    }
    let folder = repository.path().join("pages");
    output(nestling(&root()).args(["-C", path, "man", "pages"]));
    assert!(folder.join("nestling.1").is_file(), "`man` writes below the directory of `-C`");
    repository.write("changed", "api/x\n");
    let listed = output(nestling(&root()).args(["-C", path, "affected", "--changes-from", "changed"]));
    assert_eq!(listed, "api\n", "`--changes-from` reads below the directory of `-C`");
}

/// GitLab sets variables to nothing where they do not apply, and so does `variables: { NESTLING_BASE: "" }`.
#[test]
fn a_variable_that_is_set_and_empty_is_not_set() {
    let repository = workspace();
    for name in [
        "BASE",
        "HEAD",
        "CHANGES_FROM",
        "ALL",
        "ONLY",
        "EXCEPT",
        "AS",
        "NO_FETCH",
        "STRICT_BASE",
        "STRICT_CDK",
        "REPORT",
        "PARTS",
    ] {
        let name = format!("NESTLING_{name}");
        let plain = output(nestling(repository.path()).args(["generate", "-o", "-"]));
        let empty = output(nestling(repository.path()).args(["generate", "-o", "-"]).env(&name, ""));
        assert_eq!(empty, plain, "{name}");
    }
}

#[test]
fn a_switch_is_on_or_off_and_nothing_else() {
    let repository = workspace();
    let affected = |value: &str| {
        run(nestling(repository.path()).args(["affected", "--base=HEAD~1"]).env("NESTLING_ALL", value))
    };
    for on in ["1", "true", "yes", "on", "TRUE"] {
        assert_eq!(String::from_utf8_lossy(&affected(on).stdout), "api\nweb\n", "{on}");
    }
    for off in ["0", "false", "no", "off", "False"] {
        assert_eq!(String::from_utf8_lossy(&affected(off).stdout), "web\n", "{off}");
    }
    for wrong in ["nein", "2", "y", " "] {
        let output = affected(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        let said = said(&output);
        assert!(said.contains("'--all'") && said.contains("must be 1, true, yes"), "{said}");
    }
}

/// `check` and `preview` are about the files that `generate` writes with the same options.
#[test]
fn the_form_of_the_files_is_the_same_for_check_and_preview() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: { stages: [build] }\n");
    repository.write("a/nestling.yml", "go: { stage: build, trigger: { include: [{ local: x.yml }] } }\n");
    repository.write("b/nestling.yml", "build: { stage: build, script: make }\n");
    repository.write("x.yml", "x: { script: x }\n");
    repository.commit("a unit that triggers a child pipeline");
    for command in ["generate", "check", "preview"] {
        let said_with = |options: &[&str]| {
            let all: &[&str] = if command == "check" { &[] } else { &["--all"] };
            said(&run(nestling(repository.path()).arg(command).args(all).args(options)))
        };
        let problem = "`a:go` triggers a child pipeline from one of several parts";
        assert!(!said_with(&["--compact"]).contains(problem), "{command}");
        assert!(said_with(&["--parts", "2"]).contains(problem), "{command}");
    }
    repository.write("a/nestling.yml", "build: { stage: build, script: make }\n");
    let page = output(nestling(repository.path()).args(["preview", "--all", "--parts", "2", "--html", "-"]));
    assert!(page.contains("\"trigger\":\"part 2 of 2\""));
    let refused = said(&run(nestling(repository.path()).args(["check", "x.yml", "--parts", "2"])));
    assert!(refused.contains("`--parts` conflicts with FILE"), "{refused}");
}

#[test]
fn a_unit_with_a_comma_in_its_name_can_be_named() {
    let repository = workspace();
    repository.write("a,b/nestling.yml", "build: { script: make }\n").commit("a comma");
    for (only, units) in [
        (&["--only", r"a\,b"][..], "a,b\n"),
        (&["--only", r"a\,b, web"], "a,b\nweb\n"),
        (&["--only", "api", "--only", "web"], "api\nweb\n"),
        (&["--only", "{api,web}"], "api\nweb\n"),
        (&["--except", r"a\,b"], "api\nweb\n"),
    ] {
        assert_eq!(
            output(nestling(repository.path()).args(["affected", "--all"]).args(only)),
            units,
            "{only:?}"
        );
    }
}

#[test]
fn variables_without_effect_are_reported() {
    let repository = workspace();
    let directory = repository.path().to_str().unwrap();
    let file = |path: &str| format!("{directory}/{path}");
    for (variable, value, warning) in [
        ("NESTLING_ONYL", "api".to_owned(), "did you mean `NESTLING_ONLY`?"),
        ("NESTLING_VERSION", "1".to_owned(), ""),
        ("GIT_DIR", "elsewhere/.git".to_owned(), "`GIT_DIR` is `elsewhere/.git`, and is ignored"),
        ("GIT_WORK_TREE", "/".to_owned(), "`GIT_WORK_TREE` is `/`, and is ignored"),
        ("GIT_INDEX_FILE", "/index".to_owned(), "`GIT_INDEX_FILE` is `/index`, and is ignored"),
        ("GIT_OBJECT_DIRECTORY", file(".git/objects/incoming-x"), "and is ignored"),
        // As git sets them in hooks.
        ("GIT_DIR", ".git".to_owned(), ""),
        ("GIT_DIR", file(".git"), ""),
        ("GIT_WORK_TREE", directory.to_owned(), ""),
        ("GIT_INDEX_FILE", ".git/next-index-1.lock".to_owned(), ""),
        ("GIT_OBJECT_DIRECTORY", ".git/objects".to_owned(), ""),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", file(".git/objects"), ""),
    ] {
        let output = run(nestling(repository.path()).args(["affected", "--all"]).env(variable, &value));
        assert!(output.status.success(), "{variable}={value}: {}", said(&output));
        let messages = String::from_utf8_lossy(&output.stderr);
        assert_eq!(messages.is_empty(), warning.is_empty(), "{variable}={value}: {messages}");
        assert!(messages.contains(warning), "{variable}={value}: {messages}");
    }
}
