//! The static binary where there is nothing else, and in the userland of other systems.

use super::{PLAN, Root, VERSION, expected_plan, failure, static_binary};
use crate::support::example::Example;
use crate::support::repository::Repository;
use crate::support::tool::need_directory;
use crate::support::{output, said};
use std::process::Command;

#[test]
fn ldd_finds_no_dynamic_executable() {
    let Some(binary) = static_binary("ldd_finds_no_dynamic_executable") else { return };
    let output = crate::support::run(Command::new("ldd").arg(binary));
    assert!(said(&output).contains("not a dynamic executable"), "{}", said(&output));
}

/// Neither a library nor a shell, neither `/etc` nor `/tmp` nor `/proc`, and no user of this number.
#[test]
fn it_runs_in_a_root_with_nothing_but_itself_and_a_repository() {
    let test = "it_runs_in_a_root_with_nothing_but_itself_and_a_repository";
    let (Some(binary), Some(root)) = (static_binary(test), Root::empty(test)) else { return };
    let shop = Example::new("shop");
    root.copy(&binary, "/nestling").copy(&shop.path(), "/shop");
    assert_eq!(output(&mut root.command(&["/nestling", "--version"])), format!("nestling {VERSION}\n"));
    let plan = [&["/nestling", "-C", "/shop"][..], &PLAN].concat();
    assert_eq!(output(&mut root.command(&plan)), expected_plan(&shop));
    for arguments in [&["check"][..], &["preview"], &["explain", "services/api"], &["affected"], &["init"]] {
        let command = [&["/nestling", "-C", "/shop"][..], arguments].concat();
        output(root.command(&command).env_remove("HOME"));
    }
    output(root.command(&["/nestling", "-C", "/shop", "generate", "--report", "report"]).env_remove("HOME"));
    assert!(root.path("/shop/report/preview.html").exists());
    // Another user's repository, in CI: nobody is asked for a name.
    let mut other = root.command_as("4321:4321", &plan);
    other.env_remove("HOME").env("GITLAB_CI", "true").env("CI_PROJECT_DIR", "/shop");
    assert_eq!(output(&mut other), expected_plan(&shop));
}

#[test]
fn what_takes_a_program_that_is_not_there_says_so() {
    let test = "what_takes_a_program_that_is_not_there_says_so";
    let (Some(binary), Some(root)) = (static_binary(test), Root::empty(test)) else { return };
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n").write("a/nestling.yml", "t: { script: x }\n");
    repository.commit("start");
    root.copy(&binary, "/nestling").copy(repository.path(), "/r");
    let base = "1234567890123456789012345678901234567890";
    let fetched = root
        .command(&["/nestling", "-C", "/r", "affected", "--base", base])
        .env_remove("HOME")
        .output()
        .unwrap();
    assert_eq!(fetched.status.code(), Some(3), "{}", said(&fetched));
    assert!(said(&fetched).contains("could not be fetched: `git` cannot be run"), "{}", said(&fetched));
    let synth = "unit: { cdk: { assembly: cdk.out, synth: npx cdk synth } }\n";
    repository.write("a/nestling.yml", synth).write("a/cdk.json", "{}").commit("cdk");
    let root = Root::empty(test).unwrap();
    root.copy(&binary, "/nestling").copy(repository.path(), "/r");
    let said = failure(&mut root.command(&["/nestling", "-C", "/r", "generate", "--all"]), 1);
    assert!(said.contains("`sh` cannot be run"), "{said}");
}

/// Debian 11 has an older glibc than the machine that built the binary, and its own resolver of names.
#[test]
fn it_runs_in_an_old_debian() {
    let test = "it_runs_in_an_old_debian";
    let Some(debian) = need_directory("old-debian", test) else { return };
    runs_in(test, |root| {
        root.copy(&debian, "/");
    });
}

/// The shop's plan, started by the shell of a root that the function fills.
pub(super) fn runs_in(test: &str, fill: impl Fn(&Root)) {
    let (Some(binary), Some(root)) = (static_binary(test), Root::empty(test)) else { return };
    fill(&root);
    let root = root.with_devices();
    let shop = Example::new("shop");
    root.copy(&binary, "/usr/bin/nestling").copy(&shop.path(), "/shop");
    let script = format!("nestling -C /shop {}", PLAN.join(" "));
    assert_eq!(output(&mut root.command(&["sh", "-c", &script])), expected_plan(&shop));
}
