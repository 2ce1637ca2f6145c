//! CDK units that are gone: what they deployed is destroyed, by the assembly that they had.

use super::assemblies::{NEWEST, bundle};
use crate::support::repository::Repository;
use crate::support::{nestling, output, run, said};
use std::path::Path;
use std::process::Command;

const WORKSPACE: &str = "workspace:
  environments:
    staging: { when: default_branch }
    production: { when: default_branch }
    kept: { when: default_branch, stop: false }
";

/// A repository whose unit `shop` has been deleted by the last commit. Its assembly was in this directory, if anywhere.
fn without_shop(header: &str, assembly: Option<&str>) -> Repository {
    without_app("stages", header, assembly)
}

fn without_app(app: &str, header: &str, assembly: Option<&str>) -> Repository {
    let repository = Repository::new();
    repository.write("nestling.yml", WORKSPACE);
    repository.write("other/nestling.yml", "unit: {}\n---\njob: { script: echo }\n");
    repository.write("shop/nestling.yml", &format!("unit:\n  cdk:\n{header}"));
    for (path, text) in assembly.into_iter().flat_map(|folder| {
        bundle(NEWEST, app).into_iter().map(move |(path, text)| (format!("{folder}/{path}"), text))
    }) {
        repository.write(&path, &text);
    }
    repository.commit("shop");
    std::fs::remove_dir_all(repository.path().join("shop")).unwrap();
    repository.commit("no shop");
    repository
}

const STAGES: &str = "    stages: { Staging: staging, Production: production }\n";

/// The pipeline of the default branch, and what was said.
fn generate(repository: &Path) -> (String, String) {
    let output =
        run(nestling(repository).args(["generate", "--base", "HEAD~1", "--as", "branch:main", "-o", "-"]));
    assert!(output.status.success(), "{}", said(&output));
    (String::from_utf8_lossy(&output.stdout).into_owned(), said(&output))
}

/// The text of a job.
fn job<'a>(pipeline: &'a str, name: &str) -> &'a str {
    let start = pipeline.find(&format!("\n{name}:\n")).unwrap_or_else(|| panic!("no {name} in\n{pipeline}"));
    let rest = &pipeline[start + 1..];
    rest.find("\n\n").map_or(rest, |end| &rest[..end])
}

#[test]
fn a_committed_assembly_is_read_in_the_commit_that_had_it() {
    let repository = without_shop(&format!("    from: none\n{STAGES}"), Some("shop/cdk.out"));
    let (pipeline, said) = generate(repository.path());
    let stop = job(&pipeline, "shop:Staging:stop");
    let commit = output(Command::new("git").current_dir(repository.path()).args(["rev-parse", "HEAD~1"]));
    for line in [
        "  needs: []",
        "  when: manual",
        "  allow_failure: true",
        "    name: staging/shop",
        "    action: stop",
        "    GIT_STRATEGY: none",
        &format!("    NESTLING_UNIT_COMMIT: {}", commit.trim()),
        "    - npx --yes aws-cdk@2.1148.1 destroy --app .nestling/stop Staging/Data Staging/Service Staging/Monitoring Staging/Edge --exclusively --force --no-notices",
    ] {
        assert!(stop.lines().any(|found| found == line), "{line}\n{stop}");
    }
    assert!(
        job(&pipeline, "shop:Production:stop").contains(" Production/Monitoring --exclusively --force"),
        "{pipeline}"
    );
    assert!(!pipeline.contains("cdk@2 deploy"), "{pipeline}");
    assert!(!said.contains("warning["), "{said}");
}

/// Stacks of the app's other pipeline never belonged to this unit.
#[test]
fn of_several_pipelines_the_stacks_of_the_chosen_one_are_destroyed() {
    let header = "    from: none\n    pipeline: A\n    environment: staging\n";
    let (pipeline, _) = generate(without_app("pair", header, Some("shop/cdk.out")).path());
    let stop = job(&pipeline, "shop:Uat:stop");
    assert!(
        stop.contains("destroy --app .nestling/stop A/Uat/One A/Uat/Two --exclusively --force"),
        "{stop}"
    );
    assert_eq!(pipeline.matches(" destroy ").count(), 1, "{pipeline}");
}

