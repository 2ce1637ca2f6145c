//! The pipeline of a tag, around the forms. It runs on GitLab; here it is read.

use super::VERSION;
use crate::support::{judge, nestling, read, root, run, said};
use std::process::Command;

#[test]
fn the_projects_pipeline_is_sound() {
    let test = "the_projects_pipeline_is_sound";
    let checked = run(nestling(&root()).args(["check", ".gitlab-ci.yml"]));
    assert!(checked.status.success() && !said(&checked).contains("warning"), "{}", said(&checked));
    judge::psych(test, &[root().join(".gitlab-ci.yml")]);
    judge::schema(test, &[root().join(".gitlab-ci.yml")]);
}

/// `CARGO_HOME` is a directory of the job, whose programs are not on PATH. Cargo finds its own subcommands there.
#[test]
fn what_a_job_installs_by_cargo_is_called_by_its_path() {
    let pipeline: serde_yaml::Value = serde_yaml::from_str(&read(".gitlab-ci.yml")).unwrap();
    let mut count = 0;
    for (job, body) in pipeline.as_mapping().unwrap() {
        let lists = ["before_script", "script"].map(|keyword| body.get(keyword)?.as_sequence());
        let lines = lists.into_iter().flatten().flatten().filter_map(|line| line.as_str());
        let lines: Vec<&str> = lines.flat_map(str::lines).map(str::trim).collect();
        for installing in lines.iter().filter(|line| line.starts_with("cargo install ")) {
            let package = installing.split(' ').rfind(|word| !word.starts_with('#')).unwrap();
            let program = package.split('@').next().unwrap();
            let bare = lines.iter().find(|line| line.split(' ').next() == Some(program));
            assert!(bare.is_none(), "{job:?}: `{program}` is not on PATH");
            count += 1;
        }
    }
    assert!(count >= 5, "{count}");
}

/// A reader learns from the script how a form is made.
#[test]
fn the_script_of_each_form_is_short() {
    for form in ["static", "image", "wheel", "npm", "deb"] {
        let count = read(format!("ci/release/{form}")).lines().count();
        assert!(count <= 60, "ci/release/{form} has {count} lines");
    }
}

/// The permanent links of a release are what the page, the installer of cargo and the forms call the files.
#[test]
fn the_links_of_a_release_are_the_files_that_are_documented() {
    let pipeline: serde_yaml::Value = serde_yaml::from_str(&read(".gitlab-ci.yml")).unwrap();
    let links = pipeline["release"]["release"]["assets"]["links"].as_sequence().unwrap();
    let paths: Vec<&str> = links.iter().map(|link| link["filepath"].as_str().unwrap()).collect();
    let page = read("docs/install.md");
    for path in &paths {
        assert!(page.contains(path.trim_start_matches('/').trim_end_matches("_arm64.deb")), "{path}");
    }
    let manifest: toml::Table = read("crates/nestling-cli/Cargo.toml").parse().unwrap();
    let url = manifest["package"]["metadata"]["binstall"]["pkg-url"].as_str().unwrap();
    for architecture in ["x86_64", "aarch64"] {
        let file = url.replace("{ target-family }", "linux").replace("{ target-arch }", architecture);
        let file = file.split("/downloads").nth(1).unwrap();
        assert!(paths.contains(&file), "{file} is none of {paths:?}");
    }
}

/// Runs the script in a copy of the files that it reads.
fn notes(changelog: &str, version: &str) -> (Option<i32>, String) {
    let copy = tempfile::tempdir().unwrap();
    let script = copy.path().join("ci/release/notes");
    std::fs::create_dir_all(script.parent().unwrap()).unwrap();
    std::fs::copy(root().join("ci/release/notes"), &script).unwrap();
    std::fs::write(copy.path().join("Cargo.toml"), read("Cargo.toml")).unwrap();
    std::fs::write(copy.path().join("CHANGELOG.md"), changelog).unwrap();
    let output = run(Command::new("bash").arg(script).arg(version));
    (output.status.code(), said(&output))
}

#[test]
fn the_notes_of_a_release_are_its_section_of_the_changelog() {
    let changelog = format!(
        "# Changelog\n\n## [Unreleased]\n\n## [{VERSION}] - 2026-12-01\n\n- this\n\n## [0.0.1]\n- that\n"
    );
    assert_eq!(notes(&changelog, VERSION), (Some(0), "\n- this\n".to_owned()));
    let mut refused = vec![(notes(&changelog, "9.9.9"), "the tag is 9.9.9")];
    refused.push((notes("# Changelog\n\n## [Unreleased]\n- x\n", VERSION), "has no section"));
    for ((code, said), message) in refused {
        assert!(code == Some(1) && said.contains(message), "{said}");
    }
}
