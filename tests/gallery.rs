//! Every example is run: its parent's plan job, its child pipeline, its stop jobs. What it deploys is there after the
//! deploy and gone after the stop. An example's `trial` says what is run, and `examples/run` has the words for it.

use crate::cdk::synth::installed;
use crate::support::tool::{Tool, need};
use crate::support::{example, nestling, output, read, root, run, said, setting};
use std::path::Path;
use std::process::Command;

/// Examples that have tests of their own: `e2e.rs`, `cdk.rs`.
const ELSEWHERE: [&str; 2] = ["shop", "codepipeline"];

fn gallery() -> Vec<String> {
    example::names().into_iter().filter(|name| !ELSEWHERE.contains(&name.as_str())).collect()
}

#[test]
fn every_example_deploys_and_stops() {
    let test = "every_example_deploys_and_stops";
    if [Tool::GitlabCiLocal, Tool::Rsync, Tool::Node, Tool::Python, Tool::Kubectl]
        .iter()
        .any(|tool| need(*tool, test).is_none())
    {
        return;
    }
    // The fake AWS that an example deploys to.
    let has_cdk = ["npm/node_modules", "venv/bin/python"].iter().all(|path| installed(path, test).is_some());
    let binary = Path::new(env!("CARGO_BIN_EXE_nestling")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), setting("PATH").unwrap());
    let mut failed = Vec::new();
    for name in
        gallery().iter().filter(|name| has_cdk || !["ecs-fargate", "library"].contains(&name.as_str()))
    {
        let mut trial = Command::new("bash");
        trial.arg(root().join("examples/run")).arg(name).current_dir(root()).env_clear().env("PATH", &path);
        // Node and uv know no other authorities than their own.
        for name in ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"] {
            trial.envs(setting(name).map(|path| (name, path)));
        }
        let output = run(&mut trial);
        if !output.status.success() {
            failed.push(format!("{name}\n{}", said(&output)));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// A trial that looks at nothing after a stop would pass for an environment that stays.
#[test]
fn every_trial_runs_a_deploy_reads_its_address_and_runs_its_stop() {
    for name in gallery() {
        let trial = read(format!("examples/{name}/trial"));
        for word in ["pipeline merge_request", "\nplan\n", "\nchild", ":stop"] {
            assert!(trial.contains(word), "examples/{name}/trial has no `{word}`");
        }
    }
}

/// The pages say how little a workspace has to say.
#[test]
fn the_librarys_workspace_and_its_manifests_have_sixty_lines() {
    let files = ["nestling.yml", "services/api/k8s/api.yml", "services/prices/k8s/prices.yml"];
    let lines: usize =
        files.iter().map(|file| read(format!("examples/library/{file}")).lines().count()).sum();
    assert!(lines <= 60, "{lines} lines");
    for page in ["docs/gallery.md", "docs/review-apps.md", "examples/library/README.md"] {
        assert!(read(page).contains("60 lines"), "{page}");
    }
}

/// The effect of a merge at a glance, in the merge request's own job: tiers, what is done, by itself or by a button.
#[test]
fn generate_as_the_default_branch_says_what_merging_would_touch() {
    let promotion = example::Example::new("promotion");
    let report = promotion.beside().join("report");
    let mut generate = nestling(&promotion.path());
    generate.args(["generate", "--as", "branch:main", "--head", "HEAD", "--output", "-", "--report"]);
    let output = run(generate.arg(&report));
    let said = String::from_utf8(output.stderr).unwrap();
    let touched = said.split("Environments\n").nth(1).expect(&said);
    let words: Vec<Vec<&str>> = touched.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(words[0][..3], ["staging", "deploy", "staging/services-shop"], "{said}");
    // A freeze keeps the deployment out.
    let production = ["production", "deploy", "manual,", "conditional", "production/services-shop"];
    assert_eq!(words[1][..5], production, "{said}");
    let plan = std::fs::read_to_string(report.join("plan.json")).unwrap();
    let summary = std::fs::read_to_string(report.join("summary.md")).unwrap();
    for name in ["staging/services-shop", "production/services-shop"] {
        assert!(plan.contains(name) && summary.contains(name), "{name}");
    }
    assert!(summary.contains("| `services/shop` | manual if `$CI_DEPLOY_FREEZE` is"), "{summary}");
}

#[test]
fn the_gallery_page_and_the_readmes_name_every_example() {
    let page = read("docs/gallery.md");
    for name in example::names() {
        assert!(page.contains(&format!("(../examples/{name}/README.md)")), "docs/gallery.md misses {name}");
    }
    for name in gallery() {
        let readme = read(format!("examples/{name}/README.md"));
        for script in ["try", "run"] {
            let command = format!("./examples/{script} {name}");
            assert!(readme.contains(&command), "examples/{name}/README.md does not show `{command}`");
        }
    }
}

/// The same commits everywhere, so that what is committed is what comes out.
#[test]
fn an_example_becomes_the_same_repository_twice() {
    for name in gallery() {
        let commit = |_| example::Example::new(&name).commit("HEAD");
        assert_eq!(commit(1), commit(2), "{name}");
        output(Command::new("bash").arg("-n").arg(root().join("examples").join(&name).join("trial")));
    }
}
