//! Writing the pipeline: what is never replaced, what is kept of what is replaced, and what a killed run leaves.

use crate::support::repository::Repository;
use crate::support::{nestling, run, said, setting};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

fn workspace() -> Repository {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: { templates: [ci] }\n");
    repository.write("ci/app.yml", "test: { script: t }\n").write("api/nestling.yml", "unit: { use: app }\n");
    repository.write(".gitlab-ci.yml", "stages: [test]\n").commit("a unit");
    repository
}

fn generate(repository: &Repository, output: &str) -> Output {
    run(nestling(repository.path()).args(["generate", "--all", "--output", output]))
}

#[test]
fn what_was_read_is_not_replaced() {
    let repository = workspace();
    repository.write("unit.yml", "unit: { use: app }\n").write("web/file", "");
    symlink("../unit.yml", repository.path().join("web/nestling.yml")).unwrap();
    repository.commit("a unit whose file is a link");
    symlink("ci/app.yml", repository.path().join("link.yml")).unwrap();
    symlink("ci", repository.path().join("folder")).unwrap();
    std::fs::hard_link(repository.path().join("ci/app.yml"), repository.path().join("hard.yml")).unwrap();
    std::fs::hard_link(repository.path().join("api/nestling.yml"), repository.path().join("unit2.yml"))
        .unwrap();
    symlink(".git/new", repository.path().join("dangling.yml")).unwrap();
    for output in [
        "nestling.yml",
        "api/nestling.yml",
        ".gitlab-ci.yml",
        "ci/app.yml",
        "api/../ci/app.yml",
        "link.yml",
        "folder/app.yml",
        "hard.yml",
        "unit.yml",
        "unit2.yml",
        ".git/config",
        ".git/child-pipeline.yml",
        ".git/hooks/post-checkout",
        "dangling.yml",
        ".GIT/x",
    ] {
        for in_gitlab in [false, true] {
            let mut command = nestling(repository.path());
            command.args(["generate", "--all", "--output", output]);
            if in_gitlab {
                let head = repository.git(&["rev-parse", "HEAD"]);
                command.env("GITLAB_CI", "true").env("CI_COMMIT_SHA", head.trim());
            }
            let output_of_run = run(&mut command);
            assert_eq!(output_of_run.status.code(), Some(2), "{output}: {}", said(&output_of_run));
            assert!(said(&output_of_run).contains("is not replaced"), "{output}: {}", said(&output_of_run));
        }
    }
    assert_eq!(repository.git(&["status", "--porcelain", "--untracked-files=no"]), "");
    assert!(!repository.path().join(".git/new").exists());
    let report =
        run(nestling(repository.path()).args(["generate", "--all", "--output", "-", "--report", ".git/x"]));
    assert_eq!(report.status.code(), Some(2), "{}", said(&report));
}

#[test]
fn inputs_of_options_and_lock_files_are_not_replaced() {
    let repository = workspace();
    repository.write("list", "api/x\n").write("yarn.lock", "").write("durations.json", "{}");
    for args in [
        &["generate", "--output", "list", "--changes-from", "list"][..],
        &["generate", "--output", "yarn.lock", "--all"],
        &["generate", "--output", "api/../list", "--changes-from", "list"],
        &["preview", "--html", "api/nestling.yml"],
        &["preview", "--html", "ci/app.yml"],
        &["preview", "--html", "durations.json", "--durations", "durations.json"],
    ] {
        let output = run(nestling(repository.path()).args(args));
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", said(&output));
        assert!(said(&output).contains("is not replaced"), "{args:?}: {}", said(&output));
    }
    assert_eq!(std::fs::read_to_string(repository.path().join("list")).unwrap(), "api/x\n");
}

