//! Targets of `generate`: files, targets of links, and paths that are not files.

use crate::support::example::Example;
use crate::support::repository::Repository;
use crate::support::{nestling, output, run, said};
use std::os::unix::fs::symlink;
use std::path::Path;

#[test]
fn a_link_stays_a_link_and_a_device_a_device() {
    let shop = Example::new("shop");
    let generate =
        |to: &str| output(nestling(&shop.path()).args(["generate", "--head", "HEAD", "--output", to]));
    let in_shop = |name: &str| shop.path().join(name);
    std::fs::write(in_shop("real.yml"), "old\n").unwrap();
    symlink("real.yml", in_shop("link.yml")).unwrap();
    symlink("/dev/null", in_shop("nowhere")).unwrap();
    generate("link.yml");
    generate("nowhere");
    assert!(in_shop("link.yml").is_symlink() && in_shop("nowhere").is_symlink());
    let text = std::fs::read_to_string(in_shop("real.yml")).unwrap();
    assert_eq!(text, generate("-"));
    assert_eq!(generate("/dev/stdout"), text);
}

/// The author of a merge request may commit links where the job of the parent writes.
#[test]
fn links_of_the_repository_lead_to_no_other_file() {
    let shop = Example::new("shop");
    let outside = tempfile::tempdir().unwrap();
    let victim = outside.path().join("bashrc");
    std::fs::write(&victim, "old").unwrap();
    let in_shop = |name: &str| shop.path().join(name);
    std::fs::create_dir(in_shop("reports")).unwrap();
    symlink(&victim, in_shop("child.yml")).unwrap();
    symlink(outside.path().join("new"), in_shop("dangling.yml")).unwrap();
    symlink(outside.path(), in_shop("folder")).unwrap();
    symlink(&victim, in_shop("reports/summary.md")).unwrap();
    symlink("../.git/config", in_shop("linked.json")).unwrap();
    let config = std::fs::read(in_shop(".git/config")).unwrap();
    std::fs::rename(in_shop("linked.json"), in_shop("reports/plan.json")).unwrap();
    for args in [
        &["--output", "child.yml"][..],
        &["--output", "dangling.yml"],
        &["--output", "folder/child.yml"],
        &["--output", "x.yml", "--report", "folder"],
        &["--output", "x.yml", "--report", "reports"],
    ] {
        let output = run(nestling(&shop.path()).args(["generate", "--head", "HEAD"]).args(args));
        assert!(!output.status.success(), "{args:?}: {}", said(&output));
    }
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "old");
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 1);
    assert_eq!(std::fs::read(in_shop(".git/config")).unwrap(), config);
    let above = outside.path().join("above.yml");
    let output = run(nestling(&shop.path()).args(["generate", "--head", "HEAD", "--output"]).arg(&above));
    assert!(
        output.status.success() && above.exists(),
        "a path that leads out says so itself: {}",
        said(&output)
    );
}

#[test]
fn what_cannot_be_written_to_is_told() {
    let shop = Example::new("shop");
    for (to, why) in [
        ("services", "cannot write `services`"),
        ("/dev/full", "No space left on device"),
        ("nestling.yml/child.yml", "cannot write `nestling.yml/child.yml`: cannot create the directory"),
    ] {
        if to == "/dev/full" && !Path::new(to).exists() {
            continue;
        }
        let output = run(nestling(&shop.path()).args(["generate", "--head", "HEAD", "--output", to]));
        assert_eq!(output.status.code(), Some(4), "{to}: {}", said(&output));
        assert!(said(&output).contains(why), "{to}: {}", said(&output));
    }
}

/// A runner that does not check out does not clean up either, and artifacts are published of jobs that fail, too.
#[test]
fn a_job_that_fails_publishes_nothing_of_an_older_one() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n---\nhello: { script: echo }\n");
    let commit = repository.commit("a workspace");
    let broken = repository.write("nestling.yml", "workspace: [\n").commit("no workspace");
    let there = || {
        let files = ["child-pipeline.yml", "reports/codequality.json"];
        files.map(|file| repository.path().join(file).exists())
    };
    let generate = |commit: &str, in_gitlab: bool| {
        let mut command = nestling(repository.path());
        if in_gitlab {
            command.env("GITLAB_CI", "true").env("CI_COMMIT_SHA", commit);
        }
        run(command.args(["generate", "--head", commit, "--report", "reports"])).status.code()
    };
    assert_eq!((generate(&commit, true), there()), (Some(0), [true, true]));
    assert_eq!((generate(&broken, false), there()), (Some(1), [true, true]), "the old one stays on a laptop");
    assert_eq!((generate(&broken, true), there()), (Some(1), [false, true]), "with this job's own reports");
    assert_eq!((generate(&commit, true), there()), (Some(0), [true, true]));
    assert_eq!((generate("nowhere", true), there()), (Some(3), [false, false]));
}
