//! Places of a repository: whatever `.git` is, the work tree is that of git, and the units are those of a plain clone.

use crate::support::repository::Repository;
use crate::support::{nestling, output, run, said};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A workspace with three units, of which two changed: one is committed, one is on disk alone.
fn origin() -> Repository {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n");
    for unit in ["a", "b/c", "d"] {
        repository
            .write(format!("{unit}/nestling.yml"), "test: { script: t }\n")
            .write(format!("{unit}/src"), "1\n");
    }
    repository.commit("units");
    repository.git(&["branch", "base"]);
    repository.write("a/src", "2\n").commit("a changes");
    repository
}

fn git(directory: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(directory).args(["-c", "protocol.file.allow=always"]).args(arguments);
    output(&mut command);
}

/// Clones into a directory in a way of its own, and gives the work tree.
type Layout = fn(&Path, &Path) -> PathBuf;

fn clone(origin: &Path, folder: &Path, options: &[&str]) -> PathBuf {
    let url = format!("file://{}", origin.display());
    let mut arguments = vec!["clone", "--quiet"];
    arguments.extend(options);
    arguments.extend([url.as_str(), "clone"]);
    git(folder, &arguments);
    folder.join("clone")
}

const LAYOUTS: [(&str, Layout); 12] = [
    ("a plain clone", |origin, folder| clone(origin, folder, &[])),
    ("a git directory elsewhere", |origin, folder| {
        clone(origin, folder, &["--separate-git-dir", "elsewhere"])
    }),
    ("a git directory behind a link", |origin, folder| {
        let clone = clone(origin, folder, &[]);
        std::fs::rename(clone.join(".git"), folder.join("moved")).unwrap();
        std::os::unix::fs::symlink("../moved", clone.join(".git")).unwrap();
        clone
    }),
    ("a linked work tree", |origin, folder| {
        let clone = clone(origin, folder, &[]);
        git(&clone, &["worktree", "add", "--quiet", "--detach", "../linked"]);
        folder.join("linked")
    }),
    ("a work tree of a bare repository", |origin, folder| {
        let bare = clone(origin, folder, &["--bare"]);
        git(&bare, &["worktree", "add", "--quiet", "--detach", "../linked"]);
        folder.join("linked")
    }),
    ("a submodule", |origin, folder| {
        git(folder, &["init", "--quiet", "outer"]);
        let outer = folder.join("outer");
        let url = format!("file://{}", origin.display());
        git(&outer, &["submodule", "--quiet", "add", &url, "inner"]);
        outer.join("inner")
    }),
    ("core.worktree", |origin, folder| {
        let clone = clone(origin, folder, &[]);
        std::fs::create_dir(folder.join("tree")).unwrap();
        for entry in std::fs::read_dir(&clone).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name() != ".git" {
                std::fs::rename(entry.path(), folder.join("tree").join(entry.file_name())).unwrap();
            }
        }
        git(&clone, &["config", "core.worktree", folder.join("tree").to_str().unwrap()]);
        std::fs::write(folder.join("tree/.git"), format!("gitdir: {}\n", clone.join(".git").display()))
            .unwrap();
        folder.join("tree")
    }),
    ("a clone without blobs", |origin, folder| clone(origin, folder, &["--filter=blob:none"])),
    ("a sparse checkout by patterns", |origin, folder| {
        let clone = clone(origin, folder, &[]);
        git(&clone, &["sparse-checkout", "set", "--no-cone", "/d/", "/nestling.yml"]);
        clone
    }),
    ("a sparse checkout of a cone", |origin, folder| {
        let clone = clone(origin, folder, &[]);
        git(&clone, &["sparse-checkout", "set", "--cone", "d"]);
        clone
    }),
    ("a sparse checkout with a sparse index", |origin, folder| {
        let clone = clone(origin, folder, &[]);
        git(&clone, &["sparse-checkout", "set", "--cone", "--sparse-index", "d"]);
        clone
    }),
    ("a shared clone", |origin, folder| clone(origin, folder, &["--shared"])),
];