#[test]
fn tracked_files_are_not_replaced_but_earlier_outputs_are() {
    let repository = workspace();
    repository.write("README.md", "# Shop\n").write("docs/summary.md", "x\n").write("docs/page.html", "<p>x");
    repository
        .write("cases.xml", "<x/>")
        .write("list.json", "{\"version\": \"2.1.0\", \"runs\": []}")
        .commit("files of somebody");
    let refused = [
        &["generate", "--all", "--output", "README.md"][..],
        &["generate", "--all", "--output", "README.md", "--compact"],
        &["generate", "--all", "--output", "api/../README.md"],
        &["generate", "--all", "--output", "-", "--report", "docs"],
        &["preview", "--all", "--html", "README.md"],
        &["preview", "--all", "--html", "docs/page.html"],
        &["replay", "--html", "README.md"],
        &["test", "--junit", "cases.xml"],
        &["convert", "--from", "sarif", "list.json", "--output", "README.md"],
    ];
    for args in refused {
        for in_gitlab in [false, true] {
            let mut command = nestling(repository.path());
            if in_gitlab {
                let head = repository.git(&["rev-parse", "HEAD"]);
                command.env("GITLAB_CI", "true").env("CI_COMMIT_SHA", head.trim());
            }
            let output = run(command.args(args));
            assert_eq!(output.status.code(), Some(2), "{args:?}: {}", said(&output));
            assert!(said(&output).contains("is tracked by git"), "{args:?}: {}", said(&output));
        }
    }
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
    let outputs = [
        &["generate", "--all", "--output", "child.yml", "--report", "report"][..],
        &["generate", "--all", "--output", "compact.yml", "--compact"],
        &["preview", "--all", "--html", "preview.html"],
        &["replay", "--html", "replay.html"],
        // What is not there is not replaced.
        &["generate", "--all", "--output", "README.md"],
    ];
    std::fs::remove_file(repository.path().join("README.md")).unwrap();
    for round in ["new", "committed"] {
        for args in outputs {
            let output = run(nestling(repository.path()).args(args));
            assert!(output.status.success(), "{round}: {args:?}: {}", said(&output));
        }
        repository.commit("what was written");
    }
}

#[test]
fn missing_directories_are_created() {
    let repository = workspace();
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), repository.path().join("out")).unwrap();
    symlink(".git", repository.path().join("git")).unwrap();
    for (args, file) in [
        (&["generate", "--all", "--output", "a/b/child.yml"][..], "a/b/child.yml"),
        (&["generate", "--all", "--output", "-", "--report", "c/d"], "c/d/plan.json"),
        (&["preview", "--all", "--html", "e/f/page.html"], "e/f/page.html"),
        (&["replay", "--html", "g/h/page.html"], "g/h/page.html"),
        (&["test", "--junit", "i/j/cases.xml"], "i/j/cases.xml"),
        (&["man", "k/l"], "k/l/nestling.1"),
    ] {
        let output = run(nestling(repository.path()).args(args));
        assert!(output.status.success(), "{args:?}: {}", said(&output));
        assert!(repository.path().join(file).exists(), "{args:?}");
    }
    for args in [
        &["--output", "out/m/child.yml"][..],
        &["--output", "-", "--report", "out/m"],
        &["--output", "missing/../out/m/child.yml"],
        &["--output", "git/hooks/m/child.yml"],
        &["--output", "missing/../git/m/child.yml"],
    ] {
        let output = run(nestling(repository.path()).args(["generate", "--all"]).args(args));
        assert!(!output.status.success(), "{args:?}: {}", said(&output));
    }
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
    assert!(!repository.path().join(".git/hooks/m").exists() && !repository.path().join(".git/m").exists());
}

#[test]
fn mode_and_link_of_the_old_file_are_kept() {
    let repository = workspace();
    let path = |name: &str| repository.path().join(name);
    let mode = |name: &str| path(name).metadata().unwrap().permissions().mode() & 0o777;
    assert!(generate(&repository, "new.yml").status.success());
    assert_eq!(mode("new.yml"), 0o644);
    for kept in [0o600, 0o640, 0o664, 0o444] {
        std::fs::set_permissions(path("new.yml"), std::fs::Permissions::from_mode(kept)).unwrap();
        assert!(generate(&repository, "new.yml").status.success());
        assert_eq!(mode("new.yml"), kept);
    }
    std::fs::create_dir(path("out")).unwrap();
    symlink("out/target.yml", path("link.yml")).unwrap();
    for _ in 0..2 {
        // First a link that leads to nothing, then one to a file.
        assert!(generate(&repository, "link.yml").status.success());
        assert_eq!(path("link.yml").read_link().unwrap(), Path::new("out/target.yml"));
        assert!(std::fs::read_to_string(path("out/target.yml")).unwrap().contains("api:test"));
    }
    symlink("nowhere/target.yml", path("lost.yml")).unwrap();
    let lost = generate(&repository, "lost.yml");
    assert!(said(&lost).contains("the directory does not exist"), "{}", said(&lost));
    assert!(path("lost.yml").is_symlink());
}