#[test]
fn what_somebody_wants_to_keep_is_kept() {
    let keep =
        "    from: none\n    stages: { Staging: { environment: staging, stop: false }, Production: kept }\n";
    let (pipeline, _) = generate(without_shop(keep, Some("shop/cdk.out")).path());
    assert!(!pipeline.contains("\nshop:"), "{pipeline}");
}

/// The commands run where the unit still is, and leave nothing there.
#[test]
fn generate_synthesizes_what_is_gone_from_the_commit_that_had_it() {
    let synth =
        "    synth: [mkdir cdk.out, cp -R ../made/. cdk.out, touch cdk.out/asset.1]\n    from: generate\n";
    let repository = without_shop(&format!("{synth}{STAGES}"), Some("made"));
    let (pipeline, said) = generate(repository.path());
    let stop = job(&pipeline, "shop:Staging:stop");
    for line in ["  needs: []", "    GIT_STRATEGY: none"] {
        assert!(stop.lines().any(|found| found == line), "{line}\n{stop}");
    }
    assert!(!said.contains("warning["), "{said}");
    let kept = repository.path().join("shop/cdk.out");
    assert!(kept.join("assembly-Staging/manifest.json").exists() && !kept.join("asset.1").exists());
    let trees = output(Command::new("git").current_dir(repository.path()).args(["worktree", "list"]));
    assert_eq!(trees.lines().count(), 1, "{trees}");
}

#[test]
fn an_assembly_that_a_job_of_the_parent_has_left_is_read() {
    let repository = without_shop(STAGES, None);
    for (path, text) in bundle(NEWEST, "stages") {
        repository.write(format!("shop/cdk.out/{path}"), &text);
    }
    let (pipeline, _) = generate(repository.path());
    assert!(
        job(&pipeline, "shop:Production:stop").contains("\"stackName\":\"Production-Data\""),
        "{pipeline}"
    );
}

#[test]
fn where_nobody_has_the_assembly_a_person_is_told_what_to_do() {
    let (pipeline, said) = generate(without_shop(STAGES, None).path());
    assert!(!pipeline.contains("\nshop:"), "{pipeline}");
    for part in [
        "warning[removed-unit]: `shop` was removed and its stop jobs cannot be determined",
        "its assembly `shop/cdk.out` is neither in the repository at base nor in the work tree",
        "can be stopped under Operate > Environments",
        "`synth:` in a unit's header",
        "npx cdk list`, then `npx cdk destroy --exclusively STACK`",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
}

#[test]
fn a_synth_that_fails_at_base_is_told_and_leaves_nothing() {
    let repository = without_shop(&format!("    synth: \"echo no npm >&2; exit 3\"\n{STAGES}"), None);
    let (_, said) = generate(repository.path());
    assert!(said.contains("`echo no npm >&2; exit 3` failed"), "{said}");
    let trees = output(Command::new("git").current_dir(repository.path()).args(["worktree", "list"]));
    assert_eq!(trees.lines().count(), 1, "{trees}");
}

#[test]
fn an_app_that_moved_still_has_its_stacks_and_nothing_is_destroyed() {
    let repository = without_shop(&format!("    from: none\n{STAGES}"), Some("shop/cdk.out"));
    let git = |arguments: &[&str]| output(Command::new("git").current_dir(repository.path()).args(arguments));
    git(&["checkout", "--quiet", "HEAD~1", "--", "shop"]);
    git(&["mv", "shop", "apps"]);
    repository.commit("moved");
    let output = run(nestling(repository.path()).args([
        "generate",
        "--base",
        "HEAD~2",
        "--as",
        "branch:main",
        "-o",
        "-",
    ]));
    let pipeline = String::from_utf8_lossy(&output.stdout);
    assert!(pipeline.contains("\napps:Staging:\n"), "{}", said(&output));
    assert!(!pipeline.contains("\nshop:"), "{pipeline}");
    assert!(
        said(&output).contains("`shop` is `apps` now, which deploys the same stacks"),
        "{}",
        said(&output)
    );
}