#[test]
fn the_units_are_the_same_wherever_the_repository_is() {
    let origin = origin();
    git(origin.path(), &["config", "uploadpack.allowFilter", "true"]);
    for (layout, make) in LAYOUTS {
        let folder = tempfile::tempdir().unwrap();
        let tree = make(origin.path(), folder.path());
        std::fs::write(tree.join("d/src"), "on disk\n").unwrap();
        for (options, expected) in [
            (&["affected", "--all"][..], "a\nb/c\nd\n"),
            (&["affected", "--base", "HEAD~1"], "a\nd\n"),
            (&["affected", "--base", "HEAD~1", "--head", "HEAD"], "a\n"),
        ] {
            for start in ["", "d"] {
                let output = run(nestling(&tree.join(start)).args(options));
                assert!(output.status.success(), "{layout}: {}", said(&output));
                assert_eq!(
                    String::from_utf8_lossy(&output.stdout),
                    expected,
                    "{layout}: {options:?} {}",
                    said(&output)
                );
            }
        }
        let checked = run(nestling(&tree).arg("check"));
        assert!(checked.status.success(), "{layout}: {}", said(&checked));
    }
}

/// Variables that name another repository, as a hook of git has them, do not lead away from the one that is asked about.
#[test]
fn variables_of_git_lead_to_no_other_repository() {
    let (origin, other) = (origin(), Repository::new());
    other.commit("nothing");
    let mut command = nestling(origin.path());
    command.args(["affected", "--all"]);
    command.env("GIT_DIR", other.path().join(".git")).env("GIT_WORK_TREE", other.path());
    command.env("GIT_INDEX_FILE", other.path().join(".git/index"));
    assert_eq!(output(&mut command), "a\nb/c\nd\n");
}

/// A repository of another user is refused, as git does; the runner's own clone is not.
#[test]
fn a_repository_of_another_owner_is_refused() {
    let origin = origin();
    let owned = Command::new("chown").args(["-R", "65534:65534"]).arg(origin.path()).status();
    if !owned.is_ok_and(|status| status.success()) {
        eprintln!("a_repository_of_another_owner_is_refused is skipped: nobody's files cannot be made here");
        return;
    }
    let refused = run(nestling(origin.path()).args(["affected", "--all"]));
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    assert!(said(&refused).contains("belongs to another user"), "{}", said(&refused));
    let elsewhere = tempfile::tempdir().unwrap();
    let mut command = nestling(origin.path());
    let refused = run(command.args(["affected", "--all"]).env("CI_PROJECT_DIR", elsewhere.path()));
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    let mut command = nestling(origin.path());
    assert_eq!(
        output(command.args(["affected", "--all"]).env("CI_PROJECT_DIR", origin.path())),
        "a\nb/c\nd\n"
    );
}

/// `git init --separate-git-dir` puts git's own directory anywhere, also into the work tree.
#[test]
fn gits_own_directory_in_the_work_tree_holds_no_files() {
    let repository = origin();
    let root = repository.path();
    std::fs::rename(root.join(".git"), root.join("a/gits")).unwrap();
    std::fs::write(root.join(".git"), "gitdir: a/gits\n").unwrap();
    repository
        .write("a/gits/nestling.yml", "hidden: { script: t }\n")
        .write("a/gits/ci/t.yml", "t: { script: t }\n");
    repository.write("a/gits/secret.yml", "secret: { script: token }\n");
    repository.write("nestling.yml", "workspace: { templates: [ci, a/gits/ci] }\n");
    let affected = output(nestling(root).args(["affected", "--base", "HEAD"]));
    assert_eq!(affected, "", "git's own files are no change of `a`");
    let all = output(nestling(root).args(["affected", "--all"]));
    assert_eq!(all, "a\nb/c\nd\n");
    for fragment in ["unit: { use: t }\n", "include: /a/gits/secret.yml\n", "include: '/a/**/secret.yml'\n"] {
        repository.write("d/nestling.yml", fragment);
        let generated = run(nestling(root).args(["generate", "--all", "--output", "-"]));
        assert!(!said(&generated).contains("token"), "{}", said(&generated));
    }
    repository.write("d/nestling.yml", "test: { script: t }\n");
    // The same with the system's git, which reads what libgit2 cannot: a split index.
    repository.git(&["update-index", "--split-index"]);
    assert_eq!(output(nestling(root).args(["affected", "--base", "HEAD"])), "");
}