#[test]
fn an_old_pipeline_that_stays_is_told() {
    let repository = workspace();
    assert!(generate(&repository, "child-pipeline.yml").status.success());
    repository.write("ci/app.yml", "test: { scirpt: t }\n");
    let failed = generate(&repository, "child-pipeline.yml");
    assert_eq!(failed.status.code(), Some(1));
    assert!(
        said(&failed).contains("child-pipeline.yml is unchanged since an earlier run"),
        "{}",
        said(&failed)
    );
}

fn temporary_files(repository: &Repository) -> Vec<String> {
    let entries = std::fs::read_dir(repository.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(".nestling-")).collect()
}

/// Number of runs that are killed; `NESTLING_TEST_KILLS=400` for more.
fn kills() -> u32 {
    setting("NESTLING_TEST_KILLS").map_or(12, |kills| kills.parse().unwrap())
}

#[test]
fn what_killed_runs_leave_is_cleared_and_no_output_is_torn() {
    let repository = workspace();
    let long = "job${{ 1 }}: { script: t }\n#% for i in range(2000)\nj${{ i }}: { script: \"${{ 'x' * 200 }}\" }\n#% endfor\n";
    repository.write("ci/app.yml", long).commit("a long pipeline");
    assert!(generate(&repository, "child-pipeline.yml").status.success());
    let whole = std::fs::read(repository.path().join("child-pipeline.yml")).unwrap();
    let start = std::time::Instant::now();
    assert!(generate(&repository, "child-pipeline.yml").status.success());
    let duration = start.elapsed();
    for kill in 0..kills() {
        let mut command = nestling(repository.path());
        command.args(["generate", "--all"]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        // Around the time when it writes.
        std::thread::sleep(duration * (80 + kill % 24) / 100);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(std::fs::read(repository.path().join("child-pipeline.yml")).unwrap(), whole, "torn");
    }
    repository
        .write(".nestling-a1B2c3", "left by a killed run")
        .write(".nestling-notes", "a file of somebody");
    std::thread::sleep(Duration::from_millis(300));
    assert!(generate(&repository, "child-pipeline.yml").status.success());
    assert_eq!(temporary_files(&repository), [".nestling-notes"]);
}

/// A file system that is full: the old file stays, and the error says why.
#[test]
fn a_full_disk_leaves_the_old_file() {
    let repository = workspace();
    let disk = repository.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(&disk).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        eprintln!("a_full_disk_leaves_the_old_file is skipped: no file system can be mounted here");
        return;
    }
    let result = std::panic::catch_unwind(|| {
        assert!(generate(&repository, "disk/child.yml").status.success());
        let old = std::fs::read(disk.join("child.yml")).unwrap();
        std::fs::write(disk.join("filler"), vec![0; 48 << 10]).unwrap();
        let long = "#% for i in range(2000)\nj${{ i }}: { script: \"${{ 'x' * 200 }}\" }\n#% endfor\n";
        repository.write("ci/app.yml", long);
        let full = generate(&repository, "disk/child.yml");
        assert!(!full.status.success());
        assert!(said(&full).contains("No space left") || said(&full).contains("space"), "{}", said(&full));
        assert_eq!(std::fs::read(disk.join("child.yml")).unwrap(), old);
        let names: Vec<_> =
            std::fs::read_dir(&disk).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
    });
    assert!(Command::new("umount").arg(&disk).status().unwrap().success());
    result.unwrap();
}

/// Git's own directory need not be below the work tree, nor be called `.git`.
#[test]
fn no_output_is_written_into_gits_own_directory_wherever_it_is() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n").write("u/nestling.yml", "t: { script: t }\n");
    repository.commit("a unit");
    let outside = tempfile::tempdir().unwrap();
    let moved = outside.path().join("moved");
    std::fs::rename(repository.path().join(".git"), &moved).unwrap();
    std::fs::write(repository.path().join(".git"), format!("gitdir: {}\n", moved.display())).unwrap();
    let hook = moved.join("hooks").join("y");
    std::fs::create_dir_all(moved.join("hooks")).unwrap();
    let output = run(nestling(repository.path()).args(["generate", "--all", "--output"]).arg(&hook));
    assert!(said(&output).contains("is in git's directory"), "{}", said(&output));
    assert!(!hook.exists());
    let output = run(nestling(repository.path()).args(["affected", "--all"]));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "u\n");
    // What is in it is not a file of the repository either.
    repository.write("u/nestling.yml", "include: { local: .git }\nt: { script: t }\n");
    let output = run(nestling(repository.path()).args(["generate", "--all", "--output", "-"]));
    assert!(said(&output).contains("included file `.git` does not exist"), "{}", said(&output));
}
