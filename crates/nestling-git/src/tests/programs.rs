//! Programs that a repository's configuration names: none of them runs, whatever is read.

use super::*;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The hooks that reading, fetching or checking a work tree could run.
const HOOKS: [&str; 5] =
    ["reference-transaction", "post-index-change", "post-checkout", "fsmonitor-watchman", "pre-auto-gc"];

/// Settings whose value is a program.
const PROGRAMS: [&str; 19] = [
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.askPass",
    "core.alternateRefsCommand",
    "pager.diff",
    "pager.log",
    "diff.external",
    "diff.own.textconv",
    "diff.own.command",
    "filter.own.clean",
    "filter.own.process",
    "filter.own.smudge",
    "filter.a=b.clean",
    "gpg.program",
    "core.sshCommand",
    "core.gitProxy",
    "credential.helper",
    "interactive.diffFilter",
];

/// A repository whose configuration names a program wherever it can; the program leaves a file behind.
fn trapped(repo: &Fixture) -> PathBuf {
    let marker = repo.path(".git/ran");
    let program = repo.path(".git/program");
    let script = format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\ncat\n", marker.display());
    let install = |path: &Path| {
        std::fs::write(path, &script).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    install(&program);
    for hook in HOOKS {
        std::fs::create_dir_all(repo.path(".git/hooks")).unwrap();
        install(&repo.path(format!(".git/hooks/{hook}")));
    }
    for setting in PROGRAMS {
        repo.git(&["config", setting, program.to_str().unwrap()]);
    }
    repo.git(&["config", "filter.own.required", "true"]);
    repo.git(&["config", "log.showSignature", "true"]);
    marker
}

#[test]
fn no_program_of_the_configuration_runs() {
    let repo = Fixture::new();
    repo.write(".gitattributes", "*.x filter=own diff=own\n");
    repo.write("a.x", "1");
    repo.write("b", "1");
    let first = repo.commit("first");
    repo.write("a.x", "2");
    let second = repo.commit("second");
    let marker = trapped(&repo);
    // Changed without git, so that files are hashed.
    std::thread::sleep(Duration::from_millis(20));
    repo.write("a.x", "3");
    repo.write("c.x", "new");
    for opened in [repo.open(), repo.open_by_system()] {
        let trees = [&first, &second].map(|commit| opened.tree_of(commit).unwrap());
        assert_eq!(shown(&opened.tree_diff(Some(&trees[0]), Some(&trees[1])).unwrap()), ["M a.x"]);
        assert_eq!(shown(&opened.work_tree_diff(Some(&trees[1])).unwrap()), ["M a.x", "A c.x"]);
        opened.merge_base(&first, &second).unwrap();
        opened.nearest_tag(&second, &|_| true).unwrap();
        assert!(!listing(&opened.work_tree().unwrap()).is_empty());
    }
    let ran = std::fs::read_to_string(&marker).unwrap_or_default();
    assert_eq!(ran, "", "these programs ran");
    // The trap works: git itself runs them.
    let _ = Command::new("git").current_dir(repo.path("")).args(["status"]).output().unwrap();
    assert!(std::fs::read_to_string(&marker).is_ok_and(|ran| !ran.is_empty()), "nothing would have run");
}

/// A work tree for `synth:` of a removed unit has the files as they are stored.
#[test]
fn a_check_out_runs_no_hook_and_no_filter() {
    let repo = Fixture::new();
    repo.write(".gitattributes", "* filter=own\n*.b filter=a=b\n");
    repo.write("a.x", "1");
    repo.write("a.b", "2");
    let first = repo.commit("first");
    repo.remove("a.x");
    repo.commit("second");
    let marker = trapped(&repo);
    let outside = tempfile::tempdir().unwrap();
    for opened in [repo.open(), repo.open_by_system()] {
        let tree = outside.path().join("tree");
        opened.check_out(&first, &tree).unwrap();
        assert_eq!(std::fs::read(tree.join("a.x")).unwrap(), b"1");
        assert_eq!(std::fs::read(tree.join("a.b")).unwrap(), b"2");
        opened.remove_check_out(&tree).unwrap();
        assert!(!tree.exists());
    }
    assert!(!marker.exists(), "{:?}", std::fs::read_to_string(&marker));
    let mut trap = Command::new("git");
    trap.current_dir(repo.path("")).args(["worktree", "add", "--detach"]);
    let _ = trap.arg(outside.path().join("trap")).output().unwrap();
    assert!(marker.exists(), "nothing would have run");
}

/// Git looks into a submodule by a git of its own, which reads the submodule's own configuration.
#[test]
fn no_filter_of_a_submodule_runs() {
    let inner = Fixture::new();
    inner.write("a", "1");
    inner.commit("inner");
    let repo = Fixture::new();
    let url = inner.path("").display().to_string();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "sub"]);
    let first = repo.commit("first");
    let marker = repo.path(".git/ran");
    let program = format!("touch '{}'; cat", marker.display());
    repo.git(&["-C", "sub", "config", "filter.e.clean", &program]);
    for opened in [repo.open(), repo.open_by_system()] {
        let tree = opened.tree_of(&first).unwrap();
        assert_eq!(shown(&opened.work_tree_diff(Some(&tree)).unwrap()), Vec::<String>::new());
    }
    std::thread::sleep(Duration::from_millis(20));
    repo.write("sub/.gitattributes", "* filter=e\n");
    repo.write("sub/a", "2");
    for opened in [repo.open(), repo.open_by_system()] {
        let tree = opened.tree_of(&first).unwrap();
        assert_eq!(shown(&opened.work_tree_diff(Some(&tree)).unwrap()), ["M sub"]);
        assert!(!marker.exists());
    }
    repo.git(&["status"]);
    assert!(marker.exists(), "nothing would have run");
}

#[test]
fn a_fetch_runs_no_hook_and_no_program_in_place_of_a_url() {
    let origin = Fixture::new();
    origin.write("a", "1");
    origin.commit("first");
    let clone = Fixture::clone_of(&origin, &["--depth=1"]);
    origin.write("a", "2");
    let second = origin.commit("second");
    let marker = trapped(&clone);
    let opened = clone.open();
    opened.fetch_commit(&second, Duration::from_secs(60)).unwrap();
    assert!(opened.has(&second).unwrap());
    origin.write("a", "3");
    let third = origin.commit("third");
    let command = format!("ext::sh -c touch% {}", marker.display());
    clone.git(&["config", "remote.origin.url", &command]);
    clone.git(&["config", "protocol.ext.allow", "always"]);
    let error = clone.open().fetch_commit(&third, Duration::from_secs(60)).unwrap_err().to_string();
    assert!(error.contains("ext"), "{error}");
    assert!(!marker.exists(), "{:?}", std::fs::read_to_string(&marker));
}

#[test]
fn credentials_of_a_url_are_in_no_message() {
    let repo = Fixture::new();
    repo.write("a", "1");
    let first = repo.commit("first");
    repo.git(&["remote", "add", "origin", "http://user:pa55word@127.0.0.1:9/a.git?private_token=s3cret"]);
    let wanted = CommitId::parse(&"7".repeat(first.to_string().len())).unwrap();
    let error = repo.open().fetch_commit(&wanted, Duration::from_secs(60)).unwrap_err().to_string();
    assert!(error.contains("127.0.0.1"), "{error}");
    for secret in ["pa55word", "s3cret", "user"] {
        assert!(!error.contains(secret), "{error}");
    }
    assert!(!error.contains("; ;") && !error.contains('\n'), "{error}");
}
